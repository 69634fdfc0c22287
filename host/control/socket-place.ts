// How a listening socket gets its name, and what may be in the way of it.
// Apart from the making of the socket because this is about other processes: dead ones, live ones, ones that start now.
// Always holds: of several that start at once just one gets the name; nothing but a socket that nobody answers on is
// ever removed.

import { linkSync, lstatSync, renameSync, type Stats, unlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { printable, StrayError, systemCode } from "../errors.js";

const ANSWER_MS = 2000;
const ATTEMPTS_MAX = 4;
const LOCK_WAIT_MS = 5000;
const LOCK_LOOK_MS = 20;

/**
 * Gives the listening socket `draft` the name `path`; a stale socket in the way is taken away.
 * @throws StrayError CONTROL_IN_USE, CONTROL_NOT_A_SOCKET; errors of the system as they are.
 */
export async function putInPlace(draft: string, path: string): Promise<void> {
  if (isNamed(draft, path)) return;
  // Two that start over the same stale socket must not take each other's fresh one for it.
  const release = await oneAtATime(path);
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      await takeStaleAway(path);
      if (isNamed(draft, path)) return;
    }
  } finally {
    release();
  }
  throw inUse(path);
}

/** False when something has that name already. */
function isNamed(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch {
    if (statOf(path) !== undefined) return false;
    // A file system without hard links to sockets; where even this is refused, the reason is the user's to know.
    renameSync(draft, path);
    return true;
  }
}

async function takeStaleAway(path: string): Promise<void> {
  const there = statOf(path);
  if (there === undefined) return;
  if (!there.isSocket()) {
    throw new StrayError(
      "CONTROL_NOT_A_SOCKET",
      `${printable(path)} is ${kindOf(there)}, not a socket, and is left alone: move it, or set control.socket to another path`,
      2,
    );
  }
  if (await isAnswered(path)) throw inUse(path);
  removeIfSocket(path);
}

/**
 * A lock of this network namespace: an abstract socket (unix(7)), which goes with its process whatever happens. It
 * protects against accidents, so one that stays taken (any user may take the name) only delays.
 */
async function oneAtATime(path: string): Promise<() => void> {
  const { dev, ino } = lstatSync(dirname(path));
  const name = `\0stray-start:${dev}:${ino}:${basename(path).slice(0, 40)}`;
  const deadlineMs = performance.now() + LOCK_WAIT_MS;
  while (performance.now() < deadlineMs) {
    const lock = createServer((socket) => socket.destroy());
    const isOurs = await new Promise<boolean>((done) => {
      lock.once("error", () => done(false));
      lock.listen(name, () => done(true));
    });
    if (isOurs) return () => lock.close();
    await sleep(LOCK_LOOK_MS);
  }
  return () => undefined;
}

/** Somebody accepts there, or might. @throws what connect() says but "refused", "gone" and "busy". */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const socket = connect(path);
    const finish = (isLive: boolean) => {
      socket.destroy();
      done(isLive);
    };
    socket.setTimeout(ANSWER_MS, () => finish(true));
    socket.once("connect", () => finish(true));
    socket.once("error", (error) => {
      const code = systemCode(error);
      if (code === "ECONNREFUSED" || code === "ENOENT") finish(false);
      else if (code === "EAGAIN") finish(true);
      else fail(error);
    });
  });
}

export function removeIfSocket(path: string): void {
  if (statOf(path)?.isSocket() !== true) return;
  try {
    unlinkSync(path);
  } catch {
    // Whoever took it away has done the same.
  }
}

export function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isSymbolicLink()) return "a symbolic link";
  return stats.isFile() ? "a file" : "a device or pipe";
}

function inUse(path: string): StrayError {
  return new StrayError(
    "CONTROL_IN_USE",
    `another strayd answers on ${printable(path)}: end it ("stray stop"), or give this one a control.socket of its own`,
    2,
  );
}
