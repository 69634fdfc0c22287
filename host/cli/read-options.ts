// Turns the options of `stray read` into what the work needs, and refuses what can't be.
// Apart from the work so that it can be tested without a capture.
// Always holds: every error here is a usage error (exit code 2) that names the option.

import { StrayError } from "../errors.js";
import { compileFilter, type RecordTest } from "../filter/compile.js";
import { chooseColumns } from "../print/columns.js";
import { CsvPrinter } from "../print/csv.js";
import { JsonPrinter } from "../print/json.js";
import type { Printer } from "../print/printer.js";
import { TablePrinter } from "../print/table.js";
import { DEFAULT_TIME_FORMAT, epochFormatter, timeFormatter } from "../print/time-format.js";
import type { ValueStyle } from "../record/field-types.js";
import { DEFAULT_FIELD_NAMES, FIELDS } from "../record/fields.js";
import type { StateStyle } from "../record/state.js";
import type { Limits } from "../wasm/config.js";
import { profileLimits } from "../wasm/profiles.js";
import type { RawReadOptions } from "./read-command.js";

export interface ReadSettings {
  files: readonly string[];
  limits: Limits;
  /** Networks that are ours. */
  home: readonly string[];
  test: RecordTest;
  printer: Printer;
  /** Records that pass the filter and are printed, counted from 1, both ends included. */
  first: number;
  last: number;
  summary: "text" | "json" | "none";
}

/** `isTerminal`: standard output is one, and colour is welcome. */
export function readSettings(
  files: readonly string[],
  filter: string | undefined,
  raw: RawReadOptions,
  isTerminal: boolean,
): ReadSettings {
  const stdin = files.filter((file) => file === "-").length;
  if (stdin > 1) throw usage("standard input (-) can be read only once");
  const areAlertsPrinted = raw.rules.length > 0 && raw.alertFile === undefined;
  if (areAlertsPrinted) refuseRecordOptions(raw, filter);
  const range = raw.N === undefined ? { first: 1, last: Number.POSITIVE_INFINITY } : recordRange(raw.N);
  return {
    files,
    home: raw.home,
    limits: { ...profileLimits(raw.profile), statusMs: statusMs(raw.status), ...inspection(raw) },
    test: allOf([...raw.filter, ...(filter === undefined ? [] : [filter])].map(compileFilter)),
    printer: printer(raw, isTerminal),
    ...(raw.q || areAlertsPrinted ? { first: 1, last: 0 } : range),
    summary: raw.summary as ReadSettings["summary"],
  };
}

/** What says which flow records are printed, and how, would seem to say it of alerts. */
function refuseRecordOptions(
  { N, s, csv, filter: filters }: RawReadOptions,
  filter: string | undefined,
): void {
  const given = [
    [N !== undefined, "-N"],
    [s.length > 0, "-s"],
    [csv, "--csv"],
    [filter !== undefined || filters.length > 0, "a filter"],
  ].find(([isGiven]) => isGiven)?.[1];
  if (given === undefined) return;
  throw usage(`${given} is for flow records: with --rules they are printed only with --alert-file`);
}

/** With rules packets are looked into, and rules may ask for any finding; whoever reads a file wants every alert. */
function inspection({
  rules,
  findings,
  home,
}: RawReadOptions): Pick<Limits, "inspect" | "detect" | "alertRate"> {
  const inspect = rules.length > 0;
  return { inspect, detect: inspect || findings === true || home.length > 0, alertRate: 0 };
}

/** What says how records are printed: `stray read` and `stray flows` have these options in common. */
export type PrintOptions = Pick<
  RawReadOptions,
  "s" | "Z" | "n" | "z" | "c" | "u" | "json" | "csv" | "title" | "header" | "timeFormat"
>;

/** `isTerminal`: as above. */
export function printer(raw: PrintOptions, isTerminal: boolean): Printer {
  const style = valueStyle(raw);
  const hasOwnForm = raw.json || raw.csv;
  const defaults = hasOwnForm ? FIELDS.map(({ name }) => name) : DEFAULT_FIELD_NAMES;
  const columns = chooseColumns(raw.s, defaults);
  const hasTitle = raw.title && raw.header;
  if (raw.c !== undefined && raw.c === "") throw usage("-c: a separator was expected, found an empty one");
  if (hasOwnForm && raw.timeFormat !== undefined) {
    throw usage("--time-format goes with the table only: JSON and CSV have seconds since 1970");
  }
  if (raw.json) {
    if (raw.c !== undefined) throw usage("-c goes with the table and --csv, not with --json");
    return new JsonPrinter(columns, style);
  }
  if (raw.csv) return new CsvPrinter(columns, style, hasTitle, raw.c);
  return new TablePrinter(columns, {
    style,
    ...(raw.c === undefined ? {} : { separator: raw.c }),
    colour: isTerminal && raw.c === undefined,
    title: hasTitle,
  });
}

const STATE_STYLES: Readonly<Record<string, StateStyle>> = {
  b: "flags-both",
  s: "flags-orig",
  d: "flags-resp",
};

function valueStyle(raw: PrintOptions): ValueStyle {
  if (raw.Z !== undefined && raw.z) throw usage("-z and -Z both say what the status is: choose one");
  if (raw.u && raw.timeFormat !== undefined) throw usage("-u and --time-format both form times: choose one");
  const time = raw.u ? epochFormatter : timeFormatter(raw.timeFormat ?? DEFAULT_TIME_FORMAT);
  return {
    state: raw.Z !== undefined ? STATE_STYLES[raw.Z]! : raw.z ? "history" : "word",
    numericProto: raw.n % 4 === 2,
    time,
    // Patterns give texts of one width, or nearly: an ordinary time tells it.
    timeWidth: Math.max(10, time(1_003_318_266_000_000).length),
  };
}

/** `N`, `first-last` or `first+more`, with ra's `i` or `o` before it: the range counts what passes the filter. */
export function recordRange(text: string): { first: number; last: number } {
  const [, start, sign, end] = /^[io]?(\d{1,15})(?:([-+])(\d{1,15}))?$/.exec(text) ?? [];
  if (start === undefined) throw usage(`-N: expected a number or first-last, found "${text}"`);
  if (sign === undefined || end === undefined) return { first: 1, last: Number(start) };
  const first = Number(start);
  const last = sign === "-" ? Number(end) : first + Number(end);
  if (first < 1 || last < first) throw usage(`-N: expected first-last from 1 up, found "${text}"`);
  return { first, last };
}

function statusMs(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds >= 0.001 && seconds <= 1e8)) {
    throw usage(`--status: expected seconds from 0.001 to 100000000, found "${text}"`);
  }
  return seconds * 1000;
}

function allOf(tests: readonly RecordTest[]): RecordTest {
  const [only] = tests;
  if (only === undefined) return () => true;
  return tests.length === 1 ? only : (record) => tests.every((test) => test(record));
}

function usage(message: string): StrayError {
  return new StrayError("USAGE", message, 2);
}
