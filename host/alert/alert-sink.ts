// Where alerts go: text files, EVE, syslog, the evidence and the alert log are sinks.
// Apart so that the sensor feeds them alike and knows nothing of files and receivers.
// Always holds: a sink never throws and never grows without bound; what it can't take, it counts.

import type { SinkState } from "../export/sink.js";
import type { Alert } from "./alert.js";

/** Called on the main thread only; nothing here may block for long. */
export interface AlertSink {
  /** Stable, for counters and messages: `alerts`, `evidence`, `eve.alerts`. */
  readonly name: string;
  /** Takes one alert; the view is valid during the call only. `worker` counts from 0. */
  write(alert: Alert, worker: number): void;
  /** About ten times a second and after each burst: hands buffers over, rotates, reconnects. */
  pulse(nowMs: number): void;
  /** Opens files anew (SIGHUP). */
  reopen(): void;
  /** Writes what is held, waiting 5 s at most, and closes. */
  close(): Promise<void>;
  /** Counts that only grow, by stable name. */
  counters(): Readonly<Record<string, number>>;
  state(): SinkState;
}
