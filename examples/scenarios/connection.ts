// The two ends of a TCP connection and the segments that they put on the line.
// Apart from what the ends do (talk.ts): here is how a segment of either looks.
// Always holds: `nowUs` is the time at the sensor and only goes forward; IDs, time stamps and options are the host's
// own; a segment that takes another way still counts, but passes no sensor.

import { tcp } from "../frame.js";
import type { Dice } from "./dice.js";
import { type Host, openingOptions, stampOf, stampOptions, takePort } from "./host.js";
import type { SendOptions, Sent, World } from "./world.js";

export interface Side {
  readonly host: Host;
  readonly port: number;
  /** Next sequence number to send, and the one expected of the other side. */
  seq: number;
  ack: number;
  /** Counter of IP IDs. */
  nextId: number;
  lastStamp: number;
}

export interface TalkOptions {
  sport?: number;
  isV6?: boolean;
  /** Which side's packets pass the sensor. */
  seen?: "both" | "client" | "server";
  /** How likely each of the mishaps of a line is, a segment; 0.01 unless told. */
  mishaps?: number;
}

export interface SegmentOptions {
  seq?: number;
  ack?: number;
  window?: number;
  options?: Uint8Array;
  send?: SendOptions;
}

export class Connection {
  readonly client: Side;
  readonly server: Side;
  nowUs: number;
  protected readonly dice: Dice;
  private readonly isStamped: boolean;

  constructor(
    private readonly world: World,
    atUs: number,
    client: Host,
    server: Host,
    readonly port: number,
    protected readonly options: TalkOptions = {},
  ) {
    this.dice = world.dice;
    this.nowUs = atUs;
    this.client = this.side(client, options.sport ?? takePort(client, this.dice));
    this.server = this.side(server, port);
    this.client.ack = this.server.seq;
    this.server.ack = this.client.seq;
    this.isStamped = client.stack.timestamps && server.stack.timestamps;
  }

  private side(host: Host, port: number): Side {
    const { dice } = this;
    return { host, port, seq: dice.u32(), ack: 0, nextId: dice.below(65536), lastStamp: 0 };
  }

  other(side: Side): Side {
    return side === this.client ? this.server : this.client;
  }

  /** Puts a segment on the line and counts its bytes, SYN and FIN. Without `seq` it is the next in order. */
  segment(
    from: Side,
    flags: string,
    payload: Uint8Array = new Uint8Array(0),
    options: SegmentOptions = {},
  ): Sent {
    const seq = options.seq ?? from.seq;
    const sent = this.put(this.nowUs, from, flags, payload, { ...options, seq });
    const size = payload.length + (flags.includes("S") ? 1 : 0) + (flags.includes("F") ? 1 : 0);
    if (options.seq === undefined) from.seq = (from.seq + size) >>> 0;
    return sent;
  }

  /** The same at any time, counting nothing. */
  put(atUs: number, from: Side, flags: string, payload: Uint8Array, options: SegmentOptions = {}): Sent {
    const to = this.other(from);
    const { seen = "both", isV6 = false } = this.options;
    const isUnseen = seen !== "both" && seen !== (from === this.client ? "client" : "server");
    const { stack } = from.host;
    const hasAck = flags.includes("A");
    const header = {
      sport: from.port,
      dport: to.port,
      seq: options.seq ?? from.seq,
      ack: hasAck ? (options.ack ?? from.ack) : 0,
      flags,
      window: options.window ?? (flags.includes("R") ? 0 : windowOf(stack.window, stack.windowScale, flags)),
      options: options.options ?? this.optionsOf(from, flags, atUs),
    };
    from.lastStamp = stampOf(from.host, atUs);
    const isFree = flags.includes("R") || flags === "SA";
    const connection = isFree && stack.ids === "connection" ? undefined : from;
    const send: SendOptions = { connection, isV6, isUnseen, ...options.send };
    return this.world.send(atUs, from.host, to.host, tcp(header, payload), send);
  }

  private optionsOf(from: Side, flags: string, atUs: number): Uint8Array {
    const echo = this.other(from).lastStamp;
    if (flags.includes("S")) return openingOptions(from.host, atUs, flags.includes("A") ? echo : 0);
    return this.isStamped && !flags.includes("R") ? stampOptions(from.host, atUs, echo) : new Uint8Array(0);
  }

  wait(us: number): this {
    this.nowUs += Math.max(1, Math.round(us));
    return this;
  }

  /** Until what passed now has come to `side` and its reply passes. */
  reach(side: Side): this {
    return this.wait(2 * side.host.distanceUs + this.dice.between(30, 400));
  }
}

function windowOf(window: number, scale: number, flags: string): number {
  return flags.includes("S") ? window : Math.max(1, Math.floor((window * 8) / 2 ** scale));
}
