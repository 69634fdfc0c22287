// What is kept through all that happens to a file: kills, damage, a full disk, locks, a quota, and a flood of sources.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { openIncidentFile, readIncidentFile } from "../../../host/incident/incident-file.js";
import { IncidentStore } from "../../../host/incident/incident-store.js";
import { SCHEMA_VERSION } from "../../../host/incident/schema.js";
import { Database } from "../../../host/sqlite/database.js";
import { later, Rig, START_MS, temporaryFolder } from "./rig.js";

const SOURCE = "217.29.131.130";
const TARGET = "130.216.236.45";
const LETTER = ["midstream-data", "fin-with-data-no-handshake", "unanswered-retransmit"] as const;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const damagedNames = (directory: string) =>
  readdirSync(directory).filter((name) => /^incidents\.db\.damaged-[^.]*Z(-\d+)?$/.test(name));

/** Bytes in the middle of each page but the first, so that SQLite opens it and finds it wrong. */
function damage(path: string, from = 4096): void {
  const bytes = readFileSync(path);
  for (let at = from; at < bytes.length; at += 512) bytes.fill(0xa5, at, at + 64);
  writeFileSync(path, bytes);
}

describe("batches", () => {
  it("what is new is written within half a second, counts within five", () => {
    const rig = new Rig();
    const stored = () => new IncidentStore(reader).list({ limit: 10 }).incidents;
    rig.flow(SOURCE, TARGET, LETTER);
    rig.pass(100);
    const reader = readIncidentFile(join(rig.directory, "incidents.db"));
    later(() => reader.close());
    expect(stored()).toEqual([]);
    rig.pass(500);
    expect(stored()).toMatchObject([{ flows: 1 }]);
    rig.flow(SOURCE, TARGET, LETTER);
    rig.pass(4000);
    expect(stored()).toMatchObject([{ flows: 1 }]);
    rig.pass(1100);
    expect(stored()).toMatchObject([{ flows: 2 }]);
    expect(rig.count("flushes")).toBe(2);
    rig.pass(60_000);
    expect(rig.count("flushes")).toBe(2);
  });

  it("many at once are several transactions, each measured", () => {
    const rig = new Rig();
    for (let n = 0; n < 60; n++) rig.alert(`10.0.0.${n}`, TARGET);
    rig.pass(600);
    expect(rig.all()).toHaveLength(60);
    expect(rig.count("flush-us-most")).toBeGreaterThan(0);
    expect(rig.count("flush-us-most")).toBeLessThan(500_000);
  });

  it("are whole when the process is killed while it writes; all that was written is there", async () => {
    const folder = temporaryFolder();
    const entry = fileURLToPath(new URL("writer-child.ts", import.meta.url));
    const program = join(folder, "child.mjs");
    await build({
      entryPoints: [entry],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["koffi"],
      banner: {
        js: `import { createRequire as makeRequire } from "node:module"; const require = makeRequire(${JSON.stringify(import.meta.url)});`,
      },
    });
    // koffi is looked for from where the program lies.
    const text = readFileSync(program, "utf8").replaceAll(
      "createRequire(import.meta.url)",
      `createRequire(${JSON.stringify(import.meta.url)})`,
    );
    writeFileSync(program, text);
    const directory = join(folder, "incidents");
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [program, directory], { stdio: ["ignore", "pipe", "inherit"] });
      later(() => child.kill("SIGKILL"));
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
        if (said.split("\n").length > 5 + round * 7) child.kill("SIGKILL");
      });
      const before = round === 0 ? 0 : alertsIn(directory);
      const [, signal] = (await once(child, "close")) as [number | null, string];
      expect(signal).toBe("SIGKILL");
      const told = Number(said.trimEnd().split("\n").at(-1));
      const after = alertsIn(directory);
      expect(after - before).toBeGreaterThanOrEqual(told);
      // One batch more may have been written and not told.
      expect(after - before).toBeLessThanOrEqual(told + 20);
      expect(damagedNames(directory)).toEqual([]);
    }
    expect(new Rig(directory).all()).toHaveLength(50);
  });

  function alertsIn(directory: string): number {
    const { database, lock, damaged } = openIncidentFile(directory, START_MS);
    expect(damaged).toBeUndefined();
    const alerts = database.number("SELECT coalesce(sum(alerts), 0) FROM incidents");
    void database.close();
    lock.release();
    return alerts;
  }
});

