// The walk over pcapng: sections of either byte order, interfaces and their options, packets of all three kinds.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { readU64 } from "../../../host/wasm/memory.js";
import type { Sensor } from "../../../host/wasm/module.js";
import { feed } from "../../support/capture-feed.js";
import { captureSensor, type LoggedPacket } from "../../support/capture-module.js";
import { type InterfaceOptions, PcapngWriter } from "../../support/pcapng-writer.js";

type Step =
  | { kind: "section"; bigEndian: boolean }
  | { kind: "interface"; options: InterfaceOptions }
  | {
      kind: "enhanced" | "obsolete";
      ticks: bigint;
      frame: Uint8Array;
      extra: number;
      pick: number;
      more: boolean;
    }
  | { kind: "simple"; frame: Uint8Array; extra: number }
  | { kind: "other"; type: number; body: Uint8Array };

const frame = fc.uint8Array({ maxLength: 70 });
const extra = fc.integer({ min: 0, max: 2000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("section" as const), bigEndian: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("interface" as const),
      options: fc.record(
        {
          linkType: fc.constantFrom(1, 101, 113),
          snapLength: fc.constantFrom(0, 20, 65535),
          resolution: fc.constantFrom(0, 3, 6, 9, 12, 0x80, 0x80 | 10, 0x80 | 32),
          offset: fc.bigInt(-5n, 5n),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("enhanced" as const, "obsolete" as const),
      ticks: fc.oneof(fc.bigInt(0n, 2n ** 32n), fc.bigInt(0n, 2n ** 52n)),
      frame,
      extra,
      pick: fc.nat(),
      more: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("simple" as const), frame, extra }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("other" as const),
      type: fc.constantFrom(4, 5, 0x0bad, 0x80000001),
      body: fc.uint8Array({ maxLength: 25 }).map((bytes) => new Uint8Array(bytes.length * 4)),
    }),
  },
);

const SECOND_NS = 10n ** 9n;

function nanoseconds(ticks: bigint, { resolution = 6, offset = 0n }: InterfaceOptions): bigint {
  const units = resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
  const ns = (ticks * SECOND_NS) / units;
  const saturated = ns >= 2n ** 64n ? 2n ** 64n - 1n : ns;
  const moved = saturated + offset * SECOND_NS;
  return moved < 0n ? 0n : moved >= 2n ** 64n ? 2n ** 64n - 1n : moved;
}

/** The bytes of these steps and the packets that they mean; steps that would be wrong are left out. */
function build(steps: readonly Step[]): { bytes: Uint8Array; packets: LoggedPacket[]; skipped: number } {
  const writer = new PcapngWriter().section();
  const packets: LoggedPacket[] = [];
  let interfaces: InterfaceOptions[] = [];
  let lastTime = 0n;
  let skipped = 0;
  const note = (time: bigint, bytes: Uint8Array, wire: number, from: InterfaceOptions) => {
    lastTime = time;
    const hex = Buffer.from(bytes).toString("hex");
    const link = from.linkType ?? 1;
    packets.push({ time, captured: bytes.length, wire, link, input: 0, frame: hex });
  };
  for (const item of steps) {
    if (item.kind === "section") {
      writer.section(item.bigEndian);
      interfaces = [];
    } else if (item.kind === "interface") {
      interfaces.push(item.options);
      writer.interface(item.options);
    } else if (item.kind === "other") {
      skipped++;
      writer.block(item.type, item.body);
    } else if (item.kind === "simple") {
      const [first] = interfaces;
      if (!first) continue;
      const wire = item.frame.length + (first.snapLength ? item.extra : 0);
      const captured = Math.min(first.snapLength || wire, wire);
      if (captured > item.frame.length) continue;
      writer.simplePacket(item.frame.subarray(0, captured), wire);
      note(lastTime, item.frame.subarray(0, captured), wire, first);
    } else {
      const number = item.pick % interfaces.length;
      const from = interfaces[number];
      if (!from) continue;
      const wire = item.frame.length + item.extra;
      const options = { wire, interface: number, ...(item.more ? { comment: "a comment", flags: 1 } : {}) };
      if (item.kind === "enhanced") writer.packet(item.ticks, item.frame, options);
      else writer.obsoletePacket(item.ticks, item.frame, options);
      note(nanoseconds(item.ticks, from), item.frame, wire, from);
    }
  }
  return { bytes: writer.bytes(), packets, skipped };
}

