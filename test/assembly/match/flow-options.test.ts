// flow, flowbits, finding and cause: over flows and sessions as a test makes them.

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as M from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as S from "../../../assembly/stream/stream-layout.js";
import { Bench, BUDGET, type TestOp } from "./option-program.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
beforeEach(() => bench.blank());

const TCP = 6;
const UDP = 17;
const ICMP = 1;

interface FlowFields {
  proto?: number;
  state?: number;
  reason?: number;
  flags?: number;
  portA?: number;
  portB?: number;
}

function makeFlow({ proto = TCP, state = 0, reason = 0, flags = 0, portA = 0, portB = 0 }: FlowFields): void {
  const { view } = bench.entry;
  view.setUint8(bench.flow + M.FLOW_PROTO_OFFSET, proto);
  view.setUint8(bench.flow + M.FLOW_STATE_OFFSET, state);
  view.setUint8(bench.flow + M.FLOW_DIR_REASON_OFFSET, reason);
  view.setUint32(bench.flow + M.FLOW_FLAGS_OFFSET, flags, true);
  view.setUint16(bench.flow + M.FLOW_PORT_A_OFFSET, portA, true);
  view.setUint16(bench.flow + M.FLOW_PORT_B_OFFSET, portB, true);
}

function sendFrom(end: "A" | "B"): void {
  const bits = end === "B" ? M.PACKET_BIT_SWAPPED : 0;
  bench.entry.view.setUint16(bench.packet + M.PACKET_BITS_OFFSET, bits, true);
}

const flowIs = (a: number): boolean => bench.run([{ code: R.OP_FLOW, a }]);

describe("direction", () => {
  const B = M.FLOW_FLAG_INITIATOR_B;
  it.each<[string, FlowFields, "A" | "B"]>([
    ["the SYN's sender is the client", { reason: M.DIR_REASON_SYN, portA: 80, portB: 4000 }, "B"],
    ["the SYN came from B", { reason: M.DIR_REASON_SYN, flags: B, portA: 4000, portB: 80 }, "A"],
    ["a SYN-ACK tells", { reason: M.DIR_REASON_SYNACK, portA: 80, portB: 4000 }, "B"],
    ["as learnt before", { reason: M.DIR_REASON_LEARNT, portA: 80, portB: 4000 }, "B"],
    ["first packet from A, B is well known", { portA: 4000, portB: 80 }, "B"],
    ["first packet from B, B is well known", { flags: B, portA: 4000, portB: 80 }, "B"],
    ["first packet from B, A is well known", { flags: B, portA: 80, portB: 4000 }, "A"],
    ["first packet from A, A is well known", { portA: 80, portB: 4000 }, "A"],
    ["first packet from A, both are well known", { portA: 80, portB: 25 }, "B"],
    ["first packet from B, both are well known", { flags: B, portA: 80, portB: 25 }, "A"],
    ["first packet from A, none is well known", { portA: 1024, portB: 4000 }, "B"],
    ["1023 is well known", { portA: 1023, portB: 1024 }, "A"],
    ["UDP goes by the first packet", { proto: UDP, portA: 53, portB: 4000 }, "B"],
  ])("%s: the server is %s %s", (_, fields, server) => {
    makeFlow(fields);
    for (const sender of ["A", "B"] as const) {
      sendFrom(sender);
      const isToServer = sender !== server;
      expect(Boolean(bench.entry.exports.toServer(bench.flow, bench.packet))).toBe(isToServer);
      expect(flowIs(R.FLOW_IS_TO_SERVER)).toBe(isToServer);
      expect(flowIs(R.FLOW_IS_TO_CLIENT)).toBe(!isToServer);
      expect(flowIs(R.FLOW_IS_TO_SERVER | R.FLOW_IS_TO_CLIENT)).toBe(false);
    }
  });
});

describe("established", () => {
  const BOTH = M.FLOW_FLAG_SEEN_A | M.FLOW_FLAG_SEEN_B;
  it.each<[string, FlowFields, boolean]>([
    ["a SYN alone", { state: M.TCP_STATE_SYN_SENT }, false],
    ["a SYN-ACK", { state: M.TCP_STATE_SYN_ACKED, flags: BOTH }, false],
    ["a handshake", { state: M.TCP_STATE_ESTABLISHED }, true],
    ["midstream, one side", { state: M.TCP_STATE_MIDSTREAM, flags: M.FLOW_FLAG_SEEN_A }, true],
    ["closing", { state: M.TCP_STATE_CLOSING }, true],
    ["closed", { state: M.TCP_STATE_CLOSED }, true],
    ["reset", { state: M.TCP_STATE_RESET }, true],
    ["TCP without a header", { state: M.TCP_STATE_NONE }, false],
    ["UDP, one side", { proto: UDP, flags: M.FLOW_FLAG_SEEN_A }, false],
    ["UDP, the other side", { proto: UDP, flags: M.FLOW_FLAG_SEEN_B }, false],
    ["UDP, both sides", { proto: UDP, flags: BOTH }, true],
    ["ICMP, both sides", { proto: ICMP, flags: BOTH }, true],
  ])("%s: %s", (_, fields, wanted) => {
    makeFlow({ portA: 80, portB: 4000, reason: M.DIR_REASON_SYN, ...fields });
    expect(flowIs(R.FLOW_IS_ESTABLISHED)).toBe(wanted);
    expect(flowIs(R.FLOW_IS_NOT_ESTABLISHED)).toBe(!wanted);
    expect(flowIs(R.FLOW_IS_ESTABLISHED | R.FLOW_IS_NOT_ESTABLISHED)).toBe(false);
    sendFrom("A");
    expect(flowIs(R.FLOW_IS_ESTABLISHED | R.FLOW_IS_TO_SERVER)).toBe(wanted);
    expect(flowIs(R.FLOW_IS_ESTABLISHED | R.FLOW_IS_TO_CLIENT)).toBe(false);
  });
});

