// The walk over classic capture files: every variety of header, every place where the bytes may break off.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import type { Sensor } from "../../../host/wasm/module.js";
import { feed } from "../../support/capture-feed.js";
import { captureSensor } from "../../support/capture-module.js";

interface Frame {
  seconds: number;
  fraction: number;
  bytes: Uint8Array;
  extra: number;
}

interface Variety {
  nanosecond: boolean;
  bigEndian: boolean;
  linkType: number;
}

const frames = fc.array(
  fc.record<Frame>({
    seconds: fc.integer({ min: 0, max: 0xffffffff }),
    fraction: fc.integer({ min: 0, max: 999_999 }),
    bytes: fc.uint8Array({ maxLength: 90 }),
    extra: fc.integer({ min: 0, max: 1500 }),
  }),
  { maxLength: 80 },
);
const variety = fc.record<Variety>({
  nanosecond: fc.boolean(),
  bigEndian: fc.boolean(),
  linkType: fc.constantFrom(1, 101, 113, 276),
});

function fileOf(options: Variety, list: readonly Frame[]): Uint8Array {
  return pcapBytes(options, (writer) => {
    for (const { seconds, fraction, bytes, extra } of list) {
      writer.writeAt(seconds, fraction, bytes, bytes.length + extra);
    }
  });
}

function expectedOf(options: Variety, list: readonly Frame[]) {
  return list.map(({ seconds, fraction, bytes, extra }) => ({
    time: BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * (options.nanosecond ? 1n : 1000n),
    captured: bytes.length,
    wire: bytes.length + extra,
    link: options.linkType,
    input: 0,
    frame: Buffer.from(bytes).toString("hex"),
  }));
}

/** Sets a u32 of the file, in its byte order. */
function patch(file: Uint8Array, at: number, value: number, bigEndian = false): Uint8Array {
  const copy = Uint8Array.from(file);
  new DataView(copy.buffer).setUint32(at, value, !bigEndian);
  return copy;
}

