// SYNs without any TCP option.

import { expect, it } from "vitest";
import { synOptions } from "../../../../host/report/features/syn-options.js";
import { flags, flow, many, told } from "./rig.js";

const bare = { tcpFlags: flags("S"), optionsSize: 0 };
const WHY = "today's stacks send some, hand-made packets often none";

it("names those that have some", () => {
  expect(told(synOptions, { flows: [flow()], packets: many(3, () => bare) })).toBe(
    `all 3 SYNs have no TCP option: ${WHY}`,
  );
  const packets = [...many(4, () => bare), { ...bare, optionsSize: 20 }];
  expect(told(synOptions, { flows: [flow()], packets })).toBe(
    `4 of 5 SYNs have no TCP option: ${WHY}; except 20 bytes of options in the packet of 11:31:10.000000`,
  );
});

it("is not told of SYN-ACKs, of few, of ordinary ones", () => {
  expect(
    told(synOptions, { flows: [flow()], packets: many(3, () => ({ ...bare, tcpFlags: flags("SA") })) }),
  ).toBeUndefined();
  expect(told(synOptions, { flows: [flow()], packets: many(2, () => bare) })).toBeUndefined();
  expect(
    told(synOptions, { flows: [flow()], packets: many(9, () => ({ ...bare, optionsSize: 4 })) }),
  ).toBeUndefined();
});
