// Flows that begin with the same bytes.

import { expect, it } from "vitest";
import { samePayload } from "../../../../host/report/features/same-payload.js";
import { flow, many, told } from "./rig.js";

const data = (n: number, payloadHash = 7) => ({ flow: String(n), payloadSize: 97, payloadHash });

it("compares the first data of each flow", () => {
  const packets = [...many(4, (n) => data(n)), data(0, 8)];
  expect(told(samePayload, { flows: [flow()], packets })).toBe(
    "the same 97 bytes of data begin all 4 flows that have any",
  );
  expect(told(samePayload, { flows: [flow()], packets: many(5, (n) => data(n, n === 2 ? 1 : 7)) })).toBe(
    "the same 97 bytes of data begin 4 of 5 flows that have any; except 97 other bytes in the packet of 11:31:08.000000",
  );
});

it("is not told of few flows, of several data, of none", () => {
  expect(told(samePayload, { flows: [flow()], packets: many(2, (n) => data(n)) })).toBeUndefined();
  expect(told(samePayload, { flows: [flow()], packets: many(6, (n) => data(n, n)) })).toBeUndefined();
  expect(
    told(samePayload, { flows: [flow()], packets: many(6, (n) => ({ flow: String(n) })) }),
  ).toBeUndefined();
});
