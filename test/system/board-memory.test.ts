// What the budget of a board says against what a running strayd has resident: never more, and not far less.
// Apart from the budget's own tests because only a daemon with its rings, workers and rules is the thing itself.
// Always holds: nothing is on the wire but what is played; the daemon is ended.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseConfig } from "../../host/config/load.js";
import { memoryNeed, memoryParts, tableNeed } from "../../host/config/memory-parts.js";
import { MIB } from "../../host/config/units.js";
import { LETTER } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { peakResidentBytes } from "../support/process-usage.js";
import { DaemonHome, type Settings } from "../support/strayd.js";

/** What is seldom as large as it may be, and hardly touched here: it must not hide what the rest takes too much of. */
const SPARE = /^(tables\.(rules|rules-new|window)|buffers\..*)$/;
/** What a start has whole in memory already: the tables but for rules, which are seldom as large as they may be. */
const LEAST_OF_TABLES = 0.5;

describe.skipIf(!canPlayLive())("memory of a running strayd", () => {
  let rig: LiveRig;
  beforeAll(() => {
    rig = new LiveRig("boards");
  });
  afterAll(() => rig.remove());

  it.each([
    ["small", 1],
    ["default", 2],
  ])("is within the budget: %s profile, %d workers", async (profile, workers) => {
    const settings: Settings = {
      sensor: { profile, user: "nobody" },
      capture: { interfaces: [SENSOR_INTERFACE], workers },
    };
    const home = new DaemonHome(settings);
    try {
      const daemon = await home.start(rig.sensor);
      const letter = LETTER.file(rig.folder);
      await rig.replay(letter.path, { rate: 1000 });
      await home.seen(letter.packets);
      const { config } = parseConfig(stringify(settings), "test");
      const [peak, need, tables] = [peakResidentBytes(daemon.pid), memoryNeed(config), tableNeed(config)];
      const told = `${Math.round(peak / MIB)} MiB resident at most, ${Math.round(need / MIB)} MiB in the budget`;
      console.log(`${profile}, ${workers} workers: ${told}`);
      const spare = memoryParts(config).filter(({ name }) => SPARE.test(name));
      expect(peak, told).toBeLessThanOrEqual(need - spare.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(peak, told).toBeGreaterThan(LEAST_OF_TABLES * tables);
      expect(await daemon.stop()).toBe(0);
    } finally {
      await home.remove();
    }
  });
});