describe("flowbits", () => {
  function flowbits(a: number, numbers: number[], any = false): TestOp {
    const data = new Uint8Array(Uint16Array.from(numbers).buffer);
    return { code: R.OP_FLOWBITS, a, b: numbers.length, c: any ? 1 : 0, data };
  }
  const bits = (): number[] => {
    const at = bench.session + S.SESSION_FLOWBITS_OFFSET;
    return Array.from({ length: 256 }, (_, i) => i).filter(
      (i) => (bench.entry.bytes[at + (i >> 3)]! & (1 << (i & 7))) !== 0,
    );
  };

  it("are set, unset and toggled, and nothing beside them", () => {
    expect(bench.run([flowbits(R.FLOWBITS_SET, [0, 7, 8, 255])])).toBe(true);
    expect(bits()).toEqual([0, 7, 8, 255]);
    expect(bench.run([flowbits(R.FLOWBITS_UNSET, [7, 9])])).toBe(true);
    expect(bits()).toEqual([0, 8, 255]);
    expect(bench.run([flowbits(R.FLOWBITS_TOGGLE, [8, 9])])).toBe(true);
    expect(bits()).toEqual([0, 9, 255]);
    const { bytes } = bench.entry;
    bytes.fill(0, bench.session + 64, bench.session + 96);
    expect(bytes.subarray(bench.session, bench.session + M.SESSION_SIZE).every((byte) => byte === 0)).toBe(
      true,
    );
  });

  it.each<[number, number[], boolean, boolean]>([
    [R.FLOWBITS_ISSET, [1], false, true],
    [R.FLOWBITS_ISSET, [2], false, false],
    [R.FLOWBITS_ISSET, [1, 3], false, true],
    [R.FLOWBITS_ISSET, [1, 2], false, false],
    [R.FLOWBITS_ISSET, [2, 1], true, true],
    [R.FLOWBITS_ISSET, [2, 4], true, false],
    [R.FLOWBITS_ISNOTSET, [2], false, true],
    [R.FLOWBITS_ISNOTSET, [1], false, false],
    [R.FLOWBITS_ISNOTSET, [2, 4], false, true],
    [R.FLOWBITS_ISNOTSET, [1, 2], false, false],
    [R.FLOWBITS_ISNOTSET, [1, 2], true, true],
    [R.FLOWBITS_ISNOTSET, [1, 3], true, false],
  ])("with 1 and 3 set, %i of %j, any %s: %s", (action, numbers, any, wanted) => {
    bench.run([flowbits(R.FLOWBITS_SET, [1, 3])]);
    expect(bench.run([flowbits(action, numbers, any)])).toBe(wanted);
  });

  it("without a session none is set, and what would be is counted", () => {
    const { view } = bench.entry;
    const at = M.COUNTERS_BASE + M.COUNTER_NO_SESSION * 8;
    const before = view.getBigUint64(at, true);
    for (const any of [false, true]) {
      expect(bench.run([flowbits(R.FLOWBITS_ISSET, [1], any)], BUDGET, 0)).toBe(false);
      expect(bench.run([flowbits(R.FLOWBITS_ISNOTSET, [1], any)], BUDGET, 0)).toBe(true);
    }
    expect(view.getBigUint64(at, true)).toBe(before);
    expect(bench.run([flowbits(R.FLOWBITS_SET, [1])], BUDGET, 0)).toBe(true);
    expect(view.getBigUint64(at, true)).toBe(before + 1n);
  });

  it("are left alone by a rule that does not hold", () => {
    expect(bench.run([{ code: R.OP_SAMEIP }, flowbits(R.FLOWBITS_SET, [1])])).toBe(false);
    expect(bits()).toEqual([]);
  });
});

describe("finding and cause", () => {
  it.each([0, 25, 31, 32, 63])("finding %i", (finding) => {
    const at = bench.flow + M.FLOW_FINDINGS_OFFSET;
    const op = { code: R.OP_FINDING, a: finding };
    expect(bench.run([op])).toBe(false);
    expect(bench.run([{ ...op, flags: R.OP_FLAG_NEGATED }])).toBe(true);
    bench.entry.view.setBigUint64(at, 1n << BigInt(finding), true);
    expect(bench.run([op])).toBe(true);
    expect(bench.run([{ ...op, flags: R.OP_FLAG_NEGATED }])).toBe(false);
    expect(bench.run([{ ...op, a: (finding + 1) & 63 }])).toBe(false);
  });

  it("a flow has exactly one cause", () => {
    makeFlow({ state: M.TCP_STATE_ESTABLISHED });
    const causes = Array.from({ length: 16 }, (_, i) => i).filter((a) =>
      bench.run([{ code: R.OP_CAUSE, a }]),
    );
    expect(causes).toHaveLength(1);
    const negated = { code: R.OP_CAUSE, a: causes[0]!, flags: R.OP_FLAG_NEGATED };
    expect(bench.run([negated])).toBe(false);
  });
});
