// Holds back what is said over and over: a few of a kind get through, then only their number is told.
// Apart from the logger because it needs a clock and a table, and both have to be bounded.
// Always holds: nothing held back goes uncounted; the table has at most KINDS_MAX kinds.

export const REPEAT_WINDOW_MS = 60_000;
/** Lines of a kind that a window lets through. */
export const REPEAT_BURST = 10;
const KINDS_MAX = 256;

interface Kind {
  readonly startMs: number;
  count: number;
  held: number;
  /** Says the latest line that was held back, with how many there were. */
  tell: (held: number) => void;
}

export class RepeatLimit {
  /** In the order in which their windows began. */
  private readonly kinds = new Map<string, Kind>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly now: () => number,
    private readonly burst = REPEAT_BURST,
    private readonly windowMs = REPEAT_WINDOW_MS,
  ) {}

  /** Whether a line of this kind may be said now; if not, `tell` is called when its window is over. */
  admit(key: string, tell: (held: number) => void): boolean {
    const nowMs = this.now();
    this.endWindows(nowMs);
    const kind = this.kinds.get(key);
    if (kind === undefined) {
      this.makeRoom();
      this.kinds.set(key, { startMs: nowMs, count: 1, held: 0, tell });
      return true;
    }
    if (kind.count < this.burst) {
      kind.count++;
      return true;
    }
    kind.held++;
    kind.tell = tell;
    this.timer ??= setTimeout(() => this.wake(), this.windowMs).unref();
    return false;
  }

  /** Tells all that is held back, and forgets the windows. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const key of [...this.kinds.keys()]) this.endKind(key);
  }

  private wake(): void {
    this.timer = undefined;
    this.endWindows(this.now());
    const next = [...this.kinds.values()].find(({ held }) => held > 0);
    if (next === undefined) return;
    const waitMs = Math.max(1, next.startMs + this.windowMs - this.now());
    this.timer = setTimeout(() => this.wake(), waitMs).unref();
  }

  private endWindows(nowMs: number): void {
    for (const [key, { startMs }] of this.kinds) {
      // A clock that was set back ends windows too: their age can't be told any more.
      if (nowMs >= startMs && nowMs - startMs < this.windowMs) return;
      this.endKind(key);
    }
  }

  private makeRoom(): void {
    if (this.kinds.size < KINDS_MAX) return;
    const [oldest] = this.kinds.keys();
    if (oldest !== undefined) this.endKind(oldest);
  }

  private endKind(key: string): void {
    const kind = this.kinds.get(key);
    this.kinds.delete(key);
    if (kind && kind.held > 0) kind.tell(kind.held);
  }
}
