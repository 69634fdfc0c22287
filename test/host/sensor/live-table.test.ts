// Questions about the live table: every flow once over pages, the largest by any key, filters, several workers.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { WINDOWS_BASE } from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, udp } from "../../../examples/frame.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { queryFlows } from "../../../host/sensor/live-table.js";
import type { FlowPage } from "../../../host/sensor/view.js";
import { WorkerHandle } from "../../../host/sensor/worker-handle.js";
import { profileLimits } from "../../../host/wasm/profiles.js";

const FLOWS = [300, 700] as const;
const limits = { ...profileLimits("small"), flowSets: 256 };
const workers: WorkerHandle[] = [];

/** Flow number n has n % 97 + 20 bytes of payload and comes at second n. */
function push(worker: WorkerHandle, port: number): void {
  const payload = filler((port % 97) + 20);
  const frame = ethernet(
    {},
    ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, udp({ sport: port, dport: 53 }, payload)),
  );
  worker.memory.u8.set(frame, WINDOWS_BASE);
  worker.viewer.pushFrame(WINDOWS_BASE, frame.length, frame.length, BigInt(port) * 1_000_000n, 1);
  worker.viewer.drain();
}

beforeAll(() => {
  let port = 0;
  FLOWS.forEach((count, number) => {
    const worker = new WorkerHandle(number, limits, () => undefined);
    worker.prepare(limits);
    for (let made = 0; made < count; made++) push(worker, ++port);
    workers.push(worker);
  });
});

const view = (bytes: Uint8Array): FlowRecord => new FlowRecord(bytes.slice().buffer).pointAt(0);
const ports = (page: FlowPage): number[] => page.records.map((bytes) => view(bytes).port("orig"));

async function allPages(limit: number, filter = ""): Promise<number[]> {
  const found: number[] = [];
  let after: number | undefined;
  do {
    const page = await queryFlows(workers, { filter, limit, ...(after === undefined ? {} : { after }) });
    expect(page.records.length).toBeLessThanOrEqual(limit);
    found.push(...ports(page));
    after = page.next;
  } while (after !== undefined);
  return found;
}

describe("queryFlows()", () => {
  it("gives every live flow once, whatever the size of a page", async () => {
    const expected = Array.from({ length: 1000 }, (_, i) => i + 1);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1200 }), async (limit) => {
        expect((await allPages(limit)).toSorted((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it("says how many flows are live", async () => {
    expect(await queryFlows(workers, { filter: "", limit: 1 })).toMatchObject({ live: 1000, skipped: 0 });
  });

  it("honours a filter", async () => {
    expect((await allPages(10, "src port 17 or src port 900")).toSorted()).toEqual([17, 900]);
    expect(await allPages(10, "tcp")).toEqual([]);
  });

  it("gives the largest first", async () => {
    const page = await queryFlows(workers, { filter: "", limit: 1000, top: 15, sort: "bytes" });
    const sizes = page.records.map((bytes) => view(bytes).wireBytes("orig"));
    const all = Array.from({ length: 1000 }, (_, i) => ((i + 1) % 97) + 20 + 42).toSorted((a, b) => b - a);
    expect(sizes).toEqual(all.slice(0, 15));
    expect(page.next).toBeUndefined();
    const latest = await queryFlows(workers, { filter: "", limit: 1000, top: 3, sort: "last" });
    expect(ports(latest)).toEqual([1000, 999, 998]);
  });

  it("gives no more than there are, than asked for, or than a page holds", async () => {
    expect((await queryFlows(workers, { filter: "", limit: 5000, top: 5000 })).records).toHaveLength(1000);
    expect((await queryFlows(workers, { filter: "", limit: 7, top: 50 })).records).toHaveLength(7);
    expect((await queryFlows(workers, { filter: "", limit: 7, top: 0 })).records).toEqual([]);
  });

  it("refuses a filter that is none", async () => {
    await expect(queryFlows(workers, { filter: "port and", limit: 1 })).rejects.toMatchObject({
      exitCode: 2,
    });
  });
});
