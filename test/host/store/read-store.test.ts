// Reading a store back: spans of time, files passed over, damage, and a writer at work.

import { appendFileSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TRAILER_SIZE } from "../../../host/store/file-ends.js";
import { readStore } from "../../../host/store/read-store.js";
import { buildRecord } from "../../support/record-builder.js";
import { Bench } from "./disk.js";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

const HOUR_MS = 3_600_000;

/** A file for each hour: flow N lasts from `N:00` to `N:30`, `long` ones to the hour after. */
async function fill(hours: number): Promise<number> {
  const startMs = bench.nowMs;
  for (let hour = 0; hour < hours; hour++) {
    const store = await bench.open();
    const fromUs = (startMs + hour * HOUR_MS) * 1000;
    bench.nowMs = startMs + (hour + 1) * HOUR_MS;
    store.write(buildRecord({ sequence: hour + 1, startUs: fromUs, lastUs: fromUs + 1_800_000_000 }));
    await store.close();
  }
  return startMs;
}

async function read(fromMs: number, toMs: number) {
  const seen: number[] = [];
  const result = await readStore(bench.folder, { fromMs, toMs }, (record) => seen.push(record.sequence) > 0);
  return { seen, ...result, problems: result.problems.map(({ message }) => message) };
}

describe("a span of time", () => {
  it("has the records that lasted into it, from the files that can have some", async () => {
    const start = await fill(6);
    expect(await read(0, 1e14)).toEqual({ seen: [1, 2, 3, 4, 5, 6], files: 6, problems: [] });
    expect(await read(start + 2 * HOUR_MS, start + 3 * HOUR_MS)).toEqual({
      seen: [3, 4],
      files: 2,
      problems: [],
    });
    expect(await read(start + 1.75 * HOUR_MS, start + 1.9 * HOUR_MS)).toMatchObject({ seen: [], files: 0 });
    expect(await read(start + 1.5 * HOUR_MS, start + 1.5 * HOUR_MS)).toMatchObject({ seen: [2], files: 1 });
    expect(await read(start + 5 * HOUR_MS, 1e14)).toMatchObject({ seen: [6], files: 1 });
    expect(await read(start + 100 * HOUR_MS, 1e14)).toMatchObject({ seen: [], files: 0 });
  });

  it("has them also where a file has no time window, by the messages' times", async () => {
    const start = await fill(4);
    for (const name of bench.files) {
      const path = join(bench.folder, name);
      truncateSync(path, readFileSync(path).length - TRAILER_SIZE);
    }
    expect(await read(start + 2 * HOUR_MS, start + 3 * HOUR_MS)).toMatchObject({
      seen: [3, 4],
      files: 4,
      problems: [],
    });
  });

  it("has a long flow that began before it and was told much later", async () => {
    const store = await bench.open();
    const us = bench.nowMs * 1000;
    bench.nowMs += 10 * HOUR_MS;
    store.write(buildRecord({ startUs: us, lastUs: us + 8 * 3_600_000_000 }));
    await store.close();
    expect((await read(us / 1000 + HOUR_MS, us / 1000 + 2 * HOUR_MS)).seen).toEqual([1]);
  });

  it("ends when no more is wanted", async () => {
    await fill(4);
    const seen: number[] = [];
    await readStore(bench.folder, { fromMs: 0, toMs: 1e14 }, (record) => seen.push(record.sequence) < 2);
    expect(seen).toEqual([1, 2]);
  });
});

describe("trouble", () => {
  it("with one file costs what is behind the damage, is told in a line, and the next files are read", async () => {
    await fill(3);
    const [, second] = bench.files;
    const path = join(bench.folder, second!);
    const bytes = readFileSync(path);
    bytes[bytes.length - TRAILER_SIZE] = 9;
    writeFileSync(path, bytes);
    const { seen, problems } = await read(0, 1e14);
    expect(seen).toEqual([1, 2, 3]);
    expect(problems).toEqual([
      `${path}: byte ${bytes.length - TRAILER_SIZE}: a message of version 10 was expected, found 2314; what came before it was read`,
    ]);
  });

  it("is no trouble where a running writer is in mid-message", async () => {
    const store = await bench.open();
    store.write(buildRecord());
    await bench.pass(store, 1100, () => store.counters()["records"] === 1);
    appendFileSync(join(bench.folder, bench.files[0]!), Uint8Array.from([0, 10, 1, 0, 1, 2, 3]));
    expect(await read(0, 1e14)).toEqual({ seen: [1], files: 1, problems: [] });
    await store.close();
  });

  it("is told of a file cut by a writer that is gone", async () => {
    await fill(1);
    const path = join(bench.folder, bench.files[0]!);
    truncateSync(path, readFileSync(path).length - TRAILER_SIZE - 1);
    const { problems } = await read(0, 1e14);
    expect(problems).toEqual([expect.stringContaining("the file ends within a message")]);
  });

  it("with the directory is an error that says what helps", async () => {
    await expect(
      readStore(join(bench.folder, "none"), { fromMs: 0, toMs: 1 }, () => true),
    ).rejects.toMatchObject({
      code: "STORE_UNREADABLE",
      exitCode: 2,
      message: expect.stringContaining("does not exist; --store names another directory"),
    });
  });

  it("is not made of other files", async () => {
    await fill(1);
    writeFileSync(join(bench.folder, "readme.ipfix"), "hello");
    mkdirSync(join(bench.folder, "old"));
    expect(await read(0, 1e14)).toMatchObject({ seen: [1], problems: [] });
  });

  it("is not made of files that were compressed since", async () => {
    await fill(2);
    const path = join(bench.folder, bench.files[0]!);
    writeFileSync(path, gzipSync(readFileSync(path)));
    expect(await read(0, 1e14)).toMatchObject({ seen: [1, 2], problems: [] });
    renameSync(path, `${path}.gz`);
    expect(await read(0, 1e14)).toMatchObject({ seen: [2], problems: [] });
  });
});
