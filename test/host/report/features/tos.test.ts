// A TOS that is not 0, or not one.

import { expect, it } from "vitest";
import { tos } from "../../../../host/report/features/tos.js";
import { flow, many, told } from "./rig.js";

it("is named where nearly all have it, counted where not", () => {
  expect(told(tos, { flows: [flow()], packets: many(5, (n) => ({ tos: n === 3 ? 0 : 16 })) })).toBe(
    "TOS is 0x10 in 4 of 5 packets; except 0x0 in the packet of 11:31:09.000000",
  );
  expect(told(tos, { flows: [flow()], packets: many(4, (n) => ({ tos: n * 4 })) })).toBe(
    "TOS has 4 values in all 4 packets",
  );
});

it("rests on last packets where packets are not there", () => {
  expect(told(tos, { flows: [flow({ orig: { packets: 2, tos: 8 } }), flow()] })).toBe(
    "TOS is 0x8 in last packets of flows",
  );
});

it("is not told where it is 0", () => {
  expect(told(tos, { flows: [flow()], packets: many(3, () => ({})) })).toBeUndefined();
  expect(told(tos, { flows: [flow()] })).toBeUndefined();
});
