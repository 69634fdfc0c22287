// Questions about the flows that are live in the workers' tables, answered while the workers go on.
// Apart from the daemon because it is all about walking, choosing and letting others have their turn.
// Always holds: no more than a slice of the walk runs at once; memory is bounded by the page or the top asked for.

import { RECORD_SIZE, SNAPSHOT_BASE } from "../../assembly/layout.js";
import { compileFilter, type RecordTest } from "../filter/compile.js";
import type { FlowRecord } from "../record/flow-record.js";
import { TopRecords } from "../record/top-records.js";
import type { FlowPage, FlowQuery } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";

/** Slots looked at before others have their turn. */
const SLICE = 4096;
/** Cursors are `worker * CURSOR_STRIDE + slot`. */
const CURSOR_STRIDE = 2 ** 32;

export async function queryFlows(workers: readonly WorkerHandle[], query: FlowQuery): Promise<FlowPage> {
  const test = query.filter.trim() === "" ? () => true : compileFilter(query.filter);
  return query.top === undefined ? page(workers, query, test) : top(workers, query, query.top, test);
}

/** Flows in table order, from the cursor on. */
async function page(workers: readonly WorkerHandle[], query: FlowQuery, test: RecordTest): Promise<FlowPage> {
  const records: Uint8Array[] = [];
  const after = query.after ?? 0;
  let skipped = 0;
  for (let number = Math.floor(after / CURSOR_STRIDE); number < workers.length; number++) {
    const worker = workers[number]!;
    const from = number === Math.floor(after / CURSOR_STRIDE) ? after % CURSOR_STRIDE : 0;
    const walk = new Walk(worker, from);
    while (await walk.next()) {
      if (walk.record === undefined) skipped++;
      else if (test(walk.record)) {
        if (records.length === query.limit) {
          return { records, next: number * CURSOR_STRIDE + walk.slot, live: live(workers), skipped };
        }
        records.push(copy(worker));
      }
    }
  }
  return { records, next: undefined, live: live(workers), skipped };
}

/** The `top` flows by the key, largest first. */
async function top(
  workers: readonly WorkerHandle[],
  query: FlowQuery,
  most: number,
  test: RecordTest,
): Promise<FlowPage> {
  const best = new TopRecords(Math.min(most, query.limit), query.sort ?? "bytes");
  let skipped = 0;
  for (const worker of workers) {
    const walk = new Walk(worker, 0);
    while (await walk.next()) {
      if (walk.record === undefined) skipped++;
      else if (test(walk.record)) best.add(walk.record);
    }
  }
  const records = Array.from(best.sorted(), (record) =>
    record.bytes.slice(record.header, record.header + RECORD_SIZE),
  );
  return { records, next: undefined, live: live(workers), skipped };
}

/** From live flow to live flow; `record` is a look at it, undefined when it would not hold still. */
class Walk {
  slot: number;
  record: FlowRecord | undefined;
  private isFirst = true;
  private sliceEnd: number;

  constructor(
    private readonly worker: WorkerHandle,
    from: number,
  ) {
    this.slot = from;
    this.sliceEnd = from + SLICE;
  }

  async next(): Promise<boolean> {
    const { viewer, record, flowsMax } = this.worker;
    this.slot = viewer.nextLive(this.isFirst ? this.slot : this.slot + 1);
    this.isFirst = false;
    if (this.slot >= flowsMax) return false;
    if (this.slot >= this.sliceEnd) {
      await new Promise(setImmediate);
      this.sliceEnd = this.slot + SLICE;
    }
    // No await from here to the caller's use: the place for looks is one a worker.
    this.record = viewer.snapshot(this.slot) === 1 ? record.pointAt(SNAPSHOT_BASE) : undefined;
    return true;
  }
}

function copy(worker: WorkerHandle): Uint8Array {
  return worker.memory.u8.slice(SNAPSHOT_BASE, SNAPSHOT_BASE + RECORD_SIZE);
}

function live(workers: readonly WorkerHandle[]): number {
  return workers.reduce((sum, worker) => sum + worker.flows, 0);
}
