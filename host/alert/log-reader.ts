// The newest events of the alert log's files, read back at a start.
// Apart from the log because what is read may be damaged, and is read once.
// Always holds: at most SEED_BYTES_MAX are read, from the end on; a line that is no alert event is counted and left out.

import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { rotatedNames } from "./file-names.js";

/** Some twice what a thousand alerts with whole packets take. */
const SEED_BYTES_MAX = 16 << 20;
const PIECE_BYTES = 1 << 20;
/** Longest line taken back: no alert of ours is as long. */
export const LINE_MAX = 131_072;

export interface LogSeed<T> {
  /** Oldest first. */
  readonly entries: T[];
  /** Lines that are no alert event. */
  readonly damaged: number;
}

/** `parse` gives undefined for a line that is none. Fails with a system error, but not when there is no folder. */
export async function newestEntries<T>(
  directory: string,
  prefix: string,
  extension: string,
  most: number,
  parse: (line: string) => T | undefined,
): Promise<LogSeed<T>> {
  const entries: T[] = [];
  let damaged = 0;
  let left = SEED_BYTES_MAX;
  const names = rotatedNames(prefix, extension, await listed(directory)).reverse();
  for (const { name } of names) {
    if (entries.length >= most || left <= 0) break;
    for await (const line of linesFromEnd(join(directory, name), left)) {
      left -= line.length + 1;
      if (line === "") continue;
      const entry = parse(line);
      if (entry === undefined) damaged++;
      else entries.push(entry);
      if (entries.length >= most) break;
    }
  }
  return { entries: entries.reverse(), damaged };
}

async function listed(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** Lines, the last one first; ends when so many bytes were read. A line without its end is given like any other. */
async function* linesFromEnd(path: string, bytesMax: number): AsyncGenerator<string> {
  const handle = await open(path, "r");
  try {
    let end = (await handle.stat()).size;
    let left = bytesMax;
    let rest = Buffer.alloc(0);
    while (end > 0 && left > 0) {
      const size = Math.min(PIECE_BYTES, end, left);
      const piece = Buffer.alloc(size);
      const { bytesRead } = await handle.read(piece, 0, size, end - size);
      if (bytesRead !== size) return;
      end -= size;
      left -= size;
      const lines = Buffer.concat([piece, rest]).toString("latin1").split("\n");
      // The first may begin in the piece before. Of what is too long to be a line, no more than shows that is kept.
      rest = Buffer.from((lines[0] ?? "").slice(0, LINE_MAX + 1), "latin1");
      for (let index = lines.length - 1; index > 0; index--) yield lines[index]!;
    }
    if (end === 0 && rest.length > 0) yield rest.toString("latin1");
  } finally {
    await handle.close();
  }
}