describe("a damaged file", () => {
  it("is moved aside when it is opened, told, counted, and a new one is begun", async () => {
    const first = new Rig();
    for (let n = 0; n < 30; n++) first.flow(`10.0.0.${n}`, TARGET, LETTER);
    const [{ id } = { id: "" }] = first.all();
    await first.engine.close();
    damage(join(first.directory, "incidents.db"));
    const rig = new Rig(first.directory);
    expect(rig.all()).toEqual([]);
    expect(rig.count("damaged-files")).toBe(1);
    expect(damagedNames(rig.directory)).toEqual(["incidents.db.damaged-20261124T220000Z"]);
    expect(rig.said.find(({ level }) => level === "error")?.text).toContain("incidents.db was damaged");
    rig.flow("10.0.0.0", TARGET, LETTER);
    expect(rig.only().id).not.toBe(id);
    expect(statSync(join(rig.directory, "incidents.db")).mode & 0o777).toBe(0o640);
  });

  it.each([
    ["text", () => Buffer.from("no database ".repeat(1000))],
    ["zeros", () => Buffer.alloc(8192)],
  ])("of %s likewise; at most three are kept", async (_, bytes) => {
    const { directory } = new Rig();
    for (let n = 0; n < 5; n++) {
      const rig = new Rig(join(directory, "x"));
      await rig.engine.close();
      writeFileSync(join(directory, "x", "incidents.db"), bytes());
    }
    const rig = new Rig(join(directory, "x"));
    expect(rig.engine.state().ok).toBe(true);
    expect(damagedNames(join(directory, "x"))).toHaveLength(3);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.all()).toHaveLength(1);
  });

  it("cut short: moved aside, or whole by its log", async () => {
    const first = new Rig();
    for (let n = 0; n < 40; n++) first.flow(`10.0.0.${n}`, TARGET, LETTER);
    first.all();
    await first.engine.close();
    truncateSync(join(first.directory, "incidents.db"), 8192);
    const rig = new Rig(first.directory);
    expect(rig.engine.state().ok).toBe(true);
    expect(damagedNames(rig.directory)).toHaveLength(1);
  });

  it("an empty file is a new one", () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, "incidents.db"), "");
    const rig = new Rig(directory);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.all()).toHaveLength(1);
    expect(damagedNames(directory)).toEqual([]);
  });

  it("while it runs: what is in memory goes into the new one, mutes too", async () => {
    const rig = new Rig();
    rig.operator.mute({ kind: "source", value: "192.0.2.9", untilMs: null, reason: "x", who: "anna" });
    for (let n = 0; n < 40; n++) rig.flow(`10.0.0.${n}`, TARGET, LETTER);
    const ids = rig.all().map(({ id }) => id);
    // Another program's write makes SQLite read again what it has in memory.
    const other = Database.open(join(rig.directory, "incidents.db"));
    other.exec("UPDATE meta SET value = value; PRAGMA wal_checkpoint(TRUNCATE)");
    await other.close();
    damage(join(rig.directory, "incidents.db"));
    for (let n = 0; n < 40; n++) rig.flow(`10.0.0.${n}`, "192.0.2.1", LETTER);
    rig.pass(6000);
    expect(rig.engine.state().ok).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.count("damaged-files")).toBe(1);
    rig.pass(31_000);
    expect(rig.engine.state()).toMatchObject({ ok: true });
    expect(
      rig
        .all()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids.sort());
    await rig.reopen();
    expect(rig.engine.book.mutes.all).toMatchObject([{ value: "192.0.2.9", number: 1 }]);
    rig.flow("10.0.0.1", TARGET, LETTER);
    expect(rig.all()).toHaveLength(40);
  });

  it("taken away while it runs: begun anew with what is in memory", async () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    const { id } = rig.only();
    for (const name of readdirSync(rig.directory)) {
      if (name.startsWith("incidents.db")) rmSync(join(rig.directory, name));
    }
    rig.pass(11_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.engine.state().ok).toBe(false);
    rig.pass(31_000);
    expect(rig.only().id).toBe(id);
    expect(existsSync(join(rig.directory, "incidents.db"))).toBe(true);
    expect(rig.count("damaged-files")).toBe(1);
  });

  it("of a later stray is left alone, and said", async () => {
    const { directory, engine } = new Rig();
    await engine.close();
    const database = Database.open(join(directory, "incidents.db"));
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    await database.close();
    const rig = new Rig(directory);
    expect(rig.engine.state().ok).toBe(false);
    expect(rig.engine.state().text).toContain("was written by a later stray");
    expect(damagedNames(directory)).toEqual([]);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.count("not-opened")).toBe(1);
  });
});

