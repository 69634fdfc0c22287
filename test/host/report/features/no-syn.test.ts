// TCP without a SYN.

import { expect, it } from "vitest";
import { noSyn } from "../../../../host/report/features/no-syn.js";
import { flow, many, syn, told } from "./rig.js";

const without = many(3, (n) => flow({ sport: 40_000 + n, at: n, orig: { packets: 2, flags: "FPA" } }));

it("is told of all flows, or of those that have none", () => {
  expect(told(noSyn, { flows: without })).toBe(
    "there are no SYN packets: no flow has S in its flags (6 packets)",
  );
  expect(told(noSyn, { flows: [...without, syn({ sport: 7, at: 5 })] })).toBe(
    "3 of 4 TCP flows have no S in their flags (6 packets); except a SYN in the flow of 11:31:11.000000 from port 7",
  );
});

it("counts a SYN-ACK of the other side as one", () => {
  const answered = flow({ orig: { packets: 1, flags: "A" }, resp: { packets: 1, flags: "SA" } });
  expect(told(noSyn, { flows: [answered] })).toBeUndefined();
});

it("is not told of UDP, nor where most have one", () => {
  expect(told(noSyn, { flows: [flow({ proto: 17 })] })).toBeUndefined();
  expect(told(noSyn, { flows: [syn(), syn(), without[0]!] })).toBeUndefined();
});
