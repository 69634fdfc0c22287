// One IP ID that is not 0.

import { expect, it } from "vitest";
import { ipIdConstant } from "../../../../host/report/features/ip-id-constant.js";
import { flow, many, told } from "./rig.js";

it("names it, and the packets with another", () => {
  expect(told(ipIdConstant, { flows: [flow()], packets: many(5, () => ({ ipId: 54321 })) })).toBe(
    "the IP ID field is 54321 in all 5 packets: no stack numbers its packets so",
  );
  expect(told(ipIdConstant, { flows: [flow()], packets: many(5, (n) => ({ ipId: n === 4 ? 8 : 7 })) })).toBe(
    "the IP ID field is 7 in 4 of 5 packets: no stack numbers its packets so; except 8 in the packet of 11:31:10.000000",
  );
});

it("is not told of 0, of few, of counters", () => {
  expect(told(ipIdConstant, { flows: [flow()], packets: many(5, () => ({ ipId: 0 })) })).toBeUndefined();
  expect(told(ipIdConstant, { flows: [flow()], packets: many(3, () => ({ ipId: 9 })) })).toBeUndefined();
  expect(told(ipIdConstant, { flows: [flow()], packets: many(9, (n) => ({ ipId: 9 + n })) })).toBeUndefined();
});
