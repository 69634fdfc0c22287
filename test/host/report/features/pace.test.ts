// How fast flows follow one another.

import { expect, it } from "vitest";
import { pace } from "../../../../host/report/features/pace.js";
import { flow, many, told } from "./rig.js";

it("is by a clock where distances are the same, fast where there are many", () => {
  expect(told(pace, { flows: many(6, (n) => flow({ at: n * 60 + (n % 2) })) })).toBe(
    "a flow begins each 61.0 s, within 2.0 s: by a clock",
  );
  expect(told(pace, { flows: many(101, (n) => flow({ at: (n * n) / 1000 })) })).toBe(
    "101 flows begin in 10.0 s, 10 a second",
  );
  expect(told(pace, { flows: many(9, () => flow()) })).toBe("9 flows begin at once");
});

it("is not told of slow and irregular ones, nor of few", () => {
  expect(told(pace, { flows: [0, 3, 50, 51, 200].map((at) => flow({ at })) })).toBeUndefined();
  expect(told(pace, { flows: many(4, (n) => flow({ at: n })) })).toBeUndefined();
});

it("is of all flows where only some are here", () => {
  const all = { flows: 9001, spanUs: 10e6, sources: 1, destinations: 1, ports: 1 };
  expect(told(pace, { flows: many(6, (n) => flow({ at: n })), all })).toBe(
    "9001 flows begin in 10.0 s, 900 a second",
  );
  expect(
    told(pace, { flows: many(6, (n) => flow({ at: n })), all: { ...all, spanUs: 9e9 } }),
  ).toBeUndefined();
});
