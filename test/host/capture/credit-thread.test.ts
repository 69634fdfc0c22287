// A second thread changes nothing but the time it takes. Apart from the reader's other tests because it needs the
// bundle (dist/) for the thread's program. Always holds: the thread really took over, else the test fails.

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { writePcapFile } from "../../../examples/pcap-writer.js";
import { CaptureReader } from "../../../host/capture/reader.js";
import { createSensor } from "../../../host/wasm/module.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { fillTraffic } from "../../bench/traffic.js";

describe("the flow table on a thread of its own", () => {
  const folder = mkdtempSync(join(tmpdir(), "stray-threads-"));
  const file = join(folder, "traffic.pcap");
  beforeAll(() => {
    writePcapFile(file, {}, (writer) => fillTraffic(writer, { flows: 20_000, mix: "64", packets: 250_000 }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** All records as one hash, all counters, and the batches that the thread credited. */
  async function read(threads: 1 | 2, isReaderSlow: boolean) {
    // A table of a tenth of the flows, and a ring that is full again and again.
    const sensor = createSensor({ ...profileLimits("small"), flowSets: 128, recordLimit: 1024 });
    const hash = createHash("sha256");
    let count = 0;
    const result = await new CaptureReader(sensor, [file]).read(
      async (ring, waiting) => {
        for (let index = 0; index < waiting; index++) {
          const at = ring.address(index);
          hash.update(sensor.memory.u8.slice(at, at + L.RECORD_SIZE));
        }
        count += waiting;
        if (isReaderSlow && count % 7 === 0) await pause(1);
      },
      { orderedFlush: false, threads, chunkSize: 16_384 },
    );
    const counters = sensor.memory.u8.slice(L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
    hash.update(counters);
    const batches = sensor.memory.u32[(L.STATE_BASE + L.STATE_BATCH_TAIL_OFFSET) / 4] ?? 0;
    return { outcome: { packets: result.packets, count, hash: hash.digest("hex") }, batches };
  }

  it.each([false, true])(
    "gives the same records and counters (printing slowly: %s)",
    async (isReaderSlow) => {
      const one = await read(1, isReaderSlow);
      const two = await read(2, isReaderSlow);
      expect(one.batches).toBe(0);
      expect(two.batches).toBeGreaterThan(100);
      expect(one.outcome.packets).toBe(250_000);
      expect(one.outcome.count).toBeGreaterThan(20_000);
      expect(two.outcome).toEqual(one.outcome);
    },
  );
});
