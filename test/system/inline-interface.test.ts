// Interfaces that go down, vanish and come back under a sensor that stands inline: it waits, keeps its counts, and
// forwards again both ways. Apart from a tap's interfaces, since here two belong together.
// Always holds: the daemon lives all the while, and says in its status what is missing.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/daemon.js";
import { InlineHome } from "../support/inline/inline-home.js";
import { iperf, startIperf } from "../support/inline/iperf.js";
import { pause } from "../support/inline/load.js";
import { ping } from "../support/inline/ping.js";
import { CLIENT_SIDE, canRunInline, InlineRig, SERVER_SIDE } from "../support/inline/rig.js";
import { cpuMs } from "../support/process-usage.js";

const ABSENCE_MS = 1500;
/** Of processor time in that absence. */
const REST_MS = 400;

describe.skipIf(!canRunInline())("an inline sensor whose interface is lost", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("lost");
    home = new InlineHome(rig);
    await home.startInline();
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  async function crossesAgain(): Promise<void> {
    await until("pings cross", async () => {
      const { received } = await ping(rig.client, rig.serverEnd().address, { count: 3 });
      return received === 3;
    });
    const pinged = await ping(rig.server, rig.clientEnd().address, { count: 20 });
    expect(pinged).toMatchObject({ received: 20, duplicates: 0 });
    await until("nothing is missing", async () => {
      const { problems } = await home.status();
      return !problems.some((problem) => problem.includes(CLIENT_SIDE) || problem.includes(SERVER_SIDE));
    });
  }

  async function isMissed(side: string): Promise<void> {
    await until(`the status says that ${side} is missing`, async () =>
      (await home.status()).problems.some((problem) => problem.includes(side)),
    );
    const before = cpuMs(home.daemon.pid);
    await pause(ABSENCE_MS);
    expect(cpuMs(home.daemon.pid) - before).toBeLessThan(REST_MS);
    expect(home.daemon.exit).toBeUndefined();
  }

  it.each([
    { side: CLIENT_SIDE, connect: (its: InlineRig) => its.connectClient() },
    { side: SERVER_SIDE, connect: (its: InlineRig) => its.connectServer() },
  ])("waits for $side, keeps its counts, and takes it back, twice", async ({ side, connect }) => {
    await crossesAgain();
    for (let turn = 0; turn < 2; turn++) {
      const taken = await home.counter("inline-taken");
      rig.sensor.exec(["ip", "link", "delete", side]);
      await isMissed(side);
      expect(await home.counter("inline-taken")).toBeGreaterThanOrEqual(taken);
      connect(rig);
      await crossesAgain();
      expect(await home.counter("inline-taken")).toBeGreaterThan(taken);
    }
    await home.stop();
  });

  it("forwards again when an interface was down", async () => {
    await crossesAgain();
    rig.sensor.exec(["ip", "link", "set", SERVER_SIDE, "down"]);
    await pause(ABSENCE_MS);
    rig.sensor.exec(["ip", "link", "set", SERVER_SIDE, "up"]);
    await crossesAgain();
    await home.stop();
  });

  it("goes on when the interface no longer takes joined segments apart", async () => {
    await crossesAgain();
    const running = await startIperf(rig.programs, rig.client, rig.serverEnd(), { seconds: 6 });
    await pause(1500);
    expect(await home.counter("inline-joined")).toBeGreaterThan(0);
    rig.sensor.exec(["ethtool", "-K", SERVER_SIDE, "tso", "off"]);
    await running.done();
    const joined = await home.counter("inline-joined");
    // What was in the ring is passed over, then nothing is joined any more: as fast as ever, frame by frame.
    const { bitsPerSecond } = await iperf(rig.programs, rig.client, rig.serverEnd(), { seconds: 2 });
    expect(bitsPerSecond).toBeGreaterThan(50e6);
    expect(await home.counter("inline-joined")).toBe(joined);
    await home.stop();
  }, 60_000);

  it("has the kernel carry on when it dies after that", async () => {
    rig.sensor.exec(["ip", "link", "delete", SERVER_SIDE]);
    await isMissed(SERVER_SIDE);
    rig.connectServer();
    await crossesAgain();
    await home.daemon.stop("SIGKILL");
    await pause(400);
    const pinged = await ping(rig.client, rig.serverEnd().address);
    expect(pinged).toMatchObject({ received: 20, duplicates: 0 });
  });
});
