// packaging/prometheus/alerts.yml: when Prometheus should call somebody.
// Apart from the dashboard, which is looked at when somebody was called.
// Always holds: the file is this text, held by a test (`STRAY_UPDATE=1 npx vitest run test/host/metrics` writes it anew);
// a rule names no metric that is not told, and says what to do.

import { stringify } from "yaml";

interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold. */
  readonly for: string;
  readonly severity: "info" | "warning" | "critical";
  readonly summary: string;
  readonly advice: string;
}

const RULES: readonly AlertingRule[] = [
  {
    alert: "StrayMetricsStale",
    expr: 'time() - node_textfile_mtime_seconds{file=~".*stray[^/]*\\\\.prom"} > 300',
    for: "5m",
    severity: "warning",
    summary: "The file of metrics has not been written for five minutes.",
    advice: "systemctl status strayd; journalctl -u strayd: strayd may be gone, or can't write metrics.file.",
  },
  {
    alert: "StrayWorkerStopped",
    expr: "stray_worker_running == 0 or stray_worker_lag_seconds > 10",
    for: "1m",
    severity: "critical",
    summary: "Worker {{ $labels.worker }} does not take packets.",
    advice:
      "stray status; the log says why it died. A worker that dies again and again on the same traffic: please report it.",
  },
  {
    alert: "StrayInterfaceNotUp",
    expr: 'stray_interface_link{stray_interface_link="up"} == 0',
    for: "2m",
    severity: "critical",
    summary: "{{ $labels.interface }} is not up: the sensor sees nothing there.",
    advice: "ip -br link; the cable, the mirror port.",
  },
  {
    alert: "StrayFramesDropped",
    expr: "rate(stray_kernel_drops_total[5m]) / (rate(stray_kernel_packets_total[5m]) + rate(stray_kernel_drops_total[5m])) > 0.01",
    for: "5m",
    severity: "warning",
    summary: "More than 1 % of the frames are dropped by the kernel.",
    advice:
      "More capture.workers, a larger capture.ring, a capture.filter, fewer rules: docs/guide.md, section Tuning.",
  },
  {
    alert: "StrayRecordsLost",
    expr: "increase(stray_records_lost_total[10m]) > 0 or increase(stray_alerts_lost_total[10m]) > 0",
    for: "0m",
    severity: "warning",
    summary: "Flow records or alerts were lost before they were taken out of their ring.",
    advice: "stray top: is the main thread busy? Fewer outputs, or a longer flows.status.",
  },
  {
    alert: "StrayFlowTableFull",
    expr: "stray_flows / stray_flows_max > 0.95 and rate(stray_flows_evicted_total[5m]) > 0",
    for: "10m",
    severity: "warning",
    summary: "The flow table is full: flows are recorded early.",
    advice: "A larger sensor.profile, shorter timeouts under flows; or a flood: stray incidents.",
  },
  {
    alert: "StraySinkFails",
    expr: "stray_sink_ok == 0",
    for: "10m",
    severity: "warning",
    summary: "The output {{ $labels.sink }} can't write or send.",
    advice: "stray status says why.",
  },
  {
    alert: "StrayConfigRefused",
    expr: "stray_config_refused == 1",
    for: "1m",
    severity: "warning",
    summary: "The latest reload was refused: the old configuration is in force.",
    advice: "stray config check says what is wrong with the file.",
  },
  {
    alert: "StrayRulesRefused",
    expr: "stray_rules_refused > 0",
    for: "1h",
    severity: "info",
    summary: "{{ $value }} rules were refused and are not looked for.",
    advice: "stray rules check FILE says which and why.",
  },
  {
    alert: "StrayBypass",
    expr: 'stray_inline_state{stray_inline_state="bypass"} == 1',
    for: "15m",
    severity: "warning",
    summary: "The link is in bypass: nothing is looked at or dropped.",
    advice: "stray bypass off, when the maintenance is over.",
  },
  {
    alert: "StrayStandsStill",
    expr: "stray_inline_standing_still == 1",
    for: "1m",
    severity: "critical",
    summary: "The sensor in the wire stands still: the kernel carries the frames, if it may.",
    advice: "stray status says what protects the link; the log says why.",
  },
  {
    alert: "StrayFramesLostInTheWire",
    expr: "increase(stray_inline_tx_full_total[5m]) + increase(stray_inline_oversize_total[5m]) > 10",
    for: "5m",
    severity: "warning",
    summary: "Frames were lost between the two interfaces.",
    advice: "docs/inline.md, section Troubleshooting.",
  },
  {
    alert: "StrayGraveIncident",
    expr: 'sum by (instance, severity) (stray_incidents_open{severity=~"high|critical"}) > 0',
    for: "1m",
    severity: "critical",
    summary: "{{ $value }} open incidents of severity {{ $labels.severity }}.",
    advice: "stray incidents; stray incidents report ID writes the letter of one.",
  },
];

const HEAD = `# Alerting rules for Prometheus, made from host/metrics/alerting.ts. Name this file in rule_files of prometheus.yml.
# StrayMetricsStale is for metrics.file, read by node_exporter; with metrics.listen Prometheus' own \`up == 0\` says it.
`;

export function alertingText(): string {
  const rules = RULES.map(({ alert, expr, for: holds, severity, summary, advice }) => ({
    alert,
    expr,
    for: holds,
    labels: { severity },
    annotations: { summary, description: `{{ $labels.instance }}: ${advice}` },
  }));
  return HEAD + stringify({ groups: [{ name: "stray", rules }] }, { lineWidth: 0 });
}

export function alertingQueries(): readonly string[] {
  return RULES.map(({ expr }) => expr);
}
