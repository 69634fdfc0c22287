// When each finding was last counted: the sensor counts findings, and does not keep when.
// Apart from the snapshot because it must be looked at each second, whether anybody asks or not.
// Always holds: a time is that of the look that saw the counter move, so at most a look late; what had been counted
// before the first look has no time until it moves.

export class FindingTimes {
  private counts: readonly number[] | undefined;
  private readonly times: (number | undefined)[] = [];

  look(nowMs: number, counts: readonly number[]): void {
    const before = this.counts;
    this.counts = counts;
    if (before === undefined) return;
    for (const [at, count] of counts.entries()) if (count > (before[at] ?? 0)) this.times[at] = nowMs;
  }

  /** Milliseconds since 1970, in the order of the counts. */
  get all(): readonly (number | undefined)[] {
    return this.times;
  }
}
