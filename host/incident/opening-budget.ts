// How many incidents may be opened at a time.
// Apart because it is what keeps a flood of forged sources from being a flood of incidents.
// Always holds: a burst, then so many a minute, for sources and for targets each; a clock set back gives nothing away
// and takes nothing.

type Kind = "source" | "target";

const LIMITS: Readonly<Record<Kind, { burst: number; perMinute: number }>> = {
  source: { burst: 60, perMinute: 30 },
  target: { burst: 16, perMinute: 6 },
};
const MINUTE_MS = 60_000;

export class OpeningBudget {
  private readonly left = { source: LIMITS.source.burst, target: LIMITS.target.burst };
  private readonly filledMs: Record<Kind, number>;

  constructor(nowMs: number) {
    this.filledMs = { source: nowMs, target: nowMs };
  }

  take(kind: Kind, nowMs: number): boolean {
    const { burst, perMinute } = LIMITS[kind];
    const elapsedMs = Math.max(0, nowMs - this.filledMs[kind]);
    this.filledMs[kind] = nowMs;
    this.left[kind] = Math.min(burst, this.left[kind] + (elapsedMs * perMinute) / MINUTE_MS);
    if (this.left[kind] < 1) return false;
    this.left[kind]--;
    return true;
  }
}
