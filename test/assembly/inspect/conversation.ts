// A TCP conversation with the bytes that a test gives it, and the sequence numbers that follow from them.
// Apart from support/talk.ts, whose payloads are filler. Always holds: what each side sends goes on where it was,
// unless a place is given; the client is 10.0.0.1:4000, the server 10.0.0.2:80.

import * as f from "../../../examples/frame.js";

export const CLIENT_ISN = 1000;
export const SERVER_ISN = 500_000;

export interface Ends {
  client?: string;
  server?: string;
  sport?: number;
  dport?: number;
}

export interface SayOptions {
  flags?: string;
  /** Bytes behind the side's first one: where the payload lies in its stream. */
  at?: number;
  ack?: number;
  ttl?: number;
  tos?: number;
  id?: number;
  window?: number;
  options?: Uint8Array;
  pad?: number;
}

type Side = "c" | "s";

export class Conversation {
  private readonly next: Record<Side, number>;
  readonly client: string;
  readonly server: string;
  readonly sport: number;
  readonly dport: number;

  constructor({ client = "10.0.0.1", server = "10.0.0.2", sport = 4000, dport = 80 }: Ends = {}) {
    this.client = client;
    this.server = server;
    this.sport = sport;
    this.dport = dport;
    this.next = { c: CLIENT_ISN, s: SERVER_ISN };
  }

  /** SYN, SYN-ACK, ACK. */
  open(): Uint8Array[] {
    return [this.c("", { flags: "S" }), this.s("", { flags: "SA" }), this.c("", { flags: "A" })];
  }

  /** What the client says. */
  c(payload: string | Uint8Array, options: SayOptions = {}): Uint8Array {
    return this.say("c", payload, options);
  }

  s(payload: string | Uint8Array, options: SayOptions = {}): Uint8Array {
    return this.say("s", payload, options);
  }

  /** The IP packet alone, for tunnels and fragments. */
  packet(side: Side, payload: string | Uint8Array, options: SayOptions = {}): Uint8Array {
    const segment = this.segment(side, payload, options);
    const { ttl = 64, tos = 0, id = 0 } = options;
    const [src, dst] = side === "c" ? [this.client, this.server] : [this.server, this.client];
    if (src.includes(":")) return f.ipv6({ src, dst, hopLimit: ttl }, segment);
    return f.ipv4({ src, dst, ttl, tos, id }, segment);
  }

  /** The segment alone. */
  segment(side: Side, payload: string | Uint8Array, options: SayOptions = {}): Uint8Array {
    const bytes = typeof payload === "string" ? f.text(payload) : payload;
    const { flags = bytes.length > 0 ? "PA" : "A", at, window = 65535, options: tcpOptions } = options;
    const other = side === "c" ? "s" : "c";
    const isn = side === "c" ? CLIENT_ISN : SERVER_ISN;
    const seq = at === undefined ? this.next[side] : isn + 1 + at;
    const end = seq + bytes.length + Number(flags.includes("S")) + Number(flags.includes("F"));
    this.next[side] = Math.max(this.next[side], end);
    const ack = options.ack ?? (flags.includes("A") ? this.next[other] : 0);
    const [sport, dport] = side === "c" ? [this.sport, this.dport] : [this.dport, this.sport];
    return f.tcp(
      {
        sport,
        dport,
        seq: seq >>> 0,
        ack: ack >>> 0,
        flags,
        window,
        ...(tcpOptions === undefined ? {} : { options: tcpOptions }),
      },
      bytes,
    );
  }

  private say(side: Side, payload: string | Uint8Array, options: SayOptions): Uint8Array {
    const { pad } = options;
    return f.ethernet(pad === undefined ? {} : { pad }, this.packet(side, payload, options));
  }
}
