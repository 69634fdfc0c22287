// TCP in the reference model: the state of a connection and the evidence of each side's numbers, written from the
// words of layout.ts. Apart from the flow because it is half of it. Always holds: numbers are compared modulo 2^32.

import * as L from "../../assembly/layout.js";
import type { Segment } from "./conversations.js";
import type { Orientation } from "./flow-model.js";

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const URG = 32;

/** Pure: without FIN, PSH, URG and RST, whatever ECE and CWR say. */
function handshakeStep(flags: number): "syn" | "synack" | "other" {
  const told = flags & (FIN | SYN | RST | PSH | ACK | URG);
  if (told === SYN) return "syn";
  return told === (SYN | ACK) ? "synack" : "other";
}

export function isPureSyn(flags: number): boolean {
  return handshakeStep(flags) === "syn";
}

/** A SYN or a SYN-ACK, whatever else it says. */
export function startsHandshake(flags: number): boolean {
  return (flags & SYN) !== 0;
}

/** Signed distance from b to a. */
function ahead(a: number, b: number): number {
  return (a - b) | 0;
}

/** As a record holds it: 32 bits, at most. */
function microseconds(fromNs: bigint, toNs: bigint): number {
  return Math.min(0xffffffff, Number((toNs - fromNs) / 1000n));
}

export class TcpTalk {
  state: number = L.TCP_STATE_NONE;
  synackUs = 0;
  ackdatUs = 0;
  syn = false;
  synackFrom: 0 | 1 | undefined;
  acked = false;
  readonly fin: [boolean, boolean] = [false, false];
  private readonly heard: [boolean, boolean] = [false, false];
  private synNs = 0n;
  private synackNs = 0n;
  private opener: 0 | 1 | undefined;

  get handshake(): boolean {
    return this.syn && this.synackFrom !== undefined && this.acked && this.complete;
  }
  private complete = false;

  get flags(): number {
    return (
      (this.syn ? L.FLOW_FLAG_SYN : 0) |
      (this.synackFrom !== undefined ? L.FLOW_FLAG_SYNACK : 0) |
      (this.acked ? L.FLOW_FLAG_ACKED : 0) |
      (this.handshake ? L.FLOW_FLAG_HANDSHAKE : 0)
    );
  }

  /** Takes a segment in; answers the orientation when this one settles it. */
  add({ flags }: Segment, timeNs: bigint, from: 0 | 1, initiator: 0 | 1): Orientation | undefined {
    const step = handshakeStep(flags);
    let turned: Orientation | undefined;
    if (step === "syn") turned = this.addSyn(timeNs, from);
    else if (step === "synack") turned = this.addSynAck(timeNs, from, initiator);
    else if (flags & RST) this.state = L.TCP_STATE_RESET;
    else turned = this.addOther(flags, timeNs, from);
    this.heard[from] = true;
    return turned;
  }

  private addSyn(timeNs: bigint, from: 0 | 1): Orientation | undefined {
    const first = !this.syn;
    this.syn = true;
    if (first && this.state === L.TCP_STATE_NONE) this.state = L.TCP_STATE_SYN_SENT;
    if (first || this.state === L.TCP_STATE_SYN_SENT) this.synNs = timeNs;
    if (!first || this.acked) return undefined;
    this.opener = from;
    return { initiator: from, reason: L.DIR_REASON_SYN };
  }

  private addSynAck(timeNs: bigint, from: 0 | 1, initiator: 0 | 1): Orientation | undefined {
    if (this.synackFrom === undefined) {
      this.synackFrom = from;
      this.synackNs = timeNs;
      if (this.syn && (this.opener ?? initiator) !== from && timeNs >= this.synNs) {
        this.synackUs = microseconds(this.synNs, timeNs);
      }
    }
    if (this.state === L.TCP_STATE_NONE || this.state === L.TCP_STATE_SYN_SENT)
      this.state = L.TCP_STATE_SYN_ACKED;
    // What the other side said before counts as its answer: frames were captured out of order.
    else if (this.state === L.TCP_STATE_MIDSTREAM && this.heard[from === 0 ? 1 : 0])
      return this.answer(timeNs, from);
    return undefined;
  }

  private answer(timeNs: bigint, synackFrom: 0 | 1): Orientation | undefined {
    this.acked = true;
    const waited = this.state === L.TCP_STATE_SYN_ACKED || this.state === L.TCP_STATE_MIDSTREAM;
    if (waited) this.state = L.TCP_STATE_ESTABLISHED;
    if (this.syn) {
      this.complete = true;
      if (timeNs >= this.synackNs) this.ackdatUs = microseconds(this.synackNs, timeNs);
      return undefined;
    }
    return { initiator: synackFrom === 0 ? 1 : 0, reason: L.DIR_REASON_SYNACK };
  }

