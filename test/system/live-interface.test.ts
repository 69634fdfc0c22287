// Interfaces that go down, vanish and come back under a running strayd.
// Apart because the interfaces are the test's own to break. Always holds: after each break packets are seen again, and
// meanwhile the daemon rests.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Daemon, until } from "../support/daemon.js";
import { type PlayableCapture, trafficCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENDER_INTERFACE, SENSOR_INTERFACE } from "../support/live-rig.js";
import { cpuMs } from "../support/process-usage.js";
import { DaemonHome } from "../support/strayd.js";

const ABSENCE_MS = 2_000;
/** Of processor time in that absence. */
const REST_MS = 300;
const RATE = 5_000;

describe.skipIf(!canPlayLive()).each([
  { mode: "mapped", rounds: 2 },
  { mode: "copy", rounds: 1 },
])("interfaces under strayd, $mode rings", ({ mode, rounds }) => {
  let rig: LiveRig;
  let home: DaemonHome;
  let daemon: Daemon;
  let capture: PlayableCapture;

  beforeEach(async () => {
    rig = new LiveRig("iface");
    capture = trafficCapture(rig.folder, { flows: 50, mix: "64", packets: 500 });
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE], mode } });
    daemon = await home.start(rig.sensor);
  });
  afterEach(async () => {
    await home.remove();
    rig.remove();
  });

  async function isSeenAgain(): Promise<void> {
    const before = await home.packets();
    const { packets } = await rig.replay(capture.path, { rate: RATE });
    await home.seen(before + packets);
  }

  async function link(state: "up" | "down" | "absent"): Promise<void> {
    await until(`the interface is ${state}`, async () => (await home.status()).interfaces[0]?.link === state);
  }

  async function rests(): Promise<void> {
    const before = cpuMs(daemon.pid);
    await new Promise((resolve) => setTimeout(resolve, ABSENCE_MS));
    expect(cpuMs(daemon.pid) - before).toBeLessThan(REST_MS);
  }

  it("are seen again after being down", async () => {
    await isSeenAgain();
    rig.sensor.exec(["ip", "link", "set", SENSOR_INTERFACE, "down"]);
    await link("down");
    await rests();
    rig.sensor.exec(["ip", "link", "set", SENSOR_INTERFACE, "up"]);
    await link("up");
    await isSeenAgain();
  });

  it("are seen again after being removed and made anew", async () => {
    await isSeenAgain();
    for (let round = 0; round < rounds; round++) {
      rig.sensor.exec(["ip", "link", "delete", SENSOR_INTERFACE]);
      await link("absent");
      expect((await home.status()).problems.join()).toContain(SENSOR_INTERFACE);
      await rests();
      rig.connect(SENDER_INTERFACE, SENSOR_INTERFACE);
      await link("up");
      await isSeenAgain();
    }
    expect((await home.status()).problems.join()).not.toContain(SENSOR_INTERFACE);
    expect(daemon.exit).toBeUndefined();
  });
});
