// Small means of laying out text: wrapped lines, tables of flows.
// Apart because text and Markdown take what they need of it.
// Always holds: printable ASCII comes out, whatever went in; a word longer than a line stands on a line of its own.

import { asciiText } from "../../alert/text.js";
import { type CaseFlow, LOG_COLUMNS } from "../model.js";

export const WIDTH = 100;
/** Notes of people are the longest. */
const TEXT_MAX = 4096;
const JOINED: Readonly<Record<string, string>> = { sport: "saddr", dport: "daddr" };

/** Escaped, on one line. */
export function plain(text: string): string {
  return asciiText(text, TEXT_MAX);
}

/** `text` in lines of WIDTH; `first` before the first one, as many blanks before the others. */
export function wrapped(text: string, first = "", width = WIDTH): string[] {
  const indent = " ".repeat(first.length);
  const lines: string[] = [];
  let line = first;
  let isBegun = false;
  for (const word of plain(text).split(/ +/)) {
    if (isBegun && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isBegun = false;
    }
    line += isBegun ? ` ${word}` : word;
    isBegun = true;
  }
  return [...lines, line.trimEnd()];
}

/** The log: a heading and a line a flow, columns as wide as they must be. */
export function logTable(flows: readonly CaseFlow[]): string[] {
  const rows = [LOG_COLUMNS.map(({ header }) => header), ...flows.map(({ cells }) => cells.map(cellText))];
  const widths = LOG_COLUMNS.map((_column, index) =>
    rows.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), 0),
  );
  return rows.map((row, place) => {
    let line = "";
    LOG_COLUMNS.forEach(({ name, align }, index) => {
      const text = row[index] ?? "";
      const isJoined = JOINED[name] !== undefined && JOINED[name] === LOG_COLUMNS[index - 1]?.name;
      if (index > 0) line += isJoined && place > 0 && text !== "" ? "." : " ";
      line += align === "left" ? text.padEnd(widths[index]!) : text.padStart(widths[index]!);
    });
    return line.trimEnd();
  });
}

export function cellText(text: string): string {
  return plain(text.trim());
}

/** Some of the first and some of the last, with what lies between counted. */
export function endsOf<Item>(
  all: readonly Item[],
  max: number,
): { readonly first: readonly Item[]; readonly last: readonly Item[]; readonly leftOut: number } {
  if (all.length <= max) return { first: all, last: [], leftOut: 0 };
  const last = Math.floor(max / 4);
  return {
    first: all.slice(0, max - last),
    last: all.slice(-last),
    leftOut: all.length - max,
  };
}
