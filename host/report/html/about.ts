// What the report was made from, and what could not be known: its first sentence and its end.
// Apart because it is about the report and not about a case.
// Always holds: captures and incidents alike say what was read, by which rules, and what was left out.

import type { About, IncidentOrigin, Report } from "../model.js";
import type { Clock } from "./clock.js";
import { html, type Markup, type Piece } from "./markup.js";
import { whenText } from "./sections.js";
import { tableOf } from "./table.js";
import { counted, grouped } from "./words.js";

const HOW_HOME: Readonly<Record<About["home"]["how"], string>> = {
  given: "as given",
  rules: "as the rules' HOME_NET says",
  guessed: "as stray guessed",
  unknown: "not known",
};

export function lede({ about, cases, casesLeftOut }: Report, clock: Clock): string {
  const { origin, counts, firstUs, lastUs } = about;
  const what =
    origin.kind === "incident"
      ? `Incident ${origin.id}, ${origin.state}`
      : origin.files.map(({ path }) => (path === "-" ? "standard input" : path)).join(", ");
  const seen =
    counts === null ? "" : `: ${counted(counts.packets, "packet")} in ${counted(counts.flows, "flow")}`;
  const when = firstUs === null || lastUs === null ? "" : `, ${whenText(firstUs, lastUs, clock)}`;
  const rest =
    casesLeftOut > 0 && cases.length < 2
      ? ` ${counted(casesLeftOut, "more case is", "more cases are")} not told here.`
      : "";
  return `${what}${seen}${when}.${rest}`;
}

export function aboutSection({ about }: Report, clock: Clock): Markup {
  const { origin, counts, home, rules, profile, gaps } = about;
  const rows: [string, Piece][] = [];
  if (origin.kind === "captures") {
    for (const { path, bytes } of origin.files) {
      rows.push([
        "Read",
        `${path === "-" ? "standard input" : path}${bytes === null ? "" : `, ${counted(bytes, "byte")}`}`,
      ]);
    }
  } else rows.push(...incidentRows(origin, clock));
  if (counts !== null) rows.push(["Packets", countsText(counts)]);
  rows.push([
    "Home networks",
    home.networks.length > 0 ? `${home.networks.join(", ")}, ${HOW_HOME[home.how]}` : HOW_HOME[home.how],
  ]);
  if (home.unused.length > 0) rows.push(["Said to be used by nobody", home.unused.join(", ")]);
  rows.push(["Rules", rulesText(rules)]);
  if (profile !== null) rows.push(["Profile", profile]);
  rows.push(["Times", `in ${clock.zone}`]);
  rows.push(["Made", `by stray ${about.programVersion}, ${clock.full(about.madeMs * 1000)} ${clock.zone}`]);
  return html`<h2>About this report</h2>
<table class="facts"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</tbody></table>
${origin.kind === "incident" && incidentLife(origin, clock)}
${gaps.length > 0 && html`<h3>What is not known</h3><ul>${gaps.map((gap) => html`<li>${gap}</li>\n`)}</ul>`}
<p class="note on-screen">Plots: move over one, or give it the focus and use the arrow keys, to read its values; drag across it to
look closer, double click to see all again.</p>
<p class="note">The plots are drawn by uPlot, whose licence (MIT) stands in the page's source. The page asks for nothing outside of
itself.</p>`;
}

function countsText(counts: NonNullable<About["counts"]>): string {
  const parts = [
    `${counted(counts.packets, "packet")} (${counted(counts.wireBytes, "byte")}) in ${counted(counts.flows, "flow")}, ` +
      counted(counts.alerts, "alert"),
  ];
  if (counts.undecoded > 0) {
    const why = Object.entries(counts.undecodedByReason)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${reason} ${grouped(count)}`);
    parts.push(`${grouped(counts.undecoded)} in no flow${why.length > 0 ? ` (${why.join(", ")})` : ""}`);
  }
  const more: [number, string][] = [
    [counts.truncated, "captured in part"],
    [counts.evicted, "flows ended early for want of room"],
    [counts.refused, "of flows that found no room"],
    [counts.badChecksums, "with a wrong checksum"],
    [counts.clockBack, "earlier than the one before them"],
  ];
  for (const [count, words] of more) if (count > 0) parts.push(`${grouped(count)} ${words}`);
  return parts.join("; ");
}

function rulesText({ name, count, hash }: About["rules"]): string {
  return [name, count === null ? "" : counted(count, "rule"), hash === null ? "" : `hash ${hash}`]
    .filter((part) => part !== "")
    .join(", ");
}

function incidentRows(origin: IncidentOrigin, clock: Clock): [string, string][] {
  const at = (ms: number): string => `${clock.full(ms * 1000)} ${clock.zone}`;
  const rows: [string, string][] = [["Incident", `${origin.id}, ${origin.state}`]];
  rows.push(["Opened", at(origin.openedMs)], ["Changed", at(origin.changedMs)]);
  if (origin.closedMs !== null) rows.push(["Closed", at(origin.closedMs)]);
  if (origin.reopened > 0) rows.push(["Reopened", counted(origin.reopened, "time")]);
  if (origin.suppressed > 0)
    rows.push(["Counted only", counted(origin.suppressed, "alert or flow", "alerts and flows")]);
  if (origin.previous !== null) rows.push(["Before it", origin.previous]);
  if (origin.merged.length > 0) rows.push(["Merged into it", origin.merged.join(", ")]);
  for (const { config, rules, sinceMs } of origin.inForce) {
    rows.push([
      "In force",
      `configuration ${config}, rules ${rules === "" ? "none" : rules}, since ${at(sinceMs)}`,
    ]);
  }
  return rows;
}

function incidentLife({ events, notes, evidence }: IncidentOrigin, clock: Clock): Markup {
  const at = (ms: number): string => clock.full(ms * 1000);
  return html`${
    events.length > 0 &&
    html`<h3>What was done</h3>${tableOf(
      [{ header: `When (${clock.zone})` }, { header: "What" }, { header: "Who" }, { header: "Why" }],
      events.map(({ ms, what, who, text }) => [at(ms), what, who, text]),
      "What was done",
    )}`
  }
${
  notes.length > 0 &&
  html`<h3>Notes</h3>${tableOf(
    [{ header: `When (${clock.zone})` }, { header: "Who" }, { header: "Note" }],
    notes.map(({ ms, who, text }) => [at(ms), who, text]),
    "Notes",
  )}`
}
${
  evidence.length > 0 &&
  html`<h3>Packets kept as evidence</h3>${tableOf(
    [
      { header: `When (${clock.zone})` },
      { header: "Rule" },
      { header: "File" },
      { header: "Packet", isNumber: true },
    ],
    evidence.map(({ timeUs, gid, sid, file, packet }) => [
      `${clock.date(timeUs)} ${clock.exact(timeUs)}`,
      `${gid}:${sid}`,
      file ?? "not known",
      packet,
    ]),
    "Packets kept as evidence",
  )}`
}`;
}
