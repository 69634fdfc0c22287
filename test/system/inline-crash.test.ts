// The sensor dies or stands still while the wire is busy: the kernel carries on in its place within 300 ms, nobody's
// connection ends, and no packet comes twice. Killed, stopped and continued, its worker thrown out, killed for memory.
// Apart from orderly stops. Always holds: the gap is measured by a packet each millisecond both ways, as the receiving
// kernels stamped them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/daemon.js";
import { InlineHome } from "../support/inline/inline-home.js";
import { type Loaded, pause, underLoad } from "../support/inline/load.js";
import { MemoryGroup } from "../support/inline/memory-group.js";
import { ping } from "../support/inline/ping.js";
import { Program } from "../support/inline/program.js";
import { canRunInline, InlineRig } from "../support/inline/rig.js";
import { breakWorker } from "../support/inline/sensor-memory.js";

/** From a sensor's last sign of life to frames that flow. */
const GAP_MOST_MS = 300;
const STOPPED_MS = 2000;
const MIB = 2 ** 20;

describe.skipIf(!canRunInline())("the wire lives", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("crash");
    home = new InlineHome(rig);
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  function expectAlive({ probed, talked, bulk, text }: Loaded<unknown>): void {
    expect(probed.longestGapMs, text).toBeLessThan(GAP_MOST_MS);
    expect(probed.duplicates, text).toBe(0);
    expect(talked.error, text).toBeNull();
    expect(talked.exchanged, text).toBeGreaterThan(100);
    expect(bulk?.bytes ?? 0, text).toBeGreaterThan(MIB);
  }

  it("through kill -9", async () => {
    const daemon = await home.startInline();
    expectAlive(await underLoad(rig, () => daemon.stop("SIGKILL")));
    // And it goes on, with nobody there.
    await pause(1000);
    expect(await ping(rig.client, rig.serverEnd().address)).toMatchObject({ received: 20, duplicates: 0 });
  });

  it("through a sensor that is stopped, and continued", async () => {
    const daemon = await home.startInline();
    const before = await home.counter("inline-taken");
    const loaded = await underLoad(rig, async () => {
      daemon.process.kill("SIGSTOP");
      await pause(STOPPED_MS);
      daemon.process.kill("SIGCONT");
    });
    expectAlive(loaded);
    // It is in the wire again, and frames that it slept over were not sent late.
    const after = await home.counter("inline-taken");
    expect(after).toBeGreaterThan(before);
    await ping(rig.client, rig.serverEnd().address);
    expect(await home.counter("inline-taken")).toBeGreaterThan(after);
    await home.stop();
  });

  it("through stops of every length", async () => {
    const daemon = await home.startInline();
    const loaded = await underLoad(
      rig,
      async () => {
        for (const ms of [10, 50, 150, 190, 210, 250, 400]) {
          daemon.process.kill("SIGSTOP");
          await pause(ms);
          daemon.process.kill("SIGCONT");
          await pause(300);
        }
      },
      { bulkSeconds: 7 },
    );
    expectAlive(loaded);
    await home.stop();
  });

  it.each(["ring", "place"] as const)(
    "through an exception of the worker with a wrong %s",
    async (broken) => {
      const daemon = await home.startInline();
      const loaded = await underLoad(rig, async () => {
        breakWorker(daemon.pid, broken);
        await until("another worker runs", async () => {
          expect(daemon.exit, daemon.said).toBeUndefined();
          const { workers } = await home.status();
          return workers.every(({ state, restarts }) => state === "running" && restarts > 0);
        });
      });
      expectAlive(loaded);
      const taken = await home.counter("inline-taken");
      await until("frames go through it again", async () => {
        await ping(rig.client, rig.serverEnd().address);
        return (await home.counter("inline-taken")) > taken;
      });
      expect(daemon.exit).toBeUndefined();
      await home.stop();
    },
  );

  it("through the kernel's choice of the sensor when memory is out", async () => {
    const group = new MemoryGroup(`stray-test-${process.pid}`);
    try {
      const daemon = await home.startInline(group.prefix);
      group.limit(group.usedBytes() + 32 * MIB);
      const loaded = await underLoad(rig, async () => {
        const hog = rig.programs.add(new Program(rig.host, group.hog(daemon.pid, 1024)));
        await daemon.ended();
        await hog.stop("SIGKILL");
      });
      expect(daemon.exit).toMatchObject({ signal: "SIGKILL" });
      expect(group.kills()).toBeGreaterThan(0);
      expectAlive(loaded);
    } finally {
      await home.remove();
      group.remove();
    }
  });
});
