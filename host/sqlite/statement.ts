// One prepared statement: values in, rows out.
// Apart from the database because its life is another: it is finalised when the cache has no room for it.
// Always holds: between two uses it is reset and holds no value of the last one; integers are exact: a number while it
// is safe, else a bigint; a string that is no UTF-16 comes back with U+FFFD in its place.

import { StrayError } from "../errors.js";
import { SQLITE_DONE, SQLITE_ROW } from "./codes.js";
import type { Handle, SqliteLibrary } from "./library.js";

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

const TYPE_INTEGER = 1;
const TYPE_REAL = 2;
const TYPE_TEXT = 3;
const TYPE_BLOB = 4;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
/** What an empty text points at: with no address at all SQLite would take it for null. */
const NOTHING = new Uint8Array(1);

export class Statement {
  private names: readonly string[] | undefined;
  private isInUse = false;
  private isFinal = false;

  constructor(
    private readonly library: SqliteLibrary,
    private readonly handle: Handle,
    readonly sql: string,
    private readonly fail: (result: number) => never,
  ) {}

  get isBusy(): boolean {
    return this.isInUse;
  }

  /** Runs it to its end; rows are passed over. */
  run(values: readonly SqlValue[]): void {
    this.use(values, () => {
      while (this.step()) {}
    });
  }

  get<Row = SqlRow>(values: readonly SqlValue[]): Row | undefined {
    return this.use(values, () => (this.step() ? (this.row() as Row) : undefined));
  }

  all<Row = SqlRow>(values: readonly SqlValue[]): Row[] {
    const rows: Row[] = [];
    this.each<Row>(values, (row) => {
      rows.push(row);
    });
    return rows;
  }

  /** Until `each` answers false. */
  each<Row = SqlRow>(values: readonly SqlValue[], each: (row: Row) => unknown): void {
    this.use(values, () => {
      while (this.step() && each(this.row() as Row) !== false) {}
    });
  }

  finalize(): void {
    if (this.isFinal) return;
    this.isFinal = true;
    this.library.finalize(this.handle);
  }

  private use<Result>(values: readonly SqlValue[], work: () => Result): Result {
    if (this.isInUse || this.isFinal) {
      throw new StrayError(
        "SQLITE_MISUSE",
        `a statement is used within itself, or after its end: ${this.sql}`,
      );
    }
    this.isInUse = true;
    try {
      this.bind(values);
      return work();
    } finally {
      this.isInUse = false;
      if (!this.isFinal) {
        this.library.reset(this.handle);
        this.library.clearBindings(this.handle);
      }
    }
  }

  private step(): boolean {
    const result = this.library.step(this.handle);
    if (result === SQLITE_ROW) return true;
    return result === SQLITE_DONE ? false : this.fail(result);
  }

  private bind(values: readonly SqlValue[]): void {
    const wanted = this.library.parameters(this.handle);
    if (values.length !== wanted) {
      throw new StrayError(
        "SQLITE_MISUSE",
        `${wanted} values were expected, found ${values.length}: ${this.sql}`,
      );
    }
    values.forEach((value, index) => {
      const result = this.bindOne(index + 1, value);
      if (result !== 0) this.fail(result);
    });
  }

  private bindOne(at: number, value: SqlValue): number {
    const { library, handle } = this;
    if (value === null) return library.bindNull(handle, at);
    if (typeof value === "number") {
      return Number.isSafeInteger(value)
        ? library.bindInteger(handle, at, value)
        : library.bindReal(handle, at, value);
    }
    if (typeof value === "bigint") {
      if (value > INT64_MAX || value < -INT64_MAX - 1n) {
        throw new StrayError("SQLITE_MISUSE", `an integer of 64 bits was expected, found ${value}`);
      }
      return library.bindInteger(handle, at, value);
    }
    if (typeof value === "string") {
      const bytes = Buffer.from(value, "utf8");
      return library.bindText(handle, at, bytes.length === 0 ? NOTHING : bytes, bytes.length);
    }
    return library.bindBlob(handle, at, value.length === 0 ? NOTHING : value, value.length);
  }

  private row(): SqlRow {
    const { library, handle } = this;
    // A changed schema can change the columns of `select *`: then the number tells.
    const count = library.columns(handle);
    if (this.names?.length !== count) {
      this.names = Array.from({ length: count }, (_, at) => library.columnName(handle, at));
    }
    const row: Record<string, SqlValue> = {};
    this.names.forEach((name, at) => {
      row[name] = this.value(at);
    });
    return row;
  }

  private value(at: number): SqlValue {
    const { library, handle } = this;
    switch (library.columnType(handle, at)) {
      case TYPE_INTEGER:
        return library.columnInteger(handle, at);
      case TYPE_REAL:
        return library.columnReal(handle, at);
      case TYPE_TEXT:
        return this.text(at);
      case TYPE_BLOB:
        return this.bytes(at, library.columnAddress(handle, at));
      default:
        return null;
    }
  }

  /** The quick way ends at a NUL; then the bytes are copied. */
  private text(at: number): string {
    const { library, handle } = this;
    const text = library.columnText(handle, at);
    const bytes = library.columnBytes(handle, at);
    if (text.length === bytes || Buffer.byteLength(text) === bytes) return text;
    return Buffer.from(this.bytes(at, library.columnAddress(handle, at))).toString("utf8");
  }

  private bytes(at: number, address: Handle): Uint8Array {
    const bytes = new Uint8Array(this.library.columnBytes(this.handle, at));
    if (bytes.length > 0) this.library.copy(bytes, address, bytes.length);
    return bytes;
  }
}
