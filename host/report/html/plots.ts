// The plots of a case: what the script is given to draw, and the figures that stand around them.
// Apart because a plot is told three times: drawn, in its caption, and as a table for who sees no picture.
// Always holds: a figure says what its axes and marks mean without the picture; a table holds at most ROWS_MAX rows and
// says what it leaves out; where there is nothing to draw there is no figure.

import type { Case, Hidden, SequenceSeries } from "../model.js";
import type { Clock } from "./clock.js";
import { html, type Markup, type Piece } from "./markup.js";
import type { CounterPlot, LanesPlot, Plot, SequencePlot } from "./plot-data.js";
import { type Column, tableOf } from "./table.js";
import { counted, duration, grouped, rounded } from "./words.js";

const ROWS_MAX = 1000;

export interface Figure {
  readonly markup: Markup;
  readonly plots: readonly Plot[];
}

/** What a mark looks like in the legend, as the script draws it. */
type Swatch = "dot" | "cross" | "triangle" | "square" | "line" | "band" | "bar";

// ---- Source ports and IP IDs -------------------------------------------------------------------------------------

const COUNTERS = {
  "source-port": { word: "source port", many: "Source ports", one: "flow", time: "start of the flow" },
  "ip-id": { word: "IP ID", many: "IP IDs", one: "packet", time: "time of the packet" },
} as const;

export function counterFigure(of: Case, hidden: Hidden, clock: Clock): Figure | undefined {
  if (hidden.points.length === 0) return undefined;
  const { word, many, one, time } = COUNTERS[hidden.counter];
  const { fit } = hidden;
  const hasLine = fit.kind === "sequential" && hidden.line.length > 0;
  const off = hidden.points.filter(({ isOnLine }) => !isOnLine).length;
  const plot: CounterPlot = {
    kind: "counter",
    id: `case-${of.number}-${hidden.counter}`,
    word,
    timeWord: time,
    points: hidden.points.map(({ timeUs, value, isOnLine }) => [timeUs, value, isOnLine ? 1 : 0]),
    hasLine,
    line: hidden.line,
    tolerance: fit.kind === "sequential" ? fit.tolerance : 0,
  };
  const marks: [Swatch, string][] = hasLine
    ? [
        ["dot", `${one} on the line`],
        ...(off > 0 ? [["cross", `${one} not on the line`] as [Swatch, string]] : []),
        ["line", `fitted line (Theil-Sen)${hidden.line.length > 1 ? ", anew where it goes round" : ""}`],
        ["band", `within ${grouped(plot.tolerance)} of it`],
      ]
    : [["dot", one]];
  const slope =
    fit.kind === "sequential" && hasLine
      ? ` The line climbs by ${rounded(fit.slope)} a second.`
      : " No line passes near enough to be called one.";
  const label = `${many} of ${of.subject} against the ${time} (${clock.zone}).`;
  const columns: Column[] = [
    { header: `${time[0]!.toUpperCase()}${time.slice(1)} (${clock.zone})` },
    { header: word, isNumber: true },
    ...(hasLine ? [{ header: "on the line" }] : []),
  ];
  return figure({
    label,
    caption: html`${label}${slope}${leftOut(hidden.pointsLeftOut, `${one} is not drawn`, `${one}s are not drawn`)}`,
    marks,
    boxes: [box(plot.id, label, "tall")],
    table: valuesTable(
      columns,
      hidden.points.map(({ timeUs, value, isOnLine }) => [
        `${clock.date(timeUs)} ${clock.exact(timeUs)}`,
        value,
        ...(hasLine ? [isOnLine ? "yes" : "no"] : []),
      ]),
    ),
    plots: [plot],
  });
}

// ---- Packets by finding ------------------------------------------------------------------------------------------

export function lanesFigure(of: Case, clock: Clock): Figure | undefined {
  const { basis, startUs, bucketUs, buckets, series } = of.series.packetsByFinding;
  const lanes = series.filter(({ counts }) => counts.some((count) => count > 0));
  if (lanes.length === 0 || buckets === 0) return undefined;
  const plot: LanesPlot = {
    kind: "lanes",
    id: `case-${of.number}-packets`,
    startUs,
    bucketUs,
    buckets,
    lanes: lanes.map(({ finding, counts }) => ({ name: nameOf(finding), counts })),
  };
  const each = duration(bucketUs);
  const label = `Packets in each ${each.replace(/^1 /, "")}, by the finding of their flow (${clock.zone}).`;
  const how =
    basis === "packets"
      ? "A packet counts in the lane of each finding that its flow has."
      : "Each flow's packets are counted at its start, since the packets themselves were not kept.";
  const rows: Piece[][] = [];
  for (let i = 0; i < buckets; i++) {
    if (lanes.every(({ counts }) => (counts[i] ?? 0) === 0)) continue;
    const at = startUs + i * bucketUs;
    rows.push([`${clock.date(at)} ${clock.exact(at)}`, ...lanes.map(({ counts }) => counts[i] ?? 0)]);
  }
  return figure({
    label,
    caption: html`${label} ${how} All lanes have one scale.`,
    marks: [["bar", `packets in ${each}`]],
    boxes: [box(plot.id, label, "lanes")],
    table: valuesTable(
      [
        { header: `From (${clock.zone})` },
        ...lanes.map(({ finding }) => ({ header: nameOf(finding), isNumber: true })),
      ],
      rows,
    ),
    plots: [plot],
  });
}

