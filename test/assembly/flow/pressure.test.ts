// A full set: who goes, who stays, and that nothing is lost. One set, so every flow meets every other.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { LIMITS } from "../../support/core.js";
import { type Input, MS, read, SECOND, START } from "../../support/read.js";
import type { FlowRecord } from "../../support/record.js";

const LIMIT = { flowSets: 1 };
const END = { src: "10.0.0.1", dst: "10.0.0.2" };
const BACK = { src: "10.0.0.2", dst: "10.0.0.1" };

const tcp = (port: number, flags: string, back = false): Uint8Array =>
  back
    ? f.ethernet({}, f.ipv4(BACK, f.tcp({ sport: 80, dport: port, flags, seq: 9, ack: 2 })))
    : f.ethernet({}, f.ipv4(END, f.tcp({ sport: port, dport: 80, flags, seq: 1, ack: 10 })));
const udp = (port: number, back = false): Uint8Array =>
  back
    ? f.ethernet({}, f.ipv4(BACK, f.udp({ sport: 53, dport: port })))
    : f.ethernet({}, f.ipv4(END, f.udp({ sport: port, dport: 53 })));

/** Frames of a flow of that class on that port. */
const OF_CLASS: Record<number, (port: number) => Uint8Array[]> = {
  [L.CLASS_SINGLE]: (port) => [udp(port)],
  [L.CLASS_CLOSED]: (port) => [tcp(port, "S"), tcp(port, "RA", true)],
  [L.CLASS_HALF_OPEN]: (port) => [tcp(port, "S"), tcp(port, "S")],
  [L.CLASS_ONE_WAY]: (port) => [udp(port), udp(port)],
  [L.CLASS_TWO_WAY]: (port) => [udp(port), udp(port, true)],
  [L.CLASS_ESTABLISHED]: (port) => [tcp(port, "S"), tcp(port, "SA", true), tcp(port, "A")],
};
const established = (port: number): Uint8Array[] => OF_CLASS[L.CLASS_ESTABLISHED]?.(port) ?? [];

const portOf = (record: FlowRecord): number => Math.max(record.portA, record.portB);
const atEach = (frames: Uint8Array[], stepNs: bigint, fromNs = START): Input[] =>
  frames.map((frame, i) => ({ frame, timeNs: fromNs + BigInt(i) * stepNs }));

function fill(make: (index: number) => Uint8Array[]): Uint8Array[] {
  return Array.from({ length: L.SET_WAYS }, (_, index) => make(index)).flat();
}

