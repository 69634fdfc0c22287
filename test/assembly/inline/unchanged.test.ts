// Whatever comes in goes out as it came, byte for byte, or is counted; and is classified as a passive sensor does.
// Apart from the tests of single cases: here frames are many, of the examples and random ones. Always holds: what is
// random prints its seed.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { letterFrames, type TimedFrame } from "../../../examples/letter.js";
import { SCENARIOS, scenario } from "../../../examples/scenarios/index.js";
import { loadCorpus } from "../../fuzz/corpus.js";
import { fuzzedFrames } from "../../fuzz/mutate.js";
import { Core, type CoreLimits } from "../../support/core.js";
import { Random, seedOf } from "../../support/random.js";
import { SHAPES } from "../../support/shapes.js";
import { InlineRig, MAC_OFFSET, type Received, STATUS_WRONG_FORMAT } from "../../support/slot-rig.js";

const DETECTS: Partial<CoreLimits> = { detectFlags: L.DETECT_FLAG_ON, inspectFlags: L.INSPECT_FLAG_ON };
const VLAN_TYPES = [0x8100, 0x88a8];

interface Timed {
  readonly bytes: Uint8Array;
  readonly timeNs: bigint;
}

const timed = (frames: readonly TimedFrame[]): Timed[] =>
  frames.map(({ frame, timeNs }) => ({ bytes: frame, timeNs }));

/** Every frame that the examples make, by what makes them. */
const corpora: [string, readonly Timed[]][] = [
  ["the letter", timed(letterFrames())],
  ...SCENARIOS.map((name): [string, readonly Timed[]] => [name, timed(scenario(name, 1).frames)]),
  [
    "a frame of each shape",
    SHAPES.filter(({ link }) => link === 1).map(({ frame }, i) => ({
      bytes: frame,
      timeNs: BigInt(i + 1) * 1_000_000n,
    })),
  ],
];

/** The frame as a card gives it that takes tags out. */
function withoutTag({ bytes, timeNs }: Timed): Received {
  const type = bytes.length >= 18 ? ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0) : 0;
  if (!VLAN_TYPES.includes(type)) return { bytes, timeNs };
  const tag = ((bytes[14] ?? 0) << 8) | (bytes[15] ?? 0);
  const rest = new Uint8Array([...bytes.subarray(0, 12), ...bytes.subarray(16)]);
  return { bytes: rest, timeNs, vlan: { tag, type } };
}

describe.each(corpora)("%s", (_, frames) => {
  it("goes out as it came in, and its records are those of a passive sensor", () => {
    const passive = new Core({ ...DETECTS, recordLimit: 8192 });
    for (const { bytes, timeNs } of frames) passive.push(bytes, { timeNs });
    const rig = new InlineRig(new Core({ ...DETECTS, recordLimit: 8192 }), {
      rxSlots: 50,
      txSlots: 50,
      frameMax: 1600,
    });
    for (let at = 0; at < frames.length; at += 40) {
      const some = frames.slice(at, at + 40);
      for (const frame of some) rig.receive(0, withoutTag(frame));
      expect(rig.forward(0)).toEqual({ taken: some.length, isFull: false });
      expect(rig.sent(1).map(({ bytes }) => hexOf(bytes))).toEqual(some.map(({ bytes }) => hexOf(bytes)));
    }
    expect(frames.length).toBeGreaterThan(20);
    const records = passive.finish();
    expect(rig.core.finish()).toEqual(records);
    expect(records.length).toBeGreaterThan(5);
    for (const counter of [
      L.COUNTER_PACKETS,
      L.COUNTER_WIRE_BYTES,
      L.COUNTER_UNDECODED,
      L.COUNTER_FLOW_PACKETS,
    ])
      expect(rig.core.counter(counter)).toBe(passive.counter(counter));
  });
});

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function fuzzedRig(random: Random): InlineRig {
  const limits = {
    ...DETECTS,
    flags: random.pick([0, L.CONFIG_FLAG_CHECKSUM]) | L.CONFIG_FLAG_LOSSY_RECORDS,
  };
  const mask = (): bigint => (random.chance(0.5) ? 0n : BigInt(random.below(1 << 30)));
  const rig = new InlineRig(
    new Core({ ...limits, flowSets: random.pick([1, 64]) }),
    {
      rxSlots: random.between(1, 60),
      txSlots: random.between(1, 60),
      slotSize: random.pick([256, 512, 2048, 4096]),
      frameMax: random.pick([0, 200, 1514, 4000]),
    },
    {
      mode: random.pick(["inline", "inline", "simulate"]),
      drop: mask(),
      reject: mask(),
      allow: random.chance(0.3) ? ["10.0.0.0/8"] : [],
      rejectRate: random.pick([0, 5, 100_000]),
    },
  );
  if (random.chance(0.3)) rig.core.view.setUint32(rig.txSlot(1, 0), STATUS_WRONG_FORMAT, true);
  return rig;
}

