// Data that was sent again.

import { expect, it } from "vitest";
import { sameDataAgain } from "../../../../host/report/features/same-data-again.js";
import { leak, told } from "./rig.js";

const again = leak();
const once = leak({ sport: 9, at: 3, orig: { packets: 1, appBytes: 50, flags: "PA", retransmits: 0 } });

it("says that nobody acknowledges it only where the number stands still throughout", () => {
  expect(told(sameDataAgain, { flows: [again] })).toBe(
    "the same data is sent again in the one flow with data, and nobody acknowledges it: the acknowledgement number stands still",
  );
  const moving = leak({ orig: { packets: 9, appBytes: 900, flags: "PA", retransmits: 1, ackAdvances: 3 } });
  expect(told(sameDataAgain, { flows: [again, moving] })).toBe(
    "the same data is sent again in all 2 flows with data",
  );
});

it("names the flow that repeats nothing", () => {
  expect(told(sameDataAgain, { flows: [again, once] })).toContain(
    "in 1 of 2 flows with data, and nobody acknowledges it: the acknowledgement number stands still; except nothing again in the flow of 11:31:09.000000 from port 9",
  );
});

it("says how much later, by flow, sequence number and bytes", () => {
  const packet = { payloadSize: 10, payloadHash: 1, seq: 5 };
  const packets = [
    { ...packet, at: 0 },
    { ...packet, at: 3 },
    { ...packet, at: 4, payloadHash: 2 },
    { ...packet, at: 5, seq: 15 },
    { ...packet, at: 6.5 },
  ];
  expect(told(sameDataAgain, { flows: [again], packets })).toContain("(2 segments, 3.0 s to 6.5 s later)");
});

it("is not told where nothing was repeated", () => {
  expect(told(sameDataAgain, { flows: [once] })).toBeUndefined();
  expect(told(sameDataAgain, { flows: [] })).toBeUndefined();
});
