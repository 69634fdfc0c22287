// An update on trial: kept when strayd is well, taken back when it is not; and wherever the power is cut, one whole version is
// in force and the machine finds its way.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { lockDirectory } from "../../../host/store/lock.js";
import { stageRollback, stageUpdate } from "../../../host/update/apply.js";
import {
  HEALTH_MAX_MS,
  HEALTH_MIN_MS,
  HEALTH_MS,
  type StatusView,
  trialMsOf,
} from "../../../host/update/health.js";
import { versionOf } from "../../../host/update/place.js";
import { beforeStart, finishUpdate, TRIES_MAX } from "../../../host/update/trial.js";
import { CutDisk, FakeSystem, INSTALLED, OPTIONS, PowerCut, Rig } from "./rig.js";

const rigs: Rig[] = [];
let rig: Rig;
beforeEach(() => {
  rig = new Rig();
  rigs.push(rig);
});
afterAll(() => {
  for (const each of rigs) each.remove();
});

const ARMED = { version: INSTALLED, pid: 1, workers: [], inline: { state: "armed" } } satisfies StatusView;

async function update(version: string, system: FakeSystem, status?: StatusView) {
  stageUpdate(system.place, rig.package({ version }), OPTIONS, status);
  return await finishUpdate(system.place, system);
}

describe("a new version", () => {
  it("is in force when strayd is well, and the last one is kept", async () => {
    const system = new FakeSystem(rig.place());
    expect(await update("0.2.0", system)).toMatchObject({ result: "in-force", from: null });
    expect(system.version).toBe("0.2.0");
    expect(await update("0.3.0", system)).toMatchObject({ result: "in-force" });
    expect(await update("0.4.0", system)).toMatchObject({ result: "in-force" });
    const { releases, book } = system.place;
    expect(releases.list().map((name) => versionOf(system.place, name))).toEqual(["0.3.0", "0.4.0"]);
    expect(versionOf(system.place, book.state().previous)).toBe("0.3.0");
    expect(book.state().counts).toMatchObject({ applied: 3, rolledBack: 0 });
    expect(readdirSync(rig.folder).filter((name) => /new|incoming|pending/.test(name))).toEqual([]);
  });

  it("is taken back at once when strayd ends by itself again and again", async () => {
    const system = new FakeSystem(rig.place());
    system.broken.add("0.2.0");
    const outcome = await update("0.2.0", system);
    expect(outcome).toMatchObject({
      result: "rolled-back",
      reason: expect.stringContaining(`${TRIES_MAX} times`),
    });
    expect(system.version).toBe(INSTALLED);
    expect(system.nowAt).toBeLessThan(HEALTH_MS);
    expect(system.place.book.state().counts.rolledBack).toBe(1);
    expect(system.place.releases.list()).toEqual([]);
  });

  const sick: readonly [string, Partial<StatusView>, RegExp][] = [
    ["workers are missing", { workers: [] }, /no worker/],
    ["a worker does not run", { workers: [{ state: "running" }, { state: "dead" }] }, /1 of 2 workers/],
    ["the link is not protected any more", { inline: { state: "off" } }, /armed/],
    ["it does not stand in the wire any more", {}, /not in the wire/],
    ["it is not the version that was asked for", { version: "0.1.9" }, /0\.1\.9/],
  ];
  for (const [what, status, reason] of sick) {
    it(`is taken back after a minute when ${what}`, async () => {
      const system = new FakeSystem(rig.place());
      system.status1 = status;
      const outcome = await update("0.2.0", system, ARMED);
      expect(outcome).toMatchObject({ result: "rolled-back", reason: expect.stringMatching(reason) });
      expect(system.nowAt).toBeGreaterThanOrEqual(HEALTH_MS);
      expect(system.place.releases.current).toBeUndefined();
    });
  }

  it("is started, and taken back, while the kernel carries the frames of the link", async () => {
    const system = new FakeSystem(rig.place());
    system.asked.length = 0;
    await update("0.2.0", system);
    expect(system.asked).toEqual(["carry", "restart"]);
    system.status1 = { workers: [] };
    expect(await update("0.3.0", system)).toMatchObject({ result: "rolled-back" });
    expect(system.asked).toEqual(["carry", "restart", "carry", "restart", "carry", "restart"]);
  });

  it("has as long as whoever began the update says", async () => {
    for (const [trialMs, isWell] of [
      [HEALTH_MS, false],
      [5 * HEALTH_MS, true],
    ] as const) {
      const system = new FakeSystem(rig.place());
      const { status } = system;
      // As on a slow machine.
      system.status = async () => {
        if (system.nowAt < 2 * HEALTH_MS) throw new Error("nobody there");
        return await status();
      };
      const options = { ...OPTIONS, trialMs };
      stageUpdate(system.place, rig.package({ version: "0.2.0" }), options, undefined);
      const outcome = await finishUpdate(system.place, system);
      expect(outcome?.result).toBe(isWell ? "in-force" : "rolled-back");
      if (!isWell) expect(outcome?.reason).toContain(`${trialMs / 1000} s after`);
    }
  });

  it("has no longer than the bounds allow, whatever was written down", () => {
    expect(
      [undefined, 0, 90_000, 1e12].map((trialMs) => trialMsOf(trialMs === undefined ? {} : { trialMs })),
    ).toEqual([HEALTH_MS, HEALTH_MIN_MS, 90_000, HEALTH_MAX_MS]);
  });

  it("has to stay one process for some seconds", async () => {
    const system = new FakeSystem(rig.place());
    let pid = 1000;
    const { status } = system;
    system.status = async () => ({ ...(await status()), pid: pid++ });
    expect(await update("0.2.0", system)).toMatchObject({
      result: "rolled-back",
      reason: expect.stringMatching(/anew/),
    });
  });

  it("goes back to the version before by hand, and forth again", async () => {
    const system = new FakeSystem(rig.place());
    expect(() => stageRollback(system.place, undefined)).toThrow(
      expect.objectContaining({ code: "UPDATE_NO_PREVIOUS" }),
    );
    await update("0.2.0", system);
    for (const version of [INSTALLED, "0.2.0", INSTALLED]) {
      stageRollback(system.place, undefined);
      expect(await finishUpdate(system.place, system)).toMatchObject({
        kind: "rollback",
        result: "in-force",
      });
      expect(system.version).toBe(version);
    }
  });

  it("does not begin while another one is on trial", () => {
    const place = rig.place();
    stageUpdate(place, rig.package(), OPTIONS, undefined);
    const again = rig.package({ version: "0.3.0" });
    expect(() => stageUpdate(place, again, OPTIONS, undefined)).toThrow(
      expect.objectContaining({ code: "UPDATE_BUSY" }),
    );
    expect(() => stageRollback(place, undefined)).toThrow(expect.objectContaining({ code: "UPDATE_BUSY" }));
  });
});

