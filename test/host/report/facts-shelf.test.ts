// What is kept of many flows: the first ones, and an even sample of the others.

import { expect, it } from "vitest";
import { FACTS_FIRST, FACTS_LATER, FactsShelf } from "../../../host/report/gather/facts-shelf.js";
import { flow } from "./features/rig.js";

function kept(count: number): { readonly at: readonly number[]; readonly made: number } {
  const shelf = new FactsShelf();
  let made = 0;
  for (let n = 0; n < count; n++) {
    shelf.add(() => {
      made++;
      return flow({ firstFrame: n });
    });
  }
  return { at: shelf.all.map(({ firstFrame }) => firstFrame), made };
}

it("keeps all of few", () => {
  expect(kept(FACTS_FIRST + 50).at).toEqual(Array.from({ length: FACTS_FIRST + 50 }, (_, n) => n));
});

it("keeps the first of many, and the others evenly, and looks at few", () => {
  const { at, made } = kept(1_000_000);
  expect(at.length).toBeLessThanOrEqual(FACTS_FIRST + FACTS_LATER);
  expect(at.length).toBeGreaterThanOrEqual(FACTS_FIRST + FACTS_LATER / 2);
  expect(at.slice(0, FACTS_FIRST)).toEqual(Array.from({ length: FACTS_FIRST }, (_, n) => n));
  const later = at.slice(FACTS_FIRST);
  const steps = later.slice(1).map((value, index) => value - later[index]!);
  expect(new Set(steps).size).toBe(1);
  expect(later.at(-1)!).toBeGreaterThan(980_000);
  expect(made).toBeLessThan(5000);
});
