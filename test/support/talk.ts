// TCP conversations for example tests, a line a segment: c("S"), s("SA"), c("A", 100).
// Apart from read.ts, which takes any frames. Always holds: sequence numbers follow from what was said unless given;
// the client is 10.0.0.1:4000 (end A of the key), the server 10.0.0.2:80.

import * as f from "../../examples/frame.js";

export const CLIENT = { address: "10.0.0.1", port: 4000 };
export const SERVER = { address: "10.0.0.2", port: 80 };
export const CLIENT_ISN = 1000;
export const SERVER_ISN = 5000;

export interface SegmentOptions {
  seq?: number;
  ack?: number;
  window?: number;
  id?: number;
  ttl?: number;
  tos?: number;
  df?: boolean;
  /** First byte of the payload's filler: other bytes for the same range. */
  fill?: number;
}

export class Talk {
  private readonly next = { c: CLIENT_ISN, s: SERVER_ISN };

  /** A segment of the client with so many bytes of data. */
  c(flags: string, size = 0, options: SegmentOptions = {}): Uint8Array {
    return this.say("c", flags, size, options);
  }

  s(flags: string, size = 0, options: SegmentOptions = {}): Uint8Array {
    return this.say("s", flags, size, options);
  }

  /** SYN, SYN-ACK, ACK. */
  open(): Uint8Array[] {
    return [this.c("S"), this.s("SA"), this.c("A")];
  }

  private say(who: "c" | "s", flags: string, size: number, options: SegmentOptions): Uint8Array {
    const other = who === "c" ? "s" : "c";
    const [from, to] = who === "c" ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const seq = options.seq ?? this.next[who];
    const end = seq + size + (/S/.test(flags) ? 1 : 0) + (/F/.test(flags) ? 1 : 0);
    this.next[who] = Math.max(this.next[who], end);
    const ack = options.ack ?? (flags.includes("A") ? this.next[other] : 0);
    const { window = 1024, id = 0, ttl = 64, tos = 0, df = false, fill = seq } = options;
    const segment = f.tcp(
      { sport: from.port, dport: to.port, seq: seq >>> 0, ack: ack >>> 0, flags, window },
      f.filler(size, fill),
    );
    return f.ethernet({}, f.ipv4({ src: from.address, dst: to.address, id, ttl, tos, df }, segment));
  }
}
