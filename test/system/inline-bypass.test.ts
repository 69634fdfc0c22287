// `stray bypass`: for maintenance frames go by in the kernel, and come back; a test of it shows on the spot that they
// would. Apart from crashes, which ask nobody. Always holds: no packet is lost on the way over and back.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InlineHome } from "../support/inline/inline-home.js";
import { pause, underLoad } from "../support/inline/load.js";
import { ping } from "../support/inline/ping.js";
import { canRunInline, InlineRig } from "../support/inline/rig.js";

/** Drops what the bypass lets through, so that each is told from the other. */
const NO_LONG_PINGS = 'drop icmp any any -> any any (msg:"long"; dsize:>500; itype:8; sid:1000001; rev:1;)\n';
const GAP_MOST_MS = 300;

describe.skipIf(!canRunInline())("stray bypass", () => {
  let rig: InlineRig;
  let home: InlineHome;

  beforeEach(async () => {
    rig = await InlineRig.create("bypass");
    home = new InlineHome(rig, {}, NO_LONG_PINGS);
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  async function answered(bytes: number): Promise<number> {
    const { received } = await ping(rig.client, rig.serverEnd().address, { count: 5, bytes });
    return received;
  }

  async function order(word: "on" | "off" | "test" | "show"): Promise<string> {
    const { text, exitCode } = await home.bypass(word);
    expect(exitCode, text).toBe(0);
    return text;
  }

  it("on lets frames go by in the kernel, off has the sensor look at them again", async () => {
    await home.startInline();
    expect([await answered(600), await answered(100)]).toEqual([0, 5]);
    await order("on");
    const forwarded = await home.counter("inline-forwarded");
    expect([await answered(600), await answered(100)]).toEqual([5, 5]);
    expect(await home.counter("inline-forwarded")).toBe(forwarded);
    expect(await order("show")).toMatch(/BYPASS: the kernel carries every frame/);
    const { stdout } = await home.run("status");
    expect(stdout).toMatch(/BYPASS/);
    await order("off");
    expect([await answered(600), await answered(100)]).toEqual([0, 5]);
    expect(await home.counter("inline-forwarded")).toBeGreaterThan(forwarded);
    await home.stop();
  });

  it("loses no packet on the way over and back, time after time", async () => {
    await home.startInline();
    const { probed, talked, text } = await underLoad(
      rig,
      async () => {
        for (let turn = 0; turn < 5; turn++) {
          await order("on");
          await pause(100);
          await order("off");
          await pause(100);
        }
      },
      { bulk: "none" },
    );
    expect(probed, text).toMatchObject({ lost: 0, duplicates: 0 });
    expect(talked.error, text).toBeNull();
    await home.stop();
  });

  it("test holds the heartbeat back under traffic and shows that frames went by in the kernel", async () => {
    await home.startInline();
    const { value, probed, talked, text } = await underLoad(rig, () => order("test"), { bulk: "none" });
    expect(value).toMatch(/the link is protected: [1-9][\d,]* frames? went by in the kernel/);
    expect(probed.longestGapMs, text).toBeLessThan(GAP_MOST_MS);
    expect(probed.duplicates, text).toBe(0);
    expect(talked.error, text).toBeNull();
    // Afterwards all is as it was.
    expect([await answered(600), await answered(100)]).toEqual([0, 5]);
    await home.stop();
  });

  it("has nothing to try where a failure is to stop frames, and carries them for maintenance all the same", async () => {
    home.reconfigure({ inline: { fail: "closed" } });
    await home.startInline();
    const tried = await home.bypass("test");
    expect(tried.exitCode, tried.text).toBe(1);
    expect(tried.text).toMatch(/inline\.fail is closed/);
    expect([await answered(600), await answered(100)]).toEqual([0, 5]);
    await order("on");
    expect(await answered(600)).toBe(5);
    await order("off");
    expect([await answered(600), await answered(100)]).toEqual([0, 5]);
    await home.stop();
  });

  it("survives a crash: what was bypassed for maintenance goes on to be", async () => {
    await home.startInline();
    await order("on");
    await home.daemon.stop("SIGKILL");
    await pause(GAP_MOST_MS);
    expect(await answered(100)).toBe(5);
    await home.startInline();
    expect(await answered(100)).toBe(5);
    await home.stop();
  });

  it("says what can't be done: without a daemon, and where nothing stands inline", async () => {
    const alone = await home.bypass("on");
    expect(alone.exitCode).not.toBe(0);
    expect(alone.text).not.toMatch(/^\s+at /m);
    home.reconfigure({ inline: { mode: "tap" } });
    await home.startInline();
    const tap = await home.bypass("on");
    expect(tap.exitCode).not.toBe(0);
    expect(tap.text).toMatch(/inline/);
    expect(tap.text).not.toMatch(/^\s+at /m);
    await home.stop();
  });
});
