// Limits, profiles, counters: the host's words for what the layout numbers.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { StrayError } from "../../../host/errors.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { type Limits, writeConfig } from "../../../host/wasm/config.js";
import {
  COUNTERS,
  countersSet,
  readCounter,
  readCounters,
  UNDECODED_REASONS,
} from "../../../host/wasm/counters.js";
import { createMemory, readCount, readU32, readU64, writeU64 } from "../../../host/wasm/memory.js";
import { flowCapacityOf, PROFILES, profileLimits, workerShare } from "../../../host/wasm/profiles.js";
import { memoryBytes, tableParts } from "../../../host/wasm/table-parts.js";

const memory = createMemory();

describe("profiles", () => {
  it("fit what they promise and what the module holds", () => {
    const megabytes = (name: string, inspect: boolean) =>
      memoryBytes({ ...profileLimits(name), inspect, detect: inspect }) / 1e6;
    expect(megabytes("small", false)).toBeLessThan(110 - 48 - 25);
    expect(megabytes("default", false)).toBeLessThan(200 - 48 - 30 - 40);
    expect(megabytes("large", false)).toBeLessThan(450);
    // Rules count twice and are seldom as large as they may be.
    expect(megabytes("small", true)).toBeLessThan(110 - 60 + 10);
    expect(megabytes("default", true)).toBeLessThan(160 - 60);
    expect(megabytes("large", true)).toBeLessThan(520);
    expect(PROFILES.map(({ limits }) => flowCapacityOf(limits))).toEqual([32_768, 131_072, 1_048_576]);
    for (const { limits } of PROFILES) writeConfig(memory, limits);
  });

  it("count inspection only where it is on, and rules twice", () => {
    for (const { limits } of PROFILES) {
      const on = memoryBytes({ ...limits, inspect: true });
      expect(on).toBeGreaterThan(memoryBytes({ ...limits, inspect: false }) + 2 * limits.rulesLimit);
      const half = { ...limits, inspect: true, rulesLimit: limits.rulesLimit / 2 };
      expect(on - memoryBytes(half)).toBe(limits.rulesLimit);
    }
  });

  it("are counted part by part: each region that a limit sizes, by a name of its own", () => {
    const names = (inspect: boolean, detect: boolean) =>
      tableParts({ ...profileLimits("small"), inspect, detect }).map(({ name }) => name);
    expect(names(false, false)).toEqual(["flows", "fragments", "records", "window"]);
    expect(new Set(names(true, true)).size).toBe(names(true, true).length);
    for (const { limits } of PROFILES) {
      const all = tableParts({ ...limits, inspect: true, detect: true });
      for (const { bytes } of all) expect(bytes).toBeGreaterThan(0);
      const of = (name: string) => all.find((part) => part.name === name)?.bytes;
      expect(of("flows")).toBe(limits.flowSets * (L.SET_SIZE + L.SET_WAYS * L.FLOW_SIZE));
      expect([of("rules"), of("rules-new")]).toEqual([limits.rulesLimit, limits.rulesLimit]);
      expect(of("alives")).toBe(limits.aliveLimit * L.ALIVE_SIZE);
    }
  });

  it("are shared out to workers: what grows with the traffic, nothing below its least", () => {
    const limits = profileLimits("default");
    expect(workerShare(limits, 1)).toEqual(limits);
    expect(workerShare(limits, 4)).toEqual({
      ...limits,
      flowSets: limits.flowSets / 4,
      sessionLimit: limits.sessionLimit / 4,
      streamWindowLimit: limits.streamWindowLimit / 4,
    });
    for (const { limits: each } of PROFILES) {
      for (const workers of [2, 3, 16]) writeConfig(memory, workerShare(each, workers));
    }
    expect(workerShare(profileLimits("small"), 16).streamWindowLimit).toBe(64);
  });

  it("are told apart by name", () => {
    expect(profileLimits()).toBe(profileLimits("default"));
    expect(() => profileLimits("tiny")).toThrow(
      'no profile is called "tiny": choose one of small, default, large',
    );
  });
});

