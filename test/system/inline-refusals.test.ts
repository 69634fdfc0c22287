// What strayd refuses to stand between, and what it only warns of: each time one clear line that says what to do.
// Apart because every daemon here is meant to fail. Always holds: no stack trace, exit code 2, and the interfaces are as
// they were.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InlineHome } from "../support/inline/inline-home.js";
import { interfaceState } from "../support/inline/interface-state.js";
import { ping } from "../support/inline/ping.js";
import { Program } from "../support/inline/program.js";
import { CLIENT_SIDE, canRunInline, InlineRig, pinFolders, SERVER_SIDE } from "../support/inline/rig.js";
import type { Settings } from "../support/strayd.js";

/** Root as a container often has it. */
const WITHOUT_NETWORK = ["setpriv", "--bounding-set=-net_raw,-net_admin"];

describe.skipIf(!canRunInline())("an inline sensor", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("refuse");
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  async function refusal(settings: Settings = {}, prefix: readonly string[] = []): Promise<string> {
    const before = [CLIENT_SIDE, SERVER_SIDE].map((side) => interfaceState(rig.sensor, side));
    home = new InlineHome(rig, settings);
    const daemon = home.launch(rig.host, prefix);
    expect(await daemon.ended(), daemon.said).toBe(2);
    expect(daemon.said).not.toMatch(/^\s+at |internal error/m);
    expect([CLIENT_SIDE, SERVER_SIDE].map((side) => interfaceState(rig.sensor, side))).toEqual(before);
    expect(pinFolders(rig.sensor)).toEqual([]);
    return daemon.said;
  }

  it("is refused the same interface twice", async () => {
    const said = await refusal({ capture: { interfaces: [CLIENT_SIDE, CLIENT_SIDE] } });
    expect(said).toContain(CLIENT_SIDE);
    expect(said).toMatch(/twice|same|once/);
  });

  it.each([
    ["one interface", [CLIENT_SIDE]],
    ["three", [CLIENT_SIDE, SERVER_SIDE, "lo"]],
  ])("is refused %s", async (_what, interfaces) => {
    expect(await refusal({ capture: { interfaces } })).toMatch(/two interfaces/);
  });

  it("is refused the loopback, which is no wire", async () => {
    expect(await refusal({ capture: { interfaces: [CLIENT_SIDE, "lo"] } })).toMatch(/\blo\b/);
  });

  it("is refused an interface that isn't there", async () => {
    expect(await refusal({ capture: { interfaces: [CLIENT_SIDE, "nosuch0"] } })).toMatch(/nosuch0/);
  });

  it("is refused a bridge's member, whose frames the kernel would forward too", async () => {
    rig.bridge();
    const said = await refusal();
    expect(said).toMatch(/br0|bridge/);
    rig.unbridge();
  });

  it.each(["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"])(
    "is refused where %s would have the kernel forward between the two",
    async (key) => {
      // Only where both have a protocol to be forwarded by: an address each.
      const family = key.startsWith("net.ipv6") ? "ipv6" : "ipv4";
      for (const [side, address] of [
        [CLIENT_SIDE, family === "ipv4" ? "10.6.0.254/24" : "fd06::fe/64"],
        [SERVER_SIDE, family === "ipv4" ? "10.6.1.254/24" : "fd06:1::fe/64"],
      ] as const) {
        rig.sensor.exec(["sysctl", "-qw", `net.ipv6.conf.${side}.disable_ipv6=0`]);
        rig.sensor.exec(["ip", "address", "add", address, "dev", side]);
      }
      rig.sensor.exec(["sysctl", "-qw", `${key}=1`]);
      expect(await refusal()).toMatch(/forward/);
    },
  );

  it("is refused without the right to it", async () => {
    expect(await refusal({ sensor: { user: null } }, WITHOUT_NETWORK)).toMatch(/CAP_NET_(RAW|ADMIN)/);
  });

  it("is refused an interface with somebody else's XDP program, which stays", async () => {
    const stranger = rig.programs.add(Program.python(rig.sensor, "xdp.py", SERVER_SIDE));
    await stranger.ready();
    const said = await refusal();
    expect(said).toContain(SERVER_SIDE);
    expect(said).toMatch(/XDP/);
    expect(rig.sensor.exec(["ip", "link", "show", SERVER_SIDE]).stdout).toMatch(/xdp/);
  });

  it("is refused a second time between the same two interfaces, and the first goes on", async () => {
    const first = new InlineHome(rig);
    try {
      await first.startInline();
      home = new InlineHome(rig);
      const second = home.launch(rig.host);
      expect(await second.ended(), second.said).toBe(2);
      expect(second.said).toMatch(/another|already|in use/);
      const pinged = await ping(rig.client, rig.serverEnd().address);
      expect(pinged).toMatchObject({ received: 20, duplicates: 0 });
      await first.stop();
    } finally {
      await first.remove();
    }
  });

  it("warns of an interface with an address, and runs", async () => {
    rig.sensor.exec(["ip", "address", "add", "10.6.0.254/24", "dev", SERVER_SIDE]);
    home = new InlineHome(rig);
    const daemon = await home.startInline();
    expect(daemon.said).toMatch(/address/);
    expect(daemon.said).toContain(SERVER_SIDE);
    expect(await ping(rig.client, rig.serverEnd().address)).toMatchObject({ received: 20 });
    await home.stop();
  });
});
