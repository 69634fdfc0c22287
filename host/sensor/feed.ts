// Takes flow records out of the workers' rings and gives them to every sink.
// Apart from the daemon because its pace decides whether records are lost.
// Always holds: a burst is taken in slices, so that clients have their turn; a sink that throws is our own bug,
// counted and said once, and the others still get the record.

import type { RecordSink, SinkLog } from "../export/sink.js";
import type { WorkerHandle } from "./worker-handle.js";

/** Records a slice. */
const SLICE = 1024;
/** So many in a turn, and the next one follows at once: a small ring would be full before PACE_MS are over. */
const BURST = 128;
const PACE_MS = 10;
/** With nothing to do the pace slows down to this. */
const PACE_IDLE_MS = 20;
const PULSE_MS = 100;

export class RecordFeed {
  /** Times a sink threw. */
  errors = 0;
  records = 0;
  private sinks: readonly RecordSink[] = [];
  private timeout: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  private paceMs = PACE_MS;
  private pulsedMs = 0;
  private isRunning = false;

  constructor(
    private readonly workers: () => readonly WorkerHandle[],
    private readonly log: SinkLog,
  ) {}

  use(sinks: readonly RecordSink[]): void {
    this.sinks = sinks;
  }

  start(): void {
    this.isRunning = true;
    this.plan(0);
  }

  stop(): void {
    this.isRunning = false;
    this.cancel();
  }

  private cancel(): void {
    clearTimeout(this.timeout);
    clearImmediate(this.immediate);
  }

  /** A worker waits: now, not when the pace says so. */
  nudge(): void {
    if (!this.isRunning) return;
    this.cancel();
    this.go();
  }

  /** Takes one slice of every worker; answers how many records there were. */
  turn(): number {
    let taken = 0;
    for (const worker of this.workers()) taken += this.drain(worker);
    const now = Date.now();
    if (taken > 0 || now - this.pulsedMs >= PULSE_MS) {
      this.pulsedMs = now;
      for (const sink of this.sinks) this.guard(sink, () => sink.pulse(now));
    }
    return taken;
  }

  /** All that waits, of a worker that is dead or has stopped. */
  empty(worker: WorkerHandle): void {
    while (this.drain(worker) > 0) {}
  }

  private drain(worker: WorkerHandle): number {
    const { sinks } = this;
    const { number } = worker;
    const taken = worker.drain(SLICE, (record) => {
      for (const sink of sinks) this.guard(sink, () => sink.write(record, number));
    });
    this.records += taken;
    return taken;
  }

  private plan(delayMs: number): void {
    if (!this.isRunning) return;
    if (delayMs === 0) this.immediate = setImmediate(() => this.go());
    else this.timeout = setTimeout(() => this.go(), delayMs);
  }

  private go(): void {
    const taken = this.turn();
    this.paceMs = taken > 0 ? PACE_MS : Math.min(this.paceMs * 2, PACE_IDLE_MS);
    this.plan(taken >= BURST ? 0 : this.paceMs);
  }

  private guard(sink: RecordSink, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.errors++;
      if (this.errors === 1) {
        const text = error instanceof Error ? error.message : String(error);
        this.log("error", `internal error in ${sink.name}, please report it: ${text}`);
      }
    }
  }
}
