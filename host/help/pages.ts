// docs/commands.md, docs/errors.md, docs/counters.md and docs/metrics.md, made from the tables that the program uses.
// Apart from `stray help`, which tells of one thing at a time. Always holds: the pages in docs/ are this text, held by a
// test: `STRAY_UPDATE=1 npx vitest run test/host/help` writes them anew.

import { COUNTER_WORDS, type CounterScope } from "../metrics/counter-help.js";
import { type MetricsCounters, metricFamilies } from "../metrics/families.js";
import type { Family } from "../metrics/family.js";
import { METRICS_LIMITS } from "../metrics/metrics-server.js";
import type { StatusReport } from "../sensor/view.js";
import { ERROR_GROUPS } from "./error-table.js";
import { argumentText, type CommandModel, fullName, type OptionModel } from "./program-model.js";
import { seriesText } from "./topics.js";

const UPDATE = "This page is made from";

// ---- docs/commands.md ------------------------------------------------------------------------------------------

export function commandsPage(program: CommandModel): string {
  const index = program.commands.map(
    ({ name, summary }) => `| [\`stray ${name}\`](#stray-${name}) | ${cell(summary)} |`,
  );
  return `# Commands

Every command of \`stray\` with its options. ${UPDATE} the command line's own declarations (\`host/cli/\`); the manual
pages under \`packaging/man/\` and \`stray help COMMAND\` say the same.

- What is printed goes to standard output, messages to standard error, each one line that begins with \`stray:\`.
- \`--json\` is there wherever something is printed. Times are of the zone in \`TZ\`.
- **Exit status**: 0 done; 1 begun, and something was damaged, lost or refused; 2 could not be begun. Where a command has
  more to say about it, it is said below. [errors.md](errors.md) has every error code.

| Command | What it does |
| --- | --- |
${index.join("\n")}
${program.commands.map((command) => commandText(command, "##")).join("")}`;
}

function commandText(command: CommandModel, mark: string): string {
  const {
    summary,
    arguments: places,
    options,
    notes,
    examples,
    exitStatus,
    commands,
    defaultCommand,
  } = command;
  const name = [fullName(command), ...places.map(argumentText)].join(" ");
  const parts = [`${capital(summary)}.`];
  if (defaultCommand !== undefined) parts.push(`Without a subcommand: \`${defaultCommand}\`.`);
  parts.push(...notes.map(noteText));
  const told = places.filter(({ help }) => help !== "");
  if (told.length > 0) {
    parts.push(
      table(
        ["Argument", "Meaning"],
        told.map((place) => [code(argumentText(place)), cell(place.help)]),
      ),
    );
  }
  const own = options.filter(({ long }) => long !== "--help");
  if (own.length > 0) {
    parts.push(
      table(
        ["Option", "Meaning"],
        own.map((option) => [code(option.flags), cell(optionText(option))]),
      ),
    );
  }
  if (examples.length > 0) parts.push(`\`\`\`\n${examples.join("\n")}\n\`\`\``);
  if (exitStatus.length > 0) {
    parts.push(
      `Exit status: ${exitStatus.map(([status, meaning]) => `${status} ${meaning}`.trim()).join("; ")}.`,
    );
  }
  const below = commands.map((child) => commandText(child, `${mark}#`)).join("");
  // The heading of a command is its name alone, so that links to it stay.
  const heading = `${mark} ${fullName(command)}`;
  return `\n${heading}\n\n${code(name)}\n\n${parts.join("\n\n")}\n${below}`;
}

function noteText(note: string): string {
  const isList = note.split("\n").some((line) => line.startsWith("  "));
  return isList ? `\`\`\`\n${note}\n\`\`\`` : note;
}

function optionText({ help, value, default: byDefault, env }: OptionModel): string {
  const choices = value?.kind === "choice" && !help.includes(value.choices.join(", ")) ? value.choices : [];
  return [
    help,
    choices.length === 0 ? "" : `one of ${choices.join(", ")}`,
    byDefault === undefined ? "" : `by default ${byDefault}`,
    env === undefined ? "" : `else from \`${env}\``,
  ]
    .filter((text) => text !== "")
    .join("; ");
}

// ---- docs/errors.md --------------------------------------------------------------------------------------------

export function errorsPage(): string {
  const groups = ERROR_GROUPS.map(({ title, entries }) => {
    const rows = entries.map(({ code: name, meaning, advice }) => [code(name), cell(meaning), cell(advice)]);
    return `\n## ${title}\n\n${table(["Code", "Meaning", "What to do"], rows)}\n`;
  });
  return `# Errors

What every error code means and what to do. \`stray help CODE\` says the same. ${UPDATE} \`host/help/error-table.ts\`.

A message on the command line says what was expected, what was found, where, and what to do; it has no code. Codes are
what programs see: \`data.code\` of an error of the control socket ([control.md](control.md)), and the log. A code never
changes its meaning.
${groups.join("")}`;
}

// ---- docs/counters.md ------------------------------------------------------------------------------------------

const SCOPES: readonly (readonly [scope: CounterScope, title: string, text: string])[] = [
  [
    "sensor",
    "Of the whole sensor",
    "`total` of `stray counters --json`: sums over workers and interfaces, and the daemon's own. A worker has those of the classifier too.",
  ],
  ["worker", "Of each worker", "`workers[].counters`; in `stray counters --worker` as `worker.N.NAME`."],
  [
    "interface",
    "Of each interface",
    "`interfaces[].counters`; in `stray counters --interface` as `interface.NAME/WORKER.COUNTER`.",
  ],
  [
    "sink",
    "Of each output",
    "`sinks[].counters`, as `sink.NAME.COUNTER`: the store, exporters, alert files, incidents, metrics. Each has some of these.",
  ],
  ["control", "Of the control socket", "`control`, as `control.NAME`."],
  ["gauge", "Just now", "`gauges`: these go down too."],
];