describe("pcap", () => {
  let sensor: Sensor;
  beforeAll(async () => {
    sensor = await captureSensor();
  });

  it("gives every packet as it was written, wherever the windows end", async () => {
    await fc.assert(
      fc.asyncProperty(
        variety,
        frames,
        fc.integer({ min: 1, max: 300 }),
        async (options, list, chunkSize) => {
          const { packets, ends } = await feed(sensor, [fileOf(options, list)], { chunkSize });
          expect(packets).toEqual(expectedOf(options, list));
          expect(ends).toEqual([{ code: L.INPUT_ERROR_NONE, value: 0, offset: 0 }]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("gives the same whatever the budget of a call", async () => {
    const list = fc.sample(frames, { numRuns: 1, seed: 7 })[0] ?? [];
    const options = { nanosecond: false, bigEndian: false, linkType: 1 };
    const file = fileOf(options, list);
    for (const budget of [1, 2, 31, 32, 33, 64, 100]) {
      expect((await feed(sensor, [file], { budget })).packets).toEqual(expectedOf(options, list));
    }
  });

  it("cut at any byte, gives the whole records before and says where the cut one began", async () => {
    const list = [0, 1, 17, 60].map((size, index) => ({
      seconds: index,
      fraction: index,
      bytes: new Uint8Array(size).fill(index),
      extra: 3,
    }));
    for (const bigEndian of [false, true]) {
      const options = { nanosecond: false, bigEndian, linkType: 1 };
      const file = fileOf(options, list);
      const starts = [24];
      for (const { bytes } of list) starts.push((starts.at(-1) ?? 0) + 16 + bytes.length);
      for (let size = 0; size <= file.length; size++) {
        const { packets, ends } = await feed(sensor, [file.subarray(0, size)], { chunkSize: 13 });
        const whole = starts.filter((start) => start <= size).length - 1;
        expect(packets).toEqual(expectedOf(options, list).slice(0, Math.max(0, whole)));
        const start = starts[whole] ?? 0;
        if (size === 0) expect(ends[0]).toEqual({ code: L.INPUT_ERROR_EMPTY, value: 0, offset: 0 });
        else if (size < 24)
          expect(ends[0]).toEqual({ code: L.INPUT_ERROR_HEADER_CUT, value: size, offset: 0 });
        else if (start === size) expect(ends[0]?.code).toBe(L.INPUT_ERROR_NONE);
        else {
          const value = size - start;
          expect(ends[0]).toEqual({ code: L.INPUT_ERROR_RECORD_CUT, value, offset: start });
        }
      }
    }
  });

  it("stops at a captured length that cannot be, after the packets before it", async () => {
    for (const bigEndian of [false, true]) {
      const options = { nanosecond: true, bigEndian, linkType: 1 };
      const list = [1, 2, 3].map((n) => ({ seconds: n, fraction: 0, bytes: new Uint8Array(10), extra: 0 }));
      const at = 24 + 2 * 26;
      for (const length of [L.RECORD_CAPTURED_MAX + 1, 0x7fffffff, 0xffffffff]) {
        const file = patch(fileOf(options, list), at + 8, length, bigEndian);
        const { packets, ends } = await feed(sensor, [file], { chunkSize: 50 });
        expect(packets).toEqual(expectedOf(options, list).slice(0, 2));
        expect(ends[0]).toEqual({ code: L.INPUT_ERROR_RECORD_LENGTH, value: length, offset: at });
      }
      const cut = patch(fileOf(options, list), at + 8, 11, bigEndian);
      expect((await feed(sensor, [cut])).ends[0]).toEqual({
        code: L.INPUT_ERROR_RECORD_CUT,
        value: 26,
        offset: at,
      });
    }
  });

  it("reads the largest frame there can be, through windows of any size", async () => {
    const bytes = new Uint8Array(L.RECORD_CAPTURED_MAX).map((_, index) => index * 7);
    const list = [
      { seconds: 1, fraction: 1, bytes: Uint8Array.of(1), extra: 0 },
      { seconds: 2, fraction: 2, bytes, extra: 0 },
      { seconds: 3, fraction: 3, bytes: Uint8Array.of(2), extra: 0 },
    ];
    const options = { nanosecond: false, bigEndian: false, linkType: 1 };
    for (const chunkSize of [30_000, 262_145, L.WINDOW_DATA_SIZE]) {
      const { packets } = await feed(sensor, [fileOf(options, list)], { chunkSize });
      expect(packets).toEqual(expectedOf(options, list));
    }
  });

  it("reads the records of Kuznetzov's patch, which are longer", async () => {
    for (const bigEndian of [false, true]) {
      const header = Buffer.alloc(24);
      const record = Buffer.alloc(24 + 5, 9);
      const view = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset);
      view(header).setUint32(0, 0xa1b2cd34, !bigEndian);
      view(header).setUint16(4, 2, !bigEndian);
      view(header).setUint32(20, 1, !bigEndian);
      [5, 6, 5, 60].forEach((word, index) => {
        view(record).setUint32(index * 4, word, !bigEndian);
      });
      const { packets, ends } = await feed(sensor, [Buffer.concat([header, record, record])]);
      const packet = { time: 5_000_006_000n, captured: 5, wire: 60, link: 1, input: 0, frame: "0909090909" };
      expect(packets).toEqual([packet, packet]);
      expect(ends[0]?.code).toBe(L.INPUT_ERROR_NONE);
    }
  });

  it("leaves out the frame check sequence that the header tells of", async () => {
    const options = { nanosecond: false, bigEndian: false, linkType: 1 };
    const frame = (size: number, extra: number) => ({
      seconds: 1,
      fraction: 0,
      bytes: new Uint8Array(size),
      extra,
    });
    const list = [frame(64, 0), frame(62, 2), frame(40, 24), frame(2, 0), frame(0, 0)];
    const file = patch(fileOf(options, list), 20, 0x24000001);
    const { packets } = await feed(sensor, [file]);
    expect(packets.map(({ captured, wire, link }) => [captured, wire, link])).toEqual([
      [60, 60, 1],
      [60, 60, 1],
      [40, 60, 1],
      [2, 2, 1],
      [0, 0, 1],
    ]);
    const unknown = await feed(sensor, [patch(fileOf(options, list), 20, 0x20000001)]);
    expect(unknown.packets[0]?.captured).toBe(64);
  });

  it("refuses what is no capture file, and versions it doesn't know", async () => {
    const text = await feed(sensor, [Buffer.from("#!/bin/sh\n")]);
    expect(text.ends[0]).toEqual({ code: L.INPUT_ERROR_MAGIC, value: 0x622f2123, offset: 0 });
    const file = fileOf({ nanosecond: false, bigEndian: true, linkType: 1 }, []);
    file[5] = 3;
    expect((await feed(sensor, [file])).ends[0]).toEqual({
      code: L.INPUT_ERROR_VERSION,
      value: 3,
      offset: 0,
    });
  });
});
