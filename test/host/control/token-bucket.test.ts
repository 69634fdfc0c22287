// The rate of a client, on a clock that the test turns.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../../host/control/token-bucket.js";

describe("TokenBucket", () => {
  it("gives a burst, then its rate, and tells when to come again", () => {
    let nowMs = 0;
    const bucket = new TokenBucket(10, 3, () => nowMs);
    expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 0, 100]);
    nowMs = 99;
    expect(bucket.take()).toBe(1);
    nowMs = 100;
    expect([bucket.take(), bucket.take()]).toEqual([0, 100]);
    nowMs = 1_000_000;
    expect([bucket.take(3), bucket.take(2)]).toEqual([0, 200]);
  });

  it("never gives more than burst + rate * time, and never refuses twice the time it named", () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(200), count: fc.integer({ min: 1, max: 5 }) }), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(steps, (list) => {
        let [nowMs, given] = [0, 0];
        const bucket = new TokenBucket(50, 5, () => nowMs);
        for (const { waitMs, count } of list) {
          nowMs += waitMs;
          const retryMs = bucket.take(count);
          if (retryMs > 0) {
            nowMs += retryMs;
            expect(bucket.take(count)).toBe(0);
          }
          given += count;
          expect(given).toBeLessThanOrEqual(5 + (50 * nowMs) / 1000 + 1e-6);
        }
      }),
      { seed: 20261124, numRuns: 200 },
    );
  });
});
