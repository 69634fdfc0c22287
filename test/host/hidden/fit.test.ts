// The fit of ports against time: the letter, the cases that end early, and properties. Whole simulations are in
// simulation.test.ts.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lnClimbChance, lnFalseAlarms } from "../../../host/hidden/chance.js";
import { fitIpIds, fitPorts, type PortPoint, type SequentialFit } from "../../../host/hidden/fit.js";
import { sampledInTime } from "../../../host/hidden/sample.js";
import { quantile, theilSen } from "../../../host/hidden/theil-sen.js";
import { Random } from "../../support/random.js";
import { randomPorts, sequential, shuffled } from "./simulated.js";

const START_US = 1_003_318_266_000_000;

function letterPoint(port: number, clock: string): PortPoint {
  return { timeUs: Date.parse(`2001-10-17T${clock}Z`) * 1000, port };
}

/** The letter's log: source ports and start times. */
const LETTER: readonly PortPoint[] = [
  letterPoint(26735, "11:31:06"),
  letterPoint(27112, "11:33:19"),
  letterPoint(27708, "11:37:04"),
  letterPoint(28329, "11:40:49"),
  letterPoint(28582, "11:43:58"),
  letterPoint(29066, "11:45:22"),
  letterPoint(29305, "11:46:52"),
];

function points(...pairs: readonly (readonly [seconds: number, port: number])[]): PortPoint[] {
  return pairs.map(([seconds, port]) => ({ timeUs: START_US + seconds * 1e6, port }));
}

function sequentialFit(given: readonly PortPoint[]): SequentialFit {
  const fit = fitPorts(given);
  if (fit.kind !== "sequential") throw new Error(JSON.stringify(fit));
  return fit;
}

describe("the letter", () => {
  it("is about 2,570 connections in 946 s, 2.7 a second, of which 7 were seen", () => {
    const fit = sequentialFit(LETTER);
    expect(fit).toMatchObject({
      seen: 7,
      estimated: 2570,
      spanSeconds: 946,
      wrapped: 0,
      step: 1,
      outliers: 0,
    });
    expect(fit.rate).toBeCloseTo(2.7, 1);
    expect(fit.rateLow).toBeGreaterThan(2);
    expect(fit.rateHigh).toBeLessThan(3);
    expect(fit.chance).toBeLessThan(1e-6);
  });

  it("gives a line that a plot can draw", () => {
    const fit = sequentialFit(LETTER);
    for (const { timeUs, port } of LETTER) {
      const drawn = fit.rangeLow + fit.intercept + (fit.slope * (timeUs - fit.startUs)) / 1e6;
      expect(Math.abs(drawn - port)).toBeLessThanOrEqual(fit.tolerance + 1);
    }
  });

  it("is the same with an odd port among them, which is left out", () => {
    const fit = sequentialFit([...LETTER, letterPoint(61000, "11:40:00")]);
    expect(fit).toMatchObject({ seen: 7, estimated: 2570, outliers: 1 });
  });
});

describe("what is no counter", () => {
  it.each([
    ["nothing", [], "too-few"],
    ["three", points([0, 1], [1, 2], [2, 3]), "too-few"],
    ["one port told again and again", points([0, 5], [1, 5], [2, 5], [3, 5], [4, 5]), "too-few"],
    ["two ports in turn", points([0, 5], [1, 6], [2, 5], [3, 6], [4, 5], [5, 6]), "not-sequential"],
    ["one time", points([0, 5000], [0, 5001], [0, 5002], [0, 5003]), "not-sequential"],
    ["going down", points([0, 9000], [100, 8000], [200, 7000], [300, 6000], [400, 5000]), "not-sequential"],
    ["times that are none", [1, 2, 3, 4, 5].map((port) => ({ timeUs: Number.NaN, port })), "too-few"],
    ["ports that are none", [-1, 0, 65536, 70000].map((port, i) => ({ timeUs: i, port })), "too-few"],
  ] as const)("%s", (_name, given, kind) => {
    expect(fitPorts(given).kind).toBe(kind);
  });

  it("says the test and its number", () => {
    const fit = fitPorts(randomPorts(new Random(5)).points);
    expect(fit.kind).toBe("not-sequential");
    expect("reason" in fit && fit.reason).toMatch(/drawn at random from \d+ to \d+ would give .* such line/);
  });
});