describe("writeConfig", () => {
  it("writes every field where the layout has it", () => {
    const limits = { ...profileLimits("small"), statusMs: 60_000, lossyRecords: true };
    writeConfig(memory, limits);
    const at = (offset: number) => L.CONFIG_BASE + offset;
    expect(readU64(memory, at(L.CONFIG_SEED_OFFSET))).toBe(limits.seed);
    expect(readU32(memory, at(L.CONFIG_FLOW_SETS_OFFSET))).toBe(1024);
    expect(readU32(memory, at(L.CONFIG_FLAGS_OFFSET))).toBe(3);
    expect(readU64(memory, at(L.CONFIG_STATUS_NS_OFFSET))).toBe(60_000_000_000n);
    expect(readU64(memory, at(L.CONFIG_TCP_ESTABLISHED_NS_OFFSET))).toBe(3_600_000_000_000n);
    expect(readU64(memory, at(L.CONFIG_SWEEP_NS_OFFSET))).toBe(8_000_000_000n);
  });

  it("refuses what the module could not hold", () => {
    const wrong: Partial<Limits>[] = [
      { flowSets: 0 },
      { flowSets: L.SET_CAPACITY + 1 },
      { fragmentSets: 0 },
      { recordLimit: 256 },
      { recordLimit: 1000 },
      { udpMs: 0 },
      { statusMs: -1 },
      { icmpMs: Number.NaN },
      { sessionLimit: 4 },
      { sessionLimit: L.SESSION_CAPACITY + 1 },
      { streamWindowSize: 3000 },
      { streamWindowSize: 65_536 },
      { streamWindowSize: 32_768, streamWindowLimit: 1024 },
      { datagramLimit: 0 },
      { thresholdLimit: L.THRESHOLD_CAPACITY + 1 },
      { alertRate: -1 },
      { alertBurst: 0 },
      { packetBudget: 10 },
      { regexSteps: 2 ** 31 },
      { rulesLimit: L.RULES_HALF_SIZE + 1 },
      { streamDepth: 2 ** 32 },
    ];
    for (const limits of wrong) {
      expect(() => writeConfig(memory, { ...profileLimits(), ...limits })).toThrow(StrayError);
    }
  });
});

describe("findings", () => {
  it("have the bits that the module raises", () => {
    const raised = Object.entries(L).filter(([name]) => /^FINDING_(?!CAPACITY)/.test(name));
    expect(raised.length).toBeGreaterThan(0);
    for (const [name, bit] of raised) {
      expect(FINDING_NAMES[bit]).toBe(name.slice("FINDING_".length).toLowerCase().replaceAll("_", "-"));
    }
    expect(FINDING_NAMES.length).toBeLessThanOrEqual(L.FINDING_CAPACITY);
  });
});

describe("counters", () => {
  it("are all the layout's, once each, with names that differ", () => {
    const layout = Object.entries(L)
      .filter(([name]) => /^COUNTER_(?!CAPACITY|UNDECODED_LAST|\w+_FIRST$)/.test(name))
      .map(([, index]) => index)
      .concat(FINDING_NAMES.map((_, bit) => L.COUNTER_FINDING_FIRST + bit));
    expect(COUNTERS.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      layout.toSorted((a, b) => a - b),
    );
    expect(new Set(COUNTERS.map(({ name }) => name)).size).toBe(COUNTERS.length);
    for (const { name } of COUNTERS) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(UNDECODED_REASONS).toHaveLength(L.COUNTER_UNDECODED_LAST - L.COUNTER_UNDECODED_FIRST);
    for (const { name } of UNDECODED_REASONS) expect(name).toMatch(/^undecoded-/);
  });

  it("are read exactly", () => {
    const at = L.COUNTERS_BASE + L.COUNTER_WIRE_BYTES * 8;
    writeU64(memory, at, 0x1f_ffff_ffff_fff5n);
    expect(readCount(memory, at)).toBe(0x1f_ffff_ffff_fff5);
    expect(readCounter(memory, L.COUNTER_WIRE_BYTES)).toBe(0x1f_ffff_ffff_fff5);
    expect(countersSet(memory).map(({ name }) => name)).toEqual(["wire-bytes"]);
    expect(readCounters(memory)).toMatchObject({ packets: 0, "wire-bytes": 0x1f_ffff_ffff_fff5 });
  });
});
