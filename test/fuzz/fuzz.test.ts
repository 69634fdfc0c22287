// The short mode of the fuzzer, in every run of the tests. `npm run fuzz` is the long one.

import { expect, it } from "vitest";
import { PATIENCE } from "../support/patience.js";
import { seedOf } from "../support/random.js";
import { runSession } from "./session.js";
import { shrinkList } from "./shrink.js";

it(
  "finds no trap, no read outside a frame, no packet lost",
  () => {
    const result = runSession({ seed: seedOf("fuzz"), packets: 20_000 });
    expect(result.packets).toBeGreaterThanOrEqual(20_000);
    expect(result.files).toBeGreaterThan(0);
  },
  60_000 * PATIENCE,
);

it("makes a failing list as short as it can be", () => {
  const list = Array.from({ length: 100 }, (_, index) => index);
  expect(shrinkList(list, (some) => some.includes(17) && some.includes(60))).toEqual([17, 60]);
  expect(shrinkList(list, (some) => some.includes(99))).toEqual([99]);
});
