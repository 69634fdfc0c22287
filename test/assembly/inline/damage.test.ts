// Slots whose fields can't be: given back, counted, and never read outside of. Apart from the other tests because two
// cores run side by side, with other bytes around the slot: whatever is read there shows.

import { describe, expect, it } from "vitest";
import * as I from "../../../assembly/inline/inline-layout.js";
import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, udp, vlan } from "../../../examples/frame.js";
import { Core } from "../../support/core.js";
import { Random, seedOf } from "../../support/random.js";
import { InlineRig } from "../../support/slot-rig.js";

const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
const packet = ipv4(ends, udp({ sport: 1, dport: 53 }, filler(60)));
const frame = ethernet({}, packet);
const SLOT = 512;

describe("a slot's fields", () => {
  const cases: [string, number, "u16" | "u32", number][] = [
    ["a frame before its headers' end", 12, "u16", 45],
    ["a frame at 0", 12, "u16", 0],
    ["a frame behind the slot", 12, "u16", SLOT + 1],
    ["a frame far behind the slot", 12, "u16", 0xffff],
    ["more bytes than the slot", 8, "u32", SLOT],
    ["more bytes than there are", 8, "u32", 0xffffffff],
    ["bytes up to the sign", 8, "u32", 0x80000000],
    ["less than a link header", 8, "u32", 13],
    ["nothing", 8, "u32", 0],
  ];
  it.each(cases)("%s", (_, at, kind, value) => {
    const rig = new InlineRig(new Core(), { slotSize: SLOT, rxSlots: 4 });
    const slot = rig.receive(0, frame);
    if (kind === "u16") rig.core.view.setUint16(slot + at, value, true);
    else rig.core.view.setUint32(slot + at, value, true);
    rig.receive(0, frame);
    expect(rig.forward(0)).toEqual({ taken: 2, isFull: false });
    expect(rig.core.counter(L.COUNTER_INLINE_DAMAGED)).toBe(1);
    expect(rig.sent(1).map(({ bytes }) => bytes)).toEqual([frame]);
    expect(rig.core.view.getUint32(slot, true)).toBe(0);
    expect(rig.core.counter(L.COUNTER_PACKETS)).toBe(1);
  });

  it("may tell of headers or a checksum behind the frame: it can't be sent", () => {
    const rig = new InlineRig(new Core(), { slotSize: SLOT });
    const size = frame.length;
    const virtios = [
      { headers: size + 1 },
      { flags: 1, start: size, offset: 0 },
      { flags: 1, start: 34, offset: 0xffff },
      { headers: size },
      { flags: 1, start: size - 8, offset: 6 },
      { flags: 2, start: 0xffff },
    ];
    const sent = rig.pass(
      0,
      virtios.map((virtio) => ({ bytes: frame, virtio })),
    );
    expect(sent).toHaveLength(3);
    expect(rig.core.counter(L.COUNTER_INLINE_DAMAGED)).toBe(3);
    expect(rig.core.counter(L.COUNTER_PACKETS)).toBe(6);
    expect(rig.balance()).toEqual({ taken: 6, accounted: 6 });
  });

  it("may put a frame anywhere in the slot", () => {
    for (const mac of [46, 100, SLOT - frame.length]) {
      const rig = new InlineRig(new Core(), { slotSize: SLOT });
      const slot = rig.receive(0, frame);
      rig.core.bytes.fill(0, slot + 32, slot + SLOT);
      rig.core.bytes.set(frame, slot + mac);
      rig.core.view.setUint16(slot + 12, mac, true);
      rig.forward(0);
      expect(rig.sent(1).map(({ bytes }) => bytes)).toEqual([frame]);
    }
  });

  it("may put a tagged frame so early that the tag just has room", () => {
    const rig = new InlineRig(new Core(), { slotSize: SLOT });
    const slot = rig.receive(0, { bytes: frame, vlan: { tag: 5, type: 0x8100 } });
    rig.core.bytes.fill(0, slot + 32, slot + SLOT);
    rig.core.bytes.set(frame, slot + 46);
    rig.core.view.setUint16(slot + 12, 46, true);
    rig.forward(0);
    expect(rig.sent(1).map(({ bytes }) => bytes)).toEqual([ethernet({}, vlan({ id: 5 }, packet))]);
  });

  it("of any kind are read within the slot", () => {
    const seed = seedOf("inline slots");
    const random = new Random(seed);
    let damaged = 0;
    for (let round = 0; round < 100; round++) {
      const slotSize = random.pick([128, 256, 512]);
      const rigs = [0xa5, 0x5a].map(
        (poison) => new InlineRig(core(poison), { slotSize, rxSlots: 1, poison }),
      );
      for (let step = 0; step < 20; step++) {
        const bytes = frame.subarray(0, Math.min(frame.length, slotSize - 82));
        const hits = Array.from({ length: random.below(5) }, () => ({
          at: random.chance(0.8) ? random.between(4, 31) : random.between(32, slotSize - 1),
          value: random.pick([0, 1, 0x10, 0x50, 0x7f, 0x80, 0xff, random.below(256)]),
        }));
        const status = 1 | random.pick([0, 16, 64, 80, 0xffff_fffe]);
        const outcomes = rigs.map((rig) => {
          const slot = rig.receive(0, { bytes, vlan: { tag: 7, type: 0x8100 } });
          for (const { at, value } of hits) rig.core.bytes[slot + at] = value;
          rig.core.view.setUint32(slot, status >>> 0, true);
          const answer = rig.forward(0);
          const sent = rig.sent(1).map((one) => Buffer.from(one.bytes).toString("hex"));
          return { answer, sent, counters: Buffer.from(rig.core.counterBytes()).toString("base64") };
        });
        expect(outcomes[0], `seed ${seed}, round ${round}, step ${step}`).toEqual(outcomes[1]);
        expect(outcomes[0]?.answer.taken).toBe(1);
      }
      const [one, other] = rigs.map((rig) => rig.core.finish());
      expect(one, `seed ${seed}, round ${round}`).toEqual(other);
      expect(rigs.every((rig) => rig.isPoisoned(0) && rig.isPoisoned(1))).toBe(true);
      damaged += rigs[0]!.core.counter(L.COUNTER_INLINE_DAMAGED);
      const { taken, accounted } = rigs[0]!.balance();
      expect(accounted).toBe(taken);
    }
    expect(damaged).toBeGreaterThan(200);
  });
});

