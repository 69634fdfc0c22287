// Durations and sizes: what is written reads back, what is read is exact, and nothing else passes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatDuration,
  formatSize,
  guessDuration,
  guessSize,
  parseDuration,
  parseSize,
} from "../../../host/config/units.js";
import { seedOf } from "../../support/random.js";

const PARAMETERS = { seed: seedOf("configuration units"), numRuns: 2000 };
const amount = fc.maxSafeNat();

describe("format and parse", () => {
  it("give back every whole amount", () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(parseDuration(formatDuration(value))).toBe(value);
        expect(parseSize(formatSize(value))).toBe(value);
      }),
      PARAMETERS,
    );
  });

  it("give back what a unit divides, in that unit or a larger one", () => {
    const units = [
      [formatDuration, parseDuration, { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 }],
      [formatSize, parseSize, { B: 1, kB: 1e3, KiB: 1024, MB: 1e6, MiB: 1024 ** 2, GB: 1e9, GiB: 1024 ** 3 }],
    ] as const;
    for (const [format, parse, factors] of units) {
      fc.assert(
        fc.property(fc.nat(9999), fc.constantFrom(...Object.entries(factors)), (count, [unit, factor]) => {
          expect(parse(`${count}${unit}`)).toBe(count * factor);
          expect(format(count * factor).length).toBeLessThanOrEqual(`${count}${unit}`.length + 2);
        }),
        PARAMETERS,
      );
    }
  });

  it("take fractions that come to a whole amount, exactly", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 0, max: 999 }), (whole, thousandths) => {
        const text = `${whole}.${String(thousandths).padStart(3, "0")}`;
        expect(parseDuration(`${text}s`)).toBe(whole * 1000 + thousandths);
        expect(parseSize(`${text}kB`)).toBe(whole * 1000 + thousandths);
        expect(parseDuration(`${text}ms`)).toBe(thousandths === 0 ? whole : undefined);
      }),
      PARAMETERS,
    );
  });

  it("refuse an amount that is not whole", () => {
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => formatDuration(value)).toThrow(RangeError);
    }
  });
});

describe("parse", () => {
  const QUANTITY = /^\d+(\.\d+)?[A-Za-z]+$/;

  it("takes nothing but a number and a unit", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.eE-+ smhdKMGTiB\n") }), (text) => {
        const values = [parseDuration(text), parseSize(text)];
        if (values.every((value) => value === undefined)) return;
        expect(text === "0" || QUANTITY.test(text)).toBe(true);
        for (const value of values) expect(value === undefined || Number.isSafeInteger(value)).toBe(true);
      }),
      PARAMETERS,
    );
  });

  it.each([
    ["0", 0, 0],
    ["0s", 0, undefined],
    ["0B", undefined, 0],
    ["1.5h", 5_400_000, undefined],
    ["8MiB", undefined, 8_388_608],
    ["0.1MB", undefined, 100_000],
    ["1mib", undefined, undefined],
    ["5M", undefined, undefined],
    ["5", undefined, undefined],
    ["-5s", undefined, undefined],
    [" 5s", undefined, undefined],
    ["5 s", undefined, undefined],
    ["5s\n", undefined, undefined],
    ["1e3s", undefined, undefined],
    ["9007199254740993ms", undefined, undefined],
    ["104249991375d", undefined, undefined],
    ["8192TiB", undefined, undefined],
  ])("%j is %j ms and %j bytes", (text, ms, bytes) => {
    expect([parseDuration(text), parseSize(text)]).toEqual([ms, bytes]);
  });
});

describe("what was perhaps meant", () => {
  it.each([
    ["60", "1m"],
    ["90", "90s"],
    ["10 sec", "10s"],
    ["2 Minutes", "2m"],
    ["1.5 hours", "1.5h"],
    ["3days", "3d"],
    ["5 msec", "5ms"],
    ["5x", undefined],
    ["", undefined],
  ])("duration %j: %j", (text, guess) => {
    expect(guessDuration(text)).toBe(guess);
    if (guess !== undefined) expect(parseDuration(guess)).toBeGreaterThan(0);
  });

  it.each([
    ["8388608", "8MiB"],
    ["64M", "64MiB"],
    ["64 mib", "64MiB"],
    ["1gb", "1GiB"],
    ["2kbytes", "2KiB"],
    ["12", undefined],
    ["x", undefined],
  ])("size %j: %j", (text, guess) => {
    expect(guessSize(text)).toBe(guess);
    if (guess !== undefined) expect(parseSize(guess)).toBeGreaterThan(0);
  });
});
