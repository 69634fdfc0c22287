// The binding to SQLite: values in and out, transactions, statements that are kept and let go, errors, damage, locks.

import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { StrayError } from "../../../host/errors.js";
import { isDamage, SqliteError } from "../../../host/sqlite/codes.js";
import { Database, type DatabaseOptions } from "../../../host/sqlite/database.js";
import { load, sqliteLibrary } from "../../../host/sqlite/library.js";

const folders: string[] = [];
const databases: Database[] = [];
afterEach(async () => {
  await Promise.all(databases.splice(0).map((database) => database.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "stray-sqlite-"));
  folders.push(made);
  return made;
}

function open(path = ":memory:", options: DatabaseOptions = {}): Database {
  const database = Database.open(path, options);
  databases.push(database);
  return database;
}

function thrown(work: () => unknown): StrayError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(StrayError);
    return error as StrayError;
  }
  throw new Error("nothing was thrown");
}

describe("values", () => {
  it("come back as they went in", () => {
    const database = open();
    const back = (value: null | number | bigint | string | Uint8Array) =>
      database.get("SELECT ?1 AS v", value)?.["v"];
    for (const value of [
      null,
      0,
      -1,
      1.5,
      2 ** 53 - 1,
      -(2 ** 53) + 1,
      2 ** 62,
      "",
      "\0",
      "a\0b",
      "häßlich ☃ 𝄞",
    ]) {
      expect(back(value)).toBe(value);
    }
    expect(back(2n ** 63n - 1n)).toBe(2n ** 63n - 1n);
    expect(back(-(2n ** 63n))).toBe(-(2n ** 63n));
    expect(back(7n)).toBe(7);
    expect(back(new Uint8Array())).toEqual(new Uint8Array());
    expect(back(Uint8Array.of(0, 1, 255))).toEqual(Uint8Array.of(0, 1, 255));
    expect(back(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(back("\ud800")).toBe("\ufffd");
  });

  it("property: any text, any bytes, any 64-bit integer", () => {
    const database = open();
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        (text, bytes, integer) => {
          const row = database.get("SELECT ?1 AS text, ?2 AS bytes, ?3 AS integer", text, bytes, integer)!;
          expect(row["text"]).toBe(Buffer.from(text).toString());
          expect(row["bytes"]).toEqual(bytes);
          expect(BigInt(row["integer"] as number | bigint)).toBe(integer);
        },
      ),
    );
  });

  it("that don't fit are refused", () => {
    const database = open();
    expect(thrown(() => database.run("SELECT ?1", 2n ** 63n)).code).toBe("SQLITE_MISUSE");
    expect(thrown(() => database.run("SELECT ?1")).message).toContain("1 values were expected, found 0");
    expect(thrown(() => database.run("  ")).code).toBe("SQLITE_MISUSE");
  });

  it("rows can be left off, and asked for within each other", () => {
    const database = open();
    database.exec("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3);");
    const seen: unknown[] = [];
    database.each<{ n: number }>("SELECT n FROM t ORDER BY n", [], ({ n }) => {
      seen.push(n, database.all("SELECT n FROM t ORDER BY n").length);
      return n < 2;
    });
    expect(seen).toEqual([1, 3, 2, 3]);
    database.exec("ALTER TABLE t ADD COLUMN m");
    expect(database.get("SELECT * FROM t")).toEqual({ n: 1, m: null });
    expect(database.number("SELECT count(*) FROM t")).toBe(3);
  });
});

