// One side alone that hears the other.

import { expect, it } from "vitest";
import { ackAdvances } from "../../../../host/report/features/ack-advances.js";
import { flow, told, whole } from "./rig.js";

const hearing = flow({ orig: { packets: 9, flags: "PA", ackAdvances: 6 } });
const deaf = flow({ sport: 4, at: 1, orig: { packets: 2, flags: "PA" } });

it("counts the steps, and names who hears nobody", () => {
  expect(told(ackAdvances, { flows: [hearing, hearing] })).toBe(
    "the sender hears somebody who is not seen here, in all 2 one-sided flows: its acknowledgement number moved 12 times",
  );
  expect(told(ackAdvances, { flows: [hearing, deaf] })).toContain(
    "in 1 of 2 one-sided flows: its acknowledgement number moved 6 times; except it hears nobody in the flow of 11:31:07.000000 from port 4",
  );
});

it("is not told of the letter's kind, nor of whole conversations", () => {
  expect(told(ackAdvances, { flows: [deaf] })).toBeUndefined();
  expect(told(ackAdvances, { flows: [whole()] })).toBeUndefined();
});
