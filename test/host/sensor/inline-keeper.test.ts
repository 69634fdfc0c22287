// From the configuration's policy by finding to the masks that the module judges by.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { defaultConfig } from "../../../host/config/load.js";
import type { StrayConfig } from "../../../host/config/types.js";
import { inlinePolicy } from "../../../host/sensor/inline-keeper.js";
import { TEST_HOST } from "../config/facts.js";

const config = defaultConfig(["eth1", "eth2"], TEST_HOST);
const withInline = (inline: Partial<StrayConfig["inline"]>): StrayConfig => ({
  ...config,
  inline: { ...config.inline, ...inline },
});
const bit = (finding: number) => 1n << BigInt(finding);

describe("inlinePolicy()", () => {
  it("drops nothing unless it is said", () => {
    expect(inlinePolicy(config)).toEqual({ mode: "tap", drop: 0n, reject: 0n, allow: [], rejectRate: 100 });
  });

  it("has a bit for each finding that drops; what is rejected is dropped too", () => {
    const { drop, reject } = inlinePolicy(
      withInline({
        policy: {
          ...config.inline.policy,
          "xmas-scan": "drop",
          "rst-injected": "reject",
          "midstream-data": "drop",
        },
      }),
    );
    expect(reject).toBe(bit(L.FINDING_RST_INJECTED));
    expect(drop).toBe(bit(L.FINDING_XMAS_SCAN) | bit(L.FINDING_MIDSTREAM_DATA) | reject);
  });

  it("has each finding that the configuration knows, a bit of its own", () => {
    const names = Object.keys(config.inline.policy);
    expect(names.length).toBeGreaterThan(20);
    const masks = names.map((name) => inlinePolicy(withInline({ policy: { [name]: "drop" } })).drop);
    for (const mask of masks) expect(mask.toString(2)).toMatch(/^10*$/);
    expect(new Set(masks).size).toBe(names.length);
  });

  it("passes on mode, networks and rate", () => {
    const wanted = { mode: "simulate" as const, allow: ["192.0.2.0/24"], rejectRate: 0 };
    expect(inlinePolicy(withInline(wanted))).toMatchObject(wanted);
  });
});