describe("transactions", () => {
  it("are whole or undone, nested ones with them", () => {
    const database = open();
    database.exec("CREATE TABLE t (n INTEGER UNIQUE)");
    const add = (n: number) => database.run("INSERT INTO t VALUES (?1)", n);
    database.transaction(() => database.transaction(() => add(1)));
    const error = thrown(() =>
      database.transaction(() => {
        add(2);
        add(1);
      }),
    );
    expect(error.code).toBe("SQLITE_CONSTRAINT");
    expect(error.message).toContain("UNIQUE constraint failed: t.n");
    expect(database.all("SELECT n FROM t")).toEqual([{ n: 1 }]);
    database.transaction(() => add(3));
    expect(database.number("SELECT count(*) FROM t")).toBe(2);
  });

  it("hold foreign keys", () => {
    const database = open();
    database.exec(
      "CREATE TABLE a (n INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a ON DELETE CASCADE)",
    );
    expect(thrown(() => database.run("INSERT INTO b VALUES (1)")).code).toBe("SQLITE_CONSTRAINT");
    database.exec("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); DELETE FROM a");
    expect(database.number("SELECT count(*) FROM b")).toBe(0);
  });

  it("another program's lock is waited for, then told", () => {
    const path = join(folder(), "x.db");
    const one = open(path);
    one.useWal();
    one.exec("CREATE TABLE t (n)");
    const two = open(path, { busyMs: 20 });
    one.transaction(() => {
      one.run("INSERT INTO t VALUES (1)");
      const begun = performance.now();
      expect(thrown(() => two.transaction(() => two.run("INSERT INTO t VALUES (2)"))).code).toBe(
        "SQLITE_BUSY",
      );
      expect(performance.now() - begun).toBeGreaterThan(15);
      expect(two.number("SELECT count(*) FROM t")).toBe(0);
    });
    two.transaction(() => two.run("INSERT INTO t VALUES (2)"));
    expect(one.number("SELECT count(*) FROM t")).toBe(2);
  });
});

