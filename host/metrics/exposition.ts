// The two text forms of metrics: OpenMetrics 1.0, and the older text format 0.0.4 that node_exporter reads from files.
// Apart from what is told, because both forms tell the same.
// Always holds: help and label values are escaped as the form wants it, so that nothing from outside makes a line of its
// own; a family's samples stand together.

import type { Family, Labels, Sample } from "./family.js";

export type Exposition = "openmetrics" | "text";

/** As https://prometheus.io/docs/specs/om/open_metrics_spec/ and its predecessor name themselves. */
export const CONTENT_TYPES: Readonly<Record<Exposition, string>> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  text: "text/plain; version=0.0.4; charset=utf-8",
};

export function exposition(families: readonly Family[], form: Exposition): string {
  const lines: string[] = [];
  for (const family of families) {
    if (form === "openmetrics") openMetricsHead(lines, family);
    else textHead(lines, family);
    const name = sampleName(family);
    for (const sample of family.samples) lines.push(sampleLine(name, sample));
  }
  if (form === "openmetrics") lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

function openMetricsHead(lines: string[], { name, type, unit, help }: Family): void {
  lines.push(`# TYPE ${name} ${type}`);
  if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`);
  lines.push(`# HELP ${name} ${escapedHelp(help, true)}`);
}

/** There the name is the sample's, and there are counters and gauges only. */
function textHead(lines: string[], family: Family): void {
  const name = sampleName(family);
  lines.push(`# HELP ${name} ${escapedHelp(family.help, false)}`);
  lines.push(`# TYPE ${name} ${family.type === "counter" ? "counter" : "gauge"}`);
}

export function sampleName({ name, type }: Pick<Family, "name" | "type">): string {
  if (type === "counter") return `${name}_total`;
  return type === "info" ? `${name}_info` : name;
}

function sampleLine(name: string, { labels, value }: Sample): string {
  return `${name}${labelsText(labels)} ${valueText(value)}`;
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapedLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Both forms escape the same three; the rest that could disturb a reader's terminal becomes `\\xNN`, as text. */
function escapedLabel(value: string): string {
  return plain(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapedHelp(help: string, escapesQuotes: boolean): string {
  const text = plain(help).replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return escapesQuotes ? text.replaceAll('"', '\\"') : text;
}

// A carriage return, other controls, and half a surrogate pair, which UTF-8 has no bytes for.
const UNFIT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/gu;

function plain(text: string): string {
  return text.replace(UNFIT, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
