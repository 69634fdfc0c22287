// The small parts: counting different things, the budget of openings, candidates, titles.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CANDIDATES_MAX, Candidates } from "../../../host/incident/candidates.js";
import { DistinctCount } from "../../../host/incident/distinct.js";
import { OpeningBudget } from "../../../host/incident/opening-budget.js";
import type { AlertPart } from "../../../host/incident/parts.js";

describe("DistinctCount", () => {
  it.each([1, 10, 32, 33, 100, 1000, 10_000, 40_000])("counts %d addresses, within four percent", (count) => {
    const distinct = new DistinctCount();
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < count; n++) distinct.add(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    }
    const error = Math.abs(distinct.count - count);
    expect(error).toBeLessThanOrEqual(count <= 32 ? 0 : Math.max(2, count * 0.04));
    expect(distinct.values).toHaveLength(Math.min(32, count));
  });

  it("says at least 50,000 of more, and stays small", () => {
    const distinct = new DistinctCount();
    for (let n = 0; n < 500_000; n++) distinct.add(String(n));
    expect(distinct.count).toBe(50_000);
    expect(JSON.stringify(distinct.state()).length).toBeLessThan(2000);
  });

  it("property: is the same after it was written and read; two together count what either has seen", () => {
    const words = fc.array(fc.string({ maxLength: 8 }), { maxLength: 80 });
    fc.assert(
      fc.property(words, words, (one, two) => {
        const [a, b, both] = [new DistinctCount(), new DistinctCount(), new DistinctCount()];
        for (const word of one) a.add(word);
        for (const word of two) b.add(word);
        for (const word of [...one, ...two]) both.add(word);
        const again = DistinctCount.from(JSON.parse(JSON.stringify(a.state())) as object);
        expect(again.count).toBe(a.count);
        again.addAll(b);
        expect(Math.abs(again.count - both.count)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("takes nothing amiss from a file", () => {
    for (const state of [undefined, {}, { list: ["a"], bits: "!" }, { list: [], bits: "AAAA" }]) {
      expect(DistinctCount.from(state).count).toBe(state?.list?.length ?? 0);
    }
  });
});

describe("OpeningBudget", () => {
  it("gives a burst, then so many a minute, for sources and targets each", () => {
    const budget = new OpeningBudget(0);
    const taken = (kind: "source" | "target", nowMs: number) => {
      let count = 0;
      while (budget.take(kind, nowMs)) count++;
      return count;
    };
    expect([taken("source", 0), taken("target", 0)]).toEqual([60, 16]);
    expect(taken("source", 1000)).toBe(0);
    expect([taken("source", 60_000), taken("target", 60_000)]).toEqual([30, 6]);
    expect(taken("source", 0)).toBe(0);
    expect(taken("source", 1e12)).toBe(60);
  });
});

describe("Candidates", () => {
  const part = (source: string, points: number, startUs = 0): AlertPart => ({
    type: "alert",
    points,
    severity: 1,
    startUs,
    endUs: startUs,
    source,
    destination: "192.0.2.1",
    port: 80,
    flow: "1",
    gid: 1,
    sid: 1,
    priority: 3,
    message: "",
    packet: 1,
    worker: 0,
  });

  it("add points up to an opening, and are gone then", () => {
    const candidates = new Candidates();
    expect(candidates.add("a", part("a", 34), 1000)).toBeUndefined();
    expect(candidates.add("a", part("a", 34), 1000)).toBeUndefined();
    expect(candidates.add("a", part("a", 34), 1000)).toHaveLength(3);
    expect(candidates.size).toBe(0);
    expect(candidates.add("a", part("a", 100), 1000)).toHaveLength(1);
  });

  it("begin anew after the window, and count nothing for the weakest signs", () => {
    const candidates = new Candidates();
    for (let n = 0; n < 10; n++) expect(candidates.add("a", part("a", 34, n * 2000), 1000)).toBeUndefined();
    for (let n = 0; n < 50; n++) expect(candidates.add("b", part("b", 15), 1000)).toBeUndefined();
    expect(candidates.size).toBe(1);
  });

  it("are bounded: the longest unseen goes, and is counted", () => {
    const candidates = new Candidates();
    candidates.add("kept", part("kept", 34), 1000);
    for (let n = 0; n < 10 * CANDIDATES_MAX; n++) {
      candidates.add(String(n), part("x", 34), 1000);
      if (n % 100 === 0) candidates.add("kept", part("kept", 20), 1e9);
    }
    expect(candidates.size).toBeLessThanOrEqual(CANDIDATES_MAX);
    expect(candidates.forgotten).toBeGreaterThan(8 * CANDIDATES_MAX);
  });
});