const start = () => new PcapngWriter().section().interface();
const packet = Uint8Array.of(1, 2, 3, 4, 5);

describe("pcapng", () => {
  let sensor: Sensor;
  beforeAll(async () => {
    sensor = await captureSensor();
  });

  it("gives every packet as it was written, wherever the windows end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 400 }),
        async (steps, chunkSize) => {
          const { bytes, packets, skipped } = build(steps);
          const found = await feed(sensor, [bytes], { chunkSize });
          expect(found.packets).toEqual(packets);
          expect(found.ends[0]?.code).toBe(L.INPUT_ERROR_NONE);
          const counter = L.COUNTERS_BASE + L.COUNTER_BLOCKS_SKIPPED * 8;
          expect(Number(readU64(sensor.memory, counter))).toBe(skipped);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("cut at any byte, gives the whole blocks before and says where the cut one began", async () => {
    for (const bigEndian of [false, true]) {
      const writer = new PcapngWriter();
      const blocks: { at: number; packets: number }[] = [];
      const mark = (packets: number) => blocks.push({ at: writer.size, packets });
      mark(0);
      writer.section(bigEndian, 1, new Uint8Array(12));
      mark(0);
      writer.interface({ resolution: 9 });
      mark(0);
      writer.packet(5n, packet, { comment: "comment" });
      mark(1);
      writer.block(5, new Uint8Array(40));
      mark(1);
      writer.simplePacket(packet);
      mark(2);
      writer.section(!bigEndian);
      mark(2);
      writer.interface();
      mark(2);
      writer.obsoletePacket(5n, packet);
      const bytes = writer.bytes();
      for (let size = 1; size < bytes.length; size++) {
        const last = blocks.filter(({ at }) => at <= size).at(-1);
        if (!last) throw new Error("no block");
        const { packets, ends } = await feed(sensor, [bytes.subarray(0, size)], { chunkSize: 11 });
        expect(packets.length).toBe(last.packets);
        if (last.at === size) expect(ends[0]?.code).toBe(L.INPUT_ERROR_NONE);
        else {
          expect(ends[0]).toEqual({
            code: last.at === 0 ? L.INPUT_ERROR_HEADER_CUT : L.INPUT_ERROR_RECORD_CUT,
            value: size - last.at,
            offset: last.at,
          });
        }
      }
    }
  });

  it("passes over blocks that are larger than the window, and still checks their ends", async () => {
    const body = new Uint8Array(3 * L.WINDOW_DATA_SIZE).fill(6);
    const good = start().block(0x0bad, body).packet(7n, packet).bytes();
    const { packets, ends } = await feed(sensor, [good]);
    expect(packets.map(({ time }) => time)).toEqual([7000n]);
    expect(ends[0]?.code).toBe(L.INPUT_ERROR_NONE);
    const at = start().size;
    const bad = start()
      .block(0x0bad, body, body.length + 12, 8)
      .packet(7n, packet)
      .bytes();
    for (const chunkSize of [100_000, L.WINDOW_DATA_SIZE]) {
      const found = await feed(sensor, [bad], { chunkSize });
      expect(found.ends[0]).toEqual({ code: L.INPUT_ERROR_BLOCK_TRAILER, value: 8, offset: at });
    }
    const cut = await feed(sensor, [good.subarray(0, at + body.length)]);
    expect(cut.ends[0]).toEqual({ code: L.INPUT_ERROR_RECORD_CUT, value: body.length, offset: at });
  });

  const at = start().size;
  const one = start().packet(1n, packet).size;
  const wrong: [string, PcapngWriter, number, number, number][] = [
    ["a length below 12", start().block(6, packet, 8), L.INPUT_ERROR_BLOCK_LENGTH, 8, at],
    ["a length not of whole words", start().block(5, packet), L.INPUT_ERROR_BLOCK_LENGTH, 17, at],
    [
      "an enhanced packet without room for its header",
      start().block(6, new Uint8Array(16)),
      L.INPUT_ERROR_BLOCK_LENGTH,
      28,
      at,
    ],
    [
      "a simple packet without a length",
      start().block(3, new Uint8Array(0)),
      L.INPUT_ERROR_BLOCK_LENGTH,
      12,
      at,
    ],
    [
      "a packet larger than any can be",
      start().block(6, packet, 524292),
      L.INPUT_ERROR_BLOCK_LENGTH,
      524292,
      at,
    ],
    [
      "two lengths that differ",
      start().block(6, new Uint8Array(32), 44, 40),
      L.INPUT_ERROR_BLOCK_TRAILER,
      40,
      at,
    ],
    [
      "a captured length beyond the block",
      start().packet(1n, packet, { captured: 9 }),
      L.INPUT_ERROR_RECORD_LENGTH,
      9,
      at,
    ],
    [
      "a simple packet longer than its block",
      start().simplePacket(packet, 9),
      L.INPUT_ERROR_RECORD_LENGTH,
      9,
      at,
    ],
    ["an interface unknown", start().packet(1n, packet, { interface: 1 }), L.INPUT_ERROR_INTERFACE, 1, at],
    [
      "an interface of the section before",
      start().section().packet(1n, packet),
      L.INPUT_ERROR_INTERFACE,
      0,
      at + 28,
    ],
    [
      "a simple packet without an interface",
      new PcapngWriter().section().simplePacket(packet),
      L.INPUT_ERROR_INTERFACE,
      0,
      28,
    ],
    ["a version unknown", start().section(false, 2), L.INPUT_ERROR_VERSION, 2, at],
    [
      "an option of a wrong size",
      start().interface({ extra: [[9, packet]] }),
      L.INPUT_ERROR_OPTION,
      9 * 65536 + 5,
      at,
    ],
    [
      "no byte order",
      start().packet(1n, packet).block(0x0a0d0d0a, new Uint8Array(16)),
      L.INPUT_ERROR_BYTE_ORDER,
      0,
      one,
    ],
  ];
  for (const [name, writer, code, value, offset] of wrong) {
    it(`stops at ${name}`, async () => {
      writer.packet(2n, packet);
      for (const chunkSize of [7, 1000]) {
        const { packets, ends } = await feed(sensor, [writer.bytes()], { chunkSize });
        expect(ends[0]).toEqual({ code, value, offset });
        expect(packets.length).toBe(offset > at && offset === one ? 1 : 0);
      }
    });
  }

  it("stops at an option that goes beyond its block", async () => {
    const writer = start();
    const head = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);
    writer.block(1, Buffer.concat([head, writer.option(2, packet, 40)]));
    const { ends } = await feed(sensor, [writer.bytes()]);
    expect(ends[0]).toEqual({ code: L.INPUT_ERROR_OPTION, value: 2 * 65536 + 40, offset: at });
  });

  it("knows as many interfaces as it says, and no more", async () => {
    const writer = new PcapngWriter().section();
    for (let i = 0; i < L.INTERFACE_CAPACITY; i++) writer.interface({ linkType: i });
    writer.packet(1n, packet, { interface: L.INTERFACE_CAPACITY - 1 });
    const full = writer.size;
    writer.interface();
    const { packets, ends } = await feed(sensor, [writer.bytes()]);
    expect(packets.map(({ link }) => link)).toEqual([L.INTERFACE_CAPACITY - 1]);
    const code = L.INPUT_ERROR_INTERFACES_FULL;
    expect(ends[0]).toEqual({ code, value: L.INTERFACE_CAPACITY, offset: full });
  });

  it("leaves out the frame check sequence that an interface or a packet tells of", async () => {
    const bytes = new Uint8Array(64);
    const writer = new PcapngWriter().section().interface({ fcs: 32 }).interface({ fcs: 4 }).interface();
    writer.packet(1n, bytes).packet(1n, bytes, { interface: 1 }).packet(1n, bytes, { interface: 2 });
    writer.packet(1n, bytes, { interface: 2, flags: 2 << 5, comment: "x" });
    writer.packet(1n, bytes, { wire: 66 }).simplePacket(bytes);
    const { packets } = await feed(sensor, [writer.bytes()]);
    const lengths = packets.map(({ captured, wire }) => [captured, wire]);
    expect(lengths).toEqual([
      [60, 60],
      [60, 60],
      [64, 64],
      [62, 62],
      [62, 62],
      [60, 60],
    ]);
  });
});
