// packaging/grafana/stray.json: the dashboard, from rows of panels and what each asks Prometheus.
// Apart from the metrics, which know no tool. Always holds: the file is this text, held by a test
// (`STRAY_UPDATE=1 npx vitest run test/host/metrics` writes it anew); a query names no metric that is not told.

/** Grafana's units. */
type Unit = "short" | "pps" | "Bps" | "bytes" | "percentunit" | "s" | "dateTimeFromNow" | "ops";

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly help: string;
  readonly kind: "timeseries" | "stat" | "table" | "state-timeline";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of 24. */
  readonly width: number;
  readonly isStacked?: true;
  /** From this value on yellow, from that red. */
  readonly limits?: readonly [warning: number, critical: number];
  readonly max?: number;
}

const WHO = 'instance=~"$instance"';

/** A second, over the scraped interval. */
const rate = (metric: string, matchers = ""): string =>
  `rate(${metric}{${[WHO, matchers].filter(Boolean).join(",")}}[$__rate_interval])`;
const now = (metric: string, matchers = ""): string =>
  `${metric}{${[WHO, matchers].filter(Boolean).join(",")}}`;
const grown = (metric: string): string => `increase(${metric}{${WHO}}[$__range])`;
const by = (labels: string, expr: string): string => `sum by (${labels}) (${expr})`;
const over = (a: string, b: string): string => `${by("instance", now(a))} / ${by("instance", now(b))}`;

const each = (names: readonly string[], prefix: string, of = rate): Query[] =>
  names.map((name) => ({
    expr: by("instance", of(`${prefix}${name}`)),
    legend: `{{instance}} ${name.replace(/_total$/, "").replaceAll("_", " ")}`,
  }));

