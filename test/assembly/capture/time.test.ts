// Times of capture files against the same arithmetic in unbounded integers.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { captureSensor } from "../../support/capture-module.js";

const MAX = 2n ** 64n - 1n;
const SECOND_NS = 10n ** 9n;

function saturated(ns: bigint): bigint {
  return ns < 0n ? 0n : ns > MAX ? MAX : ns;
}

/** The definition: ticks in seconds, times 10^9, rounded down, plus whole seconds. */
function reference(ticks: bigint, resolution: number, offset: bigint): bigint {
  const power = BigInt(resolution & 0x7f);
  const units = resolution & 0x80 ? 2n ** power : 10n ** power;
  return saturated(saturated((ticks * SECOND_NS) / units) + offset * SECOND_NS);
}

describe("timeNs", () => {
  let timeNs: (ticks: bigint, resolution: number, offset: bigint) => bigint;
  beforeAll(async () => {
    const { exports } = await captureSensor();
    const compiled = (exports as unknown as { timeNs: (t: bigint, r: number, o: bigint) => bigint }).timeNs;
    timeNs = (ticks, resolution, offset) => BigInt.asUintN(64, compiled(ticks, resolution, offset));
  });

  const ticks = fc.oneof(fc.bigInt(0n, MAX), fc.bigInt(0n, 2n ** 40n), fc.constantFrom(0n, 1n, MAX));

  it("is exact for every resolution, offset and number of ticks, and saturates", () => {
    const offset = fc.oneof(
      fc.constant(0n),
      fc.bigInt(-(2n ** 33n), 2n ** 33n),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    );
    fc.assert(
      fc.property(ticks, fc.integer({ min: 0, max: 255 }), offset, (count, resolution, seconds) => {
        const binary = (resolution & 0x80) !== 0;
        const expected = reference(count, resolution, seconds);
        const found = timeNs(count, resolution, seconds);
        // The last second below 2^64 ns saturates early for powers of two: 585 years from 1970.
        if (binary && expected > MAX - 2n * SECOND_NS) return found >= MAX - 2n * SECOND_NS;
        return found === expected;
      }),
      { numRuns: 3000 },
    );
  });

  it("knows the usual resolutions", () => {
    expect(timeNs(1_700_000_000_123_456n, 6, 0n)).toBe(1_700_000_000_123_456_000n);
    expect(timeNs(1_700_000_000_123_456_789n, 9, 0n)).toBe(1_700_000_000_123_456_789n);
    expect(timeNs(1_700_000_000n, 0, 0n)).toBe(1_700_000_000_000_000_000n);
    expect(timeNs((1_700_000_000n << 32n) | 0x8000_0000n, 0x80 | 32, 0n)).toBe(1_700_000_000_500_000_000n);
  });
});
