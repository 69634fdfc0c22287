// One TCP conversation as it passes the sensor: handshake, data with what goes wrong on the way, and its end.
// Apart from what is said in it (ordinary.ts, the scenarios), so that all conversations behave alike.
// Always holds: `nowUs` is the time at the sensor and only goes forward; a reply passes twice the way to its sender
// later; sequence numbers are those of two sound stacks, whatever is lost or doubled.

import { tcp } from "../frame.js";
import type { Dice } from "./dice.js";
import { type Host, openingOptions, stampOf, stampOptions, takePort } from "./host.js";
import type { SendOptions, Sent, World } from "./world.js";

const SEGMENT_MAX = 1440;

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

export class Talk {
  readonly client: Side;
  readonly server: Side;
  nowUs: number;
  private readonly dice: Dice;
  private readonly isStamped: boolean;

  constructor(
    private readonly world: World,
    atUs: number,
    client: Host,
    server: Host,
    readonly port: number,
    private readonly options: TalkOptions = {},
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

  /** The three segments of the handshake; sometimes the SYN or the SYN-ACK is lost and comes again. */
  open(): this {
    const { client, server, dice } = this;
    const { mishaps = 0.01 } = this.options;
    const syn = client.seq;
    this.segment(client, "S");
    if (dice.chance(mishaps * 2)) {
      this.wait(1_000_000 + dice.below(30_000));
      this.segment(client, "S", undefined, { seq: syn });
    }
    this.reach(server);
    server.ack = client.seq;
    const synAck = server.seq;
    this.segment(server, "SA");
    if (dice.chance(mishaps * 2)) {
      // Lost between the sensor and the client: both sides try again.
      this.wait(1_000_000 + dice.below(30_000));
      this.segment(client, "S", undefined, { seq: syn });
      this.reach(server);
      this.segment(server, "SA", undefined, { seq: synAck });
    }
    client.ack = server.seq;
    this.reach(client);
    this.segment(client, "A");
    return this;
  }

  /** Payload of any size from one side, acknowledged by the other. */
  say(from: Side, payload: Uint8Array, lastFlags = "PA"): this {
    const { dice } = this;
    const { mishaps = 0.01 } = this.options;
    const to = this.other(from);
    const lag = 2 * to.host.distanceUs + dice.between(20, 300);
    const timeoutUs = 200_000 + 2 * from.host.distanceUs;
    // Time at which the last lost segment has come again; until then the acknowledgement stands still.
    let wholeUs = 0;
    for (let start = 0, count = 1; start < payload.length; start += SEGMENT_MAX, count++) {
      const part = payload.slice(start, start + SEGMENT_MAX);
      const isLast = start + part.length >= payload.length;
      const flags = isLast ? lastFlags : "A";
      const { seq } = from;
      const repeatUs = this.nowUs + timeoutUs + dice.below(20_000);
      const isLostBefore = dice.chance(mishaps);
      const isLostBehind = !isLostBefore && dice.chance(mishaps);
      const isLate = !isLast && !isLostBefore && dice.chance(mishaps);
      if (!isLostBefore) this.put(this.nowUs + (isLate ? 900 : 0), from, flags, part, { seq });
      if (isLostBefore || isLostBehind) {
        this.put(repeatUs, from, flags, part, { seq });
        wholeUs = Math.max(wholeUs, repeatUs);
      }
      from.seq = (seq + part.length + (flags.includes("F") ? 1 : 0)) >>> 0;
      const ackUs = this.nowUs + lag;
      const isWhole = ackUs >= wholeUs + lag;
      if (isWhole) to.ack = from.seq;
      if (count % 2 === 0 || isLast || !isWhole) this.put(ackUs, to, "A", new Uint8Array(0));
      this.wait(dice.between(40, 600));
    }
    this.nowUs = Math.max(this.nowUs + lag, wholeUs + lag);
    if (to.ack !== from.seq) {
      to.ack = from.seq;
      this.segment(to, "A");
      this.wait(60);
    }
    return this;
  }

  /** A question and its answer, each acknowledged. */
  exchange(question: Uint8Array, answer: Uint8Array): this {
    this.say(this.client, question);
    this.wait(this.dice.about(20_000));
    this.say(this.server, answer);
    return this.wait(this.dice.about(3_000));
  }

  /** A keep-alive probe with its reply (RFC 9293 3.8.4). */
  keepAlive(from: Side): this {
    const seq = (from.seq - 1) >>> 0;
    this.segment(from, "A", undefined, { seq });
    this.reach(this.other(from));
    this.segment(this.other(from), "A");
    return this.reach(from);
  }

  /** FIN of one side and its acknowledgement; the other may go on talking. */
  finish(from: Side): this {
    const to = this.other(from);
    this.segment(from, "FA");
    this.reach(to);
    to.ack = from.seq;
    this.segment(to, "A");
    return this.wait(this.dice.between(50, 500));
  }

  /** Both close, the client first unless told otherwise. */
  close(first: Side = this.client): this {
    const second = this.other(first);
    this.segment(first, "FA");
    this.reach(second);
    second.ack = first.seq;
    this.segment(second, "FA");
    first.ack = second.seq;
    this.reach(first);
    this.segment(first, "A");
    return this;
  }

  reset(from: Side, flags = "RA"): this {
    this.segment(from, flags);
    return this;
  }
}

function windowOf(window: number, scale: number, flags: string): number {
  return flags.includes("S") ? window : Math.max(1, Math.floor((window * 8) / 2 ** scale));
}