const ROWS: readonly (readonly [title: string, panels: readonly Panel[]])[] = [
  [
    "At a glance",
    [
      {
        title: "Problems",
        help: "Sentences under Problems in `stray status`: it says what they are.",
        kind: "stat",
        unit: "short",
        width: 4,
        limits: [1, 3],
        queries: [{ expr: now("stray_problems"), legend: "{{instance}}" }],
      },
      {
        title: "Open incidents",
        help: "Those that nobody has acknowledged: `stray incidents`.",
        kind: "stat",
        unit: "short",
        width: 4,
        limits: [1, 10],
        queries: [{ expr: by("instance", now("stray_incidents_open")), legend: "{{instance}}" }],
      },
      {
        title: "Packets a second",
        help: "Taken in by the classifier.",
        kind: "stat",
        unit: "pps",
        width: 4,
        queries: [{ expr: rate("stray_packets_total"), legend: "{{instance}}" }],
      },
      {
        title: "Frames dropped",
        help: "By the kernel, in the time shown: the ring was full (capture.ring, capture.workers).",
        kind: "stat",
        unit: "short",
        width: 4,
        limits: [1, 1000],
        queries: [{ expr: grown("stray_kernel_drops_total"), legend: "{{instance}}" }],
      },
      {
        title: "Flow table",
        help: "Share of its places that hold a live flow. Full is no failure: the least valuable goes first.",
        kind: "stat",
        unit: "percentunit",
        width: 4,
        limits: [0.8, 0.95],
        max: 1,
        queries: [{ expr: over("stray_flows", "stray_flows_max"), legend: "{{instance}}" }],
      },
      {
        title: "Running since",
        help: "When the daemon was started.",
        kind: "stat",
        unit: "dateTimeFromNow",
        width: 4,
        queries: [{ expr: `${now("stray_start_time_seconds")} * 1000`, legend: "{{instance}}" }],
      },
    ],
  ],
  [
    "Traffic and what was lost of it",
    [
      {
        title: "Packets",
        help: "Taken in, by protocol.",
        kind: "timeseries",
        unit: "pps",
        width: 12,
        isStacked: true,
        queries: each(
          [
            "tcp_total",
            "udp_total",
            "icmp_total",
            "icmp6_total",
            "sctp_total",
            "ip_other_total",
            "arp_total",
            "non_ip_total",
          ],
          "stray_",
        ),
      },
      {
        title: "Bytes on the wire",
        help: "Of the packets taken in.",
        kind: "timeseries",
        unit: "Bps",
        width: 12,
        queries: [{ expr: rate("stray_wire_bytes_total"), legend: "{{instance}}" }],
      },
      {
        title: "Frames by interface",
        help: "Read from the packet rings.",
        kind: "timeseries",
        unit: "pps",
        width: 8,
        queries: [
          {
            expr: by("instance, interface", rate("stray_interface_frames_total")),
            legend: "{{instance}} {{interface}}",
          },
        ],
      },
      {
        title: "Drops",
        help: "Frames that the kernel dropped, records and alerts that were lost. All of them should be 0.",
        kind: "timeseries",
        unit: "pps",
        width: 8,
        queries: [
          {
            expr: by("instance, interface", rate("stray_interface_kernel_drops_total")),
            legend: "{{instance}} {{interface}} dropped by the kernel",
          },
          ...each(["records_lost_total", "alerts_lost_total", "flows_lost_total"], "stray_"),
        ],
      },
      {
        title: "Packet rings",
        help: "Share that waits to be read.",
        kind: "timeseries",
        unit: "percentunit",
        width: 8,
        max: 1,
        queries: [
          {
            expr: now("stray_interface_ring_used_ratio"),
            legend: "{{instance}} {{interface}} worker {{worker}}",
          },
        ],
      },
      {
        title: "In no flow",
        help: "Packets that could not be read, and packets that were odd.",
        kind: "timeseries",
        unit: "pps",
        width: 12,
        queries: each(
          [
            "undecoded_total",
            "bad_header_total",
            "bad_ip_checksum_total",
            "bad_l4_checksum_total",
            "truncated_total",
            "fragments_orphaned_total",
          ],
          "stray_",
        ),
      },
      {
        title: "Links",
        help: "Up, down or absent.",
        kind: "state-timeline",
        unit: "short",
        width: 12,
        queries: [
          {
            expr: now("stray_interface_link", 'stray_interface_link="up"'),
            legend: "{{instance}} {{interface}} up",
          },
        ],
      },
    ],
  ],
  [
    "Flows and tables",
    [
      {
        title: "Live flows by state",
        help: "What the tables hold.",
        kind: "timeseries",
        unit: "short",
        width: 12,
        isStacked: true,
        queries: [{ expr: by("state", now("stray_flows_in_state")), legend: "{{state}}" }],
      },
      {
        title: "How full the tables are",
        help: "Flows, addresses in use, sources and targets that are watched, as a share of what there is room for.",
        kind: "timeseries",
        unit: "percentunit",
        width: 12,
        max: 1,
        queries: [
          { expr: over("stray_flows", "stray_flows_max"), legend: "{{instance}} flows" },
          { expr: over("stray_alive", "stray_alive_max"), legend: "{{instance}} addresses in use" },
          { expr: over("stray_sources", "stray_sources_max"), legend: "{{instance}} sources" },
          { expr: over("stray_targets", "stray_targets_max"), legend: "{{instance}} targets" },
          {
            expr: over("stray_records_waiting", "stray_records_max"),
            legend: "{{instance}} records that wait",
          },
        ],
      },
      {
        title: "Flows begun and ended",
        help: "Evicted: recorded early because their place was needed. Refused: no place was worth taking.",
        kind: "timeseries",
        unit: "ops",
        width: 12,
        queries: each(
          [
            "flows_created_total",
            "flows_idle_total",
            "flows_reused_total",
            "flows_evicted_total",
            "flows_refused_total",
            "evicted_established_total",
          ],
          "stray_",
        ),
      },
      {
        title: "Streams and inspection",
        help: "What inspection had no room or no time for.",
        kind: "timeseries",
        unit: "ops",
        width: 12,
        queries: each(
          [
            "sessions_evicted_total",
            "windows_evicted_total",
            "stream_gaps_total",
            "stream_conflicts_total",
            "inspection_budget_total",
            "regex_limit_total",
            "candidates_lost_total",
          ],
          "stray_",
        ),
      },
    ],
  ],
  [
    "Findings",
    [
      {
        title: "Flows with findings",
        help: "docs/findings.md says what each means and what to do.",
        kind: "timeseries",
        unit: "ops",
        width: 16,
        isStacked: true,
        queries: [{ expr: `${by("finding", rate("stray_findings_total"))} > 0`, legend: "{{finding}}" }],
      },
      {
        title: "In the time shown",
        help: "Flows by finding, most first.",
        kind: "table",
        unit: "short",
        width: 8,
        queries: [
          { expr: `sort_desc(${by("finding", grown("stray_findings_total"))} > 0)`, legend: "{{finding}}" },
        ],
      },
      {
        title: "No handshake, by its reason",
        help: "TCP flows begun without one: never passed here, evicted, older than the sensor, frames lost.",
        kind: "timeseries",
        unit: "ops",
        width: 12,
        queries: each(
          [
            "no_handshake_never_passed_total",
            "no_handshake_evicted_total",
            "no_handshake_before_start_total",
            "no_handshake_lost_total",
          ],
          "stray_",
        ),
      },
      {
        title: "Asked, and asked in vain",
        help: "Flows that asked for a connection or an answer.",
        kind: "timeseries",
        unit: "ops",
        width: 12,
        queries: each(["asked_total", "asked_in_vain_total", "asked_lost_total"], "stray_"),
      },
    ],
  ],
  [
    "Alerts and rules",
    [
      {
        title: "Alerts",
        help: "Given, and held back by the rate of their rule, by filters, by suppressions and pass rules.",
        kind: "timeseries",
        unit: "ops",
        width: 12,
        queries: each(
          [
            "alerts_total",
            "alerts_limited_total",
            "alerts_filtered_total",
            "alerts_suppressed_total",
            "alerts_passed_total",
            "alerts_over_total",
          ],
          "stray_",
        ),
      },
      {
        title: "Rules",
        help: "In force, refused, and such as look wrong: `stray rules check`.",
        kind: "timeseries",
        unit: "short",
        width: 6,
        queries: each(["rules", "rules_refused", "rules_warned"], "stray_", now),
      },
      {
        title: "What rules cost",
        help: "Rules looked at beyond their pattern, runs of regular expressions.",
        kind: "timeseries",
        unit: "ops",
        width: 6,
        queries: each(["patterns_total", "evaluations_total", "regex_runs_total"], "stray_"),
      },
    ],
  ],
  [
    "Incidents",
    [
      {
        title: "Open incidents by severity",
        help: "`stray incidents` lists them.",
        kind: "timeseries",
        unit: "short",
        width: 12,
        isStacked: true,
        queries: [
          { expr: by("severity", now("stray_incidents_open")), legend: "{{severity}}" },
          { expr: by("instance", now("stray_incidents_acknowledged")), legend: "{{instance}} acknowledged" },
        ],
      },
      {
        title: "Opened, recurred, not opened",
        help: "Not opened: too many at once, no room, or the file can't be used.",
        kind: "timeseries",
        unit: "ops",
        width: 12,
        queries: ["opened", "reopened", "not_opened", "muted", "suppressed"].map((name) => ({
          expr: by("instance", rate(`stray_sink_${name}_total`, 'sink="incidents"')),
          legend: `{{instance}} ${name.replace("_", " ")}`,
        })),
      },
    ],
  ],
  [
    "In the wire",
    [
      {
        title: "The kernel's switch",
        help: "armed: the kernel steps in when the sensor stands still; bypass: it carries everything.",
        kind: "state-timeline",
        unit: "short",
        width: 8,
        queries: [
          { expr: now("stray_inline_state", 'stray_inline_state="bypass"'), legend: "{{instance}} bypass" },
          { expr: now("stray_inline_standing_still"), legend: "{{instance}} stands still" },
        ],
      },
      {
        title: "Forwarded and dropped",
        help: "By verdicts; would drop: in a simulation.",
        kind: "timeseries",
        unit: "pps",
        width: 8,
        queries: each(
          [
            "inline_forwarded_total",
            "inline_dropped_total",
            "inline_would_drop_total",
            "inline_allowed_total",
            "inline_rejects_total",
          ],
          "stray_",
        ),
      },
      {
        title: "Lost in the wire",
        help: "Frames lost for want of room, by size, damaged or refused; packets that load kept from inspection.",
        kind: "timeseries",
        unit: "pps",
        width: 8,
        queries: each(
          [
            "inline_tx_full_total",
            "inline_oversize_total",
            "inline_damaged_total",
            "inline_tx_wrong_total",
            "inline_stale_total",
            "inline_thinned_high_total",
            "inline_thinned_full_total",
          ],
          "stray_",
        ),
      },
      {
        title: "Carried by the kernel",
        help: "Frames that went past the sensor.",
        kind: "timeseries",
        unit: "pps",
        width: 24,
        queries: [
          {
            expr: by("instance, interface", rate("stray_inline_bypassed_packets_total")),
            legend: "{{instance}} {{interface}}",
          },
        ],
      },
    ],
  ],
  [
    "Outputs",
    [
      {
        title: "Sinks that do not work",
        help: "0 where one can't write or send: `stray status` says why.",
        kind: "state-timeline",
        unit: "short",
        width: 8,
        queries: [{ expr: now("stray_sink_ok"), legend: "{{instance}} {{sink}}" }],
      },
      {
        title: "Records",
        help: "Stored, written or sent.",
        kind: "timeseries",
        unit: "ops",
        width: 8,
        queries: [
          { expr: by("instance, sink", rate("stray_sink_records_total")), legend: "{{instance}} {{sink}}" },
        ],
      },
      {
        title: "Dropped and failed",
        help: "What an output lost, and how often it failed.",
        kind: "timeseries",
        unit: "ops",
        width: 8,
        queries: [
          {
            expr: by("instance, sink", rate("stray_sink_dropped_total")),
            legend: "{{instance}} {{sink}} dropped",
          },
          {
            expr: by("instance, sink", rate("stray_sink_errors_total")),
            legend: "{{instance}} {{sink}} errors",
          },
        ],
      },
    ],
  ],
  [
    "The sensor itself",
    [
      {
        title: "Memory",
        help: "What the process holds, and what its tables may come to.",
        kind: "timeseries",
        unit: "bytes",
        width: 8,
        queries: each(["resident_memory_bytes", "table_memory_bytes"], "stray_", now),
      },
      {
        title: "Workers",
        help: "Time since each last showed a sign of life.",
        kind: "timeseries",
        unit: "s",
        width: 8,
        queries: [{ expr: now("stray_worker_lag_seconds"), legend: "{{instance}} worker {{worker}}" }],
      },
      {
        title: "Restarts and reloads",
        help: "Of workers; of the configuration, taken and refused.",
        kind: "timeseries",
        unit: "ops",
        width: 8,
        queries: each(["restarts_total", "reloads_total", "reloads_refused_total"], "stray_"),
      },
    ],
  ],
];

