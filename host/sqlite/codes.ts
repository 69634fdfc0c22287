// SQLite's result codes (sqlite.org/rescode.html), those that a decision rests on, and the error that carries one.
// Apart from the library so that whoever decides by a code need not load it.
// Always holds: the error's `code` is the name of the primary code; the message says SQLite's reason, and where.

import { printable, StrayError } from "../errors.js";

export const SQLITE_OK = 0;
export const SQLITE_ROW = 100;
export const SQLITE_DONE = 101;

const NAMES: Readonly<Record<number, string>> = {
  1: "SQLITE_ERROR",
  2: "SQLITE_INTERNAL",
  3: "SQLITE_PERM",
  4: "SQLITE_ABORT",
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  7: "SQLITE_NOMEM",
  8: "SQLITE_READONLY",
  9: "SQLITE_INTERRUPT",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  12: "SQLITE_NOTFOUND",
  13: "SQLITE_FULL",
  14: "SQLITE_CANTOPEN",
  15: "SQLITE_PROTOCOL",
  17: "SQLITE_SCHEMA",
  18: "SQLITE_TOOBIG",
  19: "SQLITE_CONSTRAINT",
  20: "SQLITE_MISMATCH",
  21: "SQLITE_MISUSE",
  23: "SQLITE_AUTH",
  25: "SQLITE_RANGE",
  26: "SQLITE_NOTADB",
};

export class SqliteError extends StrayError {
  /** With the extended part: 522 is SQLITE_IOERR_SHORT_READ. */
  readonly result: number;

  /** `where`: the database, or what was being done. `reason`: as SQLite says it. */
  constructor(result: number, reason: string, where: string) {
    const name = NAMES[result & 0xff] ?? "SQLITE_ERROR";
    super(name, `${printable(where)}: ${printable(reason)} (${name}${extended(result)})`, 1);
    this.result = result;
  }
}

function extended(result: number): string {
  return result > 0xff ? `, ${result}` : "";
}

/** What is in the file is not, or no longer, a database. */
export function isDamage(error: unknown): boolean {
  return error instanceof SqliteError && (error.code === "SQLITE_CORRUPT" || error.code === "SQLITE_NOTADB");
}
