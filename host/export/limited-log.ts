// The log of one exporter, with repeats held back: a collector that is away for a day is not a day of lines.
// Apart because every exporter has repeats of its own kinds.
// Always holds: of one kind at most one line a minute; the next line of that kind says how many were held back.

import type { SinkLog } from "./sink.js";

const REPEAT_MS = 60_000;

interface Kind {
  lastMs: number;
  held: number;
}

export class LimitedLog {
  private readonly log: SinkLog;
  private readonly name: string;
  private readonly kinds = new Map<string, Kind>();

  constructor(name: string, log: SinkLog) {
    this.name = name;
    this.log = log;
  }

  /** `kind` is one of a few constants. */
  say(
    nowMs: number,
    level: "info" | "warn" | "error",
    kind: string,
    message: string,
    data: object = {},
  ): void {
    const known = this.kinds.get(kind);
    const elapsedMs = known === undefined ? REPEAT_MS : nowMs - known.lastMs;
    if (known !== undefined && elapsedMs >= 0 && elapsedMs < REPEAT_MS) {
      known.held++;
      return;
    }
    const held = known?.held ?? 0;
    this.kinds.set(kind, { lastMs: nowMs, held: 0 });
    const text = held === 0 ? message : `${message} (${held} more like it since the last line)`;
    this.log(level, `${this.name}: ${text}`, { sink: this.name, ...data });
  }
}