const HEIGHTS = { stat: 4, timeseries: 8, table: 8, "state-timeline": 8 } as const;
const COLUMNS = 24;
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana
const SOURCE = { type: "prometheus", uid: "${datasource}" };

export function dashboardText(): string {
  return `${JSON.stringify(dashboard(), undefined, 2)}\n`;
}

/** Every query of the dashboard, Grafana's variables in it. */
export function dashboardQueries(): readonly string[] {
  return ROWS.flatMap(([, panels]) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)));
}

function dashboard(): object {
  return {
    title: "stray",
    uid: "stray-sensor",
    description: "Network sensors: traffic, flows, findings, alerts, incidents, the wire, outputs.",
    tags: ["stray", "network"],
    editable: true,
    graphTooltip: 1,
    schemaVersion: 39,
    version: 1,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: {
      list: [
        { name: "datasource", type: "datasource", query: "prometheus", label: "Source" },
        {
          name: "instance",
          type: "query",
          label: "Sensor",
          datasource: SOURCE,
          query: "label_values(stray_sensor_info, instance)",
          definition: "label_values(stray_sensor_info, instance)",
          refresh: 2,
          sort: 1,
          multi: true,
          includeAll: true,
          allValue: ".*",
          current: { text: "All", value: "$__all" },
        },
      ],
    },
    panels: panels(),
  };
}

