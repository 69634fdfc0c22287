// Where flow records go: the store and every exporter are sinks.
// Apart so that the sensor feeds them alike and knows nothing of files and collectors.
// Always holds: a sink never throws and never grows without bound; what it can't take, it counts.

import type { FlowRecord } from "../record/flow-record.js";

/** Called on the main thread only; nothing here may block for long. */
export interface RecordSink {
  /** Stable, for counters and messages: `store`, `eve`, `ipfix:HOST:PORT`. */
  readonly name: string;
  /** Takes one record; the view is valid during the call only. `worker` counts from 0. */
  write(record: FlowRecord, worker: number): void;
  /** About ten times a second and after each burst: hands buffers over, rotates, reconnects. */
  pulse(nowMs: number): void;
  /** Opens files anew (SIGHUP). */
  reopen(): void;
  /** Writes what is held, waiting 5 s at most, and closes. */
  close(): Promise<void>;
  /** Counts that only grow, by stable name: `records`, `bytes`, `dropped`, `errors`, `reconnects`. */
  counters(): Readonly<Record<string, number>>;
  /** For `stray status`: "connected", "retry in 4 s: connection refused". */
  state(): SinkState;
}

export interface SinkState {
  readonly ok: boolean;
  readonly text: string;
}

/** What an operator must hear of; the sink limits the rate of repeats. */
export type SinkLog = (level: "info" | "warn" | "error", message: string, data?: object) => void;

/** Everything that `stray counters --json` shows, for sinks that report statistics. */
export interface StatsSource {
  stats(): Readonly<Record<string, unknown>>;
}
