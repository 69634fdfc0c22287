// Answers to what nobody asked.

import { expect, it } from "vitest";
import { unaskedAnswers } from "../../../../host/report/features/unasked-answers.js";
import { flow, told } from "./rig.js";

const answer = (n: number, letters: string) =>
  flow({ destination: `198.51.100.${n}`, findings: ["backscatter"], orig: { packets: 1, flags: letters } });

it("tells SYN-ACKs from resets and others", () => {
  const flows = [answer(1, "SA"), answer(2, "RA"), answer(3, "RA"), { ...answer(4, ""), proto: 1, state: 0 }];
  expect(told(unaskedAnswers, { flows })).toBe(
    "all 4 flows are answers to what nobody asked: SYN-ACK in 1, RST in 2, others in 1, to 4 addresses",
  );
});

it("names flows that are none", () => {
  expect(told(unaskedAnswers, { flows: [answer(1, "RA"), flow({ at: 1, sport: 5 })] })).toBe(
    "1 of 2 flows is an answer to what nobody asked: RST in 1, to 1 address; except no such answer in the flow of 11:31:07.000000 from port 5",
  );
});

it("is not told without the finding", () => {
  expect(told(unaskedAnswers, { flows: [flow({ orig: { packets: 1, flags: "RA" } })] })).toBeUndefined();
});
