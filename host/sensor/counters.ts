// All counts of the running sensor in one report: the classifier's, the kernel's, the sinks', the daemon's own.
// Apart from the daemon because status, exporters and SNMP read it alike.
// Always holds: counts only grow from `resetMs` on, over restarts of workers and reopened interfaces too.

import type { CountersReport, Counts } from "./view.js";

/** Of the kernel's counts, those that are sums over interfaces too. */
const KERNEL_COUNTS = ["kernel-packets", "kernel-drops", "kernel-freezes"] as const;

export interface CounterSources {
  readonly resetMs: number;
  readonly workers: readonly { readonly number: number; counters(): Counts }[];
  readonly interfaces: CountersReport["interfaces"];
  readonly sinks: readonly { readonly name: string; counters(): Counts }[];
  readonly gauges: Counts;
  /** The daemon's own: reloads, control clients, errors. */
  readonly own: Counts;
}

export function countersReport(sources: CounterSources): CountersReport {
  const workers = sources.workers.map((worker) => ({ worker: worker.number, counters: worker.counters() }));
  const total: Record<string, number> = {};
  for (const { counters } of workers) addAll(total, counters);
  for (const { counters } of sources.interfaces) {
    for (const name of KERNEL_COUNTS) total[name] = (total[name] ?? 0) + (counters[name] ?? 0);
  }
  addAll(total, sources.own);
  return {
    nowMs: Date.now(),
    resetMs: sources.resetMs,
    total,
    gauges: sources.gauges,
    workers,
    interfaces: sources.interfaces,
    sinks: sources.sinks.map((sink) => ({ name: sink.name, counters: sink.counters() })),
  };
}

function addAll(to: Record<string, number>, counts: Counts): void {
  for (const [name, value] of Object.entries(counts)) to[name] = (to[name] ?? 0) + value;
}
