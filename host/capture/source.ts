// Where a capture's bytes come from: a plain file, a pipe, standard input, gzip'd or not.
// Apart from the windows so that those needn't know; the name of a file says nothing, its first bytes do.
// Always holds: read() fills a part of what it is given and 0 means the end; at most `readsAtOnce` are under way;
// a plain file is read straight into the caller's memory, with no copy and no buffer here.

import { close, fstat, open, type Stats } from "node:fs";
import { promisify } from "node:util";
import { FileSource } from "./file-source.js";
import { GzipSource, isGzip } from "./gzip-source.js";
import { PipeSource, PrefixedSource } from "./pipe-source.js";
import { CaptureProblem, directoryProblem, openProblem } from "./problem.js";

export interface ByteSource {
  /** Bytes taken from the file so far, as they lie there (compressed). */
  readonly consumed: number;
  /** Bytes of the file, when it has a size. */
  readonly size: number | undefined;
  readonly compressed: boolean;
  /** Whether opening the file again gives the same bytes again. */
  readonly rewindable: boolean;
  /** How many reads may be under way; they are answered in their order. */
  readonly readsAtOnce: number;
  /** Bytes read into the start of `target`, 0 = end. Fails with a CaptureProblem. */
  read(target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

const STDIN_FD = 0;
const GZIP_MAGIC_SIZE = 3;

const openFd = promisify(open);
const statFd = promisify(fstat);
const closeFd = promisify(close);

/** Opens `file` (`-`: standard input). Fails with a CaptureProblem. */
export async function openSource(file: string): Promise<ByteSource> {
  let fd = -1;
  try {
    fd = file === "-" ? STDIN_FD : await openFd(file, "r");
    return await sourceOf(file, fd, await statFd(fd));
  } catch (error) {
    if (fd > STDIN_FD) await closeFd(fd).catch(() => undefined);
    throw error instanceof CaptureProblem ? error : openProblem(file, error);
  }
}

async function sourceOf(file: string, fd: number, stat: Stats): Promise<ByteSource> {
  if (stat.isDirectory()) throw directoryProblem(file);
  if (stat.isFIFO() || stat.isSocket()) return sniff(file, new PipeSource(file, fd));
  // Standard input goes on from where it stands, which may not be the start; a device has no positions at all.
  const positioned = stat.isFile() && fd !== STDIN_FD;
  const source = new FileSource(file, fd, stat.isFile() ? stat.size : undefined, positioned);
  const sniffed = await sniff(file, source);
  if (sniffed.compressed || !positioned) return sniffed;
  source.rewind();
  return source;
}

/** Looks at the first bytes and puts gunzip in between where they ask for it. */
async function sniff(file: string, source: ByteSource): Promise<ByteSource> {
  const magic = new Uint8Array(GZIP_MAGIC_SIZE);
  let there = 0;
  while (there < magic.length) {
    const size = await source.read(magic.subarray(there));
    if (size === 0) break;
    there += size;
  }
  const whole = new PrefixedSource(magic.subarray(0, there), source);
  if (!isGzip(magic)) return whole;
  const reopen = async () => new FileSource(file, await openFd(file, "r"), source.size, true);
  return new GzipSource(file, whole, source.rewindable ? reopen : undefined);
}
