// Everything that a monitoring system may want to know, from the sensor's two reports.
// Apart from the text forms, and from who serves them. docs/metrics.md is made from what this gives.
// Always holds: every counter of `stray counters --json` is here with its value, times only where a unit is changed; what
// has no words yet is told all the same; nothing is kept between two calls.

import type { CountersAnswer } from "../control/protocol.js";
import { FLOW_STATES } from "../sensor/gauges.js";
import type { Counts, StatusReport } from "../sensor/view.js";
import { type CounterScope, counterHelp } from "./counter-help.js";
import { exposition } from "./exposition.js";
import { type Family, FamilySet, type Labels, metricName } from "./family.js";

export type MetricsCounters = Omit<CountersAnswer, "control"> & Partial<Pick<CountersAnswer, "control">>;

const PREFIXES: Readonly<Record<CounterScope, string>> = {
  sensor: "stray",
  worker: "stray_worker",
  interface: "stray_interface",
  sink: "stray_sink",
  control: "stray_control",
  gauge: "stray",
};
const FINDING = "finding-";
const STATES: ReadonlyMap<string, string> = new Map(
  FLOW_STATES.map(([, name]) => [name, name.replace(/^flows-/, "")]),
);
const INLINE_STATES = ["armed", "bypass", "off"] as const;
const LINK_STATES = ["up", "down", "absent"] as const;

/** The whole text in OpenMetrics 1.0. */
export function openMetrics(status: StatusReport, counters: MetricsCounters): string {
  return exposition(metricFamilies(status, counters), "openmetrics");
}

export function metricFamilies(status: StatusReport, counters: MetricsCounters): readonly Family[] {
  const set = new FamilySet();
  sensorFamilies(set, status);
  gaugeFamilies(set, counters.gauges);
  countFamilies(set, "sensor", {}, counters.total);
  for (const { name, worker, counters: counts } of counters.interfaces) {
    countFamilies(set, "interface", { interface: name, worker: String(worker) }, counts);
  }
  interfaceFamilies(set, status);
  for (const { worker, counters: counts } of counters.workers) {
    countFamilies(set, "worker", { worker: String(worker) }, counts);
  }
  workerFamilies(set, status);
  for (const { name, counters: counts } of counters.sinks) countFamilies(set, "sink", { sink: name }, counts);
  for (const { name, ok } of status.sinks) {
    gauge(set, "stray_sink_ok", "1 while the sink works, 0 while it can't write or send", { sink: name }, ok);
  }
  countFamilies(set, "control", {}, counters.control ?? {});
  inlineFamilies(set, status);
  return set.all;
}

/** The name under which a counter of that scope is told, with what goes before it; one finding is a label. */
export function metricOf(scope: CounterScope, counter: string): { name: string; labels: Labels } {
  if (scope !== "gauge" && counter.startsWith(FINDING)) {
    const finding = counter.slice(FINDING.length);
    return { name: `${PREFIXES[scope]}_findings_total`, labels: { finding } };
  }
  const state = STATES.get(counter);
  if (scope === "gauge" && state !== undefined) return { name: "stray_flows_in_state", labels: { state } };
  const { name, type } = metricName(PREFIXES[scope], counter, scope === "gauge" ? "gauge" : "counter");
  return { name: type === "counter" ? `${name}_total` : name, labels: {} };
}

function countFamilies(set: FamilySet, scope: CounterScope, labels: Labels, counts: Counts): void {
  const prefix = PREFIXES[scope];
  for (const [counter, value] of Object.entries(counts)) {
    if (counter.startsWith(FINDING)) {
      const finding = counter.slice(FINDING.length);
      const help = "flows with the finding; docs/findings.md says what each means";
      set.add({ name: `${prefix}_findings`, type: "counter", help }, { ...labels, finding }, value);
      continue;
    }
    const { scale, ...named } = metricName(prefix, counter, "counter");
    const help = counterHelp(scope, counter) ?? `the counter ${counter}`;
    set.add({ ...named, help }, labels, scaled(value, scale));
  }
}

function gaugeFamilies(set: FamilySet, gauges: Counts): void {
  for (const [name, value] of Object.entries(gauges)) {
    const state = STATES.get(name);
    if (state !== undefined) {
      gauge(set, "stray_flows_in_state", "flows in the tables by their state", { state }, value);
      continue;
    }
    const { scale, ...named } = metricName("stray", name, "gauge");
    set.add({ ...named, help: counterHelp("gauge", name) ?? `the gauge ${name}` }, {}, scaled(value, scale));
  }
}

/** Without the noise of a multiplication in binary. */
function scaled(value: number, scale: number): number {
  return scale === 1 ? value : value / Math.round(1 / scale);
}