describe("frames of any kind, rings of any size", () => {
  it("lose nothing that is not counted, and change nothing", () => {
    const seed = seedOf("inline frames");
    const random = new Random(seed);
    const corpus = loadCorpus();
    let forwarded = 0;
    let dropped = 0;
    for (let round = 0; round < 60; round++) {
      const where = `seed ${seed}, round ${round}`;
      const rig = fuzzedRig(random);
      const frames = fuzzedFrames(random, corpus, 600).map(({ bytes, timeNs }) => ({
        bytes: bytes.subarray(0, rig.slotSize - MAC_OFFSET),
        timeNs,
      }));
      let waiting = 0;
      let taken = 0;
      const given: string[] = [];
      const sent: string[] = [];
      const back: string[] = [];
      for (let next = 0; next < frames.length || waiting > 0; ) {
        for (let i = random.below(rig.rxSlots - waiting + 1); i > 0 && next < frames.length; i--) {
          const frame = frames[next++]!;
          const wire = frame.bytes.length + (random.chance(0.02) ? 7 : 0);
          rig.receive(0, { ...frame, wire });
          given.push(hexOf(frame.bytes));
          waiting++;
        }
        const answer = rig.forward(0, random.between(0, 70), random.chance(0.4));
        taken += answer.taken;
        waiting -= answer.taken;
        expect(waiting, where).toBeGreaterThanOrEqual(0);
        if (answer.isFull) expect(waiting, where).toBeGreaterThan(0);
        sent.push(
          ...rig.sent(1, random.chance(0.5) ? 1000 : random.below(20)).map(({ bytes }) => hexOf(bytes)),
        );
        back.push(...rig.sent(0).map(({ bytes }) => hexOf(bytes)));
        rig.core.take(() => {});
      }
      sent.push(...rig.sent(1).map(({ bytes }) => hexOf(bytes)));
      expect(taken, where).toBe(frames.length);
      expect(rig.balance(), where).toEqual({ taken, accounted: taken });
      // What came out is what was taken, some left out, in order; and what was made to reject.
      let from = 0;
      let made = back.length;
      for (const frame of sent) {
        const at = given.indexOf(frame, from);
        if (at < 0) made++;
        else from = at + 1;
      }
      expect(made, where).toBe(rig.core.counter(L.COUNTER_INLINE_REJECTS));
      expect(sent.length - (made - back.length), where).toBe(rig.core.counter(L.COUNTER_INLINE_FORWARDED));
      expect(rig.isPoisoned(0) && rig.isPoisoned(1), where).toBe(true);
      forwarded += rig.core.counter(L.COUNTER_INLINE_FORWARDED);
      dropped += rig.core.counter(L.COUNTER_INLINE_DROPPED);
    }
    expect(forwarded).toBeGreaterThan(1000);
    expect(dropped).toBeGreaterThan(100);
  });
});
