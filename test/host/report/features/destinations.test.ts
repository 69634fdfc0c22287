// How many are spoken to, and where.

import { expect, it } from "vitest";
import { destinations } from "../../../../host/report/features/destinations.js";
import { flow, many, told } from "./rig.js";

it("is one, or addresses and ports are counted", () => {
  expect(told(destinations, { flows: many(2, () => flow()) })).toBe("one destination: 198.51.100.1 port 80");
  expect(told(destinations, { flows: many(3, (n) => flow({ dport: 20 + n })) })).toBe(
    "one destination, 198.51.100.1, and 3 ports, 20 to 22",
  );
  expect(told(destinations, { flows: many(3, (n) => flow({ destination: `198.51.100.${n}` })) })).toBe(
    "3 destinations, all port 80",
  );
  expect(
    told(destinations, { flows: many(3, (n) => flow({ destination: `198.51.100.${n}`, dport: 9 - n })) }),
  ).toBe("3 destinations, 3 ports, 7 to 9");
});

it("speaks of no port where the protocol has none", () => {
  const ping = (n: number) => flow({ proto: 1, destination: `198.51.100.${n}`, sport: 8, dport: 0 });
  expect(told(destinations, { flows: many(3, ping) })).toBe("3 destinations");
  expect(told(destinations, { flows: many(2, () => ping(1)) })).toBe("one destination: 198.51.100.1");
});

it("is not told of one flow", () => {
  expect(told(destinations, { flows: [flow()] })).toBeUndefined();
});

it("is counted over all flows where only some are here", () => {
  const all = { flows: 9000, spanUs: 1e6, sources: 1, destinations: 5000, ports: 1 };
  expect(told(destinations, { flows: many(3, (n) => flow({ destination: `198.51.100.${n}` })), all })).toBe(
    "about 5000 destinations, all port 80",
  );
});