const cores = new Map<number, Core>();

/** One core a poison, begun anew: a memory is large. */
function core(poison: number): Core {
  const there = cores.get(poison) ?? new Core();
  cores.set(poison, there);
  there.reset();
  there.take(() => {});
  return there;
}

describe("what a call that died left behind", () => {
  it("is passed over, and the next frames go on", () => {
    const rig = new InlineRig(new Core());
    const frames = [1, 2, 3, 4].map((port) => ethernet({}, ipv4(ends, udp({ sport: port, dport: 53 }))));
    for (const one of frames) rig.receive(0, one);
    // As if a trap had come in the second frame of a chunk of three.
    const side = L.INLINE_BASE + I.INLINE_SIDES_OFFSET;
    rig.core.view.setUint32(side + I.SIDE_RX_BUSY_OFFSET, 3, true);
    rig.core.view.setUint32(side + I.INLINE_SIDE_SIZE + I.SIDE_TX_FILLED_OFFSET, 1, true);
    rig.core.view.setUint32(L.STATE_BASE + L.STATE_BATCH_COUNT_OFFSET, 2, true);
    expect(rig.forward(0).taken).toBe(1);
    expect(rig.sent(1).map(({ bytes }) => bytes)).toEqual([frames[3]]);
    expect(rig.core.counter(L.COUNTER_INLINE_STALE)).toBe(3);
    expect(rig.core.counter(L.COUNTER_PACKETS)).toBe(1);
  });
});
