// How long a flow is one flow: idle timeouts by protocol and state, the memory of who began, intermediate records,
// and clocks that jump.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { LIMITS } from "../../support/core.js";
import { type Input, MS, read, readOne, SECOND, START, talkOf } from "../../support/read.js";
import type { FlowRecord } from "../../support/record.js";
import { Talk } from "../../support/talk.js";

const udp = (back = false, size = 10): Uint8Array => {
  const [src, dst, sport, dport] = back
    ? ["10.0.0.2", "10.0.0.1", 53, 4000]
    : ["10.0.0.1", "10.0.0.2", 4000, 53];
  return f.ethernet(
    {},
    f.ipv4(
      { src: String(src), dst: String(dst) },
      f.udp({ sport: Number(sport), dport: Number(dport) }, f.filler(size)),
    ),
  );
};
const at = (frame: Uint8Array, timeNs: bigint): Input => ({ frame, timeNs: START + timeNs });
const ICMP = f.ethernet({}, f.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, f.icmpEcho({})));
const OTHER = f.ethernet({}, f.ipv4({ src: "10.0.0.1", dst: "10.0.0.2", proto: 89 }, f.filler(9)));
const A = (t: Talk): Uint8Array => t.c("A");

const KINDS: {
  name: string;
  timeoutNs: bigint;
  before: (t: Talk) => Uint8Array[];
  again: (t: Talk) => Uint8Array;
}[] = [
  { name: "UDP", timeoutNs: LIMITS.udpNs, before: () => [udp()], again: () => udp() },
  { name: "ICMP", timeoutNs: LIMITS.icmpNs, before: () => [ICMP], again: () => ICMP },
  { name: "another protocol", timeoutNs: LIMITS.otherNs, before: () => [OTHER], again: () => OTHER },
  {
    name: "TCP opening",
    timeoutNs: LIMITS.tcpOpeningNs,
    before: (t) => [t.c("S")],
    again: (t) => t.c("S", 0, { seq: 1000 }),
  },
  { name: "TCP established", timeoutNs: LIMITS.tcpEstablishedNs, before: (t) => t.open(), again: A },
  { name: "TCP midstream", timeoutNs: LIMITS.tcpEstablishedNs, before: (t) => [t.c("PA", 5)], again: A },
  {
    name: "TCP half closed",
    timeoutNs: LIMITS.tcpEstablishedNs,
    before: (t) => [...t.open(), t.c("FA")],
    again: A,
  },
  { name: "TCP reset", timeoutNs: LIMITS.tcpClosedNs, before: (t) => [...t.open(), t.c("R")], again: A },
  {
    name: "TCP closed",
    timeoutNs: LIMITS.tcpClosedNs,
    before: (t) => [...t.open(), t.c("FA"), t.s("FA")],
    again: A,
  },
];

describe.each(KINDS)("$name", ({ timeoutNs, before, again }) => {
  const run = (gapNs: bigint): FlowRecord[] => {
    const t = new Talk();
    return read([...before(t).map((frame) => at(frame, 0n)), at(again(t), gapNs)]).records;
  };

  it("is one flow up to its timeout", () => {
    expect(run(timeoutNs).length).toBe(1);
  });

  it("is another one after it", () => {
    expect(run(timeoutNs + 1n).map(({ reason }) => reason)).toEqual([
      L.RECORD_REASON_IDLE,
      L.RECORD_REASON_FLUSH,
    ]);
  });
});

describe("the sweep", () => {
  /** Packets of another flow that move the clock on, one a hundred milliseconds. */
  const ticking = (fromNs: bigint, toNs: bigint): Input[] => {
    const out: Input[] = [];
    for (let t = fromNs; t <= toNs; t += 100n * MS) out.push(at(OTHER, t));
    return out;
  };

  it("ends an idle flow while others go on, within a turn", () => {
    // So few sets that the packets pay for a whole turn: four sets each at most.
    const { core } = read([], { flowSets: 8 });
    const inputs = [at(udp(), 0n), ...ticking(0n, LIMITS.udpNs + LIMITS.sweepNs + 2n * SECOND)];
    for (const input of inputs) if (!(input instanceof Uint8Array)) core.push(input.frame, input);
    core.exports.drain();
    const [record] = core.records();
    expect(record).toMatchObject({ reason: L.RECORD_REASON_IDLE, proto: 17, lastNs: START });
    core.finish();
  });

  it("goes on by tick() when no packet comes", () => {
    const { core } = read([]);
    core.push(udp(), { timeNs: START });
    core.exports.drain();
    core.exports.tick(START + LIMITS.udpNs);
    expect(core.records()).toEqual([]);
    core.exports.tick(START + LIMITS.udpNs + LIMITS.sweepNs + 2n * SECOND);
    expect(core.records().map(({ reason }) => reason)).toEqual([L.RECORD_REASON_IDLE]);
    expect(core.state32(L.STATE_FLOWS_USED_OFFSET)).toBe(0);
  });
});

