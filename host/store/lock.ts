// One writer a directory: a lock file that says whose it is.
// Apart because what to do with a lock that was left behind needs care.
// Always holds: a lock of a process that runs is respected; one of a process that ended (or of another that got its
// number) is taken over; two that take over at once don't both get it.

import { closeSync, linkSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { printable, StrayError, systemCode } from "../errors.js";

export const LOCK_NAME = "stray.lock";
const LOCK_MODE = 0o640;
const TRIES = 5;

export interface StoreLock {
  release(): void;
}

/** @throws StrayError STORE_LOCKED when a running process has it; the system's error when the file can't be made. */
export function lockDirectory(directory: string): StoreLock {
  const path = join(directory, LOCK_NAME);
  const own = ownerText(process.pid);
  for (let tries = 0; tries < TRIES; tries++) {
    if (create(path, own)) return { release: () => release(path, own) };
    const holder = read(path);
    if (holder !== undefined && isRunning(holder)) throw locked(directory, holder);
    if (holder !== undefined) discard(path, holder);
  }
  throw locked(directory, read(path) ?? "");
}

/** The process that writes there now, if any. */
export function storeOwner(directory: string): number | undefined {
  const holder = read(join(directory, LOCK_NAME));
  return holder !== undefined && isRunning(holder) ? Number.parseInt(holder, 10) : undefined;
}

function locked(directory: string, holder: string): StrayError {
  const who = printable(holder.split(" ")[0]?.trim() || "unknown");
  return new StrayError(
    "STORE_LOCKED",
    `the store ${printable(directory)} is in use by process ${who}: stop that one, or choose another store.directory`,
    2,
  );
}

/** `PID START`: a number alone may be another process by now, so its start time goes with it (proc(5), field 22). */
function ownerText(pid: number): string {
  return `${pid} ${startTime(pid) ?? "-"}\n`;
}

function startTime(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in brackets, may have anything in it.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function isRunning(holder: string): boolean {
  const [pidText = "", start = "-"] = holder.trim().split(" ");
  const pid = Number(pidText);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== "EPERM") return false;
  }
  const now = startTime(pid);
  return now === undefined || start === "-" || now === start;
}

function create(path: string, text: string): boolean {
  // Written under another name first, so that nobody ever reads half a lock.
  const draft = `${path}.${process.pid}`;
  try {
    writeWhole(draft, "w", text);
    linkSync(draft, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOSYS" && code !== "EOPNOTSUPP") throw error;
    return createWithoutLinks(path, text);
  } finally {
    remove(draft);
  }
}

function writeWhole(path: string, flags: string, text: string): void {
  const fd = openSync(path, flags, LOCK_MODE);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It never came to be, or its folder can't be written: then it is not ours to keep tidy.
  }
}

/** For file systems that have no links. */
function createWithoutLinks(path: string, text: string): boolean {
  try {
    writeWhole(path, "wx", text);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Moves the lock away and looks at what was moved: when it is another's by now, it is put back. */
function discard(path: string, holder: string): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (read(aside) !== holder) linkSync(aside, path);
  } catch {
    // Somebody else was quicker: the next try sees what is there now.
  }
  remove(aside);
}

function release(path: string, own: string): void {
  if (read(path) === own) remove(path);
}
