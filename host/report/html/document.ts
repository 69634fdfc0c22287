// The page as a whole: head, the list of cases, each case, and what the report was made from.
// Apart from the parts of a case.
// Always holds: the page asks for nothing outside of itself, and its policy forbids it; only the script and the style
// that stray wrote may run, by their hashes.

import { createHash } from "node:crypto";
import type { Case, Report } from "../model.js";
import { aboutSection, lede } from "./about.js";
import { pageAssets } from "./assets.js";
import { type Clock, clockOf } from "./clock.js";
import { html, Markup, scriptJson } from "./markup.js";
import type { PageData, Plot } from "./plot-data.js";
import { counterFigure, type Figure, lanesFigure, sequenceFigure } from "./plots.js";
import {
  alertsSection,
  causesSection,
  checksSection,
  featuresSection,
  gapsSection,
  glance,
  hiddenText,
  logSection,
  section,
} from "./sections.js";
import { counted } from "./words.js";

/** The report as one self-contained page. @throws StrayError PAGE_MISSING when the program was not built. */
export function htmlReport(report: Report): string {
  const { script, style } = pageAssets();
  const clock = clockOf(report.about.zone);
  const plots: Plot[] = [];
  const cases = report.cases.map((one) => caseArticle(one, clock, plots, report.cases.length > 1));
  const data: PageData = { zone: clock.zone, plots };
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const title = titleOf(report);
  return html`<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="stray ${report.about.programVersion}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="kind">Report of the network sensor stray</p>
<h1>${title}</h1>
<p>${lede(report, clock)}</p>
</header>
${contents(report)}
<main>
${cases}
${report.cases.length === 0 && html`<p>Nothing strange was found in what was read.</p>`}
</main>
<footer>
${aboutSection(report, clock)}
</footer>
<script type="application/json" id="plots">${scriptJson(data)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function titleOf({ cases }: Report): string {
  const [first] = cases;
  if (first === undefined) return "Nothing strange";
  return cases.length === 1 ? first.title : counted(cases.length, "strange case");
}

function contents({ cases, casesLeftOut }: Report): Markup | null {
  if (cases.length < 2) return null;
  return html`<nav aria-labelledby="contents"><h2 id="contents">Cases</h2>
<ol>${cases.map(
    ({ number, title, severity, causes }) =>
      html`<li><a href="#case-${number}">${title}</a> <span class="note">${severity}${causes[0] !== undefined && `, ${causes[0].cause}`}</span></li>\n`,
  )}</ol>
${casesLeftOut > 0 && html`<p class="note">${counted(casesLeftOut, "more case is", "more cases are")} not told here.</p>`}
</nav>`;
}

function caseArticle(of: Case, clock: Clock, plots: Plot[], isOneOfMany: boolean): Markup {
  const drawn = (figure: Figure | undefined): Markup | null => {
    if (figure === undefined) return null;
    plots.push(...figure.plots);
    return figure.markup;
  };
  const heading = isOneOfMany ? `Case ${of.number}: ${of.title}` : `Case ${of.id}`;
  const hidden = of.hidden.map((one) => html`${hiddenText(one)}${drawn(counterFigure(of, one, clock))}`);
  const lanes = drawn(lanesFigure(of, clock));
  const sequences = drawn(sequenceFigure(of, clock));
  return html`<article class="case" id="case-${of.number}" aria-labelledby="case-${of.number}-title">
<h2 id="case-${of.number}-title">${heading}</h2>
${isOneOfMany && html`<p class="note">${of.id}</p>`}
${glance(of, clock)}
${logSection(of)}
${featuresSection(of)}
${alertsSection(of, clock)}
${causesSection(of)}
${hidden.length > 0 && section(`case-${of.number}-hidden`, "Hidden connections", ...hidden)}
${(lanes !== null || sequences !== null) && section(`case-${of.number}-time`, "In the course of time", lanes, sequences)}
${checksSection(of)}
${gapsSection(of)}
</article>`;
}
