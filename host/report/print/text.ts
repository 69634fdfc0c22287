// The report as plain text: what the network officer wrote, section by section.
// Apart from Markdown, which has tables and fences.
// Always holds: printable ASCII, lines of WIDTH but for the log and dumps; whatever came from packets is escaped.

import type { Case, CaseAlert, CaseCause, CaseFlow, Report } from "../model.js";
import { endsOf, logTable, plain, WIDTH, wrapped } from "./layout.js";
import {
  aboutLines,
  alertLine,
  caseLine,
  featureText,
  findingsLine,
  plural,
  signature,
  some,
  titleOfReport,
  verdict,
  whose,
} from "./sentences.js";

const FLOWS_SHOWN = 48;
const CONTEXT_SHOWN = 8;
const DUMP_LINES = 48;
const ALERTS_DUMPED = 5;

export function reportText(report: Report): string {
  const lines = [
    ...heading(titleOfReport(report), "="),
    ...aboutLines(report).flatMap((line) => wrapped(line)),
    "",
    ...wrapped(verdict(report)),
    ...report.cases.flatMap((one) => ["", ...caseText(one)]),
    ...(report.about.origin.kind === "incident" ? life(report) : []),
    ...section(
      "What is not known:",
      report.about.gaps.flatMap((gap) => wrapped(gap, "- ")),
    ),
    "",
    ...wrapped(signature(report)),
  ];
  return `${lines.join("\n")}\n`;
}

function heading(title: string, rule: string): string[] {
  const lines = wrapped(title);
  const width = Math.min(
    WIDTH,
    lines.reduce((most, line) => Math.max(most, line.length), 0),
  );
  return [...lines, rule.repeat(width)];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, "", ...lines];
}

function caseText(one: Case): string[] {
  return [
    ...heading(`${one.number}. ${one.title}`, "-"),
    ...wrapped(caseLine(one)),
    ...(one.findings.length === 0 ? [] : wrapped(`Findings: ${findingsLine(one)}`)),
    ...ends(one),
    "",
    ...wrapped(`Here is a log of the traffic ${whose(one)}:`),
    "",
    ...logLines(one),
    ...section(
      "Some features to note:",
      one.features.flatMap((feature, index) =>
        wrapped(featureText(feature), `${String(index + 1).padStart(2)}/ `),
      ),
    ),
    ...alertLines(one),
    ...causeLines(one),
    ...section(
      "Hidden connections:",
      one.hidden.flatMap(({ text }) => wrapped(sentence(text))),
    ),
    ...section(
      "What to check next:",
      one.checks.flatMap(({ text, command }) => [
        ...wrapped(text, "- "),
        ...(command === null ? [] : [`    $ ${plain(command)}`]),
      ]),
    ),
    ...section("What is not known of it:", gapLines(one)),
  ];
}

/** Where it went, where that is more than the title says. */
function ends({ counts, destinations, ports, sources }: Case): string[] {
  const lines: string[] = [];
  if (counts.sources > 1) lines.push(...wrapped(`Sources: ${some(sources, counts.sources)}`));
  if (counts.destinations > 1) {
    lines.push(...wrapped(`Destinations: ${some(destinations, counts.destinations)}`));
  }
  if (counts.ports > 1) lines.push(...wrapped(`Ports: ${some(ports, counts.ports, 12)}`));
  return lines;
}

function logLines({ flows, flowsLeftOut, subject }: Case): string[] {
  const strange = flows.filter(({ role }) => role === "strange");
  const context = flows.filter(({ role }) => role === "context");
  if (strange.length === 0) return ["No flow of it was kept."];
  const { first, last, leftOut } = endsOf(strange, FLOWS_SHOWN);
  const table = logTable([...first, ...last, ...context.slice(0, CONTEXT_SHOWN)]);
  const from = 1 + first.length;
  const missing = leftOut + flowsLeftOut;
  const lines = [...table.slice(0, from)];
  if (missing > 0 && last.length > 0) lines.push(`... ${plural(missing, "flow")} more ...`);
  lines.push(...table.slice(from, from + last.length));
  if (missing > 0 && last.length === 0) lines.push(`... and ${plural(missing, "flow")} more`);
  return [...lines, ...contextLines(subject, context, table.slice(from + last.length))];
}

