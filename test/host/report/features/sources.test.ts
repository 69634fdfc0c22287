// Several senders.

import { expect, it } from "vitest";
import { sources } from "../../../../host/report/features/sources.js";
import { flow, many, told } from "./rig.js";

it("says how many spoke only once", () => {
  expect(told(sources, { flows: many(3, (n) => flow({ source: `192.0.2.${n}` })) })).toBe(
    "3 source addresses, each with one packet only",
  );
  const flows = many(3, (n) => flow({ source: `192.0.2.${n}`, orig: { packets: n + 1 } }));
  expect(told(sources, { flows })).toBe("3 source addresses, 1 of them with one packet only");
  expect(told(sources, { flows: flows.slice(1) })).toBe("2 source addresses");
});

it("is not told of one", () => {
  expect(told(sources, { flows: many(4, () => flow()) })).toBeUndefined();
});

it("are counted over all flows where only some are here", () => {
  const all = { flows: 9000, spanUs: 1e6, sources: 8000, destinations: 1, ports: 1 };
  const flows = many(3, (n) => flow({ source: `192.0.2.${n}` }));
  expect(told(sources, { flows, all })).toBe("about 8000 source addresses");
});
