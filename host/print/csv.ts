// Comma-separated values by RFC 4180, with a header line; or any other separator.
// Apart because quoting is its own rule.
// Always holds: every line has as many fields as the header; an absent value is empty; lines end with a line
// feed alone, which RFC 4180's readers accept and Unix tools want.

import type { ValueStyle } from "../record/field-types.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { Column } from "./columns.js";
import { fieldText, type Printer } from "./printer.js";

export class CsvPrinter implements Printer {
  private readonly texts: readonly ((record: FlowRecord) => string)[];
  private readonly special: RegExp;

  constructor(
    private readonly columns: readonly Column[],
    style: ValueStyle,
    private readonly title: boolean,
    private readonly separator = ",",
  ) {
    this.texts = columns.map(({ field }) => fieldText(field, style, "csv"));
    this.special = new RegExp(`["\\r\\n]|${escapePattern(separator)}`);
  }

  header(): string {
    if (!this.title) return "";
    return `${this.columns.map(({ field }) => this.quote(field.name)).join(this.separator)}\n`;
  }

  line(record: FlowRecord): string {
    let line = "";
    for (let index = 0; index < this.texts.length; index++) {
      const text = this.quote(this.texts[index]!(record).trimEnd());
      line += index === 0 ? text : this.separator + text;
    }
    return `${line}\n`;
  }

  private quote(text: string): string {
    return this.special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
