// How many requests a client may send: a burst at once, then so many a second.
// Apart so that the arithmetic is tested with a clock of the test's own.
// Always holds: over any time t no more than burst + rate * t tokens are given; it costs three numbers a client.

/** What a token costs, so that milliseconds of filling are whole numbers. */
const TOKEN = 1000;

export class TokenBucket {
  /** In thousandths of a token. */
  private credit: number;
  private filledMs: number;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.credit = burst * TOKEN;
    this.filledMs = now();
  }

  /** Takes that many tokens and answers 0, or takes none and answers the ms until there will be enough. */
  take(count = 1): number {
    const nowMs = this.now();
    this.credit = Math.min(this.burst * TOKEN, this.credit + (nowMs - this.filledMs) * this.perSecond);
    this.filledMs = nowMs;
    const lacking = count * TOKEN - this.credit;
    if (lacking > 0) return Math.ceil(lacking / this.perSecond);
    this.credit -= count * TOKEN;
    return 0;
  }
}