function panels(): object[] {
  const out: object[] = [];
  let [id, x, y, lineHeight] = [1, 0, 0, 0];
  for (const [title, row] of ROWS) {
    [x, y] = [0, y + lineHeight];
    out.push({
      id: id++,
      type: "row",
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    });
    [y, lineHeight] = [y + 1, 0];
    for (const panel of row) {
      if (x + panel.width > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
      const h = HEIGHTS[panel.kind];
      out.push(panelObject(panel, id++, { x, y, w: panel.width, h }));
      x += panel.width;
      lineHeight = Math.max(lineHeight, h);
    }
  }
  return out;
}

function panelObject(panel: Panel, id: number, gridPos: object): object {
  const { kind, title, help, unit, queries, isStacked, limits, max } = panel;
  const steps = [
    { color: limits === undefined ? "blue" : "green", value: null },
    ...(limits === undefined
      ? []
      : [
          { color: "yellow", value: limits[0] },
          { color: "red", value: limits[1] },
        ]),
  ];
  return {
    id,
    type: kind,
    title,
    description: help,
    datasource: SOURCE,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        min: unit === "dateTimeFromNow" ? undefined : 0,
        max,
        thresholds: { mode: "absolute", steps },
        custom: kind === "timeseries" ? lines(isStacked === true) : undefined,
      },
      overrides: [],
    },
    options: options(kind),
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      ...(kind === "table" ? { instant: true, format: "table" } : { range: true }),
    })),
  };
}

function lines(isStacked: boolean): object {
  return {
    drawStyle: "line",
    lineWidth: 1,
    fillOpacity: isStacked ? 30 : 5,
    showPoints: "never",
    stacking: { mode: isStacked ? "normal" : "none" },
  };
}

function options(kind: Panel["kind"]): object {
  if (kind === "stat")
    return { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "value", graphMode: "area" };
  if (kind === "timeseries") {
    return { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } };
  }
  return {};
}
