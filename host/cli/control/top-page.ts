// The lines of `stray top`'s screen.
// Apart from the terminal: it is text from data, so that a test can read it.
// Always holds: no more lines than fit, none wider than fits; text from outside is plain ASCII; the flows get what
// room the rest leaves.

import { fieldText } from "../../print/printer.js";
import { fieldByName } from "../../record/fields.js";
import type { InterfaceReport } from "../../sensor/view.js";
import type { TopSort } from "../top-command.js";
import { problemsOf } from "./status-page.js";
import { type TextColumn, textTable } from "./text-table.js";
import {
  bytesOfLife,
  packetsOfLife,
  type TopFlow,
  type TopInterface,
  type TopPicture,
} from "./top-picture.js";
import {
  bitRateText,
  clockText,
  countText,
  durationText,
  percentText,
  rateText,
  shortText,
} from "./units.js";

export type LineStyle = "plain" | "bold" | "dim" | "warning" | "heading";

export interface ScreenLine {
  readonly text: string;
  readonly style: LineStyle;
}

export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

/** What the user has set. */
export interface TopSettings {
  readonly sort: TopSort;
  readonly intervalMs: number;
  readonly isPaused: boolean;
  /** First flow shown, from 0. */
  readonly scroll: number;
  /** Why the latest look failed, if it did. */
  readonly failure: string | undefined;
  /** Keys are read, so they are told. */
  readonly hasKeys: boolean;
}

const INTERFACES_SHOWN_MAX = 8;
const FINDINGS_SHOWN_MAX = 6;
const WIDE_COLUMNS = 110;
const KEYS = "q quit   s sort   space pause   + - interval   arrows: sort, scroll";

export function topPage(
  picture: TopPicture | undefined,
  settings: TopSettings,
  size: ScreenSize,
): ScreenLine[] {
  const head = picture === undefined ? [] : headLines(picture, settings);
  const failure = settings.failure === undefined ? [] : [line(settings.failure, "warning")];
  const foot = settings.hasKeys ? [line(KEYS, "dim")] : [];
  const room = Math.max(0, size.rows - head.length - failure.length - foot.length);
  const flows =
    picture === undefined ? [] : flowLines(picture, settings.scroll, { rows: room, columns: size.columns });
  const lines = [...failure, ...head, ...flows];
  const shown = lines.slice(0, Math.max(0, size.rows - foot.length));
  const filler = settings.hasKeys ? Math.max(0, size.rows - shown.length - foot.length) : 0;
  return [...shown, ...Array.from({ length: filler }, () => line("")), ...foot].map(({ text, style }) => ({
    text: plainText(text).slice(0, size.columns).trimEnd(),
    style,
  }));
}

function line(text: string, style: LineStyle = "plain"): ScreenLine {
  return { text, style };
}

/** Nothing that could move the cursor or take more or less than one place. */
function plainText(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?");
}

function headLines(picture: TopPicture, settings: TopSettings): ScreenLine[] {
  const { status } = picture;
  const problems = problemsOf(status);
  const pace = settings.isPaused ? "PAUSED" : `every ${settings.intervalMs / 1000} s`;
  const share = picture.flowsMax > 0 ? ` (${percentText(picture.liveFlows / picture.flowsMax)})` : "";
  return [
    line(
      `${clockText(picture.nowMs)}  strayd ${status.version} "${status.name}"  up ${durationText(status.uptimeMs)}  ${pace}`,
      "bold",
    ),
    line(
      `packets ${rateText(picture.packets)}   ${bitRateText(picture.bits)}   drops ${rateText(picture.drops)}   records ${rateText(picture.records)}`,
    ),
    line(
      `flows ${countText(picture.liveFlows)} of ${countText(picture.flowsMax)}${share}   new ${rateText(picture.newFlows)}   top by ${settings.sort}`,
    ),
    ...problemLine(problems),
    line(""),
    ...interfaceLines(picture.interfaces),
    line(""),
    ...findingLine(picture),
  ];
}

function problemLine([first, ...others]: readonly string[]): ScreenLine[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` (and ${others.length} more: stray status)`;
  return [line(`! ${first}${more}`, "warning")];
}

