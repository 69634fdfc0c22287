// Files broken at random: no trap, no hang, and the same answer wherever the windows end.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import type { Sensor } from "../../../host/wasm/module.js";
import { feed } from "../../support/capture-feed.js";
import { captureSensor } from "../../support/capture-module.js";
import { PcapngWriter } from "../../support/pcapng-writer.js";

const frames = [0, 1, 14, 60, 61, 200].map((size) => new Uint8Array(size).fill(size));

function pcapng(): Uint8Array {
  const writer = new PcapngWriter();
  for (const bigEndian of [false, true]) {
    writer.section(bigEndian).interface({ resolution: 9, fcs: 32, offset: 3n }).interface({ snapLength: 96 });
    for (const [index, frame] of frames.entries()) {
      writer.packet(BigInt(index), frame, { interface: index & 1, comment: "c", flags: 0x84 });
      writer.simplePacket(frame).obsoletePacket(1n, frame).block(5, new Uint8Array(24));
    }
  }
  return writer.bytes();
}

function pcap(bigEndian: boolean): Uint8Array {
  return pcapBytes({ bigEndian }, (writer) => {
    for (const frame of frames) writer.writeAt(1, 2, frame);
  });
}

describe("damaged files", () => {
  let sensor: Sensor;
  beforeAll(async () => {
    sensor = await captureSensor();
  });

  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom(1, 2, 4),
    fc.oneof(fc.constantFrom(0, 1, 4, 12, 255, 0x7fffffff, 0xffffffff), fc.nat()),
  );

  it("are read alike through windows of any size", async () => {
    const files = [pcapng(), pcap(false), pcap(true)];
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: files.length - 1 }),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 600 }),
        async (which, changes, chunkSize) => {
          const bytes = Uint8Array.from(files[which] ?? []);
          for (const [place, size, value] of changes) {
            for (let i = 0; i < size; i++) bytes[(place + i) % bytes.length] = value >>> (8 * i);
          }
          const whole = await feed(sensor, [bytes]);
          const pieces = await feed(sensor, [bytes], { chunkSize, budget: 5 });
          expect(pieces).toEqual(whole);
          expect(whole.ends[0]?.code).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
