// Which MAC addresses the frames came from.

import { expect, it } from "vitest";
import { firstHop } from "../../../../host/report/features/first-hop.js";
import { flow, many, told } from "./rig.js";

const WHO = "the last router before the sensor, or the sender itself";

it("names one, and the packets from another", () => {
  expect(told(firstHop, { flows: [flow()], packets: many(2, () => ({})) })).toBe(
    `all 2 packets came from 02:00:00:00:00:01: ${WHO}`,
  );
  const packets = many(3, (n) => (n === 1 ? { mac: "02:00:00:00:00:99" } : {}));
  expect(told(firstHop, { flows: [flow()], packets })).toBe(
    `2 of 3 packets came from 02:00:00:00:00:01: ${WHO}; except 02:00:00:00:00:99 in the packet of 11:31:07.000000`,
  );
});

it("rests on first packets where packets are not there", () => {
  const flows = [flow({ orig: { mac: "02:00:00:00:00:05" } })];
  expect(told(firstHop, { flows })).toBe(
    `the first packet of the one flow came from 02:00:00:00:00:05: ${WHO}`,
  );
});

it("is not told without Ethernet", () => {
  expect(told(firstHop, { flows: [flow()], packets: [{ mac: "" }] })).toBeUndefined();
  expect(told(firstHop, { flows: [flow()] })).toBeUndefined();
});