describe("what was left on the disk", () => {
  it("is passed over when the installed version is newer: a new image, or dpkg", async () => {
    const system = new FakeSystem(rig.place());
    await update("0.2.0", system);
    const place = { ...rig.place(), installed: "0.2.1" };
    expect(beforeStart(place)).toMatch(/newer/);
    expect(place.releases.current).toBeUndefined();
  });

  it("is passed over when the release is not whole", async () => {
    const system = new FakeSystem(rig.place());
    await update("0.2.0", system);
    rmSync(join(rig.folder, system.place.releases.current!, "release.json"));
    expect(beforeStart(system.place)).toMatch(/not whole/);
    expect(existsSync(join(rig.folder, "current"))).toBe(false);
  });

  it("leads to the installed version when pending.json is damaged, and is counted", async () => {
    const system = new FakeSystem(rig.place());
    for (const text of ["", "{", "[]", '{"id":"x"}', "\0\0\0"]) {
      await update("0.2.0", system);
      writeFileSync(join(rig.folder, "pending.json"), text);
      writeFileSync(join(rig.folder, "state.json"), text);
      expect(beforeStart(system.place)).toMatch(/installed version/);
      expect(system.place.releases.current).toBeUndefined();
      expect(system.place.book.pending()).toBeUndefined();
      expect(system.place.book.state().counts.damaged).toBeGreaterThan(0);
    }
  });
});

