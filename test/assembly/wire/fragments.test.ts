// Fragments: tied to the flow of their first one whatever the order, held until it comes, and never lost.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { bitNames, type Input, MS, read, readOne, SECOND, START, talkOf } from "../../support/read.js";

const V4 = { src: "10.0.0.1", dst: "10.0.0.2", id: 77 };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2", id: 78 };
const whole = f.udp({ sport: 4000, dport: 53 }, f.filler(200));
const TALK4 = "10.0.0.1:4000 > 10.0.0.2:53";
const TALK6 = "2001:db8::1:4000 > 2001:db8::2:53";

const four = f.ipv4Fragments(V4, whole, 64).map((packet) => f.ethernet({}, packet));
const six = f.ipv6Fragments(V6, whole, 64).map((packet) => f.ethernet({}, packet));

const CASES = [
  { name: "IPv4", frames: four, talk: TALK4 },
  { name: "IPv6", frames: six, talk: TALK6 },
];

describe.each(CASES)("$name", ({ frames, talk }) => {
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);

  it.each([
    ["in order", [0, 1, 2, 3]],
    ["the first last", [1, 2, 3, 0]],
    ["backwards", [3, 2, 1, 0]],
    ["the first in the middle", [1, 0, 3, 2]],
  ])("%s: one flow with everything counted", (_, order) => {
    const record = readOne(order.map((index) => frames[index] as Uint8Array));
    expect(talkOf(record)).toBe(talk);
    expect(record.orig).toMatchObject({ packets: 4, bytes, appBytes: 200, fragments: 4 });
    expect(bitNames("NOTE_", record.notes)).toContain("FRAGMENT");
    expect(record.startNs).toBe(START);
    expect(record.flags & L.FLOW_FLAG_FRAGMENTS_ONLY).toBe(0);
  });

  it("the first never comes: a flow without ports, marked, nothing lost", () => {
    const { core, records } = read(frames.slice(1));
    expect(records.length).toBe(1);
    expect(records[0]?.flags).toSatisfy((flags: number) => (flags & L.FLOW_FLAG_FRAGMENTS_ONLY) !== 0);
    expect(records[0]).toMatchObject({ portA: 0, portB: 0, proto: 17 });
    expect(records[0]?.orig).toMatchObject({ packets: 3, fragments: 3 });
    expect(core.counter(L.COUNTER_FRAGMENTS_ORPHANED)).toBe(3);
    expect(core.held).toBe(0);
  });

  it("the first never comes and time goes on: its record is made when the datagram is too old", () => {
    const inputs: Input[] = frames.slice(1).map((frame) => ({ frame, timeNs: START }));
    const other = f.ethernet({}, f.ipv4({ src: "10.9.9.9", dst: "10.9.9.8" }, f.icmpEcho({})));
    for (let i = 1; i < 400; i++)
      inputs.push({ frame: other, timeNs: START + 31n * SECOND + BigInt(i) * MS });
    const { core, records } = read(inputs, { fragmentSets: 4 });
    expect(core.counter(L.COUNTER_FRAGMENTS_ORPHANED)).toBe(3);
    expect(records.find(({ proto }) => proto === 17)?.packets).toBe(3);
  });

  it("a later fragment of a datagram that is too old is not tied to it", () => {
    const [first, second] = frames as [Uint8Array, Uint8Array];
    const { records } = read([first, { frame: second, timeNs: START + 40n * SECOND }]);
    expect(records.length).toBe(2);
  });

  it("a duplicate of a later fragment counts again, in the same flow", () => {
    const record = readOne([...frames, frames[2] as Uint8Array]);
    expect(record.orig.packets).toBe(5);
  });
});

describe("the fragment table under pressure", () => {
  const firsts = (id: number): Uint8Array[] =>
    f.ipv4Fragments({ ...V4, id }, whole, 64).map((packet) => f.ethernet({}, packet));

  it("loses no packet when more datagrams are open than it has places", () => {
    const inputs: Uint8Array[] = [];
    for (let id = 0; id < 100; id++) inputs.push(...firsts(id).slice(1));
    const { core, records } = read(inputs, { fragmentSets: 1 });
    expect(records.reduce((sum, record) => sum + record.packets, 0)).toBe(300);
    expect(core.counter(L.COUNTER_FRAGMENT_EVICTED)).toBeGreaterThan(0);
  });

  it("counts held packets until they are in a flow", () => {
    const { core } = read([]);
    core.push(four[1] as Uint8Array, { timeNs: START });
    core.push(four[2] as Uint8Array, { timeNs: START });
    core.exports.drain();
    expect(core.held).toBe(2);
    expect(core.counter(L.COUNTER_FLOW_PACKETS)).toBe(0);
    core.push(four[0] as Uint8Array, { timeNs: START });
    core.exports.drain();
    expect(core.held).toBe(0);
    expect(core.counter(L.COUNTER_FLOW_PACKETS)).toBe(3);
    core.finish();
  });
});

describe("odd fragments", () => {
  it("a first fragment too short for its ports is noted", () => {
    const frame = f.ethernet({}, f.ipv4({ ...V4, proto: 6, mf: true }, f.filler(8)));
    expect(bitNames("NOTE_", readOne([frame]).notes)).toEqual(["FRAGMENT", "FRAGMENT_TINY"]);
  });

  it.each(["in order", "the first one last"])(
    "a tunnel in fragments, %s: the first is the inner flow's",
    (order) => {
      const inner = f.ipv4({ src: "10.1.1.1", dst: "10.1.1.2" }, whole);
      const frames = f.ipv4Fragments({ ...V4, proto: 4 }, inner, 64).map((packet) => f.ethernet({}, packet));
      if (order !== "in order") frames.push(frames.shift() as Uint8Array);
      const { core, records } = read(frames);
      const found = records.map((record) => `${record.proto} ${talkOf(record)} ${record.packets}`).sort();
      expect(found).toEqual([
        "17 10.1.1.1:4000 > 10.1.1.2:53 1",
        `4 10.0.0.1 > 10.0.0.2 ${frames.length - 1}`,
      ]);
      expect(core.counter(L.COUNTER_FRAGMENTS)).toBe(frames.length);
      expect(core.counter(L.COUNTER_FRAGMENTS_ORPHANED)).toBe(0);
    },
  );

  it("the same id between other hosts, or of another protocol, is another datagram", () => {
    const [first, second] = f.ipv4Fragments(V4, whole, 64) as [Uint8Array, Uint8Array];
    const foreign = f.ipv4Fragments({ ...V4, src: "10.0.0.3" }, whole, 64)[1] as Uint8Array;
    const { records } = read([first, second, foreign].map((packet) => f.ethernet({}, packet)));
    expect(records.map(({ packets }) => packets).sort()).toEqual([1, 2]);
  });
});
