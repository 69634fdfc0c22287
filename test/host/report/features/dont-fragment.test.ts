// Don't-fragment.

import { expect, it } from "vitest";
import { dontFragment } from "../../../../host/report/features/dont-fragment.js";
import { flow, many, told } from "./rig.js";

it("is ordinary where all have it", () => {
  expect(told(dontFragment, { flows: [flow()], packets: many(3, () => ({})) })).toBe(
    "DF is set in all 3 packets (as path MTU discovery asks (RFC 1191))",
  );
});

it("names the few without it, and counts where it is mixed", () => {
  expect(told(dontFragment, { flows: [flow()], packets: many(9, (n) => ({ dontFragment: n !== 1 })) })).toBe(
    "DF is set in 8 of 9 packets; except not in the packet of 11:31:07.000000",
  );
  expect(told(dontFragment, { flows: [flow()], packets: many(9, (n) => ({ dontFragment: n < 4 })) })).toBe(
    "DF is set in 4 of 9 packets",
  );
});

it("rests on the flows where packets are not there", () => {
  expect(told(dontFragment, { flows: [flow({ orig: { packets: 5, dontFragment: 4 } })] })).toBe(
    "DF is set in 4 of 5 packets",
  );
});

it("is not told where none has it, nor of IPv6", () => {
  expect(
    told(dontFragment, { flows: [flow()], packets: many(3, () => ({ dontFragment: false })) }),
  ).toBeUndefined();
  expect(told(dontFragment, { flows: [flow({ family: 6, orig: { packets: 3 } })] })).toBeUndefined();
});
