// The file incidents.db in its directory: locked, looked over, made where it is missing, moved aside where it is damaged.
// Apart from what is in it because here a file may be anything.
// Always holds: a damaged file is never written to nor removed while it is the latest: it is moved aside and told of;
// of such files DAMAGED_KEPT stay.

import { closeSync, mkdirSync, openSync, readdirSync, renameSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { printable, StrayError, systemCode } from "../errors.js";
import { isDamage } from "../sqlite/codes.js";
import { Database } from "../sqlite/database.js";
import { lockDirectory, type StoreLock } from "../store/lock.js";
import { reasonOf } from "../store/store-problem.js";
import { checkVersion, migrate } from "./schema.js";

export const FILE_NAME = "incidents.db";
const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;
const DAMAGED_KEPT = 3;
/** What SQLite keeps beside a database. */
const SIDES = ["-wal", "-shm"] as const;

export interface OpenedFile {
  readonly database: Database;
  readonly lock: StoreLock;
  /** Name of the damaged file that was moved aside, and why. */
  readonly damaged: { readonly name: string; readonly reason: string } | undefined;
  /** identity() of the file. */
  readonly device: string;
}

/**
 * Opens it for writing. @throws StrayError INCIDENTS_LOCKED, INCIDENTS_VERSION or SqliteError; a system error where the
 * directory can't be made or written.
 */
export function openIncidentFile(directory: string, nowMs: number): OpenedFile {
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  const lock = locked(directory);
  try {
    const path = join(directory, FILE_NAME);
    const first = tryOpen(path);
    if (!("reason" in first)) return { database: first, lock, damaged: undefined, device: identity(path) };
    const name = moveAside(directory, nowMs);
    const second = tryOpen(path);
    if ("reason" in second) throw new StrayError("INCIDENTS_DAMAGED", `${path}: ${second.reason}`);
    return { database: second, lock, damaged: { name, reason: first.reason }, device: identity(path) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Opens it for reading, whether strayd runs or not.
 * @throws StrayError INCIDENTS_MISSING when it is not there; SqliteError when it is damaged.
 */
export function readIncidentFile(path: string): Database {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new StrayError(
      "INCIDENTS_MISSING",
      `there are no incidents at ${printable(path)}: give --database the path of an incidents.db`,
      2,
    );
  }
  try {
    return looked(Database.open(path, { readOnly: true }));
  } catch (error) {
    // Where not even the log's index may be made, nobody can be writing: it is read as it lies there.
    const isClosed =
      error instanceof StrayError && ["SQLITE_CANTOPEN", "SQLITE_READONLY"].includes(error.code);
    if (!isClosed || (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) throw error;
    return looked(Database.open(path, { readOnly: true, immutable: true }));
  }
}

/** Which file it is: another one at the same path is told by it. Empty when there is none. */
export function identity(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.dev}:${found.ino}`;
}

function looked(database: Database): Database {
  try {
    checkVersion(database);
    if (database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'incidents'") === 1) return database;
    throw new StrayError("INCIDENTS_MISSING", `${database.path} is a database, but not of incidents`, 2);
  } catch (error) {
    void database.close();
    throw error;
  }
}

/** The database, or why what is there is none. */
function tryOpen(path: string): Database | { readonly reason: string } {
  closeSync(openSync(path, "a", FILE_MODE));
  let database: Database | undefined;
  try {
    database = Database.open(path);
    const [finding] = Object.values(database.get("PRAGMA integrity_check(1)") ?? {});
    if (finding !== "ok") {
      void database.close();
      return { reason: `it is damaged: ${printable(String(finding).split("\n").join(" "))}` };
    }
    checkVersion(database);
    database.useWal();
    migrate(database);
    return database;
  } catch (error) {
    void database?.close();
    if (isDamage(error)) return { reason: reasonOf(error) };
    throw error;
  }
}

/** With what lies beside it; answers its new name. */
export function moveAside(directory: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  let name = `${FILE_NAME}.damaged-${stamp}`;
  for (let count = 2; statSync(join(directory, name), { throwIfNoEntry: false }) !== undefined; count++) {
    name = `${FILE_NAME}.damaged-${stamp}-${count}`;
  }
  renameSync(join(directory, FILE_NAME), join(directory, name));
  for (const side of SIDES) {
    try {
      renameSync(join(directory, FILE_NAME + side), join(directory, name + side));
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
  removeOlder(directory);
  return name;
}

function removeOlder(directory: string): void {
  const names = readdirSync(directory)
    .filter((name) => name.startsWith(`${FILE_NAME}.damaged-`) && !SIDES.some((side) => name.endsWith(side)))
    .sort();
  for (const name of names.slice(0, Math.max(0, names.length - DAMAGED_KEPT))) {
    for (const side of ["", ...SIDES]) {
      try {
        unlinkSync(join(directory, name + side));
      } catch (error) {
        if (systemCode(error) !== "ENOENT") throw error;
      }
    }
  }
}

function locked(directory: string): StoreLock {
  try {
    return lockDirectory(directory);
  } catch (error) {
    if (!(error instanceof StrayError) || error.code !== "STORE_LOCKED") throw error;
    throw new StrayError(
      "INCIDENTS_LOCKED",
      `the incidents in ${printable(directory)} are in use by another strayd: stop that one, or choose another incidents.directory`,
      2,
    );
  }
}
