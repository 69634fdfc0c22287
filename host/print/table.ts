// The table that someone who knows ra reads at once: fixed columns, `address.port` joined by a point.
// Apart from CSV and JSON because only here widths, joints and colour matter.
// Always holds: a value wider than its column is printed whole; a line has no blanks at its end.

import type { ValueStyle } from "../record/field-types.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { Column } from "./columns.js";
import { fieldText, type Printer } from "./printer.js";

export interface TableOptions {
  style: ValueStyle;
  /** Puts this between fields that are then neither padded nor joined (`-c`). */
  separator?: string;
  colour: boolean;
  title: boolean;
}

interface Cell {
  text: (record: FlowRecord) => string;
  header: string;
  width: number;
  align: "left" | "right" | "center";
  /** What goes before the cell, when it is not empty; a blank otherwise. */
  joint: string;
  colour: string;
}

const DIM = "\u001b[2m";
const YELLOW = "\u001b[33m";
const RESET = "\u001b[0m";
const JOINED: Readonly<Record<string, string>> = { sport: "saddr", dport: "daddr" };

export class TablePrinter implements Printer {
  private readonly cells: readonly Cell[];

  constructor(
    columns: readonly Column[],
    private readonly options: TableOptions,
  ) {
    this.cells = columns.map(({ field, width }, index) => {
      const { style } = options;
      const isJoined =
        JOINED[field.name] !== undefined && columns[index - 1]?.field.name === JOINED[field.name];
      const isTime = field.type === "time" && width === field.width;
      return {
        text: fieldText(field, style, "table"),
        header: field.header,
        width: Math.max(isTime ? style.timeWidth : width, 1),
        align: field.align,
        joint: isJoined ? "." : " ",
        colour: options.colour && field.name === "findings" ? YELLOW : "",
      };
    });
  }

  header(): string {
    if (!this.options.title) return "";
    const line = this.join((cell) => cell.header, true);
    return this.options.colour ? `${DIM}${line}${RESET}\n` : `${line}\n`;
  }

  line(record: FlowRecord): string {
    return `${this.join((cell) => cell.text(record), false)}\n`;
  }

  private join(textOf: (cell: Cell) => string, isHeader: boolean): string {
    const { separator } = this.options;
    let line = "";
    for (let index = 0; index < this.cells.length; index++) {
      const cell = this.cells[index]!;
      const text = textOf(cell);
      if (separator !== undefined) {
        line += index === 0 ? text.trimEnd() : separator + text.trimEnd();
        continue;
      }
      if (index > 0) line += isHeader || text === "" ? " " : cell.joint;
      const padded = pad(text, cell.width, cell.align);
      line += cell.colour !== "" && !isHeader && text !== "" ? cell.colour + padded + RESET : padded;
    }
    return separator === undefined ? line.trimEnd() : line;
  }
}

function pad(text: string, width: number, align: Cell["align"]): string {
  if (text.length >= width) return text;
  if (align === "left") return text.padEnd(width);
  if (align === "right") return text.padStart(width);
  return text.padStart(text.length + ((width - text.length) >> 1)).padEnd(width);
}
