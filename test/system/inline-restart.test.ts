// Stops and starts of a sensor that stands inline: a clean stop leaves the interfaces as they were, a start after a crash
// takes over from the kernel without a loop, a duplicate or a gap, and what is to happen at a stop is a setting.
// Apart from crashes, where the question is the wire alone. Always holds: "as they were" is all that iproute2, ethtool and
// the file system of pinned programs tell.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ethernet, text } from "../../examples/frame.js";
import { cross } from "../support/inline/frames.js";
import { InlineHome } from "../support/inline/inline-home.js";
import { frameCounts, interfaceState, packetSockets } from "../support/inline/interface-state.js";
import { pause, underLoad } from "../support/inline/load.js";
import { ping } from "../support/inline/ping.js";
import { Program } from "../support/inline/program.js";
import {
  CLIENT_DEVICE,
  CLIENT_SIDE,
  canRunInline,
  InlineRig,
  pinFolders,
  SERVER_DEVICE,
  SERVER_SIDE,
} from "../support/inline/rig.js";
import type { Settings } from "../support/strayd.js";

const GAP_MOST_MS = 300;
const TURNS = 3;

describe.skipIf(!canRunInline())("an inline sensor", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("restart");
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  async function start(settings: Settings = {}): Promise<void> {
    home = new InlineHome(rig, settings);
    await home.startInline();
  }

  const states = () => [CLIENT_SIDE, SERVER_SIDE].map((side) => interfaceState(rig.sensor, side));
  const pinged = async (): Promise<number> =>
    (await ping(rig.client, rig.serverEnd().address, { count: 3 })).received;

  it("leaves the interfaces as they were at a clean stop, and nothing in the kernel", async () => {
    const before = states();
    await start();
    expect(await pinged()).toBe(3);
    expect(states()).not.toEqual(before);
    expect(pinFolders(rig.sensor)).toHaveLength(1);
    await home.stop();
    expect(states()).toEqual(before);
    expect(pinFolders(rig.sensor)).toEqual([]);
    expect(packetSockets(rig.sensor)).toBe(0);
    expect(await pinged()).toBe(0);
  });

  it("leaves them so after a crash, a start and a stop, too", async () => {
    const before = states();
    await start();
    await home.daemon.stop("SIGKILL");
    await pause(GAP_MOST_MS);
    expect(await pinged()).toBe(3);
    await home.startInline();
    await home.stop();
    expect(states()).toEqual(before);
    expect(pinFolders(rig.sensor)).toEqual([]);
    expect(await pinged()).toBe(0);
  });

  it("lets the kernel go on at a stop, when that is what is set, and the next start takes it back", async () => {
    await start({ inline: { "at-stop": "bypass" } });
    const loaded = await underLoad(
      rig,
      async () => {
        await home.stop();
        await pause(1000);
        await home.startInline();
      },
      { bulkSeconds: 8 },
    );
    expect(loaded.probed.longestGapMs, loaded.text).toBeLessThan(GAP_MOST_MS);
    expect(loaded.probed.duplicates, loaded.text).toBe(0);
    expect(loaded.talked.error, loaded.text).toBeNull();
    const taken = await home.counter("inline-taken");
    expect(await pinged()).toBe(3);
    expect(await home.counter("inline-taken")).toBeGreaterThan(taken);
    await home.stop();
    expect(await pinged()).toBe(3);
  });

  it("takes over from the kernel after a crash: no loop, no duplicate, no gap, time after time", async () => {
    await start();
    for (let turn = 0; turn < TURNS; turn++) {
      await home.daemon.stop("SIGKILL");
      await pause(GAP_MOST_MS);
      const loaded = await underLoad(rig, () => home.startInline(), { bulk: "none" });
      expect(loaded.probed, loaded.text).toMatchObject({ lost: 0, duplicates: 0 });
      expect(loaded.talked.error, loaded.text).toBeNull();
    }
    // What is for all comes out once, and never back where it came from.
    const listener = rig.programs.add(Program.python(rig.client, "frames.py", "listen", CLIENT_DEVICE));
    await listener.ready();
    const shout = ethernet(
      { dst: "ff:ff:ff:ff:ff:ff", src: "02:06:00:00:00:77", type: 0x88b5 },
      text("stray-frame for all"),
    );
    const before = frameCounts(rig.server, SERVER_DEVICE).received;
    const heard = await cross(
      rig.programs,
      { namespace: rig.client, device: CLIENT_DEVICE },
      { namespace: rig.server, device: SERVER_DEVICE },
      Array.from({ length: 100 }, () => shout),
    );
    expect(heard).toHaveLength(100);
    expect(listener.lines).toEqual(["ready"]);
    // A few more are the hosts' own neighbour discovery.
    expect(frameCounts(rig.server, SERVER_DEVICE).received - before).toBeLessThan(200);
    await home.stop();
  });

  it("fails closed, when that is what is set", async () => {
    await start({ inline: { fail: "closed" } });
    expect(await pinged()).toBe(3);
    await home.daemon.stop("SIGKILL");
    await pause(2 * GAP_MOST_MS);
    expect(await pinged()).toBe(0);
    await home.startInline();
    expect(await pinged()).toBe(3);
    await home.stop();
  });
});
