// The report as Markdown: tables, fenced dumps and commands; for tickets and mail.
// Apart from plain text, which has neither.
// Always holds: ASCII; whatever came from packets, rules and people is escaped so that it is neither markup nor HTML,
// and no fence ends before its dump does.

import {
  type Case,
  type CaseAlert,
  type CaseCause,
  type CaseFlow,
  LOG_COLUMNS,
  type Report,
} from "../model.js";
import { cellText, endsOf, plain } from "./layout.js";
import {
  aboutLines,
  alertLine,
  caseLine,
  featureText,
  plural,
  signature,
  some,
  titleOfReport,
  verdict,
  whose,
} from "./sentences.js";

const FLOWS_SHOWN = 100;
const CONTEXT_SHOWN = 16;
const DUMP_LINES = 128;
const ALERTS_DUMPED = 8;
const SPECIAL = /[\\`*_[\]|<>~&$]/g;
/** What makes a list, a heading or a rule of a line that begins with it. */
const LEADING = /^(\s*)(?:([-+#=])|(\d+)([.)]))/;

export function reportMarkdown(report: Report): string {
  const blocks = [
    `# ${escaped(titleOfReport(report))}`,
    list(aboutLines(report)),
    `**${escaped(verdict(report))}**`,
    ...report.cases.flatMap(caseBlocks),
    ...life(report),
    ...section("## What is not known", list(report.about.gaps)),
    `*${escaped(signature(report))}*`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Text that is text in Markdown, wherever it stands. */
export function escaped(text: string): string {
  return plain(text)
    .replace(SPECIAL, (character) => `\\${character}`)
    .replace(LEADING, (_all, blanks: string, mark?: string, number?: string, dot?: string) =>
      mark === undefined ? `${blanks}${number}\\${dot}` : `${blanks}\\${mark}`,
    );
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${escaped(item)}`).join("\n");
}

function section(title: string, ...blocks: readonly string[]): string[] {
  const filled = blocks.filter((block) => block !== "");
  return filled.length === 0 ? [] : [title, ...filled];
}

function caseBlocks(one: Case): string[] {
  const { number, title, features, hidden, findings } = one;
  return [
    `## ${number}. ${escaped(title)}`,
    escaped(`${caseLine(one)}.`),
    ends(one),
    ...section(
      "### Findings",
      table(
        ["Finding", "Flows"],
        findings.map(({ finding, flows }) => [finding, String(flows)]),
      ),
    ),
    `### Log of the traffic ${escaped(whose(one))}`,
    ...logBlocks(one),
    ...section(
      "### Some features to note",
      features.map((feature, index) => `${index + 1}. ${escaped(featureText(feature))}`).join("\n"),
    ),
    ...section("### What the rules logged", ...alertBlocks(one)),
    ...section("### What might explain such traffic", ...one.causes.flatMap(causeBlocks)),
    ...section("### Hidden connections", list(hidden.map(({ text }) => text))),
    ...section("### What to check next", checkBlock(one)),
    ...section("### What is not known of it", list(gapsOf(one))),
  ];
}

function ends({ counts, sources, destinations, ports }: Case): string {
  return list([
    `Sources: ${some(sources, counts.sources)}`,
    `Destinations: ${some(destinations, counts.destinations)}`,
    ...(counts.ports === 0 ? [] : [`Ports: ${some(ports, counts.ports, 12)}`]),
  ]);
}

function logBlocks({ flows, flowsLeftOut, subject }: Case): string[] {
  const strange = flows.filter(({ role }) => role === "strange");
  const context = flows.filter(({ role }) => role === "context");
  if (strange.length === 0) return ["No flow of it was kept."];
  const { first, last, leftOut } = endsOf(strange, FLOWS_SHOWN);
  const missing = leftOut + flowsLeftOut;
  const between = last.length === 0 ? "behind them" : "between the first and the last";
  return [
    flowTable([...first, ...last]),
    missing === 0 ? "" : `${plural(missing, "flow")} more ${between}.`,
    ...(context.length === 0
      ? []
      : [
          escaped(`Besides, with nothing strange in them, of ${subject}:`),
          flowTable(context.slice(0, CONTEXT_SHOWN)),
          context.length > CONTEXT_SHOWN ? `And ${plural(context.length - CONTEXT_SHOWN, "flow")} more.` : "",
        ]),
  ];
}