function sensorFamilies(set: FamilySet, status: StatusReport): void {
  const { version, name, profile, inline, memory, rules, detection, incidents } = status;
  const info = { name: "stray_sensor", type: "info", help: "who this sensor is, and how it stands" } as const;
  set.add(info, { version, name, profile, mode: inline?.mode ?? "tap" }, 1);
  seconds(set, "stray_start_time", "when the daemon was started, in Unix time", {}, status.startedMs);
  seconds(
    set,
    "stray_config_time",
    "when the configuration in force was read, in Unix time",
    {},
    status.configLoadedMs,
  );
  const isRefused = status.configError !== undefined;
  gauge(set, "stray_config_refused", "1 when the latest reload was refused", {}, isRefused);
  gauge(set, "stray_problems", "sentences under Problems in stray status", {}, status.problems.length);
  bytes(set, "stray_resident_memory", "memory that the process holds", memory.residentBytes);
  bytes(set, "stray_table_memory", "memory that the tables may come to", memory.tableBytes);
  gauge(set, "stray_rules", "rules in force", {}, rules.rules);
  gauge(set, "stray_rules_refused", "rules of the files that were refused", {}, rules.refused);
  gauge(set, "stray_rules_warned", "rules of the files that look wrong", {}, rules.warnings);
  bytes(set, "stray_rules_compiled", "what the compiled rules take", rules.bytes);
  bytes(set, "stray_rules_compiled_max", "what the compiled rules may take", rules.bytesMax);
  gauge(
    set,
    "stray_home_networks",
    "home networks that dark addresses are looked for in",
    {},
    detection.homes.length,
  );
  if (incidents === undefined) return;
  for (const [severity, count] of Object.entries(incidents.open)) {
    gauge(set, "stray_incidents_open", "open incidents by severity", { severity }, count);
  }
  gauge(
    set,
    "stray_incidents_acknowledged",
    "incidents that somebody looks into",
    {},
    incidents.acknowledged,
  );
}

function interfaceFamilies(set: FamilySet, { interfaces }: StatusReport): void {
  for (const { name, worker, link, ringBytes, ringUsed, promiscuous } of interfaces) {
    const labels = { interface: name, worker: String(worker) };
    for (const state of LINK_STATES) {
      stateset(set, "stray_interface_link", "the interface's link", labels, state, state === link);
    }
    bytes(set, "stray_interface_ring", "size of the packet ring", ringBytes, labels);
    const used = { name: "stray_interface_ring_used_ratio", type: "gauge", unit: "ratio" } as const;
    set.add({ ...used, help: "share of the packet ring that waits to be read" }, labels, ringUsed);
    gauge(
      set,
      "stray_interface_promiscuous",
      "1 where frames for other hosts are captured too",
      labels,
      promiscuous,
    );
  }
}

function workerFamilies(set: FamilySet, { workers }: StatusReport): void {
  for (const report of workers) {
    const labels = { worker: String(report.worker) };
    const one = (name: string, help: string, value: number | boolean) =>
      gauge(set, `stray_worker_${name}`, help, labels, value);
    one("running", "1 while the worker runs", report.state === "running");
    one("flows", "flows in the worker's table", report.flows);
    one("flows_peak", "most flows that were in the worker's table at once", report.flowsPeak);
    one("flows_max", "flows that the worker's table can hold", report.flowsMax);
    one("records_waiting", "flow records that wait in the worker's ring", report.recordsWaiting);
    one("records_max", "flow records that the worker's ring can hold", report.recordsMax);
    seconds(
      set,
      "stray_worker_lag",
      "time since the worker last showed a sign of life",
      labels,
      report.lagMs,
    );
    seconds(
      set,
      "stray_worker_start_time",
      "when the worker was started, in Unix time",
      labels,
      report.startedMs,
    );
  }
}

function inlineFamilies(set: FamilySet, { inline }: StatusReport): void {
  if (inline === undefined) return;
  const { mode, fail, protection, atStop } = inline;
  const info = { name: "stray_inline", type: "info", help: "how the sensor stands in the wire" } as const;
  set.add(info, { mode, fail, protection, at_stop: atStop }, 1);
  for (const state of INLINE_STATES) {
    const help = "what the kernel's switch does: armed, in bypass, or off";
    stateset(set, "stray_inline_state", help, {}, state, state === inline.state);
  }
  gauge(
    set,
    "stray_inline_standing_still",
    "1 while the sensor stands still and the kernel carries",
    {},
    inline.isStale,
  );
  for (const { name, bypassedPackets, bypassedBytes } of inline.sides) {
    const labels = { interface: name };
    const packets = { name: "stray_inline_bypassed_packets", type: "counter" } as const;
    set.add({ ...packets, help: "frames that the kernel carried past the sensor" }, labels, bypassedPackets);
    const size = { name: "stray_inline_bypassed_bytes", type: "counter", unit: "bytes" } as const;
    set.add({ ...size, help: "bytes that the kernel carried past the sensor" }, labels, bypassedBytes);
  }
}

function gauge(set: FamilySet, name: string, help: string, labels: Labels, value: number | boolean): void {
  set.add({ name, type: "gauge", help }, labels, Number(value));
}

function bytes(set: FamilySet, stem: string, help: string, value: number, labels: Labels = {}): void {
  set.add({ name: `${stem}_bytes`, type: "gauge", unit: "bytes", help }, labels, value);
}

function seconds(set: FamilySet, stem: string, help: string, labels: Labels, ms: number): void {
  set.add({ name: `${stem}_seconds`, type: "gauge", unit: "seconds", help }, labels, ms / 1000);
}

/** One of several states holds: the label is named as the family (OpenMetrics, section "StateSet"). */
function stateset(
  set: FamilySet,
  name: string,
  help: string,
  labels: Labels,
  state: string,
  holds: boolean,
): void {
  set.add({ name, type: "stateset", help }, { ...labels, [name]: state }, Number(holds));
}
