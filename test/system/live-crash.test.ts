// kill -9 of strayd under load, and what the next start finds: readable files, counters from zero, no sockets left, a
// stale control socket and a stale lock that do not stand in its way.
// Apart because here the daemon never gets to clean up. Always holds: files are read whole after the next start.

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CountersReport } from "../../host/sensor/view.js";
import { until } from "../support/daemon.js";
import { trafficCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { isAlive } from "../support/process-usage.js";
import { DaemonHome, readFlows } from "../support/strayd.js";

const RATE = 20_000;
const LOOPS = 20;
const READINGS = 5;

/** Every count by a path of its own. */
function countsOf(report: CountersReport): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (path: string, counters: Readonly<Record<string, number>>): void => {
    for (const [name, count] of Object.entries(counters)) counts.set(`${path} ${name}`, count);
  };
  add("total", report.total);
  for (const { worker, counters } of report.workers) add(`worker ${worker}`, counters);
  for (const { name, worker, counters } of report.interfaces) add(`${name} ${worker}`, counters);
  for (const { name, counters } of report.sinks) add(name, counters);
  return counts;
}

describe.skipIf(!canPlayLive())("strayd killed under load", () => {
  let rig: LiveRig;
  let home: DaemonHome;

  beforeAll(() => {
    rig = new LiveRig("crash");
    home = new DaemonHome({
      capture: { interfaces: [SENSOR_INTERFACE], workers: 2 },
      flows: { status: "1s" },
      store: { rotate: { every: "1s", size: "64KiB" } },
    });
  });
  afterAll(async () => {
    await home.remove();
    rig.remove();
  });

  function packetSockets(): number {
    return rig.sensor.exec(["cat", "/proc/net/packet"]).stdout.trim().split("\n").length - 1;
  }

  it("loses nothing that was on disk, and starts again beside its own remains", async () => {
    const capture = trafficCapture(rig.folder, { flows: 2_000, mix: "64", packets: 20_000 });
    const first = await home.start(rig.sensor);
    expect(packetSockets()).toBe(2);
    const load = rig.play(capture.path, { rate: RATE, loops: LOOPS });
    await until("the store has a few files", () => home.storeFiles().length >= 3);
    const before = await home.counters();
    await first.stop("SIGKILL");
    expect(existsSync(home.socketPath)).toBe(true);
    expect(packetSockets()).toBe(0);
    const orphans = home.storeFiles();

    // The load still runs: the new one begins in the middle of conversations.
    const second = await home.start(rig.sensor);
    const readings: CountersReport[] = [];
    for (let index = 0; index < READINGS; index++) readings.push(await home.counters());
    await load.stop();
    expect(isAlive(first.pid)).toBe(false);
    expect(readings[0]!.resetMs).toBeGreaterThan(before.resetMs);
    expect(readings[0]!.total).toMatchObject({ "clock-back": 0, "ring-damaged": 0, "records-lost": 0 });
    for (let index = 1; index < READINGS; index++) {
      const earlier = countsOf(readings[index - 1]!);
      for (const [path, count] of countsOf(readings[index]!)) {
        expect(count, path).toBeGreaterThanOrEqual(earlier.get(path) ?? 0);
      }
    }
    expect(await second.stop(), second.said).toBe(0);
    for (const file of orphans) expect(readFlows([file]).length, file).toBeGreaterThan(0);
    expect(home.storeFiles().length).toBeGreaterThan(orphans.length);
    expect(home.storedFlows().length).toBeGreaterThan(2_000);
    expect(existsSync(home.socketPath)).toBe(false);
    expect(packetSockets()).toBe(0);
  });

  it("counts from zero after a start", async () => {
    const daemon = await home.start(rig.sensor);
    const counters = await home.counters();
    expect(counters.total).toMatchObject({ packets: 0, "flow-packets": 0, "flows-created": 0, records: 0 });
    await daemon.stop();
  });
});
