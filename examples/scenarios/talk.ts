// One TCP conversation as it passes the sensor: handshake, data with what goes wrong on the way, and its end.
// Apart from what is said in it (web.ts, the scenarios), so that all conversations behave alike.
// Always holds: a reply passes twice the way to its sender later; sequence numbers are those of two sound stacks,
// whatever is lost or doubled.

import { Connection, type Side } from "./connection.js";

export type { Side, TalkOptions } from "./connection.js";

const SEGMENT_MAX = 1440;

export class Talk extends Connection {
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
