// The system's SQLite (libsqlite3.so.0), called through koffi.
// Apart from databases and statements because this is where C begins: addresses are numbers, results are codes. The
// system's own library needs no compiler and no download at install, and gets the distribution's security updates.
// Always holds: loaded on first use only; text goes in as bytes with its length, so that a NUL in it is a character.

import { createRequire } from "node:module";
import { printable, StrayError } from "../errors.js";

type Koffi = typeof import("koffi");
/** Of a sqlite3 or a sqlite3_stmt. */
export type Handle = bigint | number;
type Done = (error: Error | null, result: number) => void;

const LIBRARY = "libsqlite3.so.0";
/** Byte order of the machine; addresses are 8 bytes on every machine that koffi and Node.js share here. */
const POINTER_BYTES = 8;

export interface SqliteLibrary {
  readonly version: string;
  /** One connection may be used by several threads. */
  readonly isThreadSafe: boolean;
  /** Of the C library, so that bytes are copied and never looked at in place. */
  copy(to: Uint8Array, from: Handle, bytes: number): void;
  /** `result`: 8 bytes that the handle is written to, see handleIn(). */
  open(path: string, result: Uint8Array, flags: number): number;
  close(db: Handle): number;
  busyTimeout(db: Handle, ms: number): number;
  extendedCodes(db: Handle, on: number): number;
  extendedCode(db: Handle): number;
  message(db: Handle): string;
  /** Words for a code, where there is no connection to ask. */
  words(code: number): string;
  exec(db: Handle, sql: string): number;
  /** `tail`: 8 bytes for the address of what follows the statement. */
  prepare(
    db: Handle,
    sql: Uint8Array,
    bytes: number,
    flags: number,
    result: Uint8Array,
    tail: Uint8Array,
  ): number;
  finalize(statement: Handle): number;
  step(statement: Handle): number;
  reset(statement: Handle): number;
  clearBindings(statement: Handle): number;
  parameters(statement: Handle): number;
  isReadOnly(statement: Handle): number;
  bindNull(statement: Handle, at: number): number;
  bindInteger(statement: Handle, at: number, value: number | bigint): number;
  bindReal(statement: Handle, at: number, value: number): number;
  bindText(statement: Handle, at: number, bytes: Uint8Array, length: number): number;
  bindBlob(statement: Handle, at: number, bytes: Uint8Array, length: number): number;
  columns(statement: Handle): number;
  columnName(statement: Handle, at: number): string;
  columnType(statement: Handle, at: number): number;
  columnInteger(statement: Handle, at: number): number | bigint;
  columnReal(statement: Handle, at: number): number;
  /** Up to its first NUL. */
  columnText(statement: Handle, at: number): string;
  columnBytes(statement: Handle, at: number): number;
  columnAddress(statement: Handle, at: number): Handle;
  changes(db: Handle): number;
  isAutocommit(db: Handle): number;
  /** On a thread of its own. */
  checkpoint(db: Handle, mode: number, done: Done): void;
}

let loaded: SqliteLibrary | undefined;

/** @throws StrayError SQLITE_UNAVAILABLE where the system has no SQLite. */
export function sqliteLibrary(): SqliteLibrary {
  loaded ??= load(LIBRARY);
  return loaded;
}

/** For tests: another name. */
export function load(name: string): SqliteLibrary {
  try {
    const koffi: Koffi = createRequire(import.meta.url)("koffi");
    return bind(koffi.load(name), koffi.load("libc.so.6"));
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new StrayError(
      "SQLITE_UNAVAILABLE",
      `incidents are kept by the system's SQLite, and ${name} can't be loaded: apt install libsqlite3-0 (${printable(reason)})`,
      2,
      { cause: error },
    );
  }
}

/** The address that a call wrote into 8 bytes. */
export function handleIn(result: Uint8Array): bigint {
  return new DataView(result.buffer, result.byteOffset, POINTER_BYTES).getBigUint64(0, isLittle);
}

