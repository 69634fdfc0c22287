// One side sent, and nothing came back.

import { expect, it } from "vitest";
import { unidirectional } from "../../../../host/report/features/unidirectional.js";
import { flow, many, told } from "./rig.js";

const silent = many(7, (n) => flow({ sport: 40_000 + n, at: n, orig: { packets: 3 } }));
const answered = flow({ sport: 50_000, at: 9, orig: { packets: 3 }, resp: { packets: 2, flags: "RA" } });

it("counts the packets of who sent", () => {
  expect(told(unidirectional, { flows: silent })).toBe(
    "traffic is unidirectional: 21 packets from 192.0.2.1, none back",
  );
  const two = [...silent, flow({ source: "192.0.2.2", orig: { packets: 1 } })];
  expect(told(unidirectional, { flows: two })).toBe(
    "traffic is unidirectional: 22 packets from 2 addresses, none back",
  );
});

it("names the flows in which something came back, and does not say all", () => {
  expect(told(unidirectional, { flows: [...silent, answered] })).toBe(
    "traffic is unidirectional in 7 of 8 flows: 21 packets from 192.0.2.1, none back; except 2 packets back in the " +
      "flow of 11:31:15.000000 from port 50000",
  );
});

it("says that ICMP errors spoke of them", () => {
  expect(told(unidirectional, { flows: [flow({ icmpErrors: 2 })] })).toBe(
    "traffic is unidirectional: 1 packet from 192.0.2.1, none back but 2 ICMP errors",
  );
});

it("is not told where most are answered", () => {
  expect(told(unidirectional, { flows: [silent[0]!, answered, answered] })).toBeUndefined();
});
