// So many in any minute, and how many were held back beyond.
// Apart because each kind of notice has its own.
// Always holds: never more than `max` within 60 s of the clock that is given; a clock set back frees nothing early.

const MINUTE_MS = 60_000;

export class MinuteBudget {
  private readonly spentMs: number[] = [];
  private held = 0;

  /** True, and one is spent; false, and it is counted as held back. */
  take(nowMs: number, max: number): boolean {
    while (this.spentMs.length > 0 && nowMs - this.spentMs[0]! >= MINUTE_MS) this.spentMs.shift();
    // A clock that was set back: what was spent lies ahead, and counts from now.
    for (let at = 0; at < this.spentMs.length; at++) this.spentMs[at] = Math.min(this.spentMs[at]!, nowMs);
    if (this.spentMs.length >= max) return false;
    this.spentMs.push(nowMs);
    return true;
  }

  hold(count = 1): void {
    this.held += count;
  }

  /** Once each. */
  takeHeld(): number {
    const { held } = this;
    this.held = 0;
    return held;
  }
}