  private addOther(flags: number, timeNs: bigint, from: 0 | 1): Orientation | undefined {
    let turned: Orientation | undefined;
    if (this.synackFrom !== undefined && !this.acked) {
      if (this.synackFrom !== from) turned = this.answer(timeNs, this.synackFrom);
      else {
        // The SYN-ACK's sender goes on: the answer went another way.
        if (this.state === L.TCP_STATE_SYN_ACKED) this.state = L.TCP_STATE_MIDSTREAM;
        if (!this.syn) turned = { initiator: from === 0 ? 1 : 0, reason: L.DIR_REASON_SYNACK };
      }
    } else if (this.state === L.TCP_STATE_NONE) this.state = L.TCP_STATE_MIDSTREAM;
    else if (this.state === L.TCP_STATE_SYN_SENT && flags & ACK) this.state = L.TCP_STATE_MIDSTREAM;
    if (flags & FIN) {
      this.fin[from] = true;
      if (this.state !== L.TCP_STATE_RESET) {
        this.state = this.fin[0] && this.fin[1] ? L.TCP_STATE_CLOSED : L.TCP_STATE_CLOSING;
      }
    }
    return turned;
  }
}

export class TcpSide {
  flags = 0;
  seqFirst = 0;
  seqNext = 0;
  ackFirst = 0;
  ackHigh = 0;
  ackAdvances = 0;
  window = 0;
  windowScale: number = L.WINDOW_SCALE_NONE;
  zeroWindows = 0;
  retransmits = 0;
  outOfOrder = 0;
  overlaps = 0;
  gaps = 0;
  private begun = false;
  private acked = false;
  private hole: { start: number; end: number } | undefined;
  private data: { seq: number; size: number; sum: number } | undefined;

  add({ flags, seq, ack, window, windowScale, payload, sum }: Segment & { sum: number }): void {
    this.flags |= flags;
    if (!(flags & RST)) this.window = window;
    const step = handshakeStep(flags);
    if (step !== "other")
      this.windowScale = Math.min(windowScale ?? L.WINDOW_SCALE_NONE, windowScale === undefined ? 255 : 14);
    if (window === 0 && !(flags & (SYN | RST))) this.zeroWindows++;
    const size = (flags & RST ? 0 : payload.length) + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    this.addRange(seq, size, flags);
    if (payload.length > 0 && !(flags & RST)) {
      const { data } = this;
      if (data?.seq === seq && data.size === payload.length && data.sum !== sum) this.overlaps++;
      this.data = { seq, size: payload.length, sum };
    }
    if (flags & ACK) this.addAck(ack);
  }

  private addRange(seq: number, size: number, flags: number): void {
    const end = (seq + size) >>> 0;
    if (!this.begun) {
      this.begun = true;
      this.seqFirst = seq;
      this.seqNext = end;
      return;
    }
    if (size === 0) return;
    const distance = ahead(seq, this.seqNext);
    if (distance >= 0) {
      if (distance > 0) {
        this.gaps++;
        this.hole = { start: this.seqNext, end: seq };
      }
      this.seqNext = end;
      return;
    }
    const { hole } = this;
    if (hole !== undefined && ahead(seq, hole.start) >= 0 && ahead(hole.end, seq) > 0) {
      this.outOfOrder++;
      this.fill(hole, seq, end);
      if (ahead(end, this.seqNext) > 0) this.seqNext = end;
    } else if (ahead(end, this.seqNext) > 0) this.seqNext = end;
    else if (size === 1 && distance === -1 && !(flags & (SYN | FIN))) return;
    else this.retransmits++;
  }

  /** One hole is kept: what is filled from its start moves the start, what is filled behind it ends the hole there. */
  private fill(hole: { start: number; end: number }, seq: number, end: number): void {
    if (seq === hole.start) hole.start = ahead(end, hole.end) >= 0 ? hole.end : end;
    else hole.end = seq;
    if (hole.start === hole.end) this.hole = undefined;
  }

  private addAck(ack: number): void {
    if (!this.acked) {
      this.acked = true;
      this.ackFirst = ack;
      this.ackHigh = ack;
    } else if (ahead(ack, this.ackHigh) > 0) {
      this.ackHigh = ack;
      this.ackAdvances++;
    }
  }
}
