// What is no longer inspected when much waits, and what is all the same; and checksums left to the card.

import { describe, expect, it } from "vitest";
import * as I from "../../../assembly/inline/inline-layout.js";
import * as L from "../../../assembly/layout.js";
import { ethernet, ipv4, tcp, text, udp } from "../../../examples/frame.js";
import { type InlineMode, inlineLoad } from "../../../host/wasm/inline.js";
import { RulesCore } from "../../support/rules-core.js";
import { InlineRig } from "../../support/slot-rig.js";

const RULES = 'alert ip any any -> any any (msg:"evil"; content:"evil"; sid:1;)';
const SLOTS = 64;
const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
const answer = { src: "10.0.0.2", dst: "10.0.0.1" };

function rig(mode: InlineMode = "inline", rules = RULES): InlineRig {
  return new InlineRig(new RulesCore(rules), { rxSlots: SLOTS, txSlots: 4 * SLOTS }, { mode });
}

/** Frames of a UDP conversation in which both sides speak, then of so many bytes of one. */
function call(port: number, bytes: number): Uint8Array[] {
  const one = (size: number): Uint8Array =>
    ethernet({}, ipv4(ends, udp({ sport: port, dport: 9000 }, new Uint8Array(size).fill(97))));
  const frames = [one(1), ethernet({}, ipv4(answer, udp({ sport: 9000, dport: port }, text("a"))))];
  for (let sent = 0; sent < bytes; sent += 1400) frames.push(one(1400));
  return frames;
}

const evil = (port: number): Uint8Array =>
  ethernet({}, ipv4(ends, udp({ sport: port, dport: 9000 }, text("evil"))));
const filling = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => ethernet({}, ipv4(ends, udp({ sport: i, dport: 7 }))));

/** Passes the frames one by one, then has so many more wait behind the last one; the load that it met. */
function meet(it: InlineRig, frames: readonly Uint8Array[], last: Uint8Array, behind: number): string {
  it.pass(0, frames);
  it.receive(0, last);
  for (const frame of filling(behind)) it.receive(0, frame);
  it.forward(0, 1);
  return inlineLoad((it.core as RulesCore).sensor);
}

const alerts = (it: InlineRig): number => (it.core as RulesCore).alerts().length;
const thinned = ({ core }: InlineRig): number[] => [
  core.counter(L.COUNTER_INLINE_THINNED_HIGH),
  core.counter(L.COUNTER_INLINE_THINNED_FULL),
];

describe("load", () => {
  it("is none below a quarter of a ring, high from there, full from half of it", () => {
    const loads = [0, 15, 16, 31, 32, 63].map((behind) => meet(rig(), [], evil(1), behind));
    expect(loads).toEqual(["none", "none", "high", "high", "full", "full"]);
  });

  it("is that of the fuller ring", () => {
    const it = rig();
    for (const frame of filling(40)) it.receive(1, frame);
    it.receive(0, evil(1));
    it.forward(0);
    expect(inlineLoad((it.core as RulesCore).sensor)).toBe("full");
  });

  it("passes by what a conversation says beyond its beginning, and counts it", () => {
    const it = rig();
    expect(meet(it, call(1, I.THIN_HIGH_BYTES), evil(1), 20)).toBe("high");
    expect(alerts(it)).toBe(0);
    expect(thinned(it)).toEqual([1, 0]);
    expect(it.sent(1).map(({ bytes }) => bytes)).toEqual([evil(1)]);
  });

  it("looks into everything without load", () => {
    const it = rig();
    meet(it, call(1, I.THIN_HIGH_BYTES), evil(1), 10);
    expect(alerts(it)).toBe(1);
    expect(thinned(it)).toEqual([0, 0]);
  });

  it("looks into the beginning all the same", () => {
    const it = rig();
    meet(it, call(1, I.THIN_HIGH_BYTES - 3000), evil(1), 20);
    expect(alerts(it)).toBe(1);
  });

  it("high spares only conversations of both sides, full any flow, and sooner", () => {
    const oneWay = call(1, I.THIN_HIGH_BYTES).filter((_, i) => i !== 1);
    const high = rig();
    meet(high, oneWay, evil(1), 20);
    expect(alerts(high)).toBe(1);
    const full = rig();
    meet(full, oneWay.slice(0, 5), evil(1), 40);
    expect(alerts(full)).toBe(0);
    expect(thinned(full)).toEqual([0, 1]);
    const beginning = rig();
    meet(beginning, oneWay.slice(0, 3), evil(1), 40);
    expect(alerts(beginning)).toBe(1);
  });

  it("spares no flow that has a finding, an alert among them", () => {
    const it = rig();
    meet(it, [evil(1), ...call(1, I.THIN_HIGH_BYTES)], evil(1), 40);
    expect(alerts(it)).toBe(2);
  });

  it("spares what is dropped anyway", () => {
    const it = rig("inline", RULES.replace("alert", "drop"));
    meet(it, [evil(1)], evil(1), 40);
    expect(alerts(it)).toBe(1);
    expect(it.core.counter(L.COUNTER_INLINE_DROPPED)).toBe(2);
    expect(thinned(it)).toEqual([0, 1]);
  });

  it("goes on counting and gathering evidence", () => {
    const it = rig();
    const frames = call(1, I.THIN_HIGH_BYTES);
    meet(it, frames, evil(1), 20);
    const flow = it.core.finish().find(({ portA, portB }) => [portA, portB].includes(9000));
    expect(flow?.packets).toBe(frames.length + 1);
  });

  it("spares nothing in a tap", () => {
    const it = rig("tap");
    meet(it, call(1, I.THIN_HIGH_BYTES), evil(1), 40);
    expect(alerts(it)).toBe(1);
    expect(thinned(it)).toEqual([0, 0]);
  });
});

describe("a checksum that the kernel has still to fill in", () => {
  const frame = (checksum: number): Uint8Array =>
    ethernet(
      {},
      ipv4(ends, tcp({ sport: 1, dport: 80, flags: "PA", seq: 1, ack: 1, checksum }, text("hello"))),
    );
  const virtio = { flags: 1, type: 0, headers: 0, segment: 0, start: 34, offset: 16 };

  it("is not called wrong, and goes out with what says so", () => {
    const it = rig();
    expect(it.pass(0, [{ bytes: frame(0x1234), virtio }])).toEqual([{ bytes: frame(0x1234), virtio }]);
    expect(it.core.counter(L.COUNTER_BAD_L4_CHECKSUM)).toBe(0);
    expect(it.core.counter(L.COUNTER_OFFLOADED)).toBe(1);
    const [record] = it.core.finish();
    expect(record!.notes & L.NOTE_OFFLOADED).toBe(L.NOTE_OFFLOADED);
    expect(record!.notes & L.NOTE_BAD_L4_CHECKSUM).toBe(0);
  });

  it("is called wrong when it should be there", () => {
    const it = rig();
    it.pass(0, [frame(0x1234)]);
    expect(it.core.counter(L.COUNTER_BAD_L4_CHECKSUM)).toBe(1);
  });

  it("is not called wrong in any encapsulation", () => {
    const it = rig();
    const inner = ipv4(ends, tcp({ sport: 1, dport: 80, flags: "A", checksum: 0x1234 }, text("hello")));
    it.pass(0, [
      { bytes: ethernet({}, ipv4({ src: "192.0.2.1", dst: "192.0.2.2", proto: 4 }, inner)), virtio },
    ]);
    expect(it.core.counter(L.COUNTER_BAD_L4_CHECKSUM)).toBe(0);
  });
});