function flowTable(flows: readonly CaseFlow[]): string {
  return table(
    LOG_COLUMNS.map(({ header }) => header),
    flows.map(({ cells }) => cells.map(cellText)),
    LOG_COLUMNS.map(({ align }) => align),
  );
}

const RULES = { left: "---", right: "--:", center: ":-:" } as const;

function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly (keyof typeof RULES)[] = [],
): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(headers.map(escaped)),
    line(headers.map((_header, index) => RULES[aligns[index] ?? "left"])),
    ...rows.map((row) => line(row.map(escaped))),
  ].join("\n");
}

function alertBlocks({ alerts, alertsLeftOut }: Case): string[] {
  return [
    ...alerts.flatMap((alert, index) => alertBlock(alert, index < ALERTS_DUMPED)),
    alertsLeftOut === 0 ? "" : `And ${plural(alertsLeftOut, "rule")} more.`,
  ];
}

function alertBlock(alert: CaseAlert, isDumped: boolean): string[] {
  const { dump, moreDumps, references, count } = alert;
  const dumps =
    dump === null || !isDumped ? [] : count <= 1 + moreDumps.length ? [dump, ...moreDumps] : [dump];
  return [
    `**${escaped(alertLine(alert))}**`,
    list(references.map(({ system, id, url }) => url ?? `${system} ${id}`)),
    ...dumps.map((lines) => fenced(lines.slice(0, DUMP_LINES), lines.length - DUMP_LINES)),
  ];
}

/** A line of a dump may itself be a row of backticks. */
function fenced(lines: readonly string[], leftOut = 0, language = "text"): string {
  const texts = lines.map(plain);
  const longest = texts.reduce((most, text) => Math.max(most, /^ *(`*)/.exec(text)?.[1]?.length ?? 0), 2);
  const fence = "`".repeat(longest + 1);
  const more = leftOut > 0 ? [`... ${plural(leftOut, "line")} more`] : [];
  return [`${fence}${language}`, ...texts, ...more, fence].join("\n");
}

function causeBlocks(cause: CaseCause, index: number): string[] {
  const rows = [...cause.speaksFor, ...cause.speaksAgainst, ...cause.neither].map(({ text, weight }) => [
    weight > 0 ? `+${weight}` : String(weight),
    text,
  ]);
  return [
    `${index + 1}. **${escaped(cause.cause)}** (${cause.score} of 100): ${escaped(cause.meaning)}.`,
    table(["Weight", "What speaks for it, and against it"], rows, ["right", "left"]),
    cause.speaksAgainst.length === 0 ? "Nothing that was seen speaks against it." : "",
    cause.story.map((text) => `> ${escaped(text)}`).join("\n>\n"),
  ];
}

function checkBlock({ checks }: Case): string {
  return checks
    .map(({ text, command }, index) => {
      const head = `${index + 1}. ${escaped(text)}`;
      if (command === null) return head;
      const code = fenced([command], 0, "sh").split("\n");
      return [head, "", ...code.map((line) => `   ${line}`)].join("\n");
    })
    .join("\n");
}

function gapsOf({ gaps, packets: { count, leftOut, reason } }: Case): string[] {
  if (reason === null) return [...gaps];
  return [...gaps, `Packets looked at one by one: ${count}, ${leftOut} not: ${reason}.`];
}

function life({ about: { origin } }: Report): string[] {
  if (origin.kind !== "incident") return [];
  const when = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  return [
    ...section(
      "## What happened to it",
      table(
        ["UTC", "What", "Who", "Why"],
        origin.events.map(({ ms, what, who, text }) => [when(ms), what, who, text]),
      ),
    ),
    ...section(
      "## Notes",
      table(
        ["UTC", "Who", "Note"],
        origin.notes.map(({ ms, who, text }) => [when(ms), who, text]),
      ),
    ),
  ];
}
