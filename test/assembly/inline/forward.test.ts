// Frames from one side to the other: they go out as they came in, slots are handed over in order and used again, and
// nothing is lost without being counted.

import { describe, expect, it } from "vitest";
import * as I from "../../../assembly/inline/inline-layout.js";
import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp, udp, vlan } from "../../../examples/frame.js";
import { Core } from "../../support/core.js";
import { InlineRig, STATUS_WRONG_FORMAT } from "../../support/slot-rig.js";

const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
const query = (sport: number, size = 20): Uint8Array =>
  ethernet({}, ipv4({ ...ends, id: 7 }, udp({ sport, dport: 53 }, filler(size))));

describe("forward()", () => {
  it("takes frames both ways, as they are", () => {
    const rig = new InlineRig(new Core());
    for (const side of [0, 1] as const) {
      const frames = [20, 1, 100, 700, 1472].map((size, i) => query(1000 + i, size));
      for (const frame of frames) rig.receive(side, frame);
      expect(rig.forward(side)).toEqual({ taken: 5, isFull: false });
      const other = side === 0 ? 1 : 0;
      expect(rig.word(other, I.SIDE_TX_PENDING_OFFSET)).toBe(5);
      expect(rig.sent(other).map(({ bytes }) => bytes)).toEqual(frames);
      expect(rig.sent(side)).toEqual([]);
      expect(rig.forward(side)).toEqual({ taken: 0, isFull: false });
    }
    expect(rig.core.counter(L.COUNTER_INLINE_FORWARDED)).toBe(10);
  });

  it("goes round both rings many times", () => {
    const rig = new InlineRig(new Core(), { rxSlots: 7, txSlots: 5 });
    for (let round = 0; round < 200; round++) {
      const frames = Array.from({ length: 1 + (round % 5) }, (_, i) => query(1000 + i, 20 + round));
      for (const frame of frames) rig.receive(0, frame);
      expect(rig.forward(0).taken).toBe(frames.length);
      expect(rig.sent(1).map(({ bytes }) => bytes)).toEqual(frames);
    }
    expect(rig.isPoisoned(0) && rig.isPoisoned(1)).toBe(true);
  });

  it("takes no more than its budget, over chunks", () => {
    const rig = new InlineRig(new Core(), { rxSlots: 200, txSlots: 200 });
    for (let i = 0; i < 150; i++) rig.receive(0, query(i));
    expect(rig.forward(0, 33)).toEqual({ taken: 33, isFull: false });
    expect(rig.forward(0, 1000)).toEqual({ taken: 117, isFull: false });
    expect(rig.sent(1).map(({ bytes }) => bytes)).toEqual(Array.from({ length: 150 }, (_, i) => query(i)));
  });

  it("waits while the sending ring is full, and loses frames only when it may", () => {
    const rig = new InlineRig(new Core(), { txSlots: 10 });
    for (let i = 0; i < 14; i++) rig.receive(0, query(i));
    expect(rig.forward(0)).toEqual({ taken: 10, isFull: true });
    expect(rig.forward(0)).toEqual({ taken: 0, isFull: true });
    expect(rig.sent(1, 3)).toHaveLength(3);
    expect(rig.forward(0)).toEqual({ taken: 3, isFull: true });
    expect(rig.forward(0, 100, true)).toEqual({ taken: 1, isFull: false });
    expect(rig.core.counter(L.COUNTER_INLINE_TX_FULL)).toBe(1);
    expect(rig.sent(1)).toHaveLength(10);
    expect(rig.balance()).toEqual({ taken: 14, accounted: 14 });
  });

  it("uses a slot again that the kernel refused, and counts it", () => {
    const rig = new InlineRig(new Core(), { txSlots: 2 });
    rig.core.view.setUint32(rig.txSlot(1, 0), STATUS_WRONG_FORMAT, true);
    expect(rig.pass(0, [query(1)])).toHaveLength(1);
    expect(rig.core.counter(L.COUNTER_INLINE_TX_WRONG)).toBe(1);
  });

  it("puts a VLAN tag back, and moves what the virtio header tells with it", () => {
    const rig = new InlineRig(new Core());
    const inner = ipv4({ ...ends, id: 7 }, udp({ sport: 1, dport: 53 }, filler(1472)));
    const virtio = { flags: 1, start: 34, offset: 6 };
    const [sent] = rig.pass(0, [{ bytes: ethernet({}, inner), vlan: { tag: 0x2005, type: 0x8100 }, virtio }]);
    expect(sent?.bytes).toEqual(ethernet({}, vlan({ id: 5, priority: 1 }, inner)));
    expect(sent?.virtio).toEqual({ flags: 1, type: 0, headers: 0, segment: 0, start: 38, offset: 6 });
  });

  it("passes a merged frame with its virtio header", () => {
    const rig = new InlineRig(new Core(), { slotSize: 65536, rxSlots: 4, txSlots: 4 });
    const bytes = ethernet({}, ipv4(ends, tcp({ sport: 1, dport: 80, flags: "A", seq: 1 }, filler(30000))));
    const virtio = { flags: 1, type: 1, headers: 54, segment: 1448, start: 34, offset: 16 };
    expect(rig.pass(0, [{ bytes, virtio }])).toEqual([{ bytes, virtio }]);
    expect(rig.core.counter(L.COUNTER_MERGED_PACKETS)).toBe(20);
  });

  it("counts a merged frame whose packets the other interface does not take", () => {
    const rig = new InlineRig(new Core(), { slotSize: 8192, frameMax: 1014 });
    const bytes = ethernet({}, ipv4(ends, tcp({ sport: 1, dport: 80, flags: "A", seq: 1 }, filler(5000))));
    const merged = (segment: number, type = 1) => ({ bytes, virtio: { type, headers: 54, segment } });
    expect(rig.pass(0, [merged(961), merged(960), merged(1448, 0x81)])).toHaveLength(1);
    expect(rig.core.counter(L.COUNTER_INLINE_OVERSIZE)).toBe(2);
    // One datagram that the kernel will fragment.
    expect(rig.pass(0, [merged(1448, 3)])).toHaveLength(1);
  });

  it("counts what the other interface does not take", () => {
    const rig = new InlineRig(new Core(), { slotSize: 4096 });
    const tagged = ethernet({}, vlan({ id: 5 }, ipv4(ends, udp({ sport: 1, dport: 53 }, filler(1472)))));
    const frames = [query(1, 1472), tagged, query(1, 1473), { bytes: query(2), wire: 9000 }];
    expect(rig.pass(0, frames).map(({ bytes }) => bytes)).toEqual(frames.slice(0, 2));
    expect(rig.core.counter(L.COUNTER_INLINE_OVERSIZE)).toBe(2);
  });

  it("only reads in a tap", () => {
    const rig = new InlineRig(new Core(), {}, { mode: "tap" });
    expect(rig.pass(0, [query(1), query(2)])).toEqual([]);
    expect(rig.core.counter(L.COUNTER_PACKETS)).toBe(2);
    expect(rig.core.counter(L.COUNTER_INLINE_FORWARDED)).toBe(0);
  });
});

describe("discard()", () => {
  it("gives back what is older, unread", () => {
    const rig = new InlineRig(new Core());
    for (let i = 1; i <= 5; i++) rig.receive(0, { bytes: query(i), timeNs: BigInt(i) * 1_000_000_000n });
    expect(rig.core.exports.discard(0, 4_000_000_000n)).toBe(3);
    expect(rig.core.counter(L.COUNTER_INLINE_STALE)).toBe(3);
    expect(rig.forward(0).taken).toBe(2);
    expect(rig.sent(1).map(({ bytes }) => bytes)).toEqual([query(4), query(5)]);
  });
});