function contextLines(subject: string, context: readonly CaseFlow[], rows: readonly string[]): string[] {
  if (context.length === 0) return [];
  const more = context.length - rows.length;
  return [
    "",
    ...wrapped(`Besides, with nothing strange in them, of ${subject}:`),
    "",
    ...rows,
    ...(more > 0 ? [`... and ${plural(more, "flow")} more`] : []),
  ];
}

function alertLines({ alerts, alertsLeftOut }: Case): string[] {
  if (alerts.length === 0) return [];
  const total = alerts.reduce((sum, { count }) => sum + count, 0);
  const which = total === 1 ? "one of these packets" : "some of these packets";
  const more = alertsLeftOut === 0 ? [] : [`... and ${plural(alertsLeftOut, "rule")} more`];
  return [
    "",
    ...wrapped(`It so happened that ${alerts.length === 1 ? "a rule" : "rules"} logged ${which}:`),
    ...alerts.flatMap((alert, index) => ["", ...alertText(alert, index < ALERTS_DUMPED)]),
    ...more,
  ];
}

function alertText(alert: CaseAlert, isDumped: boolean): string[] {
  const { dump, moreDumps, references, count } = alert;
  const known = [
    ...wrapped(alertLine(alert), "- "),
    ...references.flatMap(({ system, id, url }) => wrapped(url ?? `${system} ${id}`, "  see ")),
  ];
  if (!isDumped || dump === null) return known;
  // Of a rule that fires all the time the first one is enough.
  const dumps = count <= 1 + moreDumps.length ? [dump, ...moreDumps] : [dump];
  return [...known, ...dumps.flatMap((lines) => ["", ...dumpLines(lines)])];
}

function dumpLines(dump: readonly string[]): string[] {
  const lines = dump.slice(0, DUMP_LINES).map(plain);
  const left = dump.length - lines.length;
  return [...lines, ...(left > 0 ? [`... ${plural(left, "line")} more: --format json`] : [])];
}

function causeLines({ causes }: Case): string[] {
  const [first, ...others] = causes;
  if (first === undefined) return [];
  const story = first.story.flatMap((text) => wrapped(sentence(text), "   "));
  return [
    "",
    "Here is what might explain such traffic:",
    "",
    ...causeText(first),
    ...(story.length === 0 ? [] : ["", ...story]),
    ...(others.length === 0 ? [] : ["", "Less likely:"]),
    ...others.flatMap((cause) => ["", ...causeText(cause)]),
  ];
}

function causeText({ cause, score, meaning, speaksFor, speaksAgainst, neither }: CaseCause): string[] {
  const list = (title: string, items: CaseCause["speaksFor"]): string[] =>
    items.length === 0
      ? []
      : [`   ${title}`, ...items.flatMap(({ text, weight }) => wrapped(text, `   ${signed(weight)}  `))];
  return [
    ...wrapped(`${cause} (${score} of 100): ${meaning}.`),
    ...list("For it:", speaksFor),
    ...(speaksAgainst.length === 0
      ? ["   Against it: nothing that was seen."]
      : list("Against it:", speaksAgainst)),
    ...list("Neither for nor against:", neither),
  ];
}

function signed(weight: number): string {
  return (weight > 0 ? `+${weight}` : String(weight)).padStart(4);
}

function gapLines({ gaps, packets }: Case): string[] {
  const { count, leftOut, reason } = packets;
  const unseen =
    reason === null
      ? []
      : wrapped(`Packets looked at one by one: ${count}, ${leftOut} not: ${reason}.`, "- ");
  return [...gaps.flatMap((gap) => wrapped(gap, "- ")), ...unseen];
}

/** What people and the sensor wrote of an incident. */
function life({ about: { origin } }: Report): string[] {
  if (origin.kind !== "incident") return [];
  const when = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  return [
    ...section(
      "What happened to it (UTC):",
      origin.events.flatMap(({ ms, what, who, text }) =>
        wrapped(`${what} by ${who}${text === "" ? "" : `: ${text}`}`, `${when(ms)}  `),
      ),
    ),
    ...section(
      "Notes (UTC):",
      origin.notes.flatMap(({ ms, who, text }) => wrapped(`${who}: ${text}`, `${when(ms)}  `)),
    ),
  ];
}

/** Begins large, ends with a point. */
function sentence(text: string): string {
  const begun = `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}