function nameOf(finding: string): string {
  return finding === "none" ? "no finding" : finding;
}

// ---- Sequence numbers --------------------------------------------------------------------------------------------

export function sequenceFigure(of: Case, clock: Clock): Figure | undefined {
  const series = of.series.sequences.filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  const plots = series.map((one, i) => sequencePlot(one, `case-${of.number}-sequence-${i + 1}`));
  const label = "Sequence numbers against time, a plot for each flow.";
  const dropped = series.reduce((sum, { pointsLeftOut }) => sum + pointsLeftOut, 0);
  const rows = series.flatMap(({ label: flow, points }) =>
    points.map(({ timeUs, offset, size, flags, isAgain }) => [
      flow,
      `${clock.date(timeUs)} ${clock.exact(timeUs)}`,
      offset,
      size,
      flags,
      isAgain ? "yes" : "no",
    ]),
  );
  const some = (test: (again: boolean, size: number) => boolean) =>
    series.some(({ points }) => points.some(({ isAgain, size }) => test(isAgain, size)));
  const marks: [Swatch, string][] = [];
  if (some((again, size) => !again && size > 0)) marks.push(["dot", "data, for the first time"]);
  if (some((again) => again)) marks.push(["triangle", "sent before: a retransmission"]);
  if (some((again, size) => !again && size === 0)) marks.push(["square", "no data"]);
  return figure({
    label,
    caption: html`${label} Across: seconds since the flow's first packet here. Up: bytes since its first sequence number
      that was seen.${leftOut(of.series.sequencesLeftOut, "more flow is not drawn", "more flows are not drawn")}${leftOut(dropped, "packet is not drawn", "packets are not drawn")}`,
    marks,
    boxes: [
      html`<div class="small-plots">${plots.map(
        ({ id }, i) =>
          html`<div><h4>${series[i]!.label}</h4>${box(id, `Sequence numbers of ${series[i]!.label} against time`, "short")}</div>`,
      )}</div>`,
    ],
    table: valuesTable(
      [
        { header: "Flow" },
        { header: `Time (${clock.zone})` },
        { header: "From byte", isNumber: true },
        { header: "Bytes", isNumber: true },
        { header: "Flags" },
        { header: "Sent before" },
      ],
      rows,
    ),
    plots,
  });
}

function sequencePlot({ points }: SequenceSeries, id: string): SequencePlot {
  return {
    kind: "sequence",
    id,
    points: points.map(({ timeUs, offset, size, isAgain }) => [timeUs, offset, size, isAgain ? 1 : 0]),
    flags: points.map(({ flags }) => flags),
  };
}

// ---- What stands around ------------------------------------------------------------------------------------------

interface FigureParts {
  readonly label: string;
  readonly caption: Markup;
  readonly marks: readonly (readonly [Swatch, string])[];
  readonly boxes: readonly Markup[];
  readonly table: Markup;
  readonly plots: readonly Plot[];
}

function figure({ caption, marks, boxes, table, plots }: FigureParts): Figure {
  const markup = html`<figure>
<ul class="legend">${marks.map(([swatch, words]) => html`<li>${swatchOf(swatch)}${words}</li>`)}</ul>
${boxes}
<figcaption>${caption}</figcaption>
${table}
</figure>`;
  return { markup, plots };
}

function box(id: string, label: string, height: "tall" | "short" | "lanes"): Markup {
  return html`<div class="plot ${height}" id="${id}" role="group" aria-label="${label}" tabindex="0"></div>`;
}

const SWATCHES: Readonly<Record<Swatch, Markup>> = {
  dot: html`<circle class="fill-main" cx="8" cy="6" r="4"/>`,
  cross: html`<path class="stroke-odd" d="M4 2 12 10M12 2 4 10"/>`,
  triangle: html`<path class="stroke-odd" d="M8 1.5 12.5 10H3.5Z"/>`,
  square: html`<rect class="stroke-muted" x="4.5" y="2.5" width="7" height="7"/>`,
  line: html`<path class="stroke-line" d="M0 6H16"/>`,
  band: html`<rect class="fill-band" width="16" height="12"/>`,
  bar: html`<rect class="fill-main" x="3" y="1" width="10" height="11"/>`,
};

function swatchOf(swatch: Swatch): Markup {
  return html`<svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">${SWATCHES[swatch]}</svg>`;
}

function valuesTable(columns: readonly Column[], rows: readonly (readonly Piece[])[]): Markup {
  const rest = rows.length - ROWS_MAX;
  return html`<details class="values"><summary>The values as a table (${counted(rows.length, "row")})</summary>
${tableOf(columns, rows.slice(0, ROWS_MAX), "The values of the plot")}
${rest > 0 && html`<p class="note">${counted(rest, "more row is", "more rows are")} left out here; the report as JSON has them.</p>`}
</details>`;
}

function leftOut(count: number, one: string, many: string): string {
  return count === 0 ? "" : ` ${counted(count, one, many)}.`;
}
