// The alert side of an exporter that writes flow records as well: one file, one connection, two kinds of events.
// Apart from the exporters so that they stay one object with one queue.
// Always holds: opening, writing out and closing stay the exporter's business and happen once.

import type { RecordSink } from "../export/sink.js";
import type { Alert } from "./alert.js";
import type { AlertSink } from "./alert-sink.js";

/** An exporter that takes alerts beside flow records. */
export interface AlertTaker extends RecordSink {
  /** The configuration gives it alerts too. */
  readonly takesAlerts: boolean;
  /** False: not taken; the exporter has counted why. */
  writeAlert(alert: Alert, worker: number): boolean;
}

/** The alert sinks of those exporters that are to have alerts, in their order. */
export function alertSinksOf(sinks: readonly RecordSink[]): AlertSink[] {
  return sinks.filter(isAlertTaker).map((taker) => new JoinedAlertSink(taker));
}

function isAlertTaker(sink: RecordSink): sink is AlertTaker {
  return "takesAlerts" in sink && sink.takesAlerts === true;
}

class JoinedAlertSink implements AlertSink {
  readonly name: string;
  private alerts = 0;

  constructor(private readonly taker: AlertTaker) {
    this.name = `${taker.name}.alerts`;
  }

  write(alert: Alert, worker: number): void {
    if (alert.isTold && this.taker.writeAlert(alert, worker)) this.alerts++;
  }

  pulse(): void {
    // The exporter has its own.
  }

  reopen(): void {
    // As above.
  }

  async close(): Promise<void> {
    // As above.
  }

  counters(): Readonly<Record<string, number>> {
    return { alerts: this.alerts };
  }

  state() {
    return this.taker.state();
  }
}