function interfaceLines(interfaces: readonly TopInterface[]): ScreenLine[] {
  const shown = interfaces.slice(0, INTERFACES_SHOWN_MAX);
  const [heading, ...rows] = textTable<TopInterface>(
    [
      { header: "Interface", text: ({ report }) => plainText(report.name) },
      { header: "Worker", text: ({ report }) => String(report.worker), isRight: true },
      { header: "Link", text: ({ report }) => report.link },
      { header: "Packets", text: ({ packets }) => rateText(packets), isRight: true },
      { header: "Drops", text: ({ drops }) => rateText(drops), isRight: true },
      { header: "Drops in all", text: ({ report }) => countText(report.drops), isRight: true },
      { header: "Ring used", text: ({ report }) => percentText(report.ringUsed), isRight: true },
      { header: "", text: ({ report }) => report.error ?? "" },
    ],
    shown,
  );
  if (heading === undefined) return [];
  const hidden = interfaces.length - shown.length;
  return [
    line(heading, "heading"),
    ...rows.map((row, index) => line(row, isWell(shown[index]!) ? "plain" : "warning")),
    ...(hidden > 0 ? [line(`${hidden} more: stray status`, "dim")] : []),
  ];
}

function isWell({ report, drops }: TopInterface): boolean {
  const { link, error }: InterfaceReport = report;
  return link === "up" && error === undefined && !(drops !== undefined && drops > 0);
}

function findingLine({ findings }: TopPicture): ScreenLine[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX).map(({ name, count }) => `${name} ${countText(count)}`);
  const hidden = findings.length - shown.length;
  return [
    line(`findings  ${shown.join("   ")}${hidden > 0 ? `   and ${hidden} kinds more` : ""}`, "warning"),
  ];
}

function flowLines({ flows }: TopPicture, scroll: number, size: ScreenSize): ScreenLine[] {
  if (flows.length === 0) return [line("no live flows")];
  const shown = flows.slice(scroll, scroll + Math.max(0, size.rows - 1));
  const columns = size.columns < WIDE_COLUMNS ? NARROW : WIDE;
  const [heading = "", ...rows] = textTable(columns, shown, " ");
  return [
    line(heading, "heading"),
    ...rows.map((row, index) => line(row, hasFindings(shown[index]!) ? "warning" : "plain")),
  ];
}

const style = { state: "word", numericProto: false, time: String, timeWidth: 0 } as const;

function cell(name: string): (flow: TopFlow) => string {
  const text = fieldText(fieldByName(name)!, style, "table");
  return ({ record }) => text(record).trim();
}

const [address, port] = [
  [cell("saddr"), cell("daddr")],
  [cell("sport"), cell("dport")],
] as const;

function end(side: 0 | 1): (flow: TopFlow) => string {
  return (flow) => {
    const number = port[side](flow);
    return number === "" ? address[side](flow) : `${address[side](flow)}.${number}`;
  };
}

/** Room for two IPv4 ends at 80 columns; what may be cut off stands last. */
const NARROW: readonly TextColumn<TopFlow>[] = [
  { header: " bit/s", text: ({ bits }) => shortText(bits), isRight: true },
  { header: "pkt/s", text: ({ packets }) => shortText(packets), isRight: true },
  { header: "Bytes", text: ({ record }) => shortText(bytesOfLife(record)), isRight: true },
  {
    header: "Lasts",
    text: ({ record }) => shortDuration((record.lastUs - record.startUs) / 1000),
    isRight: true,
  },
  { header: "Type", text: cell("proto") },
  { header: "Source", text: end(0), isRight: true },
  { header: "Dir", text: cell("dir") },
  { header: "Destination", text: end(1) },
  { header: "Status", text: cell("state") },
  { header: "Findings", text: cell("findings") },
];

const WIDE: readonly TextColumn<TopFlow>[] = NARROW.toSpliced(3, 0, {
  header: "Packets",
  text: ({ record }) => shortText(packetsOfLife(record)),
  isRight: true,
});

/** 45s, 12m05s, 3h07m, 2d04h: as narrow as can be. */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${two((seconds % 86_400) / 3600)}h`;
}

function hasFindings({ record }: TopFlow): boolean {
  return record.findingsLow !== 0 || record.findingsHigh !== 0;
}