describe("a file that can't be written", () => {
  it.skipIf(process.getuid?.() !== 0 || !canMount())("full disk: kept, tried again, counted", async () => {
    const disk = mkdtempSync(join(tmpdir(), "stray-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "none", disk]);
    later(() => {
      execFileSync("umount", ["-l", disk]);
      rmSync(disk, { recursive: true, force: true });
    });
    const rig = new Rig(join(disk, "incidents"));
    rig.flow(SOURCE, TARGET, LETTER);
    const { id } = rig.only();
    writeFileSync(join(disk, "filler"), Buffer.alloc(16 << 10));
    for (;;) {
      try {
        writeFileSync(join(disk, "filler"), Buffer.alloc(4096), { flag: "a" });
      } catch {
        break;
      }
    }
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 20; n++) rig.flow(SOURCE, `192.0.2.${n}`, LETTER);
      rig.pass(10_000);
    }
    expect(rig.count("flush-errors")).toBeGreaterThan(0);
    expect(rig.engine.state().ok).toBe(false);
    expect(rig.engine.state().text).toMatch(/retry in \d+ s: can't be written: .*full/);
    expect(() => rig.operator.update({ id, action: "close", text: "", who: "anna" })).toThrow(
      /can't be (read|written)/,
    );
    rmSync(join(disk, "filler"));
    rig.pass(60_000);
    expect(rig.engine.state().ok).toBe(true);
    expect(rig.only()).toMatchObject({ id, flows: 601 });
    expect(damagedNames(rig.directory)).toEqual([]);
  });
  if (process.getuid?.() !== 0 || !canMount())
    console.warn("NOT RUN: the full disk, which needs root and mount(8)");

  it("locked by another program: kept and tried again", () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    rig.all();
    const other = Database.open(join(rig.directory, "incidents.db"));
    later(() => other.close());
    other.transaction(() => {
      other.run("UPDATE meta SET value = value");
      rig.flow(SOURCE, TARGET, LETTER);
      rig.pass(6000);
      expect(rig.engine.state()).toMatchObject({ ok: false });
      expect(rig.count("flush-errors")).toBe(1);
      rig.pass(100);
      expect(rig.count("flush-errors")).toBe(1);
    });
    rig.pass(10_000);
    expect(rig.engine.state()).toMatchObject({ ok: true });
    expect(rig.only().flows).toBe(2);
  });

  it("memory stays bounded while nothing can be written: what can't be taken in is counted", () => {
    const rig = new Rig(undefined, { liveMax: 16 });
    const all = () => {
      for (let n = 0; n < 60; n++) {
        rig.pass(3000);
        rig.flow(`10.0.0.${n}`, TARGET, LETTER);
      }
    };
    all();
    expect(rig.all()).toHaveLength(60);
    const other = Database.open(join(rig.directory, "incidents.db"));
    later(() => other.close());
    other.transaction(() => {
      other.run("UPDATE meta SET value = value");
      all();
      expect(rig.engine.book.inUse).toBeLessThanOrEqual(16);
      expect(rig.count("missed")).toBeGreaterThan(30);
    });
    rig.pass(60_000);
    all();
    expect(rig.all()).toHaveLength(60);
    expect(rig.engine.state().ok).toBe(true);
  });

  it("a directory that can't be made: said, tried again, and taken when it can", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    const rig = new Rig(join(folder, "file", "incidents"));
    expect(rig.engine.state().ok).toBe(false);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.count("not-opened")).toBe(1);
    expect(rig.engine.tally()).toBeUndefined();
    rmSync(join(folder, "file"));
    rig.pass(60_000);
    expect(rig.engine.state()).toEqual({ ok: true, text: "0 incidents" });
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.engine.book.reader.list({ limit: 1 }).incidents).toEqual([]);
    expect(rig.only().flows).toBe(1);
    expect(rig.engine.tally()).toMatchObject({ open: { medium: 1 }, acknowledged: 0 });
  });

  it("another engine's directory is refused, and taken over when that has ended", async () => {
    const one = new Rig();
    const two = new Rig(one.directory);
    expect(two.engine.state().text).toContain("in use by another strayd");
    await one.engine.close();
    two.pass(60_000);
    expect(two.engine.state().ok).toBe(true);
  });
});

