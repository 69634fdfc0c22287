// Questions about the flows that are live in the workers' tables, answered while the workers go on.
// Apart from the daemon because it is all about walking, choosing and letting others have their turn.
// Always holds: no more than a slice of the walk runs at once; memory is bounded by the page or the top asked for.

import { RECORD_SIZE, SNAPSHOT_BASE } from "../../assembly/layout.js";
import { compileFilter, type RecordTest } from "../filter/compile.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { FlowPage, FlowQuery, SortKey } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";

/** Slots looked at before others have their turn. */
const SLICE = 4096;
/** Cursors are `worker * CURSOR_STRIDE + slot`. */
const CURSOR_STRIDE = 2 ** 32;

const KEYS: Readonly<Record<SortKey, (record: FlowRecord) => number>> = {
  bytes: (r) => r.wireBytes("orig") + r.wireBytes("resp"),
  packets: (r) => r.packets("orig") + r.packets("resp"),
  "app-bytes": (r) => r.appBytes("orig") + r.appBytes("resp"),
  duration: (r) => r.lastUs - r.startUs,
  start: (r) => r.startUs,
  last: (r) => r.lastUs,
};

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
  const keyOf = KEYS[query.sort ?? "bytes"];
  const best = new Best(Math.min(most, query.limit));
  let skipped = 0;
  for (const worker of workers) {
    const walk = new Walk(worker, 0);
    while (await walk.next()) {
      if (walk.record === undefined) skipped++;
      else if (test(walk.record)) {
        const key = keyOf(walk.record);
        if (best.wants(key)) best.add(key, copy(worker));
      }
    }
  }
  return { records: best.sorted(), next: undefined, live: live(workers), skipped };
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

/** The largest keys so far, as a heap whose least is in front. */
class Best {
  private readonly heap: { key: number; record: Uint8Array }[] = [];

  constructor(private readonly most: number) {}

  wants(key: number): boolean {
    return this.heap.length < this.most || (this.heap[0]?.key ?? Number.POSITIVE_INFINITY) < key;
  }

  add(key: number, record: Uint8Array): void {
    const { heap, most } = this;
    if (heap.length < most) {
      heap.push({ key, record });
      this.rise(heap.length - 1);
    } else if (most > 0) {
      heap[0] = { key, record };
      this.sink();
    }
  }

  sorted(): Uint8Array[] {
    return this.heap.toSorted((a, b) => b.key - a.key).map(({ record }) => record);
  }

  private rise(index: number): void {
    const { heap } = this;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.key <= heap[index]!.key) return;
      [heap[parent], heap[index]] = [heap[index]!, heap[parent]!];
      index = parent;
    }
  }

  private sink(): void {
    const { heap } = this;
    for (let index = 0; ; ) {
      const left = index * 2 + 1;
      const right = left + 1;
      let least = index;
      if (left < heap.length && heap[left]!.key < heap[least]!.key) least = left;
      if (right < heap.length && heap[right]!.key < heap[least]!.key) least = right;
      if (least === index) return;
      [heap[least], heap[index]] = [heap[index]!, heap[least]!];
      index = least;
    }
  }
}

function copy(worker: WorkerHandle): Uint8Array {
  return worker.memory.u8.slice(SNAPSHOT_BASE, SNAPSHOT_BASE + RECORD_SIZE);
}

function live(workers: readonly WorkerHandle[]): number {
  return workers.reduce((sum, worker) => sum + worker.flows, 0);
}
