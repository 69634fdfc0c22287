// The error of a filter that can't be understood.
// Apart so that lexer, parser and value readers raise the same.
// Always holds: the message tells the column, counted from 1 in the filter's text.

import { printable, StrayError } from "../errors.js";

export class FilterError extends StrayError {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super("FILTER_SYNTAX", `filter: ${printable(message)} at column ${column}`, 2);
  }
}
