// CaptureReader over real files on disk, with the walk's packets written down: many files, damage, order, memory.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { CaptureReader, type ReadOptions } from "../../../host/capture/reader.js";
import { readU32, readU64 } from "../../../host/wasm/memory.js";
import type { Sensor } from "../../../host/wasm/module.js";
import { captureSensor, takeLog } from "../../support/capture-module.js";
import { PcapngWriter } from "../../support/pcapng-writer.js";

const SECOND_NS = 1_000_000_000n;

function pcapOf(mark: number, seconds: readonly number[]): Uint8Array {
  return pcapBytes({}, (writer) => {
    for (const second of seconds) writer.writeAt(second, 0, Uint8Array.of(mark));
  });
}

function pcapngOf(mark: number, seconds: readonly number[]): Uint8Array {
  const writer = new PcapngWriter().section().interface().block(0x0bad, new Uint8Array(8));
  for (const second of seconds) writer.packet(BigInt(second) * 1_000_000n, Uint8Array.of(mark));
  return writer.bytes();
}

/** Each packet so far as "second mark". */
function marksOf(sensor: Sensor): string[] {
  return takeLog(sensor).map(({ time, frame }) => `${time / SECOND_NS} ${Number.parseInt(frame, 16)}`);
}

describe("CaptureReader", () => {
  let folder: string;
  let sensor: Sensor;
  let written = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stray-reader-"));
    sensor = await captureSensor();
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => sensor.exports.init());

  const put = (bytes: Uint8Array, name = `file-${written++}`) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  /** Reads the files: the result, and each packet as "second mark". */
  async function read(files: readonly string[], options: Partial<ReadOptions> = {}) {
    sensor.exports.init();
    const reader = new CaptureReader(sensor, files);
    const result = await reader.read(() => undefined, { orderedFlush: true, ...options });
    const order = takeLog(sensor).map(
      ({ time, frame }) => `${time / SECOND_NS} ${Number.parseInt(frame, 16)}`,
    );
    const messages = result.problems.map(({ message }) => message.replaceAll(`${folder}/`, ""));
    return { ...result, order, messages };
  }

  it("reads one file, of any format, gzip'd or not", async () => {
    const expected = ["1 7", "2 7", "3 7"];
    for (const bytes of [pcapOf(7, [1, 2, 3]), pcapngOf(7, [1, 2, 3])]) {
      for (const file of [put(bytes), put(gzipSync(bytes))]) {
        const { order, problems, packets } = await read([file], { chunkSize: 20 });
        expect(order).toEqual(expected);
        expect(problems).toEqual([]);
        expect(packets).toBe(3);
      }
    }
  });

  it("merges files by time, whatever their order on the command line", async () => {
    const files = fc.array(
      fc.record({
        seconds: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }),
        pcapng: fc.boolean(),
        zip: fc.boolean(),
      }),
      { minLength: 2, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 10, max: 500 }), async (list, chunkSize) => {
        const paths = list.map(({ seconds, pcapng, zip }, mark) => {
          const bytes = (pcapng ? pcapngOf : pcapOf)(
            mark,
            seconds.toSorted((a, b) => a - b),
          );
          return put(zip ? gzipSync(bytes) : bytes, `merge-${mark}`);
        });
        const { order, problems, warnings } = await read(paths, { chunkSize });
        const times = order.map((line) => Number(line.split(" ")[0]));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        const expected = list.flatMap(({ seconds }, mark) => seconds.map((second) => `${second} ${mark}`));
        expect(order.toSorted()).toEqual(expected.toSorted());
        expect([problems, warnings]).toEqual([[], []]);
        // The peek at a file doesn't count its blocks twice.
        const skipped = Number(readU64(sensor.memory, L.COUNTERS_BASE + L.COUNTER_BLOCKS_SKIPPED * 8));
        expect(skipped).toBe(list.filter(({ pcapng }) => pcapng).length);
      }),
      { numRuns: 40 },
    );
  });

  it("reads a hundred files that follow one another one at a time", async () => {
    const paths = Array.from({ length: 100 }, (_, n) => put(pcapOf(n, [n * 10, n * 10 + 5, n * 10 + 10])));
    let most = 0;
    const run = (budget: number) => {
      const open = Array.from({ length: L.INPUT_CAPACITY }, (_, n) => n).filter(
        (n) => readU32(sensor.memory, L.INPUTS_BASE + n * L.INPUT_SIZE + L.INPUT_STATUS_OFFSET) !== 0,
      );
      most = Math.max(most, open.length);
      return sensor.exports.run(budget);
    };
    const watched: Sensor = { ...sensor, exports: { ...sensor.exports, run } };
    const reader = new CaptureReader(watched, paths.toReversed());
    const { warnings, problems } = await reader.read(() => undefined, { orderedFlush: true, budget: 3 });
    const order = marksOf(sensor);
    const expected = paths.flatMap((_, n) => [`${n * 10} ${n}`, `${n * 10 + 5} ${n}`, `${n * 10 + 10} ${n}`]);
    expect(order).toEqual(expected);
    expect([warnings, problems]).toEqual([[], []]);
    expect(most).toBe(1);
  });

  it("reads on when more files overlap than can be merged, and says so", async () => {
    const count = L.INPUT_CAPACITY + 3;
    const paths = Array.from({ length: count }, (_, n) => put(pcapOf(n, [n, 100 + n])));
    const { order, warnings } = await read(paths);
    expect(order).toHaveLength(2 * count);
    expect(warnings).toEqual([
      "more than 16 capture files overlap in time, the most that are merged at once: some packets are read after later ones",
    ]);
  });

  it("tells each file's problem in one line, and reads all the others and all before the damage", async () => {
    const good = pcapOf(1, [1, 2, 3]);
    const lying = Uint8Array.from(good);
    new DataView(lying.buffer).setUint32(24 + 17 + 8, 999_999, true);
    const cases: [Uint8Array, string | undefined, string[]][] = [
      [good, undefined, ["1 1", "2 1", "3 1"]],
      [
        lying,
        "byte 41: a packet claims 999999 captured bytes, more than the 262144 that one can have; what came before it was read",
        ["1 1"],
      ],
      [
        good.subarray(0, 60),
        "byte 58: the file ends within a record: only 2 bytes of it are there; what came before it was read",
        ["1 1", "2 1"],
      ],
      [new Uint8Array(0), "byte 0: the file is empty, a pcap or pcapng header was expected", []],
      [good.subarray(0, 10), "byte 0: the file ends within its header, after 10 bytes", []],
      [
        Buffer.from("GET / HTTP"),
        "byte 0: not a pcap or pcapng file: it begins with the bytes 47 45 54 20",
        [],
      ],
      [
        gzipSync(good).subarray(0, -4),
        `byte ${gzipSync(good).length - 4}: the compressed data ends too early; what could be decompressed was read`,
        ["1 1", "2 1", "3 1"],
      ],
      [
        gzipSync(lying),
        "byte 41: a packet claims 999999 captured bytes, more than the 262144 that one can have (of the decompressed data); what came before it was read",
        ["1 1"],
      ],
    ];
    for (const [bytes, problem, expected] of cases) {
      const file = put(bytes, "odd\u0007name");
      for (const files of [[file], [file, put(pcapOf(9, [8]))]]) {
        const { order, messages } = await read(files);
        expect(order).toEqual(files.length === 1 ? expected : [...expected, "8 9"]);
        expect(messages).toEqual(problem === undefined ? [] : [`odd\\x07name: ${problem}`]);
      }
    }
    const missing = await read([join(folder, "none"), put(good), folder]);
    expect(missing.order).toEqual(["1 1", "2 1", "3 1"]);
    expect(missing.problems.map(({ code }) => code)).toEqual(["INPUT_MISSING", "INPUT_DIRECTORY"]);
    expect((await read([join(folder, "none")])).packets).toBe(0);
    expect((await read([])).packets).toBe(0);
  });

  it("reads the same with pieces of any size", async () => {
    const writer = new PcapngWriter().section(true).interface({ resolution: 9 });
    for (let n = 0; n < 3000; n++) writer.packet(BigInt(n) * SECOND_NS, new Uint8Array(n % 1500).fill(n));
    const file = put(writer.bytes());
    const logs: string[] = [];
    for (const chunkSize of [1499, 65_536, L.WINDOW_DATA_SIZE]) {
      sensor.exports.init();
      await new CaptureReader(sensor, [file]).read(() => undefined, { orderedFlush: false, chunkSize });
      logs.push(
        JSON.stringify(takeLog(sensor), (_, value) => (typeof value === "bigint" ? `${value}` : value)),
      );
    }
    expect(logs[1] === logs[0] && logs[2] === logs[0]).toBe(true);
    expect(logs[0]?.length).toBeGreaterThan(4_000_000);
  });

  it("stops when asked to, and tells how far it is", async () => {
    const file = put(
      pcapOf(
        1,
        Array.from({ length: 1000 }, (_, n) => n),
      ),
    );
    const stop = new AbortController();
    stop.abort();
    const stopped = await read([file], { signal: stop.signal });
    expect([stopped.packets, stopped.aborted]).toEqual([0, true]);
    const told: number[] = [];
    const { bytes } = await read([file], { onProgress: ({ bytesTotal }) => told.push(bytesTotal ?? -1) });
    expect(bytes).toBe(24 + 1000 * 17);
    expect(told.at(-1)).toBe(bytes);
  });
});
