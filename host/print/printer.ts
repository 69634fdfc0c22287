// What the printers have in common, and a field's text outside JSON.
// Apart so that table, CSV and JSON depend on this and not on each other.
// Always holds: each text ends with a line feed, or is empty.

import { type Field, secondsText, type ValueStyle } from "../record/field-types.js";
import type { FlowRecord } from "../record/flow-record.js";

export interface Printer {
  /** What comes before the first record; empty when nothing does. */
  header(): string;
  line(record: FlowRecord): string;
}

/** Where a field's text goes: numbers are plain in CSV, and as ra prints them in a table. */
export type Medium = "table" | "csv";

/** The field as text, empty when the record does not have it. */
export function fieldText(field: Field, style: ValueStyle, medium: Medium): (record: FlowRecord) => string {
  switch (field.type) {
    case "number": {
      const { value, cell } = field;
      if (medium === "table" && cell !== undefined) return cell;
      return (record) => {
        const number = value(record);
        return Number.isNaN(number) ? "" : String(number);
      };
    }
    case "time":
      return medium === "table"
        ? (record) => style.time(field.us(record))
        : (record) => secondsText(field.us(record));
    case "seconds":
      return (record) => {
        const us = field.us(record);
        return Number.isNaN(us) ? "" : secondsText(us);
      };
    case "text":
      return (record) => field.value(record, style);
    case "list": {
      const join = medium === "table" ? "," : " ";
      return (record) => field.value(record).join(join);
    }
  }
}
