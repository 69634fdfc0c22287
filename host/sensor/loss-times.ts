// When frames were lost in capture: a flow that begins about then without a handshake may have had one.
// Apart from the counters because it is asked for a moment, hours later, by who weighs causes.
// Always holds: its size is bounded: times that are close become one stretch, and the oldest stretches go.

import { COARSE_SHIFT, LOSS_COARSE_MAX } from "../../assembly/detect/detect-layout.js";

const STRETCHES_MAX = 256;
/** As near as the classifier calls near. */
const NEAR_MS = (LOSS_COARSE_MAX * 2 ** COARSE_SHIFT) / 1e6;
const US_PER_MS = 1000;

interface Stretch {
  readonly fromMs: number;
  toMs: number;
}

export class LossTimes {
  private readonly stretches: Stretch[] = [];

  /** Frames were lost between these two moments, which come in order. */
  add(fromMs: number, toMs: number): void {
    const last = this.stretches.at(-1);
    if (last !== undefined && fromMs - last.toMs <= NEAR_MS) {
      last.toMs = Math.max(last.toMs, toMs);
      return;
    }
    this.stretches.push({ fromMs, toMs });
    if (this.stretches.length > STRETCHES_MAX) this.stretches.shift();
  }

  /** Whether frames were lost at about that time, in microseconds since 1970. */
  isNear(us: number): boolean {
    const ms = us / US_PER_MS;
    return this.stretches.some(({ fromMs, toMs }) => ms > fromMs - NEAR_MS && ms < toMs + NEAR_MS);
  }
}
