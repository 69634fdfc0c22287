// Reload under load: a bad file is refused by name and line and the old configuration stays, a good one is applied, and
// neither costs a packet. Apart because every step needs traffic that goes on.
// Always holds: packets sent = packets seen, whatever was reloaded in between.

import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Daemon, until } from "../support/daemon.js";
import { type PlayableCapture, trafficCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { DaemonHome } from "../support/strayd.js";

const RATE = 10_000;
const LOOPS = 100;
const MIB = 1024 * 1024;

describe.skipIf(!canPlayLive())("reload under load", () => {
  let rig: LiveRig;
  let home: DaemonHome;
  let daemon: Daemon;
  let capture: PlayableCapture;

  beforeAll(() => {
    rig = new LiveRig("reload");
    capture = trafficCapture(rig.folder, { flows: 200, mix: "64", packets: 10_000 });
  });
  beforeEach(async () => {
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
    daemon = await home.start(rig.sensor);
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  async function drops(): Promise<number> {
    const { interfaces } = await home.status();
    return interfaces.reduce((sum, each) => sum + each.drops, 0);
  }

  /** Runs `change` while packets come in, then holds what was sent against what was seen. */
  async function underLoad(change: () => Promise<void>): Promise<void> {
    const [packetsBefore, deliveredBefore] = [await home.packets(), rig.delivered()];
    const load = rig.play(capture.path, { rate: RATE, loops: LOOPS });
    await home.seen(packetsBefore + 1);
    await change();
    await home.seen((await home.packets()) + 1);
    await load.stop();
    const sent = rig.delivered() - deliveredBefore;
    await home.seen(packetsBefore + sent);
    expect(await home.packets()).toBe(packetsBefore + sent);
    expect(await drops()).toBe(0);
  }

  it("refuses a bad file by its name and line, and goes on as before", async () => {
    const good = readFileSync(home.configPath, "utf8");
    const line = good.split("\n").length;
    const { configLoadedMs } = await home.status();
    await underLoad(async () => {
      home.writeConfig(`${good}flows:\n  udp: yesterday\n`);
      const { exitCode, stderr } = await home.run("reload");
      expect(exitCode).toBeGreaterThan(0);
      expect(stderr).toContain(home.configPath);
      expect(stderr).toMatch(new RegExp(`\\b${line + 1}\\b`));
      expect(stderr).toContain("udp");
      expect(stderr).not.toMatch(/^\s+at /m);
    });
    const status = await home.status();
    expect(status.configLoadedMs).toBe(configLoadedMs);
    expect(status.pid).toBe(daemon.pid);
  });

  it("refuses a bad file on SIGHUP too, says so in its log and its status", async () => {
    const good = readFileSync(home.configPath, "utf8");
    await underLoad(async () => {
      home.writeConfig(`${good}flows:\n  no-such-key: 1\n`);
      process.kill(daemon.pid, "SIGHUP");
      await until("the status has the error", async () => (await home.status()).configError);
    });
    const { configError } = await home.status();
    expect(configError).toContain("no-such-key");
    expect(daemon.said).toContain("no-such-key");
  });

  it("applies a good one without losing a packet", async () => {
    const { configLoadedMs } = await home.status();
    await underLoad(async () => {
      home.reconfigure({ flows: { udp: "5s" } });
      const { exitCode, stdout, stderr } = await home.run("reload", "--json");
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ changed: ["flows.udp"], restartedCapture: false });
    });
    expect((await home.status()).configLoadedMs).toBeGreaterThan(configLoadedMs);
  });

  it("applies a new capture filter, and takes it away again", async () => {
    home.reconfigure({ capture: { filter: "icmp" } });
    expect((await home.run("reload")).exitCode).toBe(0);
    const before = await home.packets();
    await rig.replay(capture.path, { rate: RATE, limit: 1_000 });
    expect((await home.status()).capture.filter).toBe("icmp");
    expect((await home.counters()).total).toMatchObject({ packets: before });
    home.reconfigure({ capture: { filter: "" } });
    expect((await home.run("reload")).exitCode).toBe(0);
    await rig.replay(capture.path, { rate: RATE, limit: 1_000 });
    await home.seen(before + 1_000);
  });

  it("starts the capture anew where it must", async () => {
    await rig.replay(capture.path, { rate: RATE, limit: 1_000 });
    await home.seen(1_000);
    home.reconfigure({ capture: { workers: 2, ring: "1MiB" } });
    const { exitCode, stdout, stderr } = await home.run("reload", "--json");
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ restartedCapture: true });
    const { workers, interfaces } = await home.status();
    expect(workers.map(({ state }) => state)).toEqual(["running", "running"]);
    expect(interfaces.map(({ ringBytes }) => ringBytes)).toEqual([MIB, MIB]);
    const before = await home.packets();
    await rig.replay(capture.path, { rate: RATE, limit: 1_000 });
    await home.seen(before + 1_000);
    expect(await daemon.stop(), daemon.said).toBe(0);
    // Flows of the old workers and of the new: none is lost.
    const packets = home.storedFlows().reduce((sum, { spkts, dpkts }) => sum + spkts + dpkts, 0);
    expect(packets).toBe(2_000);
  });
});
