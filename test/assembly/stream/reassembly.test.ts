// Streams against plain models, seeded: bytes split, turned round, overlapped and sent again at random come out as
// they were; of bytes that differ the first stay; and whatever comes, nothing else is handed out than was sent.

import { beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as S from "../../../assembly/stream/stream-layout.js";
import { Random, seedOf } from "../../support/random.js";
import { ACK, byteAt, bytesAt, FIN, joined, type Piece, type Segment, StreamRig, SYN } from "./stream-rig.js";

const seed = seedOf("reassembly");
let rig: StreamRig;
beforeAll(async () => {
  rig = await StreamRig.make();
});

interface Cut {
  from: number;
  to: number;
}

/** Cuts [0, size) into segments, some of a single byte. */
function cut(random: Random, size: number, most: number): Cut[] {
  const cuts: Cut[] = [];
  for (let at = 0; at < size; ) {
    const to = Math.min(size, at + (random.chance(0.2) ? random.between(1, 3) : random.between(1, most)));
    cuts.push({ from: at, to });
    at = to;
  }
  return cuts;
}

/** The order in which they arrive: turned round within a few segments, some reaching back, some sent again. */
function arrivals(random: Random, cuts: readonly Cut[], keepFirst: boolean): Cut[] {
  const out: Cut[] = [];
  for (let at = 0; at < cuts.length; ) {
    const block = cuts.slice(at, at + (keepFirst && at === 0 ? 1 : random.between(1, 5)));
    at += block.length;
    const wider = block.map(({ from, to }) => ({ from: Math.max(0, from - random.below(200)), to }));
    const again = wider.filter(() => random.chance(0.15));
    for (let i = wider.length - 1; i > 0; i--) {
      const other = random.below(i + 1);
      const kept = wider[i] as Cut;
      wider[i] = wider[other] as Cut;
      wider[other] = kept;
    }
    out.push(...wider, ...again);
  }
  return out;
}

/** One side of a conversation and what came out of it. */
class Side {
  readonly pieces: Piece[] = [];
  readonly there = new Set<number>();
  private readonly queue: Cut[];
  next = 0;

  constructor(
    random: Random,
    readonly slot: number,
    readonly fromB: boolean,
    readonly isn: number,
    readonly bytes: Uint8Array,
    readonly withSyn: boolean,
    most: number,
  ) {
    this.queue = arrivals(random, cut(random, bytes.length, most), !withSyn);
  }

  get done(): boolean {
    return this.next === this.queue.length;
  }

  /** How far the receiver can have acknowledged. */
  acknowledged = 0;

  send(ack: number): number {
    const { from, to } = this.queue[this.next++] as Cut;
    const { placed, pieces } = rig.send({
      slot: this.slot,
      fromB: this.fromB,
      seq: this.isn + 1 + from,
      bytes: this.bytes.subarray(from, to),
      ack,
    });
    this.pieces.push(...pieces);
    for (let at = from; at < to; at++) this.there.add(at);
    while (this.there.has(this.acknowledged)) this.acknowledged += 1;
    return placed;
  }
}

describe("streams split, turned round, overlapped and sent again", () => {
  it.each([2048, 8192, 32768])("come out whole with windows of %i", (streamWindowSize) => {
    for (let round = 0; round < 60; round++) {
      const random = new Random(seed, streamWindowSize + round);
      const size = random.between(1, 40_000);
      // Five segments at most are ahead of their turn, and the window has room for them.
      const most = Math.min(1460, Math.floor((streamWindowSize - S.WINDOW_HEADER_SIZE - 200) / 5));
      rig.reset({ streamWindowSize, streamWindowLimit: 8 });
      rig.open();
      const withSyn = random.chance(0.5);
      const isns = [0, 1].map(() => (random.chance(0.5) ? 2 ** 32 - random.below(size) : random.u32()));
      const sides = isns.map(
        (isn, index) => new Side(random, 0, index === 1, isn, random.bytes(size), withSyn, most),
      );
      const [a, b] = sides as [Side, Side];
      if (withSyn) {
        rig.send({ seq: a.isn, flags: SYN, find: true });
        rig.send({ seq: b.isn, ack: a.isn + 1, flags: SYN | ACK, fromB: true, find: true });
      }
      while (!a.done || !b.done) {
        const [side, other] = b.done || (!a.done && random.chance(0.5)) ? [a, b] : [b, a];
        const placed = side.send(other.isn + 1 + other.acknowledged);
        expect(placed & (S.PLACED_ALONE | S.PLACED_CONFLICT)).toBe(0);
      }
      for (const { pieces, bytes, isn } of sides) {
        expect(Buffer.compare(joined(pieces), bytes), `round ${round}`).toBe(0);
        expect(pieces.some(({ afterHole }) => afterHole)).toBe(false);
        expect(pieces[0]?.seq).toBe((isn + 1) >>> 0);
      }
      expect(rig.counter(L.COUNTER_STREAM_BYTES)).toBe(a.bytes.length + b.bytes.length);
      expect(rig.counter(L.COUNTER_STREAM_GAPS)).toBe(0);
      expect(rig.exports.findings(0)).toBe(0n);
    }
  });
});

describe("bytes that differ", () => {
  it("stay as they came first, and the conflict is told", () => {
    for (let round = 0; round < 80; round++) {
      const random = new Random(seed, 5000 + round);
      rig.reset();
      rig.open();
      const isn = random.u32();
      rig.send({ seq: isn, flags: SYN, find: true });
      const model = new Map<number, number>();
      const pieces: Piece[] = [];
      let conflicts = 0;
      let next = 0;
      for (let count = 0; count < 60; count++) {
        // Mostly about the next byte; few enough ahead that no hole is given up.
        const from = Math.max(0, next - random.below(400) + (random.chance(0.4) ? random.below(900) : 0));
        const bytes = random.chance(0.5)
          ? random.bytes(random.between(2, 400))
          : Uint8Array.from({ length: random.between(2, 400) }, (_, i) => model.get(from + i) ?? 7);
        const ranges = new Set<number>();
        for (const at of model.keys()) if (at >= next && !model.has(at - 1)) ranges.add(at);
        if (ranges.size >= 5 && from > next) continue;
        let differs = false;
        bytes.forEach((byte, index) => {
          const first = model.get(from + index);
          if (first === undefined) model.set(from + index, byte);
          else if (first !== byte) differs = true;
        });
        const sent = rig.send({ seq: isn + 1 + from, bytes });
        pieces.push(...sent.pieces);
        expect((sent.placed & S.PLACED_CONFLICT) !== 0, `round ${round}, segment ${count}`).toBe(differs);
        if (differs) conflicts += 1;
        while (model.has(next)) next += 1;
        if (rig.counter(L.COUNTER_STREAM_GAPS) !== 0) throw new Error("a hole was passed over");
      }
      expect([...joined(pieces)]).toEqual(Array.from({ length: next }, (_, at) => model.get(at)));
      expect(rig.counter(L.COUNTER_STREAM_CONFLICTS)).toBe(conflicts);
      const bit = (rig.exports.findings(0) >> BigInt(L.FINDING_OVERLAP_CONFLICT)) & 1n;
      expect(bit).toBe(conflicts === 0 ? 0n : 1n);
    }
  });
});

describe("anything at all", () => {
  it("is handed out as it was sent, in order but for holes that are told", () => {
    for (let round = 0; round < 24; round++) {
      const random = new Random(seed, 9000 + round);
      const streamDepth = random.pick([0, 0, 5000, 100_000]);
      rig.reset({
        streamWindowSize: random.pick([2048, 4096, 8192]),
        streamWindowLimit: 8,
        sessionLimit: 8,
        streamDepth,
      });
      const slots = 12;
      const cursors = Array.from({ length: slots * 2 }, () => random.u32());
      const ends = new Map<number, number>();
      let handed = 0;
      for (let slot = 0; slot < slots; slot++) rig.open(slot, BigInt(slot + 1));
      for (let count = 0; count < 600; count++) {
        const which = random.below(slots * 2);
        const segment = chaos(random, cursors, which);
        const { pieces } = rig.send(segment);
        for (const { seq, bytes, afterHole } of pieces) {
          handed += bytes.length;
          const wrong = bytes.findIndex((byte, index) => byte !== byteAt(seq + index));
          if (wrong !== -1)
            throw new Error(`round ${round}, segment ${count}: byte ${wrong} of ${bytes.length}`);
          const expected = ends.get(which);
          // A session that was given up begins anew; so does a stream that got bytes before its first.
          const whole = afterHole || expected === undefined || expected === seq || isYoung(which, bytes, seq);
          if (!whole) throw new Error(`round ${round}, segment ${count}: a hole that was not told`);
          ends.set(which, (seq + bytes.length) >>> 0);
        }
      }
      expect(handed).toBeGreaterThanOrEqual(rig.counter(L.COUNTER_STREAM_BYTES));
      expect(rig.inspect(R.INSPECT_WINDOWS_USED_OFFSET)).toBe(rig.windowsHeld());
      expect(rig.inspect(R.INSPECT_SESSIONS_USED_OFFSET)).toBe(8);
      expect(rig.exports.findings(0) & (1n << BigInt(L.FINDING_OVERLAP_CONFLICT))).toBe(0n);
    }
  });

  /** The stream's text begins with these bytes. */
  function isYoung(which: number, bytes: Uint8Array, seq: number): boolean {
    const stream = rig.stream(which >> 1, (which & 1) === 1);
    return rig.u32(stream + S.STREAM_START_OFFSET) === seq || bytes.length === 0;
  }

  function chaos(random: Random, cursors: number[], which: number): Segment {
    const cursor = cursors[which] as number;
    const size = random.pick([0, 1, 1, 2, 100, 500, 1460, 1460, 9000, 60_000]);
    const jump = random.pick([0, 0, 0, 0, 0, -1, -50, -2000, 1, 700, 3000, 20_000, 2 ** 29, 2 ** 31]);
    const seq = (cursor + jump) >>> 0;
    if (Math.abs(jump) <= 3000) cursors[which] = (Math.max(cursor, cursor + jump) + size) >>> 0;
    const other = cursors[which ^ 1] as number;
    const flags = random.pick([ACK, ACK, ACK, ACK, ACK, ACK, ACK, FIN | ACK, 4, 0]);
    return {
      slot: which >> 1,
      fromB: (which & 1) === 1,
      seq,
      bytes: bytesAt(seq, size),
      claimed: random.chance(0.05) ? size + random.below(3000) : size,
      ack: random.chance(0.8) ? other - random.below(3000) : random.u32(),
      flags,
      notes: random.chance(0.02) ? L.NOTE_BAD_L4_CHECKSUM : 0,
      bits: random.chance(0.02) ? L.PACKET_BIT_FRAGMENT : 0,
    };
  }
});
