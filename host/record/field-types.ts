// The shape of a field's definition, and makers that keep the table of fields one line a field.
// Apart from the table so that printers depend on shapes only.
// Always holds: an absent value is NaN (numbers), "" (text) or [] (lists); a printer leaves it out.

import type { FlowRecord } from "./flow-record.js";
import type { StateStyle } from "./state.js";

/** What the user may choose about how values are written. */
export interface ValueStyle {
  state: StateStyle;
  /** Protocols as numbers (`-nn`). */
  numericProto: boolean;
  /** Microseconds since 1970 as a table shows them. */
  time: (us: number) => string;
  timeWidth: number;
}

interface FieldBase {
  /** ra's name where ra has it; key of JSON and CSV, word of `-s` and of filters. */
  name: string;
  /** Heading of the table column. */
  header: string;
  /** Least width of the table column. */
  width: number;
  align: "left" | "right" | "center";
  meaning: string;
  unit: string;
}

/** A number; `cell` when the table shows it otherwise than in decimal. */
export interface NumberField extends FieldBase {
  type: "number";
  value: (record: FlowRecord) => number;
  cell?: (record: FlowRecord) => string;
}

/** A point in time, or a length of time: microseconds inside, seconds with six decimals outside. */
export interface TimeField extends FieldBase {
  type: "time" | "seconds";
  us: (record: FlowRecord) => number;
}

export interface TextField extends FieldBase {
  type: "text";
  /** An empty text is a value too: JSON has it. */
  isEmptyAValue: boolean;
  value: (record: FlowRecord, style: ValueStyle) => string;
}

/** Names; JSON has an array, table and CSV have them with commas or spaces between. */
export interface ListField extends FieldBase {
  type: "list";
  value: (record: FlowRecord) => string[];
}

export type Field = NumberField | TimeField | TextField | ListField;

/** Heading and width, then the name: `["SrcPkt", 8, "spkts"]`. */
type Head = readonly [header: string, width: number, name: string];

export function number(
  [header, width, name]: Head,
  unit: string,
  meaning: string,
  value: (record: FlowRecord) => number,
  cell?: (record: FlowRecord) => string,
): NumberField {
  const base = { type: "number", name, header, width, align: "right", unit, meaning, value } as const;
  return cell === undefined ? base : { ...base, cell };
}

export function time(
  [header, width, name]: Head,
  meaning: string,
  us: (record: FlowRecord) => number,
): TimeField {
  return { type: "time", name, header, width, align: "left", unit: "s since 1970", meaning, us };
}

export function seconds(
  [header, width, name]: Head,
  meaning: string,
  us: (record: FlowRecord) => number,
): TimeField {
  return { type: "seconds", name, header, width, align: "right", unit: "s", meaning, us };
}

export function text(
  [header, width, name]: Head,
  align: FieldBase["align"],
  meaning: string,
  value: (record: FlowRecord, style: ValueStyle) => string,
  isEmptyAValue = false,
): TextField {
  return { type: "text", name, header, width, align, unit: "", meaning, value, isEmptyAValue };
}

export function list(
  [header, width, name]: Head,
  meaning: string,
  value: (record: FlowRecord) => string[],
): ListField {
  return { type: "list", name, header, width, align: "left", unit: "", meaning, value };
}

/** Microseconds as seconds with six decimals: `1003318266.000000`. */
export function secondsText(us: number): string {
  const whole = Math.floor(us / 1_000_000);
  const rest = us - whole * 1_000_000;
  return `${whole}.${rest < 100_000 ? String(rest).padStart(6, "0") : rest}`;
}

/** The number that a filter compares with; NaN when the field is absent or no number. */
export function numericValue(field: Field): ((record: FlowRecord) => number) | undefined {
  if (field.type === "number") return field.value;
  if (field.type === "time" || field.type === "seconds") return (record) => field.us(record) / 1_000_000;
  return undefined;
}
