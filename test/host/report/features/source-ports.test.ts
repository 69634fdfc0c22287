// How the source takes its ports.

import { expect, it } from "vitest";
import { sourcePorts } from "../../../../host/report/features/source-ports.js";
import { flow, many, told } from "./rig.js";

const at = (sport: number, n: number) => flow({ sport, at: n });

it("sees them go up, and names the steps back", () => {
  expect(told(sourcePorts, { flows: [26735, 27112, 27708].map(at) })).toBe(
    "source ports go up from flow to flow: 26735 to 27708",
  );
  expect(told(sourcePorts, { flows: [10, 20, 30, 25, 40, 50].map(at) })).toBe(
    "source ports go up from flow to flow 4 of 5 times: 10 to 50; except back to 25 in the flow of 11:31:09.000000 from port 25",
  );
});

it("sees that there is one only", () => {
  expect(told(sourcePorts, { flows: [53, 53, 53, 53, 53, 99].map(at) })).toBe(
    "5 of 6 flows come from one source port: 53; except another in the flow of 11:31:11.000000 from port 99",
  );
});

it("is not told of ports at random, of few, of several sources, of ICMP", () => {
  expect(told(sourcePorts, { flows: [10, 5, 30, 2, 40, 3].map(at) })).toBeUndefined();
  expect(told(sourcePorts, { flows: [10, 20].map(at) })).toBeUndefined();
  const two = many(6, (n) => flow({ sport: n + 1, source: `192.0.2.${n % 2}` }));
  expect(told(sourcePorts, { flows: two })).toBeUndefined();
  expect(told(sourcePorts, { flows: many(6, (n) => flow({ proto: 1, sport: 8, at: n })) })).toBeUndefined();
});
