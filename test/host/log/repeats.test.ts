// Repeats are held back and told: none is lost, none is told twice, and the table stays small.

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { REPEAT_BURST, REPEAT_WINDOW_MS, RepeatLimit } from "../../../host/log/repeats.js";
import { seedOf } from "../../support/random.js";

const PARAMETERS = { seed: seedOf("log repeats"), numRuns: 300 };

describe("RepeatLimit", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("lets a burst through, then tells how many more there were when the minute is over", () => {
    const limit = new RepeatLimit(Date.now);
    const told: number[] = [];
    const say = () => limit.admit("a", (held) => told.push(held));
    expect(Array.from({ length: REPEAT_BURST + 37 }, say).filter(Boolean)).toHaveLength(REPEAT_BURST);
    expect(limit.admit("b", () => undefined)).toBe(true);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(REPEAT_WINDOW_MS);
    expect(told).toEqual([37]);
    expect(say()).toBe(true);
    vi.advanceTimersByTime(10 * REPEAT_WINDOW_MS);
    expect(told).toEqual([37]);
  });

  it("tells at the end, and when the clock was set back", () => {
    let nowMs = 1_000_000;
    const limit = new RepeatLimit(() => nowMs, 1);
    const told: string[] = [];
    for (const key of ["a", "a", "b", "b", "b"]) limit.admit(key, (held) => told.push(`${key}${held}`));
    nowMs -= 500_000;
    limit.admit("c", () => undefined);
    expect(told).toEqual(["a1", "b2"]);
    for (let count = 0; count < 3; count++) limit.admit("c", (held) => told.push(`c${held}`));
    limit.end();
    expect(told).toEqual(["a1", "b2", "c3"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("accounts for every line, whatever the kinds and times", () => {
    const step = fc.record({ key: fc.nat(400), waitMs: fc.nat(5000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 3 }), (steps, burst) => {
        let nowMs = 0;
        let told = 0;
        const limit = new RepeatLimit(() => nowMs, burst);
        let said = 0;
        for (const { key, waitMs } of steps) {
          nowMs += waitMs;
          const admitted = limit.admit(String(key % 7 === 0 ? 0 : key), (held) => {
            told += held;
          });
          if (admitted) said++;
        }
        limit.end();
        expect(said + told).toBe(steps.length);
      }),
      PARAMETERS,
    );
  });

  it("keeps 256 kinds at most, telling of the oldest early", () => {
    const limit = new RepeatLimit(() => 0, 1);
    const told: number[] = [];
    limit.admit("first", () => undefined);
    limit.admit("first", (held) => told.push(held));
    for (let kind = 0; kind < 10_000; kind++) limit.admit(`kind ${kind}`, () => undefined);
    expect(told).toEqual([1]);
    expect((limit as unknown as { kinds: Map<string, unknown> }).kinds.size).toBe(256);
    limit.end();
  });
});
