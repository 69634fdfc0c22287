// The store when the disk fails: nothing is thrown, nothing waits, what is lost is counted, what can be saved is.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FlowStore } from "../../../host/store/flow-store.js";
import { readStore } from "../../../host/store/read-store.js";
import { nodeStoreFs } from "../../../host/store/store-fs.js";
import { eventually } from "../../support/eventually.js";
import { PATIENCE } from "../../support/patience.js";
import { buildRecord } from "../../support/record-builder.js";
import { asNobody } from "../../support/unprivileged.js";
import { Bench } from "./disk.js";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

const writeAll = (store: FlowStore, from: number, to: number): void => {
  for (let sequence = from; sequence <= to; sequence++) store.write(buildRecord({ sequence }));
};
const sequences = async () => (await bench.records()).map(({ sequence }) => sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const count = (store: FlowStore, name: string): number => store.counters()[name]!;

describe("a full disk", () => {
  it(
    "costs nothing when space comes again: a cut write is taken back to the last whole message",
    async () => {
      const store = await bench.open();
      bench.disk.room = 40_000;
      writeAll(store, 1, 1000);
      await bench.pass(store, 1100, () => count(store, "errors") > 0);
      expect(store.state()).toEqual({
        ok: false,
        text: expect.stringMatching(/^retry.*: the disk is full$/),
      });
      // Readable at once, and only whole messages.
      const early = await sequences();
      expect(early).toEqual(upTo(early.length));
      expect(count(store, "records")).toBe(early.length);
      bench.disk.room = Number.POSITIVE_INFINITY;
      await bench.pass(store, 60_000, () => count(store, "records") === 1000);
      await store.close();
      expect(await sequences()).toEqual(upTo(1000));
      expect(count(store, "dropped")).toBe(0);
      expect(bench.files).toHaveLength(1);
      expect(bench.lines[0]).toMatchObject({
        level: "error",
        message: expect.stringContaining("the disk is full; trying again in"),
      });
    },
    90_000 * PATIENCE,
  );

  it("takes no more memory than two buffers: what does not fit is dropped and counted", async () => {
    const store = await bench.open({}, 65536);
    bench.disk.room = 0;
    writeAll(store, 1, 1000);
    await bench.pass(store, 1100, () => count(store, "errors") > 0);
    writeAll(store, 1001, 5000);
    const dropped = count(store, "dropped");
    expect(dropped).toBeGreaterThan(3000);
    await bench.pass(store, 100);
    expect(bench.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("records not stored"),
    );
    bench.disk.room = Number.POSITIVE_INFINITY;
    await store.close();
    expect(count(store, "records") + count(store, "dropped")).toBe(5000);
    const kept = await sequences();
    expect(kept).toHaveLength(count(store, "records"));
    expect([...kept].sort((a, b) => a - b)).toEqual(kept);
  });

  it("at the end costs what is left, which is told", async () => {
    const store = await bench.open();
    bench.disk.room = 10_000;
    writeAll(store, 1, 100);
    await store.close();
    expect(count(store, "records") + count(store, "dropped")).toBe(100);
    expect(count(store, "dropped")).toBeGreaterThan(0);
    expect(bench.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("could not be stored before the end"),
    );
  });
});

describe("other failures", () => {
  it(
    "of a write begin another file, with all that was not whole in the first",
    async () => {
      const store = await bench.open();
      writeAll(store, 1, 10);
      await bench.pass(store, 1100, () => count(store, "records") === 10);
      bench.disk.faults.set("write", "EIO");
      writeAll(store, 11, 20);
      await bench.pass(store, 1100, () => count(store, "errors") > 0);
      bench.disk.faults.clear();
      await bench.pass(store, 60_000, () => count(store, "records") === 20);
      await store.close();
      expect(bench.files).toHaveLength(2);
      expect(await sequences()).toEqual(upTo(20));
    },
    90_000 * PATIENCE,
  );

  it.each([
    ["EACCES", "permission denied"],
    ["EROFS", "the file system is read-only"],
  ])(
    "of making a file (%s) are tried again",
    async (code, reason) => {
      const store = await bench.open();
      bench.disk.faults.set("create", code);
      writeAll(store, 1, 10);
      await bench.pass(store, 1100, () => count(store, "errors") > 0);
      expect(store.state().text).toContain(reason);
      expect(bench.lines).toEqual([{ level: "error", message: expect.stringContaining(reason) }]);
      bench.disk.faults.clear();
      await bench.pass(store, 60_000, () => count(store, "records") === 10);
      expect(store.state().ok).toBe(true);
      await store.close();
      expect(await sequences()).toEqual(upTo(10));
    },
    90_000,
  );

  it("that go on fill no log", async () => {
    const store = await bench.open();
    bench.disk.faults.set("create", "EACCES");
    for (let round = 0; round < 30; round++) {
      writeAll(store, round, round);
      await bench.pass(store, 1100);
    }
    await store.close();
    expect(bench.lines.filter(({ message }) => message.includes("permission denied"))).toHaveLength(1);
  });

  it("of the last sync are told", async () => {
    const store = await bench.open();
    writeAll(store, 1, 1);
    bench.disk.faults.set("sync", "EIO");
    await store.close();
    expect(bench.lines).toEqual([
      { level: "error", message: expect.stringContaining("may not be safe on the disk: input/output error") },
    ]);
    expect(await sequences()).toEqual([1]);
  });

  it("at the start keep no sensor from starting", async () => {
    bench.disk.faults.set("list", "EIO");
    const store = await bench.open();
    expect(store.state()).toEqual({ ok: false, text: "retry: input/output error of the disk" });
    bench.disk.faults.clear();
    writeAll(store, 1, 3);
    await store.close();
    expect(await sequences()).toEqual([1, 2, 3]);
  });

  it("at the start are over as soon as the disk is well, also without a record", async () => {
    bench.disk.faults.set("list", "ENOSPC");
    const store = await bench.open();
    await bench.pass(store, 1100, () => count(store, "errors") > 1);
    expect(store.state()).toEqual({
      ok: false,
      text: expect.stringMatching(/^retry in .*: the disk is full$/),
    });
    bench.disk.faults.clear();
    await bench.pass(store, 60_000, () => store.state().ok);
    expect(store.state().text).toBe("no file open");
    expect(bench.lines.at(-1)).toMatchObject({
      level: "info",
      message: expect.stringContaining("written again"),
    });
    await store.close();
  });

  it("of a disk that hangs neither stop the sensor nor its end", async () => {
    let open = () => {};
    bench.disk.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const store = await bench.open({}, 65536);
    writeAll(store, 1, 2000);
    await bench.pass(store, 1100);
    writeAll(store, 2001, 4000);
    expect(count(store, "dropped")).toBeGreaterThan(0);
    await store.close();
    expect(count(store, "records") + count(store, "dropped")).toBe(4000);
    expect(bench.lines.at(-1)).toMatchObject({
      level: "error",
      message: expect.stringContaining("took more than 5 s"),
    });
    open();
    // What was held up comes to its end, and takes nothing again that was given back.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readdirSync(bench.folder).filter((name) => name.endsWith(".lock"))).toEqual([]);
    expect(count(store, "records") + count(store, "dropped")).toBeGreaterThanOrEqual(4000);
  });
});

describe("a real small disk", () => {
  const isRoot = process.getuid?.() === 0;

  it.skipIf(!isRoot)("fills up, and keeps whole messages only", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "stray-full-"));
    let isMounted = false;
    try {
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], { stdio: "pipe" });
        isMounted = true;
      } catch {
        return context.skip();
      }
      const config = { ...bench.config({ rotateBytes: 65536 }), directory: folder };
      const store = await FlowStore.open(config, { log: bench.log, fs: nodeStoreFs });
      let sequence = 0;
      await eventually(() => {
        writeAll(store, sequence + 1, sequence + 100);
        sequence += 100;
        store.pulse(Date.now());
        return count(store, "errors") > 0;
      });
      await store.close();
      expect(count(store, "records") + count(store, "dropped")).toBe(sequence);
      expect(statfsSync(folder).bavail * statfsSync(folder).bsize).toBeLessThan(65536);
      const seen: number[] = [];
      const { problems } = await readStore(
        folder,
        { fromMs: 0, toMs: 1e14 },
        (record) => seen.push(record.sequence) > 0,
      );
      expect(problems).toEqual([]);
      // A disk that is slow besides: what found no room in memory is a gap, and counted, and what came behind it is there.
      expect(seen).toHaveLength(count(store, "records"));
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
      expect(seen[0]).toBe(1);
      expect(readdirSync(folder).length).toBeGreaterThan(1);
    } finally {
      if (isMounted) execFileSync("umount", [folder]);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("that may not be written is tried again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-denied-"));
    try {
      await asNobody(async () => {
        const config = { ...bench.config(), directory: join(folder, "flows") };
        const store = await FlowStore.open(config, { log: bench.log });
        expect(store.state().ok).toBe(false);
        writeAll(store, 1, 1);
        await store.close();
        expect(count(store, "dropped")).toBe(1);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
