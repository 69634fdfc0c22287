// A value that is over its limit, told once, and not again until it was well below.
// Apart because losses and the flow table are watched alike.
// Always holds: between two tellings it was at or below `rearm`; at most one telling a minute; a crossing that falls into
// that minute is told at its end if it lasts.

const MINUTE_MS = 60_000;
/** Of the limit: what counts as below again. */
export const REARM = 0.9;

export class Threshold {
  private isArmed = true;
  private toldMs = Number.NEGATIVE_INFINITY;

  /** Whether to tell it now. Limit 0: never. */
  isCrossed(nowMs: number, value: number, limit: number): boolean {
    if (limit === 0) return false;
    if (value <= limit * REARM) this.isArmed = true;
    // A clock that was set back: the minute begins anew.
    if (this.toldMs > nowMs) this.toldMs = nowMs;
    if (!this.isArmed || value <= limit || nowMs - this.toldMs < MINUTE_MS) return false;
    this.isArmed = false;
    this.toldMs = nowMs;
    return true;
  }
}
