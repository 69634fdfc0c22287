// From the configuration to a worker's limits: what the operator set, what the profile has, what is shared out.

import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../../host/config/load.js";
import { tableNeed } from "../../../host/config/memory-parts.js";
import type { StrayConfig } from "../../../host/config/types.js";
import { workerLimits } from "../../../host/sensor/limits.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { memoryBytes } from "../../../host/wasm/table-parts.js";
import { TEST_HOST } from "../config/facts.js";

const config = defaultConfig(["eth0"], TEST_HOST);
const withWorkers = (workers: number): StrayConfig => ({
  ...config,
  capture: { ...config.capture, workers },
});

describe("workerLimits()", () => {
  it("has what the configuration says, and the rest of the profile", () => {
    const limits = workerLimits(
      {
        ...config,
        sensor: { ...config.sensor, profile: "small" },
        inspection: { enabled: false, streamDepth: 4096 },
        alerts: { ...config.alerts, rate: 7, burst: 9 },
        flows: { ...config.flows, udpMs: 5000 },
      },
      42n,
    );
    expect(limits).toMatchObject({
      seed: 42n,
      inspect: false,
      streamDepth: 4096,
      alertRate: 7,
      alertBurst: 9,
      udpMs: 5000,
      lossyRecords: true,
    });
    const { flowSets, sessionLimit, rulesLimit, packetBudget } = profileLimits("small");
    expect(limits).toMatchObject({ flowSets, sessionLimit, rulesLimit, packetBudget });
  });

  it("looks into packets by default, and at what addresses do", () => {
    expect(workerLimits(config, 0n)).toMatchObject({
      inspect: true,
      streamDepth: 1 << 20,
      alertRate: 10,
      detect: true,
      // Each home network has a time of its own.
      learnMs: 0,
      aliveMs: 30 * 86_400_000,
    });
    const off = { ...config, detection: { ...config.detection, enabled: false } };
    expect(workerLimits(off, 0n).detect).toBe(false);
  });

  it("gives each worker all of detection's tables: everybody meets who speaks to many", () => {
    const [one, four] = [1, 4].map((workers) => workerLimits(withWorkers(workers), 0n));
    const { sourceLimit, targetLimit, recentLimit, aliveLimit } = one!;
    expect(four).toMatchObject({ sourceLimit, targetLimit, recentLimit, aliveLimit });
  });

  it("shares flows, sessions and windows out, and gives each worker all rules", () => {
    const [one, four] = [1, 4].map((workers) => workerLimits(withWorkers(workers), 0n));
    expect(four!.flowSets * 4).toBe(one!.flowSets);
    expect(four!.sessionLimit * 4).toBe(one!.sessionLimit);
    expect(four!.streamWindowLimit * 4).toBe(one!.streamWindowLimit);
    expect(four!.rulesLimit).toBe(one!.rulesLimit);
  });

  it("comes to the memory that the configuration is said to need", () => {
    for (const workers of [1, 2, 3, 16]) {
      const each = memoryBytes(workerLimits(withWorkers(workers), 0n));
      expect(tableNeed(withWorkers(workers))).toBe(workers * each);
    }
  });
});