describe("who began is remembered", () => {
  const T = LIMITS.udpNs;
  const G = LIMITS.ghostNs;

  it("when the answerer speaks first after a silence: learnt, and turned", () => {
    const { records } = read([at(udp(), 0n), at(udp(true), 0n), at(udp(true), T + SECOND)]);
    expect(records.map(talkOf)).toEqual(["10.0.0.1:4000 > 10.0.0.2:53", "10.0.0.1:4000 > 10.0.0.2:53"]);
    expect(records[1]?.dirReason).toBe(L.DIR_REASON_LEARNT);
    expect((records[1]?.flags ?? 0) & L.FLOW_FLAG_TURNED).not.toBe(0);
  });

  it("to the end of its time, and no longer", () => {
    const later = (gapNs: bigint): FlowRecord | undefined =>
      read([at(udp(), 0n), at(udp(true), gapNs)]).records[1];
    expect(later(T + G)?.dirReason).toBe(L.DIR_REASON_LEARNT);
    expect(later(T + G + 1n)).toMatchObject({ dirReason: L.DIR_REASON_FIRST_PACKET });
    expect(talkOf(later(T + G + 1n) as FlowRecord)).toBe("10.0.0.2:53 > 10.0.0.1:4000");
  });

  it("but a SYN says it anew", () => {
    const t = new Talk();
    const { records } = read([at(t.c("S"), 0n), at(t.s("S"), LIMITS.tcpOpeningNs + SECOND)]);
    expect(records.map(talkOf)).toEqual(["10.0.0.1:4000 > 10.0.0.2:80", "10.0.0.2:80 > 10.0.0.1:4000"]);
    expect(records[1]?.dirReason).toBe(L.DIR_REASON_SYN);
  });

  it("counters begin anew", () => {
    const { records } = read([at(udp(), 0n), at(udp(), T + SECOND)]);
    expect(records.map(({ packets }) => packets)).toEqual([1, 1]);
    expect(records[1]?.startNs).toBe(START + T + SECOND);
  });
});

describe("intermediate records", () => {
  const statusNs = 10n * SECOND;

  it("tell what came since the last one; the flow goes on", () => {
    const inputs = [0n, 4n, 8n, 12n, 16n, 24n].map((s) => at(udp(s % 8n !== 0n), s * SECOND));
    const { core, records } = read(inputs, { statusNs });
    expect(records.map(({ reason }) => reason)).toEqual([
      L.RECORD_REASON_STATUS,
      L.RECORD_REASON_STATUS,
      L.RECORD_REASON_FLUSH,
    ]);
    expect(records.map(({ statusCount }) => statusCount)).toEqual([0, 1, 2]);
    expect(records.map(({ packets }) => packets)).toEqual([3, 5, 6]);
    const told = records.map((r) => r.packets - r.reportedPacketsA - r.reportedPacketsB);
    expect(told).toEqual([3, 2, 1]);
    const bytes = records.map((r) => r.a.bytes + r.b.bytes - r.a.reportedBytes - r.b.reportedBytes);
    expect(bytes).toEqual(told.map((packets) => packets * udp().length));
    const app = records.map((r) => r.a.appBytes + r.b.appBytes - r.a.reportedAppBytes - r.b.reportedAppBytes);
    expect(app).toEqual(told.map((packets) => packets * 10));
    expect(records.map((r) => (r.recordStartNs - START) / SECOND)).toEqual([0n, 12n, 24n]);
    expect(new Set(records.map(({ startNs }) => startNs))).toEqual(new Set([START]));
    expect(core.counter(L.COUNTER_RECORDS_STATUS)).toBe(2);
  });

  it("keep flags and evidence for the flow's life", () => {
    const t = new Talk();
    const { records } = read([...t.open().map((frame) => at(frame, 0n)), at(t.c("PA", 9), 11n * SECOND)], {
      statusNs,
    });
    expect(records[1]).toMatchObject({ state: L.TCP_STATE_ESTABLISHED, dirReason: L.DIR_REASON_SYN });
    expect(records[1]?.orig.flags).toBe(0b011010);
  });

  it("are off without an interval", () => {
    expect(readOne([at(udp(), 0n), at(udp(), 30n * SECOND)]).statusCount).toBe(0);
  });
});

describe("time out of order", () => {
  it("a late packet moves the start, not the end", () => {
    const record = readOne([at(udp(), 5n * SECOND), at(udp(), 4n * SECOND)]);
    expect([record.startNs, record.lastNs]).toEqual([START + 4n * SECOND, START + 5n * SECOND]);
  });

  it("is counted, and a leap apart from it", () => {
    const { core } = read([at(udp(), 0n), at(udp(), -SECOND), at(udp(), 200n * SECOND), at(udp(), 0n)]);
    expect(core.counter(L.COUNTER_CLOCK_BACK)).toBe(2);
    expect(core.counter(L.COUNTER_CLOCK_JUMP)).toBe(2);
  });

  it("a clock set back ends no flow that goes on", () => {
    const inputs = [0n, 1n, 2n].map((s) => at(udp(), s * SECOND));
    const back = [0n, 1n, 2n].map((s) => at(udp(), s * SECOND - 500n * SECOND));
    expect(readOne([...inputs, ...back]).packets).toBe(6);
  });
});
