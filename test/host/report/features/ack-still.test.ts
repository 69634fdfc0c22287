// An acknowledgement number that never moves, where nothing is repeated.

import { expect, it } from "vitest";
import { ackStill } from "../../../../host/report/features/ack-still.js";
import { flow, many, told } from "./rig.js";

const still = flow({ orig: { packets: 3, flags: "PA" } });
const moving = flow({ sport: 3, at: 2, orig: { packets: 3, flags: "PA", ackAdvances: 2 } });

it("names the flows in which it moves", () => {
  expect(told(ackStill, { flows: many(3, () => still) })).toBe(
    "the acknowledgement number stands still in all 3 flows: the sender hears nobody",
  );
  expect(told(ackStill, { flows: [...many(5, () => still), moving] })).toBe(
    "the acknowledgement number stands still in 5 of 6 flows: the sender hears nobody; except it moves in the flow of 11:31:08.000000 from port 3",
  );
});

it("is not told of one packet, of SYNs, of conversations, or where data is repeated", () => {
  for (const one of [
    flow({ orig: { packets: 1, flags: "A" } }),
    flow({ orig: { packets: 3, flags: "S" } }),
    flow({ orig: { packets: 3, flags: "A" }, resp: { packets: 1, flags: "A" } }),
    flow({ orig: { packets: 3, flags: "A", retransmits: 1 } }),
    moving,
  ]) {
    expect(told(ackStill, { flows: [one] })).toBeUndefined();
  }
});