describe("reading without strayd", () => {
  it("a file that nobody writes, where nothing may be made beside it", async () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    rig.all();
    await rig.engine.close();
    const path = join(rig.directory, "incidents.db");
    expect(readdirSync(rig.directory)).toEqual(["incidents.db"]);
    chmodSync(rig.directory, 0o500);
    later(() => chmodSync(rig.directory, 0o700));
    const database = readIncidentFile(path);
    expect(new IncidentStore(database).list({ limit: 5 }).incidents).toMatchObject([{ subject: SOURCE }]);
    await database.close();
  });

  it("what is not there, or no database of incidents, is told", () => {
    const folder = temporaryFolder();
    expect(() => readIncidentFile(join(folder, "x.db"))).toThrow(/there are no incidents at/);
    const database = Database.open(join(folder, "y.db"));
    database.exec("CREATE TABLE t (n)");
    void database.close();
    expect(() => readIncidentFile(join(folder, "y.db"))).toThrow(/a database, but not of incidents/);
    mkdirSync(join(folder, "z.db"));
    expect(() => readIncidentFile(join(folder, "z.db"))).toThrow(/SQLITE_/);
  });
});

describe("bounds", () => {
  it("number: the oldest closed go first, then acknowledged, then open ones of long ago; never a young one", () => {
    const rig = new Rig(undefined, { max: 20 });
    const add = (from: number, count: number) => {
      for (let n = from; n < from + count; n++) {
        rig.pass(10_000);
        rig.flow(`10.0.0.${n}`, TARGET, LETTER);
      }
      rig.all();
      rig.all();
    };
    const act = (address: string, action: "close" | "acknowledge") => {
      const { id } = rig.all().find(({ subject }) => subject === address)!;
      rig.operator.update({ id, action, text: "", who: "anna" });
    };
    add(0, 20);
    act("10.0.0.15", "close");
    act("10.0.0.3", "acknowledge");
    act("10.0.0.9", "acknowledge");
    add(20, 1);
    expect(rig.all().map(({ subject }) => subject)).not.toContain("10.0.0.15");
    add(21, 2);
    const left = rig.all().map(({ subject }) => subject);
    expect(left).not.toContain("10.0.0.3");
    expect(left).not.toContain("10.0.0.9");
    expect(left).toContain("10.0.0.0");
    add(23, 1);
    expect(rig.engine.state()).toMatchObject({ ok: false });
    expect(rig.engine.state().text).toContain("no room for new incidents");
    add(24, 1);
    expect(rig.count("not-opened")).toBe(1);
    rig.flow("10.0.0.0", TARGET, LETTER);
    expect(rig.all().find(({ subject }) => subject === "10.0.0.0")?.flows).toBe(2);
    rig.pass(8 * DAY);
    act("10.0.0.7", "acknowledge");
    add(30, 1);
    expect(rig.engine.state().ok).toBe(true);
    add(31, 1);
    expect(rig.count("removed-closed")).toBe(1);
    expect(rig.count("removed-acknowledged")).toBe(3);
    expect(rig.count("removed-open")).toBeGreaterThan(0);
  });

  it("bytes: the file stays under its quota, and what goes is closed", async () => {
    const rig = new Rig(undefined, { quotaBytes: 1 << 20 });
    const text = "x".repeat(1900);
    for (let n = 0; n < 150; n++) {
      rig.pass(120_000);
      const source = `10.0.${n >> 8}.${n & 255}`;
      for (let flow = 0; flow < 8; flow++) rig.flow(source, TARGET, LETTER);
      const { id } = rig.all()[0]!;
      for (let note = 0; note < 4; note++) rig.operator.update({ id, action: "note", text, who: "anna" });
      rig.operator.update({ id, action: "close", text, who: "anna" });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    rig.pass(20_000);
    expect(rig.engine.book.reader.database.usedBytes).toBeLessThan(1 << 20);
    expect(rig.count("removed-closed")).toBeGreaterThan(30);
    expect(rig.count("removed-open")).toBe(0);
    const left = rig.all();
    expect(left[0]?.subject).toBe("10.0.0.149");
    await rig.engine.close();
    expect(statSync(join(rig.directory, "incidents.db")).size).toBeLessThan(1.1 * (1 << 20));
  });

  it("a flood of 100,000 sources: bounded incidents, fixed memory, and an established incident goes on", () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    const { id } = rig.only();
    const flood = (count: number, from: number) => {
      for (let n = from; n < from + count; n++) {
        rig.flow(`${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.9`, `192.0.2.${n % 100}`, [
          "null-scan",
          "one-way",
        ]);
        if (n % 1000 === 0) {
          rig.flow(SOURCE, TARGET, LETTER);
          rig.pass(100);
        }
      }
    };
    flood(30_000, 0);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const begun = performance.now();
    flood(70_000, 30_000);
    const perRecordUs = ((performance.now() - begun) * 1000) / 70_000;
    globalThis.gc?.();
    const grownBytes = process.memoryUsage().heapUsed - before;
    expect(grownBytes).toBeLessThan(64 << 20);
    const all = rig.all();
    expect(all.length).toBeLessThan(150);
    expect(all.find((incident) => incident.id === id)).toMatchObject({ flows: 101, state: "open" });
    const targets = all.filter(({ kind }) => kind === "target");
    expect(targets.length).toBeGreaterThan(10);
    expect(rig.count("not-opened")).toBeGreaterThan(50_000);
    expect(rig.engine.book.inUse).toBeLessThan(200);
    console.log(
      `flood: ${perRecordUs.toFixed(1)} us a record, ${all.length} incidents, heap ${Math.round(grownBytes / 1024)} KiB more, longest flush ${rig.count("flush-us-most")} us`,
    );
  });

  it("more incidents than fit in memory: each is found again", () => {
    const rig = new Rig(undefined, { liveMax: 16 });
    for (let n = 0; n < 80; n++) {
      rig.pass(3000);
      rig.flow(`10.0.0.${n}`, TARGET, LETTER);
    }
    for (let n = 0; n < 80; n++) {
      rig.flow(`10.0.0.${n}`, TARGET, LETTER);
      if (n % 10 === 0) rig.all();
    }
    const all = rig.all();
    expect(all).toHaveLength(80);
    expect(all.every(({ flows, facts }) => flows === 2 && facts.length === 2)).toBe(true);
    expect(rig.engine.book.inUse).toBeLessThanOrEqual(32);
  });
});

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "stray-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder], { stdio: "ignore" });
    execFileSync("umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
