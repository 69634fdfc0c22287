// Packets of one size.

import { expect, it } from "vitest";
import { sizes } from "../../../../host/report/features/sizes.js";
import { flow, many, told } from "./rig.js";

it("says whether they carry anything", () => {
  expect(told(sizes, { flows: [flow()], packets: many(6, () => ({ size: 44 })) })).toBe(
    "all 6 packets are 44 bytes long, without data",
  );
  const packets = many(6, (n) => ({ size: n === 0 ? 60 : 120, payloadSize: 80 }));
  expect(told(sizes, { flows: [flow()], packets })).toBe(
    "5 of 6 packets are 120 bytes long; except 60 bytes in the packet of 11:31:06.000000",
  );
});

it("is not told of a few, or of many sizes", () => {
  expect(told(sizes, { flows: [flow()], packets: many(4, () => ({ size: 44 })) })).toBeUndefined();
  expect(told(sizes, { flows: [flow()], packets: many(9, (n) => ({ size: 44 + n })) })).toBeUndefined();
});
