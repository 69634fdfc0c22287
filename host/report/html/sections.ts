// The parts of a case in the order of the letter: log, features, alerts, causes, hidden connections, what to check.
// Apart from the document around them and from the plots.
// Always holds: a part without content is not there; what was left out is said where it would have stood.

import {
  type Case,
  type CaseAlert,
  type CaseCause,
  type CaseFlow,
  type CauseEvidence,
  type Feature,
  type Hidden,
  LOG_COLUMNS,
} from "../model.js";
import type { Clock } from "./clock.js";
import { html, type Markup } from "./markup.js";
import { tableOf } from "./table.js";
import { counted, duration, grouped, rounded } from "./words.js";

/** So many flows are shown at once; the others behind a line that opens. */
const FLOWS_SHOWN = 60;
const ADDRESSES_SHOWN = 6;
/** Lines of one packet's dump, and of all dumps of a rule, that are shown at once. */
const DUMP_SHOWN = 20;
const DUMPS_SHOWN = 36;
const CHANCE_TOLD = 1e-6;
const SAFE_LINK = /^https?:\/\/[\w.-]+(:\d+)?(\/[\w./?=&%+#~:,@-]*)?$/;

export function section(id: string, title: string, ...content: readonly (Markup | null)[]): Markup {
  return html`<section aria-labelledby="${id}"><h3 id="${id}">${title}</h3>
${content}
</section>`;
}

// ---- At a glance -------------------------------------------------------------------------------------------------

export function glance(of: Case, clock: Clock): Markup {
  const { counts, causes, hidden } = of;
  const [first] = causes;
  const isTarget = of.kind === "target";
  const rows: [string, string][] = [[isTarget ? "Target" : "Source", of.subject]];
  const others = isTarget ? of.sources : of.destinations;
  const count = isTarget ? counts.sources : counts.destinations;
  if (others.length > 0) rows.push([isTarget ? "From" : "To", named(others, count, of)]);
  rows.push(["When", whenText(of.firstUs, of.lastUs, clock)]);
  rows.push([
    "Seen",
    `${counted(counts.flows, "flow")}, ${counted(counts.packets, "packet")}, ${counted(counts.bytes, "byte")}, ` +
      counted(counts.alerts, "alert"),
  ]);
  rows.push(["Severity", of.severity]);
  if (first !== undefined) {
    rows.push([
      "Likeliest cause",
      first.cause === "unknown" ? "unknown" : `${first.cause}, ${first.score} of 100`,
    ]);
  }
  for (const { counter, fit } of hidden) {
    if (counter !== "source-port" || fit.kind !== "sequential") continue;
    rows.push([
      "Not seen",
      `${rounded(fit.rate)} connections a second, about ${grouped(fit.estimated)} in all, of which ` +
        `${grouped(fit.seen)} showed`,
    ]);
  }
  return html`<dl class="glance">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

function named(addresses: readonly string[], count: number, { ports, counts }: Case): string {
  const shown = addresses.slice(0, ADDRESSES_SHOWN);
  const rest = count - shown.length;
  const list = `${shown.join(", ")}${rest > 0 ? ` and ${grouped(rest)} more` : ""}`;
  if (counts.ports === 1 && ports.length === 1) return `${list}, port ${ports[0]}`;
  return counts.ports > 1 ? `${list}, ${counted(counts.ports, "port")}` : list;
}

export function whenText(firstUs: number, lastUs: number, clock: Clock): string {
  const from = clock.full(firstUs);
  const to = clock.date(firstUs) === clock.date(lastUs) ? clock.time(lastUs) : clock.full(lastUs);
  return lastUs === firstUs
    ? `${from} ${clock.zone}`
    : `${from} to ${to} ${clock.zone}, ${duration(lastUs - firstUs)}`;
}

// ---- The log -----------------------------------------------------------------------------------------------------

export function logSection(of: Case): Markup | null {
  if (of.flows.length === 0) return null;
  const hasContext = of.flows.some(({ role }) => role === "context");
  const columns = [
    ...LOG_COLUMNS.map(({ header, align }) => ({
      header,
      isNumber: align === "right",
      isCentred: align === "center",
    })),
    ...(hasContext ? [{ header: "" }] : []),
  ];
  const row = ({ cells, role }: CaseFlow) => ({
    className: role,
    cells: hasContext ? [...cells, role === "context" ? "for comparison" : ""] : cells,
  });
  const shown = of.flows.slice(0, FLOWS_SHOWN).map(row);
  const rest = of.flows.slice(FLOWS_SHOWN).map(row);
  return section(
    `case-${of.number}-log`,
    "The log of the flows",
    tableOf(columns, shown, "The log of the flows", "log"),
    rest.length === 0
      ? null
      : html`<details><summary>${counted(rest.length, "more flow")}</summary>
${tableOf(columns, rest, "The rest of the log", "log")}</details>`,
    of.flowsLeftOut === 0
      ? null
      : html`<p class="note">${counted(of.flowsLeftOut, "flow is", "flows are")} left out of this log.</p>`,
    findingsLine(of),
  );
}

function findingsLine({ findings }: Case): Markup | null {
  if (findings.length === 0) return null;
  return html`<p>Findings: ${findings.map(
    ({ finding, flows }, i) => html`${i > 0 && ", "}<code>${finding}</code> (${counted(flows, "flow")})`,
  )}.</p>`;
}

// ---- Features ----------------------------------------------------------------------------------------------------

export function featuresSection(of: Case): Markup | null {
  if (of.features.length === 0) return null;
  return section(
    `case-${of.number}-features`,
    "Some features to note",
    html`<ol class="features">${of.features.map(featureItem)}</ol>`,
    of.packets.reason === null ? null : html`<p class="note">${of.packets.reason}</p>`,
  );
}

function featureItem({ text, exceptions, exceptionsLeftOut, ordinary }: Feature): Markup {
  return html`<li>${text}${ordinary !== null && html`<span class="ordinary">; ${ordinary}</span>`}${
    exceptions.length > 0 &&
    html`<ul>${exceptions.map((exception) => html`<li>except ${exception.text}</li>`)}${
      exceptionsLeftOut > 0 && html`<li>and ${grouped(exceptionsLeftOut)} more</li>`
    }</ul>`
  }</li>\n`;
}

// ---- Alerts ------------------------------------------------------------------------------------------------------

export function alertsSection(of: Case, clock: Clock): Markup | null {
  if (of.alerts.length === 0) return null;
  return section(
    `case-${of.number}-alerts`,
    of.alerts.length === 1 ? "The alert" : "The alerts",
    html`${of.alerts.map((alert) => alertItem(alert, clock))}`,
    of.alertsLeftOut === 0
      ? null
      : html`<p class="note">${counted(of.alertsLeftOut, "more rule", "more rules")} matched and ${
          of.alertsLeftOut === 1 ? "is" : "are"
        } left out.</p>`,
  );
}

function alertItem(alert: CaseAlert, clock: Clock): Markup {
  const { gid, sid, rev, message, classification, priority, count, firstUs, lastUs } = alert;
  const { dump, moreDumps, references } = alert;
  const often = count === 1 ? "once" : `${grouped(count)} times`;
  const kind = classification === "" ? "" : ` ${classification},`;
  return html`<article class="alert"><h4>${message === "" ? `Rule ${gid}:${sid}` : message}</h4>
<p>Rule ${gid}:${sid}:${rev},${kind} priority ${priority}. Raised ${often}: ${whenText(firstUs, lastUs, clock)}.</p>
${dump === null ? html`<p class="note">The packet was not kept.</p>` : dumps([dump, ...moreDumps])}
${
  references.length > 0 &&
  html`<p>References: ${references.map(({ system, id, url }, i) => html`${i > 0 && ", "}${link(`${system} ${id}`, url)}`)}.</p>`
}</article>`;
}

/** Packets while they are short; the rest of a long one, and those behind it, behind a line that opens. */
function dumps([first = [], ...others]: readonly (readonly string[])[]): Markup {
  const head = first.slice(0, DUMP_SHOWN);
  const tail = first.slice(DUMP_SHOWN);
  const total = first.length + others.reduce((sum, lines) => sum + lines.length, 0);
  const more = others.map(dumpBlock);
  return html`${dumpBlock(head)}${
    tail.length > 0 &&
    html`<details><summary>${counted(tail.length, "more line")} of this packet</summary>${dumpBlock(tail)}</details>`
  }${
    total <= DUMPS_SHOWN || more.length === 0
      ? more
      : html`<details><summary>${counted(more.length, "more packet")}</summary>${more}</details>`
  }`;
}

function dumpBlock(lines: readonly string[]): Markup {
  return html`<div class="scrolls" role="region" aria-label="The packet" tabindex="0"><pre>${lines.map((line) => html`${line}\n`)}</pre></div>`;
}

/** Rules are not to be trusted with links: only plain web addresses become one, and they are shown in full. */
function link(words: string, url: string | null): Markup {
  if (url === null) return html`${words}`;
  if (!SAFE_LINK.test(url)) return html`${words} (${url})`;
  return html`${words} (<a href="${url}" rel="noreferrer noopener">${url}</a>)`;
}

// ---- Causes ------------------------------------------------------------------------------------------------------

export function causesSection(of: Case): Markup | null {
  if (of.causes.length === 0) return null;
  return section(
    `case-${of.number}-causes`,
    "What may have caused it",
    html`<p class="note">Scores are sums of the weights beside the evidence, from 0 to 100. They order the causes; they are no
probabilities.</p>`,
    html`<ol class="causes">${of.causes.map((cause, i) => causeItem(cause, i === 0))}</ol>`,
  );
}

function causeItem(cause: CaseCause, isFirst: boolean): Markup {
  const { score, meaning, story } = cause;
  const name = html`<span class="cause-name">${cause.cause}</span>`;
  const bar = html`<svg class="score" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="fill-track" width="100" height="6"/><rect class="fill-main" width="${Math.min(100, Math.max(0, score))}" height="6"/></svg>`;
  const head = html`${name} <span class="score-text">${score} of 100</span>${bar}`;
  const body = html`<p>${sentence(meaning)}</p>
${story.map((words) => html`<p>${words}</p>`)}
${evidenceTable("For it", cause.speaksFor)}
${evidenceTable("Against it", cause.speaksAgainst)}
${evidenceTable("Neither", cause.neither)}`;
  if (isFirst) return html`<li><div class="cause-head">${head}</div>${body}</li>\n`;
  return html`<li><details class="cause"><summary><span class="cause-head">${head}</span></summary>${body}</details></li>\n`;
}

function evidenceTable(title: string, evidence: readonly CauseEvidence[]): Markup | null {
  if (evidence.length === 0) {
    return title === "Neither" ? null : html`<h4>${title}</h4><p class="none">Nothing that was seen.</p>`;
  }
  return html`<h4>${title}</h4><table class="evidence"><tbody>${evidence.map(
    ({ text, weight }) =>
      html`<tr><td class="number">${weight > 0 ? `+${weight}` : weight < 0 ? `−${-weight}` : "0"}</td><td>${text}</td></tr>\n`,
  )}</tbody></table>`;
}

function sentence(words: string): string {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

// ---- Hidden connections ------------------------------------------------------------------------------------------

export function hiddenText({ text, fit, counter }: Hidden): Markup {
  if (fit.kind !== "sequential") return html`<p>${sentence(text)}</p>`;
  const what = counter === "source-port" ? "connections" : "packets";
  const rows: [string, string][] = [
    [
      `${what} a second`,
      `${rounded(fit.rate)} (most likely from ${rounded(fit.rateLow)} to ${rounded(fit.rateHigh)})`,
    ],
    [`${what} in that time`, `${grouped(fit.estimated)} in ${duration(fit.spanSeconds * 1e6)}`],
    [counter === "source-port" ? "flows seen of them" : "packets seen of them", grouped(fit.seen)],
    ["not on the line", grouped(fit.outliers)],
    ["times the counter went round", grouped(fit.wrapped)],
    [counter === "source-port" ? "ports a connection takes" : "IDs a packet takes", grouped(fit.step)],
    ["such a line by chance", chanceText(fit.chance)],
  ];
  return html`<p>${sentence(text)}</p>
<table class="facts"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</tbody></table>`;
}

function chanceText(chance: number): string {
  return chance < CHANCE_TOLD
    ? "less than once in a million"
    : `about once in ${grouped(Math.round(1 / chance))}`;
}

// ---- What to do next, and what is missing ------------------------------------------------------------------------

export function checksSection(of: Case): Markup | null {
  if (of.checks.length === 0) return null;
  return section(
    `case-${of.number}-checks`,
    "What to check next",
    html`<ol class="checks">${of.checks.map(
      ({ text, command }) =>
        html`<li>${text}${command !== null && html`<div class="scrolls" role="region" aria-label="Command" tabindex="0"><pre class="command">${command}</pre></div>`}</li>\n`,
    )}</ol>`,
  );
}

export function gapsSection(of: Case): Markup | null {
  if (of.gaps.length === 0) return null;
  return section(
    `case-${of.number}-gaps`,
    "What is not known",
    html`<ul>${of.gaps.map((gap) => html`<li>${gap}</li>\n`)}</ul>`,
  );
}
