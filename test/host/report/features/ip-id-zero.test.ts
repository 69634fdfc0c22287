// IP IDs of 0, by packets and by flows.

import { expect, it } from "vitest";
import { ipIdZero } from "../../../../host/report/features/ip-id-zero.js";
import { flow, look, many, told } from "./rig.js";

const DF = " (0 with DF is ordinary for today's Linux (RFC 6864))";

it("never says all where one has another, and says when that was", () => {
  const packets = many(24, (n) => ({ ipId: n === 5 ? 20959 : 0, isLogged: n === 5 }));
  expect(told(ipIdZero, { flows: [flow()], packets })).toBe(
    `the IP ID field is 0 in 23 of 24 packets${DF}; except 20959 in the packet logged at 11:31:11.000000`,
  );
  expect(
    told(ipIdZero, { flows: [flow()], packets: many(3, () => ({ ipId: 0, dontFragment: false })) }),
  ).toBe("the IP ID field is 0 in all 3 packets");
});

it("counts exceptions beyond five", () => {
  const packets = many(80, (n) => ({ ipId: n % 10 === 0 ? n + 1 : 0 }));
  const text = told(ipIdZero, { flows: [flow()], packets });
  expect(text).toContain("in 72 of 80 packets");
  expect(text).toMatch(/except 1 in the packet of .*, 41 in the packet of [0-9:.]+, and 3 more$/);
});

it("is not told of a few, of the other side, or of IPv6", () => {
  expect(told(ipIdZero, { flows: [flow()], packets: many(10, (n) => ({ ipId: n % 2 })) })).toBeUndefined();
  expect(
    told(ipIdZero, { flows: [flow()], packets: many(4, () => ({ ipId: 0, isActor: false })) }),
  ).toBeUndefined();
  expect(told(ipIdZero, { flows: [flow()], packets: many(4, () => ({ ipId: -1 })) })).toBeUndefined();
});

it("rests on the flows' sums where packets are not there", () => {
  const flows = [
    flow({ orig: { packets: 9, idZero: 9, dontFragment: 9 } }),
    flow({ sport: 5, at: 4, orig: { packets: 4, idZero: 3, idLast: 77, dontFragment: 4 } }),
  ];
  expect(told(ipIdZero, { flows })).toBe(
    `the IP ID field is 0 in 12 of 13 packets${DF}; except 77 in the flow of 11:31:10.000000 from port 5`,
  );
  expect(told(ipIdZero, { flows: [flow({ family: 6, orig: { packets: 9, idZero: 9 } })] })).toBeUndefined();
});

it("says that it looked at some packets only", () => {
  expect(
    told(ipIdZero, { flows: [flow()], packets: many(2, () => ({ ipId: 0 })), isWhole: false }),
  ).toContain("in all 2 packets looked at");
});

it("names an exception by a packet that was kept, where not all were", () => {
  const one = flow({ orig: { packets: 9, idZero: 8 } });
  const kept = look({ flows: [one], packets: [{ ipId: 20959, isLogged: true }] }).packets;
  expect(told(ipIdZero, { flows: [one], kept })).toContain(
    "; except 20959 in the packet logged at 11:31:06.000000",
  );
});