describe("files", () => {
  it("are in WAL mode, and keep what was written; any name will do", async () => {
    const path = join(folder(), "what is 100%25?#.db");
    const database = open(path);
    database.useWal();
    database.exec("CREATE TABLE t (n)");
    expect(database.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
    expect(database.get("PRAGMA synchronous")).toEqual({ synchronous: 1 });
    database.run("INSERT INTO t VALUES (?1)", "x".repeat(100_000));
    await database.checkpoint();
    expect(statSync(path).size).toBeGreaterThan(100_000);
    expect(database.usedBytes).toBeGreaterThan(100_000);
    await database.close();
    await database.close();
    expect(database.isClosed).toBe(true);
    expect(thrown(() => database.run("SELECT 1")).code).toBe("SQLITE_MISUSE");
    expect(open(path).number("SELECT count(*) FROM t")).toBe(1);
  });

  it("a checkpoint does not hold up a writer, and is awaited by close()", async () => {
    const path = join(folder(), "x.db");
    const database = open(path);
    database.useWal();
    database.exec("CREATE TABLE t (n)");
    for (let round = 0; round < 20; round++) {
      const running = database.checkpoint();
      database.transaction(() => database.run("INSERT INTO t VALUES (?1)", "y".repeat(50_000)));
      if (round % 2) await running;
    }
    const last = database.checkpoint();
    await database.close();
    await last;
    expect(open(path).number("SELECT count(*) FROM t")).toBe(20);
  });

  it("read only: nothing is made, nothing is written; also where only reading is allowed", async () => {
    const path = join(folder(), "x.db");
    expect(thrown(() => open(path, { readOnly: true })).code).toBe("SQLITE_CANTOPEN");
    const database = open(path);
    database.useWal();
    database.exec("CREATE TABLE t (n); INSERT INTO t VALUES (1)");
    const reader = open(path, { readOnly: true });
    expect(reader.number("SELECT n FROM t")).toBe(1);
    expect(thrown(() => reader.exec("DELETE FROM t")).code).toBe("SQLITE_READONLY");
    await reader.close();
    await database.close();
    const still = open(path, { readOnly: true, immutable: true });
    expect(still.number("SELECT n FROM t")).toBe(1);
  });

  it("that are no database, or damaged, are told so", () => {
    const path = join(folder(), "x.db");
    writeFileSync(path, "this is not a database at all, but text that is long enough".repeat(100));
    const error = thrown(() => open(path).number("SELECT count(*) FROM sqlite_schema"));
    expect(error).toBeInstanceOf(SqliteError);
    expect(error.code).toBe("SQLITE_NOTADB");
    expect(error.message).toBe(
      `${path}: file is not a database: SELECT count(*) FROM sqlite_schema (SQLITE_NOTADB)`,
    );
    expect(isDamage(error)).toBe(true);
    expect(isDamage(new Error("x"))).toBe(false);
  });

  it("that can't be opened are told with their path", () => {
    const error = thrown(() => open(join(folder(), "no", "x.db")));
    expect(error.code).toBe("SQLITE_CANTOPEN");
    expect(error.message).toMatch(/no\/x\.db: unable to open database file \(SQLITE_CANTOPEN/);
  });
});

describe("what is held", () => {
  it("statements up to a bound; memory does not grow with use", () => {
    const database = open(":memory:", { statementsMax: 4 });
    for (let n = 0; n < 50; n++) database.run(`SELECT ${n}`);
    expect(database.prepareds).toBe(4);
    const sql = "SELECT ?1 AS text";
    const text = "z".repeat(1000);
    for (let n = 0; n < 2000; n++) database.get(sql, text);
    const before = process.memoryUsage.rss();
    for (let n = 0; n < 60_000; n++) database.get(n % 3 ? sql : `SELECT ?1 AS t${n % 9}`, text);
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 << 20);
  });

  it("a child that is killed while it writes leaves a whole database", () => {
    const path = join(folder(), "x.db");
    const database = open(path);
    database.useWal();
    database.exec("CREATE TABLE t (a INTEGER, b INTEGER)");
    const program = `
      import { createRequire } from "node:module";
      const koffi = createRequire(${JSON.stringify(import.meta.url)})("koffi");
      const l = koffi.load("libsqlite3.so.0");
      const out = new BigUint64Array(1);
      l.func("int sqlite3_open_v2(const char *, void *, int, const char *)")(${JSON.stringify(path)}, out, 6, null);
      const exec = l.func("int sqlite3_exec(uintptr_t, const char *, uintptr_t, uintptr_t, uintptr_t)");
      for (let n = 0; ; n++) {
        exec(out[0], "BEGIN IMMEDIATE; INSERT INTO t VALUES (" + n + ", 0)", 0, 0, 0);
        if (n === 500) process.kill(process.pid, "SIGKILL");
        exec(out[0], "UPDATE t SET b = a WHERE a = " + n + "; COMMIT", 0, 0, 0);
      }`;
    const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
    expect(signal).toBe("SIGKILL");
    expect(database.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    expect(database.number("SELECT count(*) FROM t")).toBe(500);
    expect(database.number("SELECT count(*) FROM t WHERE a != b")).toBe(0);
  });

  it("a torn log costs the transactions in its end only", async () => {
    const path = join(folder(), "x.db");
    const database = open(path);
    database.useWal();
    database.exec("CREATE TABLE t (n)");
    for (let n = 0; n < 10; n++)
      database.transaction(() => database.run("INSERT INTO t VALUES (?1)", "x".repeat(5000)));
    const wal = readFileSync(`${path}-wal`);
    const torn = join(folder(), "y.db");
    writeFileSync(torn, readFileSync(path));
    writeFileSync(`${torn}-wal`, wal);
    const fd = openSync(`${torn}-wal`, "r+");
    writeSync(fd, Buffer.alloc(100, 0xaa), 0, 100, wal.length - 4200);
    closeSync(fd);
    const again = open(torn);
    expect(again.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    const left = again.number("SELECT count(*) FROM t");
    expect(left).toBeLessThan(10);
    expect(left).toBeGreaterThan(5);
  });
});

describe("the library", () => {
  it("that is missing is told with what to do", () => {
    const error = thrown(() => load("libno-such-sqlite.so.0"));
    expect(error.code).toBe("SQLITE_UNAVAILABLE");
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("apt install libsqlite3-0");
  });

  it("is the system's own, and may be used by threads", () => {
    expect(sqliteLibrary().version).toMatch(/^3\.\d+\.\d+$/);
    expect(sqliteLibrary().isThreadSafe).toBe(true);
  });
});
