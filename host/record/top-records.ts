// The largest records of a long row, by a key.
// Apart because the row may be a store of millions: only the best are kept, in memory of a fixed size.
// Always holds: memory is `most` records; equal keys keep their order of coming.

import { RECORD_SIZE } from "../../assembly/layout.js";
import { FlowRecord } from "./flow-record.js";

export type SortKey = "bytes" | "packets" | "duration" | "start" | "last" | "app-bytes";

const KEYS: Readonly<Record<SortKey, (record: FlowRecord) => number>> = {
  bytes: (r) => r.wireBytes("orig") + r.wireBytes("resp"),
  packets: (r) => r.packets("orig") + r.packets("resp"),
  "app-bytes": (r) => r.appBytes("orig") + r.appBytes("resp"),
  duration: (r) => r.lastUs - r.startUs,
  start: (r) => r.startUs,
  last: (r) => r.lastUs,
};

interface Place {
  key: number;
  /** Which record in the row it was. */
  order: number;
  /** Where its copy lies. */
  at: number;
}

export class TopRecords {
  private readonly keyOf: (record: FlowRecord) => number;
  private readonly bytes: Uint8Array;
  /** A heap whose first is the one to go next. */
  private readonly heap: Place[] = [];
  private seen = 0;

  constructor(
    private readonly most: number,
    by: SortKey,
  ) {
    this.keyOf = KEYS[by];
    this.bytes = new Uint8Array(most * RECORD_SIZE);
  }

  add(record: FlowRecord): void {
    const key = this.keyOf(record);
    const order = this.seen++;
    const { heap, most } = this;
    if (heap.length < most) {
      const at = heap.length * RECORD_SIZE;
      this.keep(record, at);
      heap.push({ key, order, at });
      this.rise(heap.length - 1);
    } else if (most > 0 && heap[0]!.key < key) {
      const { at } = heap[0]!;
      this.keep(record, at);
      heap[0] = { key, order, at };
      this.sink();
    }
  }

  /** The records, largest first; the view is valid until the next one. */
  *sorted(): Generator<FlowRecord> {
    const view = new FlowRecord(this.bytes.buffer);
    const places = this.heap.toSorted((a, b) => b.key - a.key || a.order - b.order);
    for (const { at } of places) yield view.pointAt(at);
  }

  private keep(record: FlowRecord, at: number): void {
    this.bytes.set(record.bytes.subarray(record.header, record.header + RECORD_SIZE), at);
  }

  /** Goes before `b`: smaller, or of equals the later. */
  private goesFirst(a: Place, b: Place): boolean {
    return a.key < b.key || (a.key === b.key && a.order > b.order);
  }

  private rise(start: number): void {
    const { heap } = this;
    for (let index = start; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.goesFirst(heap[index]!, heap[parent]!)) return;
      [heap[parent], heap[index]] = [heap[index]!, heap[parent]!];
      index = parent;
    }
  }

  private sink(): void {
    const { heap } = this;
    for (let index = 0; ; ) {
      let first = index;
      for (const child of [index * 2 + 1, index * 2 + 2]) {
        if (child < heap.length && this.goesFirst(heap[child]!, heap[first]!)) first = child;
      }
      if (first === index) return;
      [heap[first], heap[index]] = [heap[index]!, heap[first]!];
      index = first;
    }
  }
}
