// What can be read only once (a pipe, standard input), kept in a nameless file so that a report can read it again.
// Apart from the passes, which want to open every input as often as they like.
// Always holds: plain files are not copied; a copy has no name any more when it is filled, so nothing is left behind
// however the program ends; the copy holds the bytes as they were after gunzip.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileSource } from "../../capture/file-source.js";
import type { OpenInput } from "../../capture/inputs.js";
import { CaptureProblem, fileLabel } from "../../capture/problem.js";
import type { ByteSource } from "../../capture/source.js";
import { printable, StrayError, systemCode } from "../../errors.js";

const PIECE_SIZE = 1 << 20;

export interface Spool {
  readonly open: OpenInput;
  /** Bytes of each file as it lies there, null for a pipe. */
  readonly sizes: ReadonlyMap<string, number | null>;
  close(): void;
}

interface Copy {
  readonly fd: number;
  readonly size: number;
  /** Reading failed behind these bytes. */
  readonly failure: CaptureProblem | undefined;
}

/** `open`: as openSource(); what can be read only once, once. @throws StrayError SPOOL_FAILED when a copy can't be written. */
export async function spoolInputs(files: readonly string[], open: OpenInput): Promise<Spool> {
  const copies = new Map<string, Copy>();
  const sizes = new Map<string, number | null>();
  const close = () => {
    for (const { fd } of copies.values()) closeSync(fd);
    copies.clear();
  };
  try {
    for (const file of files) {
      const source = await tryOpen(file, open);
      if (source === undefined) continue;
      sizes.set(file, source.size ?? null);
      if (!source.rewindable) copies.set(file, await copyOf(file, source));
      await source.close();
    }
  } catch (error) {
    close();
    throw error;
  }
  return {
    open: async (file) => {
      const copy = copies.get(file);
      return copy === undefined ? open(file) : openCopy(file, copy);
    },
    sizes,
    close,
  };
}

/** Undefined for what can't be opened: the reader will say so. */
async function tryOpen(file: string, open: OpenInput): Promise<ByteSource | undefined> {
  try {
    return await open(file);
  } catch (error) {
    if (error instanceof CaptureProblem) return undefined;
    throw error;
  }
}

async function copyOf(file: string, source: ByteSource): Promise<Copy> {
  const fd = namelessFile(file);
  let size = 0;
  let failure: CaptureProblem | undefined;
  const piece = new Uint8Array(PIECE_SIZE);
  try {
    for (;;) {
      const read = await source.read(piece);
      if (read === 0) break;
      for (let at = 0; at < read; ) at += writePiece(file, fd, piece, at, read - at);
      size += read;
    }
  } catch (error) {
    if (!(error instanceof CaptureProblem)) {
      closeSync(fd);
      throw error;
    }
    failure = error;
  }
  return { fd, size, failure };
}

function namelessFile(file: string): number {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), "stray-report-"));
    return openSync(join(folder, "capture"), "wx+", 0o600);
  } catch (error) {
    throw spoolProblem(file, error);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function writePiece(file: string, fd: number, piece: Uint8Array, at: number, size: number): number {
  try {
    return writeSync(fd, piece, at, size);
  } catch (error) {
    closeSync(fd);
    throw spoolProblem(file, error);
  }
}

function spoolProblem(file: string, cause: unknown): StrayError {
  const reason = systemCode(cause) === "ENOSPC" ? "no space left" : (systemCode(cause) ?? String(cause));
  const message =
    `${fileLabel(file)} can be read only once, and a report reads it again: it can't be copied to ${tmpdir()} ` +
    `(${reason}); name another folder in TMPDIR, or save it to a file first`;
  return new StrayError("SPOOL_FAILED", printable(message), 1, { cause });
}

/** By position, so that several readers of one copy do not disturb each other. */
function openCopy(file: string, { fd, size, failure }: Copy): ByteSource {
  const source = new FileSource(file, openSync(`/proc/self/fd/${fd}`, "r"), size, true);
  return failure === undefined ? source : new FailingSource(source, failure);
}

/** Fails where the pipe did. */
class FailingSource implements ByteSource {
  readonly compressed = false;
  readonly rewindable = false;
  readonly readsAtOnce = 1;
  readonly size: number | undefined;

  constructor(
    private readonly source: ByteSource,
    private readonly failure: CaptureProblem,
  ) {
    this.size = source.size;
  }

  get consumed(): number {
    return this.source.consumed;
  }

  async read(target: Uint8Array): Promise<number> {
    const size = await this.source.read(target);
    if (size === 0) throw this.failure;
    return size;
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
