// run() over several inputs: their packets in time order, and every reason to stop.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { InputWindow } from "../../../host/capture/window.js";
import { writeU32, writeU64 } from "../../../host/wasm/memory.js";
import type { Sensor } from "../../../host/wasm/module.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { feed, MemorySource } from "../../support/capture-feed.js";
import { captureSensor, takeLog } from "../../support/capture-module.js";
import { PcapngWriter } from "../../support/pcapng-writer.js";

type Kind = "plain" | "swapped" | "pcapng";

/** A file with one packet at each of these seconds; its frame is the file's number and the packet's. */
function fileOf(kind: Kind, number: number, seconds: readonly number[]): Uint8Array {
  const frame = (index: number) => Uint8Array.of(number, index & 255, index >> 8);
  if (kind === "pcapng") {
    const writer = new PcapngWriter().section(number % 2 === 1).interface();
    seconds.forEach((second, index) => {
      writer.packet(BigInt(second) * 1_000_000n, frame(index));
    });
    return writer.bytes();
  }
  return pcapBytes({ bigEndian: kind === "swapped" }, (writer) => {
    seconds.forEach((second, index) => {
      writer.writeAt(second, 0, frame(index));
    });
  });
}

describe("several inputs", () => {
  let sensor: Sensor;
  beforeAll(async () => {
    sensor = await captureSensor();
  });

  const file = fc.record({
    kind: fc.constantFrom<Kind>("plain", "swapped", "pcapng"),
    seconds: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 }),
  });

  it("come out in time order, equal times by input, each input in its own order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(file, { minLength: 1, maxLength: L.INPUT_CAPACITY }),
        fc.integer({ min: 5, max: 200 }),
        fc.integer({ min: 1, max: 70 }),
        async (list, chunkSize, budget) => {
          const sorted = list.map(({ kind, seconds }) => ({
            kind,
            seconds: seconds.toSorted((a, b) => a - b),
          }));
          const bytes = sorted.map(({ kind, seconds }, number) => fileOf(kind, number, seconds));
          const { packets, ends } = await feed(sensor, bytes, { chunkSize, budget });
          const expected = sorted
            .flatMap(({ seconds }, input) => seconds.map((second, index) => ({ second, input, index })))
            .sort((a, b) => a.second - b.second || a.input - b.input || a.index - b.index)
            .map(({ second, input, index }) => `${second} ${input} ${index}`);
          const found = packets.map(({ time, input, frame }) => {
            const [from = -1, low = 0, high = 0] = Buffer.from(frame, "hex");
            expect(from).toBe(input);
            return `${time / 1_000_000_000n} ${input} ${low + high * 256}`;
          });
          expect(found).toEqual(expected);
          expect(ends.every(({ code }) => code === L.INPUT_ERROR_NONE)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("keep the order of an input whose times go back", async () => {
    const { packets } = await feed(sensor, [fileOf("plain", 0, [5, 3, 9, 1]), fileOf("plain", 1, [4, 6, 2])]);
    expect(packets.map(({ input, time }) => [input, Number(time / 1_000_000_000n)])).toEqual([
      [1, 4],
      [0, 5],
      [0, 3],
      [1, 6],
      [1, 2],
      [0, 9],
      [0, 1],
    ]);
  });

  it("go on when one of them is damaged", async () => {
    const broken = fileOf("plain", 0, [1, 3, 5]).subarray(0, 24 + 19 + 10);
    const { packets, ends } = await feed(sensor, [broken, fileOf("pcapng", 1, [2, 4])]);
    expect(packets.map(({ input }) => input)).toEqual([0, 1, 1]);
    expect(ends.map(({ code }) => code)).toEqual([L.INPUT_ERROR_RECORD_CUT, L.INPUT_ERROR_NONE]);
  });
});

describe("run", () => {
  async function opened(seconds: readonly number[], limits = profileLimits("small")): Promise<Sensor> {
    const sensor = await captureSensor(limits);
    sensor.exports.openInput(0);
    const window = new InputWindow(sensor.memory, 0, new MemorySource(fileOf("plain", 0, seconds)));
    await window.refill();
    return sensor;
  }

  it("says that nothing is open", async () => {
    const sensor = await captureSensor();
    expect(sensor.exports.run(1)).toBe(L.RUN_IDLE);
    expect(sensor.exports.run(0)).toBe(L.RUN_IDLE);
  });

  it("with a budget of 0 finds the next packet and takes none", async () => {
    const sensor = await opened([7, 8]);
    expect(sensor.exports.run(0)).toBe(L.RUN_MORE);
    expect(sensor.memory.view.getBigUint64(L.INPUTS_BASE + L.INPUT_HEAD_TIME_OFFSET, true)).toBe(
      7_000_000_000n,
    );
    expect(takeLog(sensor)).toEqual([]);
    expect(sensor.exports.run(2)).toBe(L.RUN_MORE);
    expect(takeLog(sensor)).toHaveLength(2);
  });

  it("stops before a packet that is later than it was told", async () => {
    const seconds = Array.from({ length: 100 }, (_, index) => index >> 1);
    const sensor = await opened(seconds);
    const until = L.STATE_BASE + L.STATE_UNTIL_OFFSET;
    writeU64(sensor.memory, until, 20_000_000_000n);
    expect(sensor.exports.run(1000)).toBe(L.RUN_UNTIL);
    expect(takeLog(sensor)).toHaveLength(42);
    expect(sensor.exports.run(1000)).toBe(L.RUN_UNTIL);
    writeU64(sensor.memory, until, 0n);
    expect(sensor.exports.run(1000)).toBe(L.RUN_NEED_INPUT);
    expect(takeLog(sensor)).toHaveLength(58);
  });

  it("waits while the record ring lacks room for a batch, unless records may be lost", async () => {
    const limits = { ...profileLimits("small"), recordLimit: 1024 };
    const fill = 1024 - L.RECORDS_RESERVE + 1;
    const careful = await opened([1, 2], limits);
    writeU32(careful.memory, L.STATE_BASE + L.STATE_RECORD_HEAD_OFFSET, fill);
    expect(careful.exports.run(10)).toBe(L.RUN_RECORDS_FULL);
    expect(takeLog(careful)).toEqual([]);
    writeU32(careful.memory, L.STATE_BASE + L.STATE_RECORD_TAIL_OFFSET, 1);
    expect(careful.exports.run(2)).toBe(L.RUN_MORE);
    const lossy = await opened([1, 2], { ...limits, lossyRecords: true });
    writeU32(lossy.memory, L.STATE_BASE + L.STATE_RECORD_HEAD_OFFSET, fill);
    expect(lossy.exports.run(2)).toBe(L.RUN_MORE);
  });
});
