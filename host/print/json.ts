// One JSON object a line, keys by ra's names.
// Apart because JSON tells absent fields by leaving them out, and times as numbers with six decimals.
// Always holds: each line parses; numbers are numbers; keys come in the order of the columns.

import type { Field, ValueStyle } from "../record/field-types.js";
import { secondsText } from "../record/field-types.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { Column } from "./columns.js";
import type { Printer } from "./printer.js";

type ValueText = (record: FlowRecord) => string;

export class JsonPrinter implements Printer {
  private readonly values: readonly { key: string; value: ValueText }[];

  constructor(columns: readonly Column[], style: ValueStyle) {
    this.values = columns.map(({ field }) => ({ key: `"${field.name}":`, value: valueText(field, style) }));
  }

  header(): string {
    return "";
  }

  line(record: FlowRecord): string {
    let line = "{";
    for (const { key, value } of this.values) {
      const text = value(record);
      if (text === "") continue;
      line += line.length === 1 ? key + text : `,${key}${text}`;
    }
    return `${line}}\n`;
  }
}

/** The value as JSON text, empty when the record does not have it. */
function valueText(field: Field, style: ValueStyle): ValueText {
  switch (field.type) {
    case "number":
      return (record) => {
        const number = field.value(record);
        return Number.isNaN(number) ? "" : String(number);
      };
    case "time":
    case "seconds":
      return (record) => {
        const us = field.us(record);
        return Number.isNaN(us) ? "" : secondsText(us);
      };
    case "text":
      return (record) => {
        const text = field.value(record, style).trimEnd();
        return text === "" && !field.isEmptyAValue ? "" : JSON.stringify(text);
      };
    case "list":
      return (record) => JSON.stringify(field.value(record));
  }
}