export function countersPage(): string {
  const isModules = new Set(COUNTER_WORDS.sensor.map(({ name }) => name));
  const parts = SCOPES.map(([scope, title, text]) => {
    // A worker's are the sensor's: those that are told above are not told again.
    const told = COUNTER_WORDS[scope].filter(({ name }) => scope !== "worker" || !isModules.has(name));
    const rows = told.map(({ name, help }) => [code(name), cell(help), code(seriesText(scope, name))]);
    const body =
      rows.length === 0
        ? "The same names as above, as far as a worker counts them; as metrics with `stray_worker_` before them."
        : table(["Counter", "Counts", "Metric"], rows);
    return `\n## ${title}\n\n${text}\n\n${body}\n`;
  });
  return `# Counters

Everything that is counted, with the name under which monitoring systems see it ([metrics.md](metrics.md)). \`stray
counters\` prints those that are not 0, \`stray help NAME\` tells of one. ${UPDATE} \`host/wasm/counters.ts\` and
\`host/metrics/counter-help.ts\`.

Every counter only grows from the start of strayd on, over restarts of workers too; names never change. A counter
\`finding-NAME\` is told of in [findings.md](findings.md).
${parts.join("")}`;
}

// ---- docs/metrics.md -------------------------------------------------------------------------------------------

/** Of reports that have everything. */
export function metricsPage(status: StatusReport, counters: MetricsCounters): string {
  const counted = new Set(
    (Object.keys(COUNTER_WORDS) as CounterScope[]).flatMap((scope) =>
      COUNTER_WORDS[scope].map(({ name }) => seriesText(scope, name).replace(/\{.*$/, "")),
    ),
  );
  const families = metricFamilies(status, counters).filter(
    (family) => !counted.has(family.type === "counter" ? `${family.name}_total` : family.name),
  );
  const { clientsMax, headerBytesMax, requestMs, idleMs } = METRICS_LIMITS;
  return `# Metrics

For Prometheus and what reads its formats. Off unless the configuration asks for it:

\`\`\`yaml
metrics:
  listen: 127.0.0.1:9464                                    # GET /metrics, or
  file: /var/lib/prometheus/node-exporter/stray.prom        # for node_exporter's textfile collector
  every: 15s
\`\`\`

- **Over HTTP**: OpenMetrics 1.0 where the client takes it (\`Accept: application/openmetrics-text\`), else the text format
  0.0.4. Loopback only, no TLS, no password: a proxy on the machine can add both. The request's \`Host\` has to be
  localhost, 127.0.0.1 or [::1], so that no page in a browser reads it by a name of its own; a proxy that keeps another
  name has to be told (nginx: \`proxy_set_header Host localhost\`). Bounds: ${clientsMax} connections at once, heads of ${headerBytesMax} bytes,
  ${requestMs / 1000} s for a request, ${idleMs / 1000} s of silence; what is refused is counted (\`sink.metrics:….refused\` and its like).
- **As a file**: in the text format 0.0.4, written beside and renamed, so that a reader sees it whole. The folder has to be
  writable by strayd's account, and the unit needs \`ReadWritePaths=\` for it. At the end of strayd the file goes: what it
  says would be taken for the present.
- What is told is at most a second old, and made at most once a second, however many ask. It is read from shared memory:
  no worker waits for it. It costs 5 to 10 ms of the main thread's time on a server's processor, by the profile, and is some
  70 kB with one worker.
- An address that is taken does not keep strayd from starting: \`stray status\` says so, and it is tried again.

\`\`\`yaml
scrape_configs:                                             # prometheus.yml
  - job_name: stray
    static_configs: [{targets: ["127.0.0.1:9464"]}]
rule_files: [/etc/prometheus/stray-alerts.yml]              # packaging/prometheus/alerts.yml
\`\`\`

\`packaging/grafana/stray.json\` is a dashboard for Grafana (Dashboards, Import), \`packaging/prometheus/alerts.yml\` are
alerting rules. A test holds both against the names here.

## Names

A counter's name follows from that of \`stray counters\`: \`stray_\` before it, \`_\` for \`-\`, \`bytes\` at the end, then
\`_total\`; \`stray_worker_\`, \`stray_interface_\`, \`stray_sink_\` and \`stray_control_\` for those of a worker, an interface,
an output, the control socket. Labels: \`worker\`, \`interface\`, \`sink\`. \`finding-NAME\` is \`stray_findings_total\` with the
label \`finding\`. Times are in seconds, shares from 0 to 1. [counters.md](counters.md) has every counter with its metric.
Names are as stable as the counters'.

## Besides the counters

${table(["Metric", "Type", "Labels", "What"], families.map(familyRow))}

This page is made from what the sensor tells (\`host/metrics/families.ts\`).
`;
}

function familyRow(family: Family): string[] {
  const { name, type, help, samples } = family;
  const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
  const shown = type === "counter" ? `${name}_total` : type === "info" ? `${name}_info` : name;
  return [code(shown), type, [...labels].map(code).join(" "), cell(help)];
}

// ---- Shared ----------------------------------------------------------------------------------------------------

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
const cell = (text: string): string =>
  text.replaceAll("|", "\\|").replaceAll("\n", " ").replace(/[<>]/g, "\\$&");

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/[.]$/, "");
}
