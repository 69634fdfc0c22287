// What was typed at the prompt, kept from one session to the next.
// Apart from the prompt because a file of the user's is read and written here, and it may be anything.
// Always holds: the file is the user's own (0600, no link is followed), at most BYTES_MAX long after a start; whatever goes
// wrong, the prompt works without it.

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { printable } from "../../errors.js";

export const HISTORY_LINES_MAX = 500;
const LINE_MAX = 1024;
const BYTES_MAX = 65_536;
const MODE = 0o600;

/** $XDG_STATE_HOME/stray/history, else ~/.local/state/stray/history. */
export function historyPath({ XDG_STATE_HOME: base }: NodeJS.ProcessEnv = process.env): string {
  const folder = base !== undefined && isAbsolute(base) ? base : join(homedir(), ".local", "state");
  return join(folder, "stray", "history");
}

export class History {
  /** The latest first, as readline has it. */
  readonly lines: string[] = [];
  private fd: number | undefined;

  /** Without a path nothing is kept. */
  constructor(path: string | undefined) {
    if (path === undefined) return;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      this.fd = openOwn(path);
      const { lines, isLong } = readLines(this.fd);
      this.lines.push(...lines.slice(-HISTORY_LINES_MAX).reverse());
      if (isLong || lines.length > 2 * HISTORY_LINES_MAX) this.shorten(path);
    } catch {
      this.close();
    }
  }

  add(line: string): void {
    if (line.length > LINE_MAX || line === "" || printable(line) !== line) return;
    if (this.lines[0] === line) return;
    const before = this.lines.indexOf(line);
    if (before >= 0) this.lines.splice(before, 1);
    this.lines.unshift(line);
    this.lines.length = Math.min(this.lines.length, HISTORY_LINES_MAX);
    if (this.fd === undefined) return;
    try {
      writeSync(this.fd, `${line}\n`);
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  /** Only the latest lines are kept, in a new file. */
  private shorten(path: string): void {
    const fresh = `${path}.${process.pid}`;
    try {
      writeFileSync(fresh, `${this.lines.toReversed().join("\n")}\n`, { mode: MODE, flag: "wx" });
      renameSync(fresh, path);
    } catch {
      rmSync(fresh, { force: true });
      return;
    }
    this.close();
    this.fd = openOwn(path);
  }
}

function openOwn(path: string): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NOCTTY, O_NONBLOCK } = constants;
  const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, MODE);
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.uid === process.getuid?.()) {
    if ((stats.mode & 0o777) !== MODE) fchmodSync(fd, MODE);
    return fd;
  }
  closeSync(fd);
  throw new Error("not a file of one's own");
}

/** Of the last BYTES_MAX bytes, the lines that could have been typed. */
function readLines(fd: number): { lines: string[]; isLong: boolean } {
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(Math.min(size, BYTES_MAX));
  const read = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  const isLong = size > BYTES_MAX;
  const lines = bytes.toString("utf8", 0, read).split("\n");
  return {
    // The first one of a part is cut off.
    lines: lines
      .slice(isLong ? 1 : 0)
      .filter((line) => line !== "" && line.length <= LINE_MAX && printable(line) === line),
    isLong,
  };
}
