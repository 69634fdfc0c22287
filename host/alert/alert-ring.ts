// The ring of alerts, as the host takes them out.
// Apart because files and the live sensor drain it alike.
// Always holds: the module writes the head only, the host the tail only; both count up for ever, modulo 2^32.

import { ALERT_CAPACITY, ALERT_SIZE, ALERTS_BASE, INSPECT_BASE } from "../../assembly/layout.js";
import { INSPECT_ALERT_HEAD_OFFSET, INSPECT_ALERT_TAIL_OFFSET } from "../../assembly/match/rules-layout.js";
import type { SensorMemory } from "../wasm/memory.js";
import { Alert, type RuleLookup } from "./alert.js";

const HEAD_WORD = (INSPECT_BASE + INSPECT_ALERT_HEAD_OFFSET) / 4;
const TAIL_WORD = (INSPECT_BASE + INSPECT_ALERT_TAIL_OFFSET) / 4;

export class AlertRing {
  /** The view that drainAlerts() points at one place after the other. */
  readonly alert: Alert;

  constructor(
    readonly memory: SensorMemory,
    lookup: RuleLookup,
    readonly capacity: number = ALERT_CAPACITY,
  ) {
    this.alert = new Alert(memory.buffer, lookup);
  }

  /** Alerts waiting. */
  get count(): number {
    const { u32 } = this.memory;
    return (Atomics.load(u32, HEAD_WORD) - (u32[TAIL_WORD] ?? 0)) >>> 0;
  }

  /** Byte address of the waiting alert `index` (0 = oldest); valid until it is released. */
  address(index: number): number {
    const place = ((this.memory.u32[TAIL_WORD] ?? 0) + index) >>> 0;
    return ALERTS_BASE + (place % this.capacity) * ALERT_SIZE;
  }

  /** Gives the oldest `count` alerts' places back to the module. */
  release(count: number): void {
    const { u32 } = this.memory;
    Atomics.store(u32, TAIL_WORD, ((u32[TAIL_WORD] ?? 0) + count) >>> 0);
  }
}

/**
 * Gives `each` the waiting alerts, oldest first, `max` at most, and their places back; answers how many. The view is
 * valid during the call only. When `each` throws, the alert it threw at is not given again.
 */
export function drainAlerts(ring: AlertRing, max: number, each: (alert: Alert) => void): number {
  const count = Math.min(ring.count, max, ring.capacity);
  let taken = 0;
  try {
    while (taken < count) {
      const alert = ring.alert.pointAt(ring.address(taken));
      taken++;
      each(alert);
    }
  } finally {
    if (taken > 0) ring.release(taken);
  }
  return taken;
}