/** A boot after a power cut: strayd is started, then the service takes to its end what was under way. */
async function boot(broken: readonly string[]): Promise<FakeSystem> {
  const place = rig.place();
  const system = Object.assign(Object.create(FakeSystem.prototype), new FakeSystem(place)) as FakeSystem;
  for (const version of broken) system.broken.add(version);
  system.restart();
  await finishUpdate(place, system);
  return system;
}

describe("the power is cut", () => {
  for (const [what, broken] of [
    ["of a version that is well", []],
    ["of one that is not", ["0.3.0"]],
  ] as const) {
    it(`at any moment of an update ${what}: one whole version is in force`, {
      timeout: 300_000,
    }, async () => {
      const before = new FakeSystem(rig.place());
      await update("0.2.0", before);
      const path = rig.package({ version: "0.3.0" });
      const saved = `${rig.folder}.saved`;
      execFileSync("cp", ["-a", rig.folder, saved]);
      const seen = new Set<string>();
      for (let cutAt = 0; ; cutAt++) {
        rmSync(rig.folder, { recursive: true, force: true });
        execFileSync("cp", ["-a", saved, rig.folder]);
        const disk = new CutDisk();
        const place = rig.place(disk);
        const system = new FakeSystem(place);
        for (const version of broken) system.broken.add(version);
        disk.cutAt = disk.count + cutAt;
        let isCut = false;
        try {
          stageUpdate(place, path, OPTIONS, undefined);
          await finishUpdate(place, system);
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          isCut = true;
        }
        const at = `step ${cutAt}, ${disk.steps.at(-1)}`;
        // Whatever is on the disk now is a version.
        const { releases } = rig.place();
        expect(["0.2.0", "0.3.0"], at).toContain(versionOf(rig.place(), releases.current));
        expect(releases.isCurrentBroken, at).toBe(false);
        const after = await boot(broken);
        expect(after.place.book.pending(), at).toBeUndefined();
        expect(after.version, at).toBe(versionOf(after.place, after.place.releases.current));
        if (broken.length > 0) expect(after.version, at).toBe("0.2.0");
        seen.add(after.version!);
        // And the next update goes through.
        const again = new FakeSystem(after.place);
        expect(await update("0.4.0", again), at).toMatchObject({ result: "in-force" });
        expect(
          readdirSync(rig.folder).filter((name) => /\.new$|incoming|pending/.test(name)),
          at,
        ).toEqual([]);
        if (!isCut) {
          expect(cutAt).toBeGreaterThan(15);
          break;
        }
      }
      expect([...seen].sort()).toEqual(broken.length > 0 ? ["0.2.0"] : ["0.2.0", "0.3.0"]);
    });
  }

  it("once and again while it is on trial: the fourth start is the last version's", async () => {
    const place = rig.place();
    const before = new FakeSystem(place);
    stageUpdate(place, rig.package(), OPTIONS, undefined);
    // Put in force, and then the power goes before anything was seen of it.
    before.status = async () => {
      throw new PowerCut("looking");
    };
    before.sleep = () => Promise.reject(new PowerCut("waiting"));
    await expect(finishUpdate(place, before)).rejects.toThrow(PowerCut);
    for (let boots = 0; boots < TRIES_MAX - 1; boots++) {
      beforeStart(place);
      expect(versionOf(place, place.releases.current)).toBe("0.2.0");
    }
    expect(beforeStart(place)).toMatch(/did not stay/);
    expect(versionOf(place, place.releases.current)).toBe(INSTALLED);
    const after = await boot([]);
    expect(after.place.book.state().last).toMatchObject({ result: "rolled-back" });
    expect(after.version).toBe(INSTALLED);
  });
});

describe("two updates at once", () => {
  it("are one: who comes second is told", () => {
    const place = rig.place();
    place.disk.makeFolder(rig.folder);
    const lock = lockDirectory(rig.folder);
    const path = rig.package();
    expect(() => stageUpdate(place, path, OPTIONS, undefined)).toThrow(
      expect.objectContaining({ code: "UPDATE_BUSY" }),
    );
    lock.release();
    expect(stageUpdate(place, path, OPTIONS, undefined)).toMatchObject({ phase: "staged" });
  });
});
