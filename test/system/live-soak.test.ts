// strayd under traffic for a while, its store rotating under a quota and its control socket asked now and then: resident
// memory does not grow. 40 seconds, or ten minutes with STRAY_LONG=1, which holds it tighter.
// Apart because it takes its time. Always holds: new flows come all the time, so that tables, rings and files turn over.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/daemon.js";
import { trafficCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { residentBytes } from "../support/process-usage.js";
import { DaemonHome } from "../support/strayd.js";

const { STRAY_LONG } = process.env;
const isLong = STRAY_LONG === "1";
/** Warm-up fills the table, the rings and V8's heap. */
const { warmUpMs, soakMs, growthMaxMb } = isLong
  ? { warmUpMs: 60_000, soakMs: 540_000, growthMaxMb: 5 }
  : { warmUpMs: 15_000, soakMs: 25_000, growthMaxMb: 15 };
const SAMPLE_MS = 1_000;
const RATE = 15_000;
/** More than the time allows. */
const LOOPS_MAX = 1_000;
const BYTES_PER_MB = 1e6;

describe.skipIf(!canPlayLive())("strayd under lasting traffic", () => {
  let rig: LiveRig;
  let home: DaemonHome;

  beforeAll(() => {
    rig = new LiveRig("soak");
    home = new DaemonHome({
      capture: { interfaces: [SENSOR_INTERFACE], workers: 2 },
      flows: { udp: "5s", status: "10s" },
      store: { rotate: { every: "5s", size: "1MiB" }, quota: "16MiB" },
    });
  });
  afterAll(async () => {
    await home.remove();
    rig.remove();
  });

  it(
    "keeps its memory",
    async () => {
      // More conversations than the small profile has room for.
      const capture = trafficCapture(rig.folder, { flows: 120_000, mix: "64", packets: 300_000 });
      const daemon = await home.start(rig.sensor);
      const limitMs = (warmUpMs + soakMs) * 2;
      const load = rig.play(capture.path, { rate: RATE, loops: LOOPS_MAX, limitMs });
      const samples: number[] = [];
      const begin = Date.now();
      await new Promise((resolve) => setTimeout(resolve, warmUpMs));
      while (Date.now() - begin < warmUpMs + soakMs) {
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
        samples.push(residentBytes(daemon.pid) / BYTES_PER_MB);
        if (samples.length % 5 === 0) await home.status();
      }
      await load.stop();
      const sent = rig.delivered();
      // Between two full collections of the JavaScript heap memory goes up a little, and then down again: what must
      // not rise is where it comes down to, nor may the teeth get longer.
      const half = Math.floor(samples.length / 2);
      const [early, late] = [samples.slice(0, half), samples.slice(half)];
      const shown = samples.map((mb) => mb.toFixed(1)).join(" ");
      expect(Math.min(...late) - Math.min(...early), shown).toBeLessThan(growthMaxMb);
      expect(Math.max(...late) - Math.max(...early), shown).toBeLessThan(growthMaxMb);
      await until("every packet is seen or counted as dropped", async () => {
        const { interfaces } = await home.status();
        const drops = interfaces.reduce((sum, each) => sum + each.drops, 0);
        return (await home.packets()) + drops === sent;
      });
      const { total } = await home.counters();
      expect(total).toMatchObject({ "records-lost": 0, "ring-damaged": 0 });
      expect(await daemon.stop(), daemon.said).toBe(0);
      expect(home.storedFlows().length).toBeGreaterThan(0);
    },
    warmUpMs + soakMs + 120_000,
  );
});
