// Flows that begin with one sequence number.

import { expect, it } from "vitest";
import { sequenceNumbers } from "../../../../host/report/features/sequence-numbers.js";
import { flags, flow, many, told } from "./rig.js";

const first = (n: number, seq = 0xec018dfd) => ({ flow: String(n), tcpFlags: flags("S"), seq });

it("counts the first SYN of each flow", () => {
  expect(
    told(sequenceNumbers, { flows: [flow()], packets: [...many(3, (n) => first(n)), first(0, 1)] }),
  ).toBe("the SYNs of all 3 flows have one sequence number, 0xEC018DFD: stacks choose it anew (RFC 6528)");
  expect(told(sequenceNumbers, { flows: [flow()], packets: many(5, (n) => first(n, n === 4 ? 1 : 2)) })).toBe(
    "the SYNs of 4 of 5 flows have one sequence number, 0x00000002: stacks choose it anew (RFC 6528); except 0x00000001 in the packet of 11:31:10.000000",
  );
});

it("is not told of numbers chosen anew, nor of one SYN sent again", () => {
  expect(told(sequenceNumbers, { flows: [flow()], packets: many(5, (n) => first(n, n)) })).toBeUndefined();
  expect(told(sequenceNumbers, { flows: [flow()], packets: many(5, () => first(1)) })).toBeUndefined();
});
