// The changes that an update makes on the disk, each of them durable when it returns.
// Apart so that a test can cut the power between any two of them.
// Always holds: a file or a link is replaced whole; what was done before a power cut stays done, in this order.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;

export class UpdateDisk {
  /** Called before each change; a test throws here. */
  protected step(_what: string): void {}

  makeFolder(path: string): void {
    if (existsSync(path)) return;
    this.step(`make ${basename(path)}`);
    mkdirSync(path, { recursive: true });
    // Whatever the umask says: strayd's account reads what is in there.
    chmodSync(path, FOLDER_MODE);
    syncFolder(dirname(path));
  }

  replaceFile(path: string, text: string): void {
    const fresh = `${path}.new`;
    this.step(`write ${basename(fresh)}`);
    rmSync(fresh, { force: true });
    const fd = openSync(fresh, "wx", FILE_MODE);
    try {
      fchmodSync(fd, FILE_MODE);
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    this.step(`rename ${basename(path)}`);
    renameSync(fresh, path);
    syncFolder(dirname(path));
  }

  /** A link that is there, or is not, but never half. */
  replaceLink(path: string, target: string): void {
    if (linkTarget(path) === target) return;
    const fresh = `${path}.new`;
    this.step(`link ${basename(fresh)}`);
    rmSync(fresh, { force: true });
    symlinkSync(target, fresh);
    this.step(`rename ${basename(path)}`);
    renameSync(fresh, path);
    syncFolder(dirname(path));
  }

  remove(path: string): void {
    this.step(`remove ${basename(path)}`);
    rmSync(path, { recursive: true, force: true });
    syncFolder(dirname(path));
  }

  /** `from` gets the name `to`, with everything in it on the disk before. */
  moveIn(from: string, to: string): void {
    this.step(`sync ${basename(from)}`);
    syncAll(from);
    this.step(`rename ${basename(to)}`);
    renameSync(from, to);
    syncFolder(dirname(to));
  }

  /** What a step of several parts does in between. */
  work<Result>(what: string, part: () => Result): Result {
    this.step(what);
    return part();
  }

  /** Bytes that are free for everybody. */
  free(folder: string): number {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  }
}

/** Undefined when it is not there, or no link. */
export function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The whole file system that `folder` lies on: a release has hundreds of files. */
function syncAll(folder: string): void {
  const done = spawnSync("sync", ["--file-system", join(folder, ".")], { stdio: "ignore" });
  if (done.status !== 0) throw new Error(`sync: ${done.error?.message ?? `exit code ${done.status}`}`);
}
