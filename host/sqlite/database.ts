// A database of SQLite: opened, asked, changed in transactions, closed.
// Apart from the library because here are strings, rows and errors; nothing here knows what is kept in it.
// Always holds: a failed call is a SqliteError with SQLite's own words; a transaction is whole or undone; statements
// are kept prepared up to a bound and finalised beyond it; after close() nothing of it is left.

import { StrayError } from "../errors.js";
import { SQLITE_OK, SqliteError } from "./codes.js";
import { type Handle, handleIn, type SqliteLibrary, sqliteLibrary } from "./library.js";
import { type SqlRow, type SqlValue, Statement } from "./statement.js";

const OPEN_READONLY = 0x1;
const OPEN_READWRITE = 0x2;
const OPEN_CREATE = 0x4;
const OPEN_URI = 0x40;
const OPEN_FULL_MUTEX = 0x10000;
const PREPARE_PERSISTENT = 1;
const CHECKPOINT_PASSIVE = 0;
const STATEMENTS_MAX = 64;
const BUSY_MS = 250;
const LOG_PAGES_MAX = 4000;

export interface DatabaseOptions {
  /** Nothing is written; the file must be there. */
  readonly readOnly?: boolean;
  /** With `readOnly`: nobody else writes, so no lock is taken and no file made beside it. */
  readonly immutable?: boolean;
  /** How long a call waits for another program's lock: it blocks the thread. 250 ms unless given. */
  readonly busyMs?: number;
  readonly statementsMax?: number;
}

export class Database {
  private readonly statements = new Map<string, Statement>();
  private readonly statementsMax: number;
  private depth = 0;
  private isOpen = true;
  private checkpointer: Handle | undefined;
  private checkpointing: Promise<void> | undefined;

  private constructor(
    private readonly library: SqliteLibrary,
    private readonly handle: Handle,
    readonly path: string,
    private readonly options: DatabaseOptions,
  ) {
    this.statementsMax = options.statementsMax ?? STATEMENTS_MAX;
  }

