// Takes flow records and alerts out of the workers' rings and gives them to every sink.
// Apart from the daemon because its pace decides whether records are lost.
// Always holds: a burst is taken in slices, so that clients have their turn; a sink that throws is our own bug,
// counted and said once, and the others still get the record.

import type { Alert } from "../alert/alert.js";
import { drainAlerts } from "../alert/alert-ring.js";
import type { AlertSink } from "../alert/alert-sink.js";
import { messageOf } from "../errors.js";
import type { RecordSink, SinkLog } from "../export/sink.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { WorkerHandle } from "./worker-handle.js";

/** Records a slice. */
const SLICE = 1024;
/** So many in a turn, and the next one follows at once: a small ring would be full before PACE_MS are over. */
const BURST = 128;
/** A worker whose ring fills sooner asks by itself. */
const PACE_MS = 15;
const PULSE_MS = 100;

type Sink = RecordSink | AlertSink;

export class RecordFeed {
  /** Times a sink threw. */
  errors = 0;
  records = 0;
  alerts = 0;
  private alertSinks: readonly AlertSink[] | undefined = [];
  private sinks: readonly RecordSink[] = [];
  private timeout: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  private pulsedMs = 0;
  private isRunning = false;

  constructor(
    private readonly workers: () => readonly WorkerHandle[],
    private readonly log: SinkLog,
  ) {}

  /** Without alert sinks alerts wait in the rings until there are some again. */
  use(sinks: readonly RecordSink[], alertSinks: readonly AlertSink[] | undefined): void {
    this.sinks = sinks;
    this.alertSinks = alertSinks;
  }

  start(): void {
    this.isRunning = true;
    this.go();
  }

  stop(): void {
    this.isRunning = false;
    this.cancel();
  }

  private cancel(): void {
    clearTimeout(this.timeout);
    this.timeout = undefined;
    clearImmediate(this.immediate);
  }

  /** A worker waits: now, not when the pace says so. */
  nudge(): void {
    this.go();
  }

  /** Takes one slice of every worker; answers how many records and alerts there were. */
  turn(): number {
    let taken = 0;
    for (const worker of this.workers()) taken += this.drain(worker);
    const now = Date.now();
    if (taken > 0 || now - this.pulsedMs >= PULSE_MS) {
      this.pulsedMs = now;
      for (const sink of this.sinks) this.pulse(sink, now);
      for (const sink of this.alertSinks ?? []) this.pulse(sink, now);
    }
    return taken;
  }

  /** All that waits, of a worker that is dead or has stopped. */
  empty(worker: WorkerHandle): void {
    while (this.drain(worker) > 0) {}
  }

  private drain(worker: WorkerHandle): number {
    const { number } = worker;
    const taken = worker.drain(SLICE, (record) => this.give(record, number));
    this.records += taken;
    const { alertSinks } = this;
    if (alertSinks === undefined) return taken;
    const alerts = drainAlerts(worker.alerts, SLICE, (alert) => this.giveAlert(alert, number, alertSinks));
    this.alerts += alerts;
    return taken + alerts;
  }

  private giveAlert(alert: Alert, worker: number, sinks: readonly AlertSink[]): void {
    for (const sink of sinks) {
      try {
        sink.write(alert, worker);
      } catch (error) {
        this.blame(sink, error);
      }
    }
  }

  private give(record: FlowRecord, worker: number): void {
    for (const sink of this.sinks) {
      try {
        sink.write(record, worker);
      } catch (error) {
        this.blame(sink, error);
      }
    }
  }

  private pulse(sink: Sink, nowMs: number): void {
    try {
      sink.pulse(nowMs);
    } catch (error) {
      this.blame(sink, error);
    }
  }

  private blame(sink: Sink, error: unknown): void {
    this.errors++;
    if (this.errors > 1) return;
    const text = messageOf(error);
    this.log("error", `internal error in ${sink.name}, please report it: ${text}`);
  }

  private go(): void {
    clearImmediate(this.immediate);
    if (!this.isRunning) return;
    if (this.turn() >= BURST) this.immediate = setImmediate(() => this.go());
    else this.rest();
  }

  /** One timer for ever: a new one each time would be the most that an idle daemon allocates. */
  private rest(): void {
    if (this.timeout === undefined) this.timeout = setTimeout(() => this.go(), PACE_MS);
    else this.timeout.refresh();
  }
}
