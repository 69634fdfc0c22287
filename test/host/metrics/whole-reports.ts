// Reports of a sensor that counts everything that can be counted, each counter with a value of its own.
// Apart because metrics, the dashboard and the documents are held against the same.

import { COUNTER_WORDS, type CounterScope } from "../../../host/metrics/counter-help.js";
import type { MetricsCounters } from "../../../host/metrics/families.js";
import type { Counts, StatusReport } from "../../../host/sensor/view.js";
import { inlineReport, STARTED_MS, status } from "../control/fake-sensor.js";

let next = 1;

function counts(scope: CounterScope): Counts {
  return Object.fromEntries(COUNTER_WORDS[scope].map(({ name }) => [name, next++]));
}

export interface WholeReports {
  readonly status: StatusReport;
  readonly counters: MetricsCounters & Required<Pick<MetricsCounters, "control">>;
}

export function wholeReports(): WholeReports {
  next = 1;
  const sinks = ["store", "eve", "ipfix:[2001:db8::1]:4739"];
  return {
    status: {
      ...status(),
      sinks: sinks.map((name) => ({ name, ok: name !== "eve", text: "as it is" })),
      inline: inlineReport(),
      incidents: { open: { low: 0, medium: 2, high: 1, critical: 0 }, acknowledged: 4 },
    },
    counters: {
      nowMs: STARTED_MS + 1,
      resetMs: STARTED_MS,
      total: counts("sensor"),
      gauges: counts("gauge"),
      workers: [0, 1].map((worker) => ({ worker, counters: counts("worker") })),
      interfaces: [0, 1].map((worker) => ({ name: "eth0", worker, counters: counts("interface") })),
      sinks: sinks.map((name) => ({ name, counters: counts("sink") })),
      control: counts("control"),
    },
  };
}
