// CaptureReader with the real module: its records, whatever the ring's size, and their order at the end.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { concat, ipv4, udp } from "../../../examples/frame.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { CaptureReader, type ReadOptions } from "../../../host/capture/reader.js";
import type { Limits } from "../../../host/wasm/config.js";
import { createSensor } from "../../../host/wasm/module.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { captureFiles, framesOf } from "../../support/captures.js";

const LINK_RAW_IP = 101;
const FLOWS = 5000;

describe("records of a capture", () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stray-records-"));
    file = join(folder, "flows.pcap");
    const bytes = pcapBytes({ linkType: LINK_RAW_IP }, (writer) => {
      // Two packets each, the second in another order; times go back now and then.
      for (let n = 0; n < FLOWS * 2; n++) {
        const flow = n < FLOWS ? (n * 7) % FLOWS : (n * 11) % FLOWS;
        const src = `10.0.${flow >> 8}.${flow & 255}`;
        const payload = udp({ sport: 1000 + (flow % 100), dport: 53 }, new Uint8Array(4));
        const frame = concat(ipv4({ src, dst: "10.9.9.9", proto: 17 }, payload));
        writer.writeAt(1000 + (n >> 10) - (n % 13 === 0 ? 1 : 0), n % 1000, frame);
      }
    });
    writeFileSync(file, bytes);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function read(limits: Limits, options: ReadOptions) {
    const sensor = createSensor(limits);
    const records: { start: bigint; frame: bigint; text: string }[] = [];
    let largest = 0;
    const result = await new CaptureReader(sensor, [file]).read(async (ring, count) => {
      largest = Math.max(largest, count);
      for (let index = 0; index < count; index++) {
        const at = ring.address(index);
        const flow = at + L.RECORD_FLOW_OFFSET;
        records.push({
          start: sensor.memory.view.getBigUint64(flow + L.FLOW_RECORD_START_OFFSET, true),
          frame: sensor.memory.view.getBigUint64(flow + L.FLOW_FIRST_FRAME_OFFSET, true),
          text: Buffer.from(sensor.memory.u8.slice(flow, flow + L.FLOW_SIZE)).toString("hex"),
        });
      }
      await Promise.resolve();
    }, options);
    return { ...result, records, largest };
  }

  const roomy = { ...profileLimits("small"), recordLimit: L.RECORD_CAPACITY };

  it("are one a flow, by start and first packet when that is asked for", async () => {
    const { records, packets, problems } = await read(roomy, { orderedFlush: true });
    expect([packets, problems.length, records.length]).toEqual([FLOWS * 2, 0, FLOWS]);
    const sorted = records.toSorted((a, b) => Number(a.start - b.start) || Number(a.frame - b.frame));
    expect(records.map(({ text }) => text)).toEqual(sorted.map(({ text }) => text));
  });

  it("are the same through a small ring, drained many times", async () => {
    const large = await read(roomy, { orderedFlush: true });
    for (const orderedFlush of [true, false]) {
      const small = await read(
        { ...roomy, recordLimit: 1024 },
        { orderedFlush, budget: 100, chunkSize: 999 },
      );
      expect(small.largest).toBeLessThanOrEqual(1024);
      expect(small.records.map(({ text }) => text).sort()).toEqual(
        large.records.map(({ text }) => text).sort(),
      );
    }
  });

  it("lose nothing when the table is far too small", async () => {
    const tiny = { ...roomy, flowSets: 4, recordLimit: 1024 };
    const { records } = await read(tiny, { orderedFlush: true, chunkSize: 4096 });
    const packetsAt = (text: string, offset: number) => Buffer.from(text, "hex").readUInt32LE(offset);
    const total = records.reduce(
      (sum, { text }) => sum + packetsAt(text, L.FLOW_DIR_A_OFFSET) + packetsAt(text, L.FLOW_DIR_B_OFFSET),
      0,
    );
    expect(total).toBe(FLOWS * 2);
  });
});

describe("real captures", () => {
  const files = captureFiles();
  it.skipIf(files.length === 0)("are read to the last packet", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-real-"));
    for (const { name, bytes } of files) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const sensor = createSensor(profileLimits("small"));
      const result = await new CaptureReader(sensor, [path]).read(() => undefined, { orderedFlush: true });
      expect([name, result.packets, result.problems]).toEqual([name, framesOf(bytes).length, []]);
    }
    rmSync(folder, { recursive: true });
  });
});