  /**
   * Opens, or makes it; written to, it is in WAL mode with synchronous NORMAL: a power cut may lose the last
   * transactions, and damages nothing.
   * @throws StrayError SQLITE_UNAVAILABLE without the library; SqliteError for a file that can't be opened.
   */
  static open(path: string, options: DatabaseOptions = {}): Database {
    const library = sqliteLibrary();
    const handle = connect(library, path, options);
    const database = new Database(library, handle, path, options);
    try {
      library.busyTimeout(handle, options.busyMs ?? BUSY_MS);
      database.exec("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
      if (options.readOnly) database.exec("PRAGMA query_only = ON;");
    } catch (error) {
      void database.close();
      throw error;
    }
    return database;
  }

  get isClosed(): boolean {
    return !this.isOpen;
  }

  /** WAL and synchronous NORMAL; the file's size is given back page by page. Before the first table is made. */
  useWal(): void {
    this.exec("PRAGMA auto_vacuum = INCREMENTAL;");
    this.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 1048576;");
    // Only where nobody asks for a checkpoint: it would wait for the disk on this thread.
    this.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES_MAX};`);
  }

  /** Statements without values, one or several. */
  exec(sql: string): void {
    this.check(this.library.exec(this.live(), sql));
  }

  run(sql: string, ...values: readonly SqlValue[]): void {
    this.prepared(sql, (statement) => statement.run(values));
  }

  /** The first row. */
  get<Row = SqlRow>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    return this.prepared(sql, (statement) => statement.get<Row>(values));
  }

  all<Row = SqlRow>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.prepared(sql, (statement) => statement.all<Row>(values));
  }

  /** Row by row, until `each` answers false. */
  each<Row = SqlRow>(sql: string, values: readonly SqlValue[], each: (row: Row) => unknown): void {
    this.prepared(sql, (statement) => statement.each<Row>(values, each));
  }

  /** The first column of the first row, as a number. */
  number(sql: string, ...values: readonly SqlValue[]): number {
    const row = this.get(sql, ...values);
    return row === undefined ? 0 : Number(Object.values(row)[0] ?? 0);
  }

  /** Rows that the latest insert, update or delete changed. */
  get changes(): number {
    return this.library.changes(this.live());
  }

  /** All of `work`, or, when it throws, nothing. Within another one it is part of that. */
  transaction<Result>(work: () => Result): Result {
    if (this.depth > 0) return work();
    this.exec("BEGIN IMMEDIATE");
    this.depth++;
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    } finally {
      this.depth--;
    }
  }

  /** Statements kept prepared. */
  get prepareds(): number {
    return this.statements.size;
  }

  /** Bytes of the pages in use: free ones of the file do not count. */
  get usedBytes(): number {
    const pages = this.number("PRAGMA page_count") - this.number("PRAGMA freelist_count");
    return pages * this.number("PRAGMA page_size");
  }

  /**
   * Moves what the log holds into the database, on a thread and over a connection of its own: this is where the disk
   * is waited for. Readers and writers go on. One at a time; whoever asks meanwhile gets the same one.
   */
  checkpoint(): Promise<void> {
    this.live();
    this.checkpointing ??= this.checkpointOnce().finally(() => {
      this.checkpointing = undefined;
    });
    return this.checkpointing;
  }

  /** At once, unless a checkpoint is under way: that is waited for. Safe to call twice. */
  close(): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    this.isOpen = false;
    const { checkpointing } = this;
    if (checkpointing === undefined) {
      this.release();
      return Promise.resolve();
    }
    return checkpointing.catch(() => undefined).then(() => this.release());
  }

  private release(): void {
    if (this.checkpointer !== undefined) this.library.close(this.checkpointer);
    for (const statement of this.statements.values()) statement.finalize();
    this.statements.clear();
    this.library.close(this.handle);
  }

  private async checkpointOnce(): Promise<void> {
    const { library } = this;
    if (!library.isThreadSafe) {
      this.exec("PRAGMA wal_checkpoint(PASSIVE)");
      return;
    }
    const handle = this.checkpointer ?? connect(library, this.path, this.options);
    this.checkpointer = handle;
    // Until it has read something, a connection does not know that there is a log.
    library.exec(handle, "SELECT 1 FROM sqlite_schema");
    const result = await new Promise<number>((resolve, reject) => {
      library.checkpoint(handle, CHECKPOINT_PASSIVE, (error, code) => {
        if (error === null) resolve(code);
        else reject(error);
      });
    });
    // Another program reads just now: what is left is moved by the next one.
    if (result !== SQLITE_OK && (result & 0xff) !== 5) {
      throw new SqliteError(result, library.message(handle), this.path);
    }
  }

  private rollback(): void {
    // After some failures SQLite has rolled back by itself.
    if (this.isOpen && this.library.isAutocommit(this.handle) === 0)
      this.library.exec(this.handle, "ROLLBACK");
  }

  private prepared<Result>(sql: string, use: (statement: Statement) => Result): Result {
    this.live();
    const known = this.statements.get(sql);
    if (known?.isBusy) return this.once(sql, use);
    const statement = known ?? this.prepare(sql);
    // The latest at the end.
    this.statements.delete(sql);
    this.statements.set(sql, statement);
    this.trim();
    return use(statement);
  }

  /** A second use of a statement within its first. */
  private once<Result>(sql: string, use: (statement: Statement) => Result): Result {
    const statement = this.prepare(sql);
    try {
      return use(statement);
    } finally {
      statement.finalize();
    }
  }

  private trim(): void {
    for (const [sql, statement] of this.statements) {
      if (this.statements.size <= this.statementsMax) return;
      if (statement.isBusy) continue;
      statement.finalize();
      this.statements.delete(sql);
    }
  }

  private prepare(sql: string): Statement {
    const text = Buffer.from(`${sql}\0`, "utf8");
    const [result, tail] = [new Uint8Array(8), new Uint8Array(8)];
    this.check(this.library.prepare(this.live(), text, text.length, PREPARE_PERSISTENT, result, tail), sql);
    const handle = handleIn(result);
    if (handle === 0n)
      throw new StrayError("SQLITE_MISUSE", `a statement was expected, found ${JSON.stringify(sql)}`);
    return new Statement(this.library, handle, sql, (code) => this.raise(code));
  }

  private live(): Handle {
    if (this.isOpen) return this.handle;
    throw new StrayError("SQLITE_MISUSE", `the database ${this.path} is closed`);
  }

  private check(result: number, where?: string): void {
    if (result !== SQLITE_OK) this.raise(result, where);
  }

  private raise(result: number, where?: string): never {
    const reason = this.library.message(this.handle);
    throw new SqliteError(result, where === undefined ? reason : `${reason}: ${where}`, this.path);
  }
}

function connect(library: SqliteLibrary, path: string, { readOnly, immutable }: DatabaseOptions): Handle {
  const result = new Uint8Array(8);
  const flags = (readOnly ? OPEN_READONLY : OPEN_READWRITE | OPEN_CREATE) | OPEN_FULL_MUTEX | OPEN_URI;
  const code = library.open(uriOf(path, immutable === true), result, flags);
  const handle = handleIn(result);
  if (code !== SQLITE_OK) {
    const reason = handle === 0n ? library.words(code) : library.message(handle);
    const extended = handle === 0n ? code : library.extendedCode(handle);
    if (handle !== 0n) library.close(handle);
    throw new SqliteError(extended || code, reason, path);
  }
  library.extendedCodes(handle, 1);
  return handle;
}

/** A path may begin or go on with anything: as a URI it means itself. `:memory:` stays. */
function uriOf(path: string, isImmutable: boolean): string {
  if (path === ":memory:") return path;
  const escaped = path.replace(/[%?#]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `file:${escaped}${isImmutable ? "?immutable=1" : ""}`;
}
