// When statistics are due.
// Apart because the file and syslog report them alike.
// Always holds: at most once an interval; a clock set back starts the interval anew instead of ending the statistics.

export class StatsTimer {
  private readonly intervalMs: number;
  private sinceMs: number | undefined;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** True once an interval, for the first time one interval after the first question. */
  isDue(nowMs: number): boolean {
    if (this.sinceMs === undefined || nowMs < this.sinceMs) {
      this.sinceMs = nowMs;
      return false;
    }
    if (nowMs - this.sinceMs < this.intervalMs) return false;
    this.sinceMs = nowMs;
    return true;
  }
}