const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
/** sqlite3_bind_text copies what it is given: SQLITE_TRANSIENT. */
const TRANSIENT = -1;

function bind(library: ReturnType<Koffi["load"]>, c: ReturnType<Koffi["load"]>): SqliteLibrary {
  const call = (declaration: string) => library.func(declaration);
  const open = call("int sqlite3_open_v2(const char *, void *, int, const char *)");
  const exec = call("int sqlite3_exec(uintptr_t, const char *, uintptr_t, uintptr_t, uintptr_t)");
  const bindText = call("int sqlite3_bind_text(uintptr_t, int, const void *, int, intptr_t)");
  const bindBlob = call("int sqlite3_bind_blob(uintptr_t, int, const void *, int, intptr_t)");
  const checkpoint = call(
    "int sqlite3_wal_checkpoint_v2(uintptr_t, const char *, int, uintptr_t, uintptr_t)",
  );
  const copy = c.func("uintptr_t memcpy(void *, uintptr_t, size_t)");
  return {
    version: call("const char *sqlite3_libversion()")() as string,
    isThreadSafe: (call("int sqlite3_threadsafe()")() as number) !== 0,
    copy: (to, from, bytes) => void copy(to, from, bytes),
    open: (path, result, flags) => open(path, result, flags, null),
    close: call("int sqlite3_close_v2(uintptr_t)"),
    busyTimeout: call("int sqlite3_busy_timeout(uintptr_t, int)"),
    extendedCodes: call("int sqlite3_extended_result_codes(uintptr_t, int)"),
    extendedCode: call("int sqlite3_extended_errcode(uintptr_t)"),
    message: call("const char *sqlite3_errmsg(uintptr_t)"),
    words: call("const char *sqlite3_errstr(int)"),
    exec: (db, sql) => exec(db, sql, 0, 0, 0),
    prepare: call("int sqlite3_prepare_v3(uintptr_t, const void *, int, uint, void *, void *)"),
    finalize: call("int sqlite3_finalize(uintptr_t)"),
    step: call("int sqlite3_step(uintptr_t)"),
    reset: call("int sqlite3_reset(uintptr_t)"),
    clearBindings: call("int sqlite3_clear_bindings(uintptr_t)"),
    parameters: call("int sqlite3_bind_parameter_count(uintptr_t)"),
    isReadOnly: call("int sqlite3_stmt_readonly(uintptr_t)"),
    bindNull: call("int sqlite3_bind_null(uintptr_t, int)"),
    bindInteger: call("int sqlite3_bind_int64(uintptr_t, int, int64_t)"),
    bindReal: call("int sqlite3_bind_double(uintptr_t, int, double)"),
    bindText: (statement, at, bytes, length) => bindText(statement, at, bytes, length, TRANSIENT),
    bindBlob: (statement, at, bytes, length) => bindBlob(statement, at, bytes, length, TRANSIENT),
    columns: call("int sqlite3_column_count(uintptr_t)"),
    columnName: call("const char *sqlite3_column_name(uintptr_t, int)"),
    columnType: call("int sqlite3_column_type(uintptr_t, int)"),
    columnInteger: call("int64_t sqlite3_column_int64(uintptr_t, int)"),
    columnReal: call("double sqlite3_column_double(uintptr_t, int)"),
    columnText: call("const char *sqlite3_column_text(uintptr_t, int)"),
    columnBytes: call("int sqlite3_column_bytes(uintptr_t, int)"),
    columnAddress: call("uintptr_t sqlite3_column_blob(uintptr_t, int)"),
    changes: call("int sqlite3_changes(uintptr_t)"),
    isAutocommit: call("int sqlite3_get_autocommit(uintptr_t)"),
    checkpoint: (db, mode, done) => checkpoint.async(db, null, mode, 0, 0, done),
  };
}
