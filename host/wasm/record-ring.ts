// The ring of finished flows, as the host takes them out.
// Apart because files and the live sensor drain it alike.
// Always holds: the module writes the head only, the host the tail only; both count up for ever, modulo 2^32.

import {
  RECORD_SIZE,
  RECORDS_BASE,
  STATE_BASE,
  STATE_RECORD_HEAD_OFFSET,
  STATE_RECORD_TAIL_OFFSET,
} from "../../assembly/layout.js";
import type { SensorMemory } from "./memory.js";

const HEAD_WORD = (STATE_BASE + STATE_RECORD_HEAD_OFFSET) / 4;
const TAIL_WORD = (STATE_BASE + STATE_RECORD_TAIL_OFFSET) / 4;

export class RecordRing {
  constructor(
    readonly memory: SensorMemory,
    readonly capacity: number,
  ) {}

  /** Records waiting. */
  get count(): number {
    const { u32 } = this.memory;
    return (Atomics.load(u32, HEAD_WORD) - (u32[TAIL_WORD] ?? 0)) >>> 0;
  }

  /** Byte address of the waiting record `index` (0 = oldest); valid until it is released. */
  address(index: number): number {
    const place = ((this.memory.u32[TAIL_WORD] ?? 0) + index) >>> 0;
    return RECORDS_BASE + (place % this.capacity) * RECORD_SIZE;
  }

  /** Gives the oldest `count` records' places back to the module. */
  release(count: number): void {
    const { u32 } = this.memory;
    Atomics.store(u32, TAIL_WORD, ((u32[TAIL_WORD] ?? 0) + count) >>> 0);
  }
}
