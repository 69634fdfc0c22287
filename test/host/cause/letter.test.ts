// The letter's capture through the real classifier: a leaky filter first, by a good margin, with the letter's hidden
// connections; and the real captures, where there are any, which accuse nobody.

import { describe, expect, it } from "vitest";
import { letterFrames } from "../../../examples/letter.js";
import {
  type AddressState,
  describeCause,
  weighEvery,
  weighFlow,
  weighSource,
} from "../../../host/cause/weigh.js";
import { fitPorts } from "../../../host/hidden/fit.js";
import { captureFiles, framesOf } from "../../support/captures.js";
import { bySource, classified } from "./classified.js";

const SOURCE = "217.29.131.130";
const MARGIN = 50;

describe("the letter", () => {
  const flows = classified(letterFrames().map(({ timeNs, frame }) => ({ timeNs, bytes: frame })));
  const darkAddresses = (address: string): AddressState =>
    address === "130.216.236.45" ? "dark" : "foreign";

  it("has seven flows of one source, with the letter's facts", () => {
    expect(flows).toHaveLength(7);
    expect([...bySource(flows).keys()]).toEqual([SOURCE]);
    expect(flows.map(({ source }) => source.port)).toEqual([26735, 27112, 27708, 28329, 28582, 29066, 29305]);
    expect(flows.map(({ stateText }) => stateText)).toEqual(new Array(7).fill("FPA_"));
    expect(flows.map(({ orig }) => orig.appBytes)).toEqual([160, 234, 194, 194, 196, 200, 192]);
    expect(flows.reduce((sum, { orig }) => sum + orig.idZero, 0)).toBe(23);
    expect(flows.every(({ resp }) => resp.packets === 0)).toBe(true);
  });

  it("is a leaky filter, with nothing near it", () => {
    for (const context of [{}, { darkAddresses }]) {
      const [best, ...others] = weighSource(flows, context);
      expect(best?.cause).toBe("leaky-filter");
      expect(best?.score).toBe(100);
      const next = weighEvery(flows, context).filter(({ cause }) => cause !== "leaky-filter");
      expect(Math.max(0, ...next.map(({ score }) => score))).toBeLessThanOrEqual(100 - MARGIN);
      expect(others).toEqual([]);
    }
  });

  it("is one in each of its flows too", () => {
    for (const flow of flows) expect(weighFlow(flow, { darkAddresses })[0]?.cause).toBe("leaky-filter");
  });

  it("shows the hidden connections", () => {
    const fit = fitPorts(flows.map(({ startUs, source }) => ({ timeUs: startUs, port: source.port })));
    if (fit.kind !== "sequential") throw new Error(JSON.stringify(fit));
    expect(fit).toMatchObject({ seen: 7, estimated: 2570, wrapped: 0, step: 1, outliers: 0 });
    expect(fit.rate).toBeCloseTo(2.7, 1);
    expect(fit.rateLow).toBeLessThan(fit.rate);
    expect(fit.rateHigh).toBeGreaterThan(fit.rate);
    expect(Math.round(fit.spanSeconds)).toBe(947);
  });

  it("says it in words that a person knows", () => {
    const text = describeCause(weighSource(flows, { darkAddresses })).join("\n");
    expect(text).toContain("Likeliest: leaky filter, 100 of 100");
    expect(text).toContain("130.216.236.45 is not in use");
    expect(text).toContain("24 packets, and not one came back");
    expect(text).toContain("not one of the 7 conversations with 130.216.236.45 has a SYN");
    expect(text).toContain("about 2570 connections in 947 s, 2.7 a second, of which 7 showed");
  });
});

describe("real captures", () => {
  const files = captureFiles();

  it.runIf(files.length > 0)("of everyday use accuse nobody", () => {
    const accused: string[] = [];
    for (const { name, bytes } of files) {
      for (const [source, flows] of bySource(classified(framesOf(bytes)))) {
        const [best] = weighSource(flows);
        if (best && ACCUSING.has(best.cause)) {
          accused.push(`${name} ${source}: ${describeCause([best]).join(" ")}`);
        }
      }
    }
    expect(accused).toEqual([]);
  });
});

const ACCUSING: ReadonlySet<string> = new Set([
  "leaky-filter",
  "scan",
  "stealth-scan",
  "injected",
  "backscatter",
]);
