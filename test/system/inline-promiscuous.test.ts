// The interfaces of a sensor in the wire are promiscuous by their own setting, for as long as the kernel may have to carry
// frames without it, and are what they were before once it is gone for good.
// Apart from stops and starts in general because the setting outlives the process on purpose, and is not always ours.
// Always holds: the flag is read as the kernel tells it, where what packet sockets ask for is not in it. A veth pair takes
// in every frame, whatever the flag says, so the flag is what is looked at; that frames cross is looked at besides.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ethernet, text } from "../../examples/frame.js";
import { until } from "../support/daemon.js";
import { cross } from "../support/inline/frames.js";
import { DEADMAN_MS, InlineHome } from "../support/inline/inline-home.js";
import { interfaceState } from "../support/inline/interface-state.js";
import { pause } from "../support/inline/load.js";
import { ping } from "../support/inline/ping.js";
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

const BOTH = [true, true];
const NONE = [false, false];
const FOREIGN = "02:06:00:00:00:99";

describe.skipIf(!canRunInline())("the interfaces of a sensor in the wire", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("promisc");
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

  /** By their own setting, towards the client and towards the server. */
  const promiscuous = () =>
    states().map(({ link }) => (link as { flags: readonly string[] }).flags.includes("PROMISC"));

  function set(side: string, state: "on" | "off"): void {
    rig.sensor.exec(["ip", "link", "set", "dev", side, "promisc", state]);
  }

  /** As a test's own flags, so that what is put back is seen to be no more than what was changed. */
  function oddFlags(): void {
    rig.sensor.exec(["ip", "link", "set", "dev", CLIENT_SIDE, "allmulticast", "on"]);
    rig.sensor.exec(["ip", "link", "set", "dev", SERVER_SIDE, "arp", "off", "multicast", "off"]);
  }

  async function carriesForeign(): Promise<void> {
    const frame = ethernet(
      { dst: FOREIGN, src: "02:06:00:00:00:77", type: 0x88b5 },
      text("stray-frame for another"),
    );
    const heard = await cross(
      rig.programs,
      { namespace: rig.client, device: CLIENT_DEVICE },
      { namespace: rig.server, device: SERVER_DEVICE },
      Array.from({ length: 10 }, () => frame),
    );
    expect(heard).toHaveLength(10);
  }

  async function kill(): Promise<void> {
    await home.daemon.stop("SIGKILL");
    await pause(2 * DEADMAN_MS);
  }

  it("are promiscuous while it lives and when it was killed, until the next one ends", async () => {
    oddFlags();
    const before = states();
    expect(promiscuous()).toEqual(NONE);
    await start();
    expect(promiscuous()).toEqual(BOTH);
    // Time after time: a successor does not take its predecessor's setting for somebody else's.
    for (let turn = 0; turn < 2; turn++) {
      await kill();
      expect(promiscuous()).toEqual(BOTH);
      await carriesForeign();
      await home.startInline();
      expect(promiscuous()).toEqual(BOTH);
    }
    await home.stop();
    expect(states()).toEqual(before);
    expect(pinFolders(rig.sensor)).toEqual([]);
  });

  it("stay so where an administrator made them so, over stops and crashes", async () => {
    oddFlags();
    set(SERVER_SIDE, "on");
    const before = states();
    expect(promiscuous()).toEqual([false, true]);
    await start();
    expect(promiscuous()).toEqual(BOTH);
    await home.stop();
    expect(states()).toEqual(before);
    await home.startInline();
    await kill();
    expect(promiscuous()).toEqual(BOTH);
    await carriesForeign();
    await home.startInline();
    await home.stop();
    expect(states()).toEqual(before);
    // And one that was ours is an administrator's the next time.
    set(CLIENT_SIDE, "on");
    await home.startInline();
    await kill();
    await home.startInline();
    await home.stop();
    expect(promiscuous()).toEqual(BOTH);
  });

  it("stay so at a stop that leaves the kernel carrying, until one that does not", async () => {
    const before = states();
    await start({ inline: { "at-stop": "bypass" } });
    await home.stop();
    expect(promiscuous()).toEqual(BOTH);
    await carriesForeign();
    home.configure({
      capture: { interfaces: [CLIENT_SIDE, SERVER_SIDE] },
      inline: { mode: "inline", "at-stop": "release" },
    });
    await home.startInline();
    expect(promiscuous()).toEqual(BOTH);
    await home.stop();
    expect(states()).toEqual(before);
    expect(pinFolders(rig.sensor)).toEqual([]);
  });

  it("are promiscuous again when they went away and came back, and over a reload", async () => {
    set(SERVER_SIDE, "on");
    await start();
    rig.sensor.exec(["ip", "link", "delete", CLIENT_SIDE]);
    await until("the status says so", async () =>
      (await home.status()).problems.some((problem) => problem.includes(CLIENT_SIDE)),
    );
    rig.connectClient();
    await until("pings cross", async () => {
      const { received } = await ping(rig.client, rig.serverEnd().address, { count: 3 });
      return received === 3;
    });
    expect(promiscuous()).toEqual(BOTH);
    await home.reload();
    expect(promiscuous()).toEqual(BOTH);
    await kill();
    expect(promiscuous()).toEqual(BOTH);
    await carriesForeign();
    await home.startInline();
    await home.stop();
    expect(promiscuous()).toEqual([false, true]);
    expect(pinFolders(rig.sensor)).toEqual([]);
  });
});