describe("special counters", () => {
  it("that go round are unwrapped", () => {
    const fit = sequentialFit(
      points([0, 64000], [100, 64800], [200, 65500], [300, 1800], [400, 2600], [500, 3400]),
    );
    expect(fit.wrapped).toBe(1);
    expect(fit.estimated).toBeGreaterThan(3800);
    expect(fit.estimated).toBeLessThan(5000);
  });

  it("that leave every second port free take two for a connection", () => {
    const given = points(
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => [i * 10, 32768 + i * 200 + (i % 3) * 4] as const),
    );
    const fit = sequentialFit(given);
    expect(fit.step).toBe(2);
    expect(fit.estimated).toBe(900);
    expect(fit.rate).toBeCloseTo(10, 0);
  });

  it("of IP IDs are fitted alike, IDs of 0 left out", () => {
    const ids = [0, 60000, 62000, 64000, 0, 500, 2500, 4500].map((id, i) => ({
      timeUs: START_US + i * 1e6,
      id,
    }));
    const fit = fitIpIds(ids);
    expect(fit).toMatchObject({ kind: "sequential", seen: 6, wrapped: 1, rangeLow: 0, rangeSize: 65536 });
  });
});

describe("any points", () => {
  const any = fc.array(
    fc.record({
      timeUs: fc.integer({ min: START_US, max: START_US + 7.2e9 }),
      port: fc.integer({ min: -5, max: 65600 }),
    }),
    { maxLength: 40 },
  );

  it("give the same answer in every order, and never a number that is none", () => {
    fc.assert(
      fc.property(any, fc.nat(), (given, seed) => {
        const fit = fitPorts(given);
        expect(fitPorts(shuffled(new Random(seed), given))).toEqual(fit);
        for (const value of Object.values(fit)) if (typeof value === "number") expect(value).not.toBeNaN();
        if (fit.kind !== "sequential") return;
        expect(fit.rate).toBeGreaterThan(0);
        expect(fit.rateLow).toBeLessThanOrEqual(fit.rateHigh);
        expect(fit.estimated).toBeGreaterThanOrEqual(fit.seen - 1);
      }),
      { numRuns: 200 },
    );
  });

  it("by the thousand are sampled, and fitted in bounded time", () => {
    const { points: many, opened } = sequential(new Random(3), { rounds: 3, count: 5000 });
    const start = performance.now();
    const fit = sequentialFit(many);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(Math.abs(fit.estimated / opened! - 1)).toBeLessThan(0.05);
    expect(fit.seen).toBeGreaterThan(4000);
  });
});

describe("the parts", () => {
  it("Theil and Sen's line is not moved by a quarter of outliers", () => {
    const xs = Array.from({ length: 40 }, (_, i) => i);
    const ys = xs.map((x) => (x % 4 === 1 ? 9999 - x * 31 : 7 + 3 * x));
    const line = theilSen(xs, ys);
    expect(line?.slope).toBeCloseTo(3, 6);
    expect(line?.intercept).toBeCloseTo(7, 6);
    expect(theilSen([1, 1], [2, 3])).toBeUndefined();
  });

  it("quantiles lie between neighbours", () => {
    expect(quantile([1, 2, 3, 5], 0)).toBe(1);
    expect(quantile([1, 2, 3, 5], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 5], 1)).toBe(5);
  });

  it("chance falls with every point on the line and with every step of a climb", () => {
    expect(lnFalseAlarms(7, 7, 250, 64512, 2)).toBeLessThan(Math.log(1e-6));
    expect(lnFalseAlarms(4, 4, 16_000, 64512, 2)).toBeGreaterThan(0);
    expect(Math.exp(lnClimbChance(3, 0.5))).toBeCloseTo(0.125 / 6, 9);
  });

  it("a sample keeps the ends, the order and its size, and is the same each time", () => {
    const list = Array.from({ length: 1000 }, (_, i) => i);
    const sample = sampledInTime(list, 300);
    expect(sample).toHaveLength(300);
    expect([sample[0], sample.at(-1)]).toEqual([0, 999]);
    expect([...sample].sort((a, b) => a - b)).toEqual(sample);
    expect(new Set(sample).size).toBe(300);
    expect(sampledInTime(list, 300)).toEqual(sample);
  });
});
