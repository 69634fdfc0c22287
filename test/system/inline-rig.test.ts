// The measures of the inline tests, held against a bridge that is broken on purpose: they must see what is lost, how long
// nothing came, what came twice, and who the kernel ended for memory.
// Apart from the tests that rely on them. Always holds: no sensor is in here.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Daemon } from "../support/daemon.js";
import { interfaceState } from "../support/inline/interface-state.js";
import { pause, underLoad } from "../support/inline/load.js";
import { MemoryGroup } from "../support/inline/memory-group.js";
import { ping } from "../support/inline/ping.js";
import { Program } from "../support/inline/program.js";
import { CLIENT_SIDE, canRunInline, InlineRig } from "../support/inline/rig.js";

const BREAK_MS = 250;
const MIB = 2 ** 20;

describe.skipIf(!canRunInline())("the rig of the inline tests", () => {
  let rig: InlineRig;

  beforeAll(async () => {
    rig = await InlineRig.create("rig");
  });
  afterAll(() => rig?.remove());

  it("joins its ends by nothing but what is in the middle", async () => {
    expect(await ping(rig.client, rig.serverEnd().address, { count: 3 })).toMatchObject({ received: 0 });
    expect(await ping(rig.client, rig.serverEnd("ipv6").address, { count: 3 })).toMatchObject({
      received: 0,
    });
    const before = interfaceState(rig.sensor, CLIENT_SIDE);
    rig.bridge();
    expect(interfaceState(rig.sensor, CLIENT_SIDE)).not.toEqual(before);
    expect(await ping(rig.client, rig.serverEnd().address, { count: 3 })).toMatchObject({ received: 3 });
    rig.unbridge();
    expect(interfaceState(rig.sensor, CLIENT_SIDE)).toEqual(before);
  });

  it("sees a break of a quarter of a second, how long it was and what it cost", async () => {
    rig.bridge();
    const { probed, talked, text } = await underLoad(
      rig,
      async () => {
        rig.sensor.exec(["ip", "link", "set", CLIENT_SIDE, "nomaster"]);
        await pause(BREAK_MS);
        rig.sensor.exec(["ip", "link", "set", CLIENT_SIDE, "master", "br0"]);
      },
      { bulk: 1e6, bulkSeconds: 2 },
    );
    rig.unbridge();
    for (const way of probed.ways) {
      // A sender that was itself kept waiting saw less of it.
      expect(way.longestGapMs + way.sendGapMs, text).toBeGreaterThan(BREAK_MS - 20);
      expect(way.lost, text).toBeGreaterThan(BREAK_MS / 2);
    }
    expect(talked.error, text).toBeNull();
    expect(talked.longestMs, text).toBeGreaterThan(BREAK_MS / 2);
  });

  it("sees what comes twice", async () => {
    rig.bridge();
    // Every frame for the server, once more.
    for (const words of [
      ["qdisc", "add", "dev", CLIENT_SIDE, "clsact"],
      [
        ...[
          "filter",
          "add",
          "dev",
          CLIENT_SIDE,
          "ingress",
          "protocol",
          "ip",
          "u32",
          "match",
          "u32",
          "0",
          "0",
        ],
        ...["action", "mirred", "egress", "mirror", "dev", "inl1"],
      ],
    ])
      rig.sensor.exec(["tc", ...words]);
    const { probed, text } = await underLoad(rig, () => pause(200), { bulk: "none", afterMs: 100 });
    rig.sensor.exec(["tc", "qdisc", "delete", "dev", CLIENT_SIDE, "clsact"]);
    rig.unbridge();
    expect(probed.toServer.lost, text).toBe(0);
    expect(probed.toServer.duplicates, text).toBeGreaterThan(probed.toServer.sent / 2);
    expect(probed.toClient.duplicates, text).toBe(0);
  });

  it("makes the kernel end a process for memory", async () => {
    const group = new MemoryGroup(`stray-rig-${process.pid}`);
    try {
      const large = ["python3", "-c", `kept = bytearray(${64 * MIB}); print("ready", flush=True); input()`];
      const victim = rig.programs.add(new Program(rig.host, [...group.prefix, ...large]));
      await victim.ready();
      expect(group.usedBytes()).toBeGreaterThan(50 * MIB);
      group.limit(group.usedBytes() + 16 * MIB);
      const hog = rig.programs.add(
        new Daemon(rig.host.spawn(group.hog(victim.pid, 512), { stdio: ["ignore", "pipe", "pipe"] })),
      );
      await victim.ended();
      expect(victim.exit).toMatchObject({ signal: "SIGKILL" });
      await hog.stop("SIGKILL");
      expect(group.kills()).toBeGreaterThan(0);
    } finally {
      group.remove();
    }
  });
});
