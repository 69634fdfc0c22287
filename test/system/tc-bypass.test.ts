// The bypass by tc, for where BPF is not allowed: engaged and disengaged by the clock of whoever calls tick().
// Apart from the switch's tests because it is another mechanism with other things to leave alone.
// Always holds: each test leaves the interfaces as they were, queueing disciplines included.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEADMAN_BEAT_OFFSET } from "../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE, MEMORY_PAGES } from "../../assembly/layout.js";
import { interfaceState } from "../../host/capture/live/interface.js";
import { StrayError } from "../../host/errors.js";
import { DeadMan, type DeadManOptions } from "../../host/inline/dead-man.js";
import { until } from "../support/daemon.js";
import { DeadManRig } from "../support/dead-man-rig.js";
import { canUseNamespaces } from "../support/netns.js";
import { requireProgram } from "../support/system.js";

const HOUR_NS = 3_600_000_000_000n;

const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;
const beat = new BigUint64Array(buffer, DEADMAN_BASE + DEADMAN_BEAT_OFFSET, 1);

const canRun =
  canUseNamespaces() && requireProgram("ping", "iputils-ping") && requireProgram("nsenter", "util-linux");

describe.skipIf(!canRun)("the bypass by tc", () => {
  let rig: DeadManRig;
  let deadMan: DeadMan | undefined;
  let before: string;

  beforeAll(async () => {
    rig = new DeadManRig();
    await until("the interfaces have a carrier", () => !rig.interfaces().includes("NO-CARRIER"));
  });
  beforeEach(() => {
    before = rig.interfaces();
  });
  afterEach(() => {
    if (deadMan !== undefined) expect(rig.sensor.enter(() => deadMan?.release({ keep: false }))).toEqual([]);
    deadMan = undefined;
    expect(rig.interfaces()).toBe(before);
    expect(rig.isCut()).toBe(true);
  });
  afterAll(() => rig?.remove());

  function arm(options: Partial<DeadManOptions> = {}): DeadMan {
    const all: DeadManOptions = {
      sides: rig.sides(),
      limitMs: 200,
      fail: "open",
      memory: buffer,
      ...options,
    };
    deadMan = rig.sensor.enter(() => DeadMan.arm({ ...all, method: "tc" }));
    return deadMan;
  }

  /** As the main thread calls it, with the time a test wants it to be. */
  function tick(deadMan: DeadMan, agoNs: bigint): void {
    const now = process.hrtime.bigint();
    Atomics.store(beat, 0, now - agoNs);
    rig.sensor.enter(() => deadMan.tick(now));
  }

  function state(): ReturnType<DeadMan["state"]> {
    return rig.sensor.enter(() => deadMan?.state()) ?? expect.fail("it is not armed");
  }

  /** By their own settings: left, right. */
  function promiscuous(): (boolean | undefined)[] {
    return rig.sensor.enter(() => ["left", "right"].map((name) => interfaceState(name)?.isPromiscuous));
  }

  it("is engaged while the beat is older than the limit, and says that it needs a living daemon", () => {
    const held = arm();
    expect(state()).toMatchObject({
      protection: "tc",
      pinned: undefined,
      reason: expect.stringContaining("works only as long as the daemon lives"),
    });
    // Nobody has beaten yet.
    expect(rig.crosses()).toBe(true);
    expect(state().bypassed.map(({ packets }) => packets)).toEqual([3n, 3n]);
    tick(held, 0n);
    expect(rig.isCut()).toBe(true);
    tick(held, 300_000_000n);
    expect(rig.crosses()).toBe(true);
    tick(held, 100_000_000n);
    expect(rig.isCut()).toBe(true);
    // What went by before is still counted.
    expect(state().bypassed.map(({ packets }) => packets)).toEqual([6n, 6n]);
  });

  it("is engaged in any case while bypass is on, and never when it fails closed", () => {
    const held = arm({ fail: "closed" });
    tick(held, HOUR_NS);
    expect(state()).toMatchObject({ mode: "off", stale: true });
    expect(rig.isCut()).toBe(true);
    rig.sensor.enter(() => held.setBypass(true));
    expect(rig.crosses()).toBe(true);
    tick(held, 0n);
    expect(rig.crosses()).toBe(true);
    rig.sensor.enter(() => held.setBypass(false));
    expect(rig.isCut()).toBe(true);
  });

  it("takes away what a killed daemon left engaged", async () => {
    const child = rig.child({ method: "tc" });
    expect(await child.answer()).toMatchObject({ protection: "tc" });
    await child.kill();
    expect(rig.crosses()).toBe(true);
    const held = arm();
    expect(rig.crosses()).toBe(true);
    tick(held, 0n);
    expect(rig.isCut()).toBe(true);
  });

  it("makes the interfaces promiscuous while it is engaged, and leaves one that was so before", () => {
    const set = (state: string) => rig.sensor.exec(["ip", "link", "set", "right", "promisc", state]);
    set("on");
    try {
      const held = arm();
      expect(promiscuous()).toEqual([true, true]);
      tick(held, 0n);
      expect(promiscuous()).toEqual([false, true]);
      rig.sensor.enter(() => held.release({ keep: true }));
      expect(promiscuous()).toEqual([true, true]);
      // Its successor knows whose setting was whose.
      arm();
      rig.sensor.enter(() => deadMan?.release({ keep: false }));
      deadMan = undefined;
      expect(promiscuous()).toEqual([false, true]);
    } finally {
      set("off");
    }
  });

  it("stays when it is told to keep, without root as well", async () => {
    const child = rig.child({ method: "tc", user: "nobody", beats: true });
    expect(await child.answer()).toMatchObject({ protection: "tc", uid: expect.any(Number) });
    await until("it beats", async () => {
      await child.ask("tick");
      return (await child.ask("state")).stale === false;
    });
    expect(rig.isCut()).toBe(true);
    expect(await child.ask("bypass on")).toBeNull();
    expect(rig.crosses()).toBe(true);
    expect(await child.ask("bypass off")).toBeNull();
    expect(rig.isCut()).toBe(true);
    expect(await child.ask("release keep")).toEqual([]);
    await child.kill();
    expect(rig.crosses()).toBe(true);
    arm();
  });

  it("refuses an interface with filters of another owner, and leaves them alone", () => {
    const words = ["filter", "add", "dev", "right", "ingress", "protocol", "all"];
    const match = ["u32", "match", "u32", "0", "0", "action", "mirred", "egress", "mirror", "dev", "left"];
    rig.sensor.exec(["tc", "qdisc", "add", "dev", "right", "clsact"]);
    rig.sensor.exec(["tc", ...words, ...match]);
    const filters = rig.sensor.exec(["tc", "filter", "show", "dev", "right", "ingress"]).stdout;
    try {
      expect(() => arm()).toThrow(expect.objectContaining({ code: "TC_FOREIGN", exitCode: 2 }));
      expect(() => arm()).toThrow(StrayError);
      expect(rig.sensor.exec(["tc", "filter", "show", "dev", "right", "ingress"]).stdout).toBe(filters);
      expect(rig.sensor.exec(["tc", "qdisc", "show", "dev", "left"]).stdout).not.toContain("clsact");
    } finally {
      rig.sensor.exec(["tc", "qdisc", "del", "dev", "right", "clsact"]);
    }
  });

  it("uses a discipline of another owner that has no filters, and leaves it there", () => {
    rig.sensor.exec(["tc", "qdisc", "add", "dev", "left", "clsact"]);
    try {
      const held = arm();
      expect(rig.crosses()).toBe(true);
      rig.sensor.enter(() => held.release({ keep: false }));
      deadMan = undefined;
      expect(rig.sensor.exec(["tc", "qdisc", "show", "dev", "left"]).stdout).toContain("clsact");
    } finally {
      rig.sensor.exec(["tc", "qdisc", "del", "dev", "left", "clsact"]);
    }
  });

  it("stands again on an interface that came back", () => {
    const held = arm();
    rig.sensor.exec(["ip", "link", "delete", "right"]);
    held.lost(1);
    rig.connectRight();
    rig.introduce();
    const [, right] = rig.sides();
    expect(rig.sensor.enter(() => held.reattach(1, right.index))).toBe(true);
    expect(rig.crosses()).toBe(true);
    rig.sensor.enter(() => held.release({ keep: false }));
    deadMan = undefined;
    before = rig.interfaces();
    expect(before).not.toContain("clsact");
  });
});
