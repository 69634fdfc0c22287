// The store as a sink: what is written comes back, in files that rotate and stay within their quota.

import { statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isIpfix } from "../../../host/ipfix/file-reader.js";
import { readTrailer, TRAILER_SIZE } from "../../../host/store/file-ends.js";
import type { FlowStore } from "../../../host/store/flow-store.js";
import { eventually } from "../../support/eventually.js";
import { buildRecord } from "../../support/record-builder.js";
import { valuesOf } from "../ipfix/records.js";
import { Bench } from "./disk.js";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

const record = (sequence: number, startUs = 1_700_000_000_000_000) =>
  buildRecord({ sequence, startUs, lastUs: startUs + 1_500_000, resp: { packets: 1 } });
const writeAll = (store: FlowStore, from: number, to: number): void => {
  for (let sequence = from; sequence <= to; sequence++) store.write(record(sequence));
};
const sequences = async () => (await bench.records()).map(({ sequence }) => sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** Sequence numbers and data records of a file's messages, read by hand. */
function messagesIn(bytes: Uint8Array): { sequence: number; length: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = [];
  for (let at = 0; at < bytes.length; at += view.getUint16(at + 2)) {
    out.push({ sequence: view.getUint32(at + 8), length: view.getUint16(at + 2) });
  }
  return out;
}

describe("FlowStore", () => {
  it("gives back what was written, field by field", async () => {
    const store = await bench.open();
    const written = upTo(300).map((sequence) => record(sequence));
    for (const each of written) store.write(each);
    await store.close();
    const back = await bench.records();
    expect(back.map(valuesOf)).toEqual(written.map(valuesOf));
    expect(store.counters()).toMatchObject({ records: 300, dropped: 0, files: 1, errors: 0 });
    expect(bench.lines).toEqual([]);
  });

  it("names a file by the time of its beginning, readable by the group only", async () => {
    const store = await bench.open();
    writeAll(store, 1, 1);
    await store.close();
    expect(bench.files).toEqual(["20261124T220000Z-0.ipfix"]);
    expect(statSync(join(bench.folder, bench.files[0]!)).mode & 0o777).toBe(0o640);
  });

  it("begins no file without a record", async () => {
    const store = await bench.open();
    await bench.pass(store, 10_000);
    await store.close();
    expect(bench.files).toEqual([]);
    expect(store.state()).toEqual({ ok: true, text: "no file open" });
  });

  it("hands records to the kernel within about a second, where others can read them", async () => {
    const store = await bench.open();
    writeAll(store, 1, 5);
    await bench.pass(store, 500);
    expect(bench.files).toEqual([]);
    await bench.pass(store, 600, () => store.counters()["records"] === 5);
    expect(await sequences()).toEqual(upTo(5));
    expect(store.state().text).toBe("writing 20261124T220001Z-0.ipfix");
    await store.close();
  });

  it("ends a file with the time window of its flows, and numbers its records from 0", async () => {
    const store = await bench.open();
    store.write(record(1, 1_700_000_000_250_000));
    store.write(record(2, 1_600_000_000_000_001));
    await store.close();
    const bytes = bench.bytes(bench.files[0]!);
    expect(isIpfix(bytes)).toBe(true);
    expect(readTrailer(bytes.subarray(-TRAILER_SIZE))).toEqual({
      startMs: 1_600_000_000_000,
      endMs: 1_700_000_002_000,
    });
    const messages = messagesIn(bytes);
    expect(messages[0]!.sequence).toBe(0);
    const [data, trailer] = messages.slice(-2);
    expect(trailer!.sequence - data!.sequence).toBe(2);
  });

  it("numbers records without a gap from file to file", async () => {
    const store = await bench.open({ rotateBytes: 65536 });
    writeAll(store, 1, 3000);
    await store.close();
    expect(bench.files.length).toBeGreaterThan(5);
    expect(await sequences()).toEqual(upTo(3000));
    for (const name of bench.files) {
      const bytes = bench.bytes(name);
      expect(bytes.length).toBeLessThanOrEqual(65536);
      const messages = messagesIn(bytes);
      expect(messages[0]!.sequence).toBe(0);
      for (const [index, { sequence }] of messages.slice(1).entries()) {
        expect(sequence).toBeGreaterThanOrEqual(messages[index]!.sequence);
      }
    }
  });
});

describe("rotation", () => {
  it("begins a new file when one is old enough, also when nothing comes any more", async () => {
    const store = await bench.open({ rotateMs: 60_000 });
    writeAll(store, 1, 1);
    await bench.pass(store, 1100, () => store.counters()["records"] === 1);
    await bench.pass(store, 60_000, () => store.state().text === "no file open");
    await eventually(() => readTrailer(bench.bytes(bench.files[0]!).subarray(-TRAILER_SIZE)) !== undefined);
    writeAll(store, 2, 2);
    await bench.pass(store, 1100, () => store.counters()["records"] === 2);
    await store.close();
    expect(bench.files).toEqual(["20261124T220001Z-0.ipfix", "20261124T220102Z-0.ipfix"]);
    expect(await sequences()).toEqual([1, 2]);
    expect(bench.disk.calls.filter((call) => call === "sync")).toHaveLength(2);
  });

  it("begins a new file when the clock was set back, and never writes over one", async () => {
    const store = await bench.open();
    for (const sequence of [1, 2, 3]) {
      writeAll(store, sequence, sequence);
      await bench.pass(store, 1100, () => store.counters()["records"] === sequence);
      bench.nowMs -= 3_600_000;
      await bench.pass(store, 0, () => store.state().text === "no file open");
      bench.nowMs += 3_600_000 - 1100;
    }
    await store.close();
    expect(bench.files).toEqual([0, 1, 2].map((number) => `20261124T220001Z-${number}.ipfix`));
    expect(await sequences()).toEqual([1, 2, 3]);
  });

  it("begins a new file when asked to (SIGHUP), and when the file was removed", async () => {
    const store = await bench.open();
    writeAll(store, 1, 1);
    await bench.pass(store, 1100, () => store.counters()["records"] === 1);
    store.reopen();
    writeAll(store, 2, 2);
    await bench.pass(store, 1100, () => store.counters()["records"] === 2);
    expect(bench.files).toHaveLength(2);
    unlinkSync(join(bench.folder, bench.files[1]!));
    writeAll(store, 3, 3);
    await bench.pass(store, 1100, () => store.counters()["records"] === 3);
    await store.close();
    expect(await sequences()).toEqual([1, 3]);
    expect(bench.lines).toEqual([
      { level: "error", message: expect.stringContaining("was removed while it was written") },
    ]);
  });
});

describe("the quota", () => {
  it("is kept by removing the oldest files, which is told and counted", async () => {
    const store = await bench.open({ rotateBytes: 65536, quotaBytes: 300_000 });
    for (let round = 0; round < 20; round++) {
      writeAll(store, round * 500 + 1, round * 500 + 500);
      await bench.pass(store, 1100, () => store.counters()["records"] === round * 500 + 500);
      const total = bench.files.reduce((sum, name) => sum + bench.bytes(name).length, 0);
      expect(total).toBeLessThanOrEqual(300_000);
    }
    await store.close();
    const kept = await sequences();
    expect(kept.at(-1)).toBe(10_000);
    expect(kept).toEqual(upTo(10_000).slice(-kept.length));
    const counters = store.counters();
    expect(counters["records"]).toBe(10_000);
    expect(counters["files-removed"]).toBeGreaterThan(20);
    expect(bench.lines[0]).toEqual({
      level: "info",
      message: expect.stringMatching(/^store: removed .* to keep the quota of 293\.0 KiB$/),
    });
  });

  it("counts files that were there before, and leaves everything else alone", async () => {
    const first = await bench.open({ rotateBytes: 65536 });
    writeAll(first, 1, 2000);
    await first.close();
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(bench.folder, "notes.txt"), "x".repeat(500_000));
    bench.nowMs += 60_000;
    const second = await bench.open({ rotateBytes: 65536, quotaBytes: 200_000 });
    writeAll(second, 2001, 2001);
    await second.close();
    const total = bench.files.reduce((sum, name) => sum + bench.bytes(name).length, 0);
    expect(total).toBeLessThanOrEqual(200_000);
    expect((await sequences()).at(-1)).toBe(2001);
    expect(statSync(join(bench.folder, "notes.txt")).size).toBe(500_000);
  });
});

describe("the disk's free space", () => {
  it("is kept: the oldest files go, then writing stops, and goes on when there is space", async () => {
    const store = await bench.open({ rotateBytes: 65536, minFreeBytes: 1 << 20 });
    writeAll(store, 1, 2000);
    await bench.pass(store, 1100, () => store.counters()["records"] === 2000);
    const before = bench.files.length;
    bench.disk.freeBytes = (1 << 20) - 100_000;
    writeAll(store, 2001, 2001);
    await bench.pass(store, 1100, () => !store.state().ok);
    expect(bench.files.length).toBeLessThan(before);
    expect(store.state().text).toBe("stopped: the disk must keep 1 MiB free");
    expect(store.counters()["pauses"]).toBe(1);
    bench.disk.freeBytes = 1 << 30;
    await eventually(() => store.counters()["records"] === 2001);
    expect(store.state().ok).toBe(true);
    await store.close();
    expect((await sequences()).at(-1)).toBe(2001);
    expect(bench.lines.map(({ level }) => level)).toEqual(["info", "error", "info"]);
  });
});
