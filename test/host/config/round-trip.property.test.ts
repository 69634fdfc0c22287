// A configuration written and read again is the same, whatever is in it; and differences are just what differs.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configDifferences } from "../../../host/config/differences.js";
import { applyOverrides, parseConfig } from "../../../host/config/load.js";
import { toConfig, toRaw } from "../../../host/config/raw.js";
import { changedKeys, configText } from "../../../host/config/text.js";
import { seedOf } from "../../support/random.js";
import { anyConfig } from "./arbitrary.js";
import { TEST_HOST } from "./facts.js";

const PARAMETERS = { seed: seedOf("configuration round trip"), numRuns: 200 };
const OTHER_HOST = { hostname: "elsewhere", isTerminal: true, memoryBytes: 1 };

describe("a configuration", () => {
  it("reads back from its text, on any machine", () => {
    fc.assert(
      fc.property(anyConfig, fc.boolean(), (config, withMarks) => {
        const text = configText(config, { withDefaults: true, withMarks, host: TEST_HOST });
        expect(parseConfig(text, "a", { host: OTHER_HOST }).config).toEqual(config);
      }),
      PARAMETERS,
    );
  });

  it("reads back from what is not as by default, on this machine", () => {
    fc.assert(
      fc.property(anyConfig, fc.boolean(), (config, withMarks) => {
        const text = configText(config, { withMarks, host: TEST_HOST });
        expect(parseConfig(text, "a", { host: TEST_HOST }).config).toEqual(config);
      }),
      PARAMETERS,
    );
  });

  it("is the same after a way through the file's form", () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        expect(toConfig(toRaw(config), OTHER_HOST)).toEqual(config);
        expect(applyOverrides(config, {})).toEqual(config);
      }),
      PARAMETERS,
    );
  });
});

describe("differences", () => {
  it("are none to itself, and the sections that were exchanged", () => {
    const section = fc.constantFrom("sensor", "capture", "flows", "control", "log") as fc.Arbitrary<"log">;
    fc.assert(
      fc.property(anyConfig, anyConfig, section, (one, other, key) => {
        expect(configDifferences(one, structuredClone(one))).toEqual([]);
        const keys = configDifferences(one, { ...one, [key]: other[key] });
        expect(keys.every((changed) => changed.startsWith(`${key}.`))).toBe(true);
        expect(keys.length > 0).toBe(JSON.stringify(one[key]) !== JSON.stringify(other[key]));
        expect(configDifferences({ ...one, [key]: other[key] }, one)).toEqual(keys);
      }),
      PARAMETERS,
    );
  });

  it("are named as in the file", () => {
    const parse = (text: string) => parseConfig(text, "a", { host: TEST_HOST }).config;
    const before = parse("capture: {interfaces: [a]}\nexport: {eve: {}}");
    const after = parse(`
capture: {interfaces: [a, b], snaplen: 100}
store: {rotate: {every: 1h}}
export: {ipfix: [{host: a.example}], eve: {stats: 5s}}
control: {group: null}`);
    const keys = [
      "capture.interfaces",
      "capture.snaplen",
      "store.rotate.every",
      "export.ipfix",
      "export.eve.stats",
      "control.group",
    ];
    expect(configDifferences(before, after)).toEqual(keys);
    expect(configDifferences(before, parse("capture: {interfaces: [a]}"))).toEqual(["export.eve"]);
    expect(changedKeys(after, TEST_HOST)).toEqual([
      "capture.snaplen",
      "store.rotate.every",
      "export.ipfix",
      "export.eve",
      "control.group",
    ]);
  });
});
