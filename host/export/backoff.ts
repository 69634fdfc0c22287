// When to try again: waits that double, with jitter so that many sensors don't come back to a collector at once.
// Apart because files and peers of every kind wait alike.
// Always holds: a wait is between `minMs` and `maxMs`; a clock set back never makes it longer.

export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

export class Backoff {
  private readonly limits: BackoffLimits;
  private readonly random: () => number;
  private failures = 0;
  private sinceMs = 0;
  private waitMs = 0;

  /** `random` gives numbers from 0 to 1, 1 left out. */
  constructor(limits: BackoffLimits, random: () => number = Math.random) {
    this.limits = limits;
    this.random = random;
  }

  /** Something failed: the next try is due a while after `nowMs`. */
  fail(nowMs: number): void {
    const { minMs, maxMs } = this.limits;
    const fullMs = Math.min(maxMs, minMs * 2 ** Math.min(this.failures, 30));
    this.failures++;
    this.sinceMs = nowMs;
    this.waitMs = Math.round(Math.max(minMs, fullMs * (0.5 + this.random() / 2)));
  }

  /** It works again: the next failure waits `minMs` once more. */
  succeed(): void {
    this.failures = 0;
    this.waitMs = 0;
  }

  isDue(nowMs: number): boolean {
    return this.remainingMs(nowMs) === 0;
  }

  /** 0 when due. */
  remainingMs(nowMs: number): number {
    const elapsedMs = nowMs - this.sinceMs;
    return elapsedMs < 0 ? 0 : Math.max(0, this.waitMs - elapsedMs);
  }
}