describe("a newcomer to a full set", () => {
  const classes = Object.keys(OF_CLASS).map(Number).sort();

  it.each(classes.slice(0, -1).map((low, i) => [low, classes[i + 1] ?? 0]))(
    "pushes out class %d before class %d",
    (low, high) => {
      // The one of lower worth is the one heard last.
      const frames = fill((i) => OF_CLASS[i === L.SET_WAYS - 1 ? low : high]?.(1000 + i) ?? []);
      const { records } = read([...frames, tcp(9999, "S")], LIMIT);
      const evicted = records.filter(({ reason }) => reason === L.RECORD_REASON_EVICTED);
      expect(evicted.map(portOf)).toEqual([1000 + L.SET_WAYS - 1]);
      expect(evicted[0]).toMatchObject({ victimClass: low, class: low, set: 0 });
    },
  );

  it("pushes out the longest idle among equals", () => {
    const frames = atEach(
      fill((i) => [udp(1000 + i)]),
      2n * SECOND,
    );
    const heardAgain = atEach([udp(1000), udp(1000), udp(1001), udp(1001)], SECOND, START + 33n * SECOND);
    const { records } = read(
      [...frames, ...heardAgain, { frame: udp(9999), timeNs: START + 38n * SECOND }],
      LIMIT,
    );
    expect(records.filter(({ reason }) => reason === L.RECORD_REASON_EVICTED).map(portOf)).toEqual([1002]);
  });

  it("does not take a flow for idle because a packet came late", () => {
    const frames = atEach(
      fill((i) => [udp(1000 + i)]),
      2n * SECOND,
    );
    const { records } = read([...frames, { frame: udp(9999), timeNs: START + 20n * SECOND }], LIMIT);
    expect(records.filter(({ reason }) => reason === L.RECORD_REASON_EVICTED).map(portOf)).toEqual([1000]);
  });

  it("is refused by established flows, with a record of its own packet", () => {
    const { core, records } = read([...fill((i) => established(1000 + i)), tcp(9999, "S"), udp(9998)], LIMIT);
    const refused = records.filter(({ reason }) => reason === L.RECORD_REASON_REFUSED);
    expect(refused.map(portOf)).toEqual([9999, 9998]);
    expect(refused.map(({ packets, class: flowClass }) => [packets, flowClass])).toEqual([
      [1, L.CLASS_SINGLE],
      [1, L.CLASS_SINGLE],
    ]);
    expect(refused[0]).toMatchObject({ state: L.TCP_STATE_SYN_SENT, dirReason: L.DIR_REASON_SYN });
    expect(core.counter(L.COUNTER_FLOWS_REFUSED)).toBe(2);
    expect(core.counter(L.COUNTER_FLOWS_EVICTED)).toBe(0);
  });

  it("takes the place of an established flow that was silent for the protected time", () => {
    const frames = atEach(
      fill((i) => established(1000 + i)),
      MS,
    );
    const awake = atEach(
      Array.from({ length: 15 }, (_, i) => tcp(1001 + i, "A")),
      MS,
      START + LIMITS.protectNs,
    );
    const soon = { frame: tcp(9998, "S"), timeNs: START + LIMITS.protectNs };
    const late = { frame: tcp(9999, "S"), timeNs: START + LIMITS.protectNs + SECOND };
    const { core, records } = read([...frames, soon, ...awake, late], LIMIT);
    expect(records.filter(({ reason }) => reason === L.RECORD_REASON_REFUSED).map(portOf)).toEqual([9998]);
    expect(records.filter(({ reason }) => reason === L.RECORD_REASON_EVICTED).map(portOf)).toEqual([1000]);
    expect(core.counter(L.COUNTER_EVICTED_ESTABLISHED)).toBe(1);
  });
});

describe("a flood of new flows", () => {
  it("neither pushes out established ones nor loses a packet", () => {
    const flood = Array.from({ length: 20_000 }, (_, i) => tcp(2000 + (i % 60_000), "S"));
    const keep = Array.from({ length: 8 }, (_, i) => established(1000 + i)).flat();
    const { core, records } = read([...keep, ...flood, ...keep.slice(2, 3)], LIMIT);
    const open = records.filter(({ class: flowClass }) => flowClass === L.CLASS_ESTABLISHED);
    expect(open.map(({ reason }) => reason)).toEqual(Array(8).fill(L.RECORD_REASON_FLUSH));
    expect(records.reduce((sum, record) => sum + record.packets, 0)).toBe(20_025);
    expect(core.state32(L.STATE_FLOWS_PEAK_OFFSET)).toBe(L.SET_WAYS);
    expect(core.counter(L.COUNTER_EVICTED_ESTABLISHED)).toBe(0);
  });
});

describe("the ring of records", () => {
  it("numbers records from 1, in the order of their making", () => {
    const { records } = read(
      Array.from({ length: 200 }, (_, i) => udp(1000 + i)),
      LIMIT,
    );
    expect(records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(records.slice(0, 200 - L.SET_WAYS).map(({ packetIndex }) => packetIndex)).toEqual(
      Array.from({ length: 200 - L.SET_WAYS }, (_, i) => i + L.SET_WAYS + 1),
    );
  });

  it("counts what it has no room for, and keeps the older ones", () => {
    const { core } = read([], { ...LIMIT, recordLimit: 512, flags: L.CONFIG_FLAG_LOSSY_RECORDS });
    for (let i = 0; i < 1000; i++) core.push(udp(1000 + i), { timeNs: START });
    core.exports.drain();
    expect(core.pending).toBe(512);
    expect(core.counter(L.COUNTER_RECORDS)).toBe(1000 - L.SET_WAYS);
    expect(core.counter(L.COUNTER_RECORDS_LOST)).toBe(1000 - L.SET_WAYS - 512);
    expect(core.records().map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 512 }, (_, i) => i + 1),
    );
    core.finish();
  });
});
