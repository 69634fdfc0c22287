// Reads flow records of a store back: those that lasted into a span of time, in the order of the files.
// Apart from writing because it may happen while another process writes, and on any copy of the folder.
// Always holds: memory does not grow with the store; a damaged file costs what is behind the damage, and is told;
// files and messages that can't have anything of the span are passed over.

import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { CaptureProblem } from "../capture/problem.js";
import { openSource } from "../capture/source.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { IpfixDecoder } from "../ipfix/decoder.js";
import { readIpfix } from "../ipfix/file-reader.js";
import type { FlowRecord } from "../record/flow-record.js";
import { readTrailer, type TimeWindow, TRAILER_SIZE } from "./file-ends.js";
import { type StoreName, storeNames } from "./file-name.js";
import { storeOwner } from "./lock.js";
import { reasonOf } from "./store-problem.js";

/** No file covers more than a day (the longest `rotate.every`); the rest is for clocks that were set. */
const FILE_SPAN_MS = 25 * 3_600_000;
/** A record is exported after its last packet, by a clock that may have been set back a little meanwhile. */
const EXPORT_SLACK_SECONDS = 5;

export interface StoreSpan {
  /** ms since 1970, both included. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StoreRead {
  /** What is wrong with files, at most one each. */
  readonly problems: readonly CaptureProblem[];
  /** Files that were looked into. */
  readonly files: number;
}

/**
 * Gives each record of the span to `onRecord`, valid during the call; false from it ends the reading.
 * @throws StrayError when the directory can't be read.
 */
export async function readStore(
  directory: string,
  span: StoreSpan,
  onRecord: (record: FlowRecord) => boolean,
): Promise<StoreRead> {
  const names = listStore(directory);
  const problems: CaptureProblem[] = [];
  let files = 0;
  let isStopped = false;
  const fromUs = span.fromMs * 1000;
  const toUs = span.toMs * 1000;
  const take = (record: FlowRecord): boolean => {
    if (record.lastUs < fromUs || record.startUs > toUs) return true;
    isStopped = !onRecord(record);
    return !isStopped;
  };
  for (const [index, name] of names.entries()) {
    if (isStopped) break;
    if (name.startMs + FILE_SPAN_MS < span.fromMs) continue;
    const file = join(directory, name.name);
    const window = windowOf(file);
    if (window === "gone") continue;
    if (window && (window.endMs < span.fromMs || window.startMs > span.toMs)) continue;
    files++;
    const problem = await readFile(file, span, take, () => isStopped);
    if (problem && !(index === names.length - 1 && isBeingWritten(directory, problem)))
      problems.push(problem);
  }
  return { problems, files };
}

async function readFile(
  file: string,
  span: StoreSpan,
  take: (record: FlowRecord) => boolean,
  isStopped: () => boolean,
): Promise<CaptureProblem | undefined> {
  const fromSeconds = Math.floor(span.fromMs / 1000) - EXPORT_SLACK_SECONDS;
  try {
    const source = await openSource(file);
    try {
      const wantsFlows = (exportSeconds: number) => exportSeconds >= fromSeconds;
      return await readIpfix(file, source, new IpfixDecoder(take), { wantsFlows, isStopped });
    } finally {
      await source.close();
    }
  } catch (error) {
    // Removed for the quota since the folder was listed.
    if (error instanceof CaptureProblem) return error.code === "INPUT_MISSING" ? undefined : error;
    throw error;
  }
}

function listStore(directory: string): StoreName[] {
  try {
    return storeNames(readdirSync(directory));
  } catch (cause) {
    const message = `the store ${printable(directory)} can't be read: ${reasonOf(cause)}; --store names another directory`;
    throw new StrayError("STORE_UNREADABLE", message, 2, { cause });
  }
}

/** The time window that the file ends with, if it has one (it has none while it is written, or after a crash). */
function windowOf(file: string): TimeWindow | "gone" | undefined {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch (error) {
    // Anything else is told by who reads it.
    return systemCode(error) === "ENOENT" ? "gone" : undefined;
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = new Uint8Array(TRAILER_SIZE);
    if (size < TRAILER_SIZE || readSync(fd, bytes, 0, TRAILER_SIZE, size - TRAILER_SIZE) < TRAILER_SIZE)
      return undefined;
    return readTrailer(bytes);
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** The newest file may end within the message that is being written right now. */
function isBeingWritten(directory: string, problem: CaptureProblem): boolean {
  return (
    (problem.code === "INPUT_CUT" || problem.code === "INPUT_EMPTY") && storeOwner(directory) !== undefined
  );
}
