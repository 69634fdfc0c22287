// One file of the store while it is written.
// Apart from the writer, which decides when files begin and end and what to do when one fails.
// Always holds: `size` is where its last whole message ends; what a failed write left behind that is cut off, or
// overwritten by the next write.

import { join } from "node:path";
import { StrayError, systemCode } from "../errors.js";
import type { MessageBuffer } from "./buffer.js";
import type { FileEnds } from "./file-ends.js";
import { storeName } from "./file-name.js";
import type { StoreFs, StoreHandle } from "./store-fs.js";

/** Files that may begin in one second. */
const NUMBERS_MAX = 1000;

export interface Appended {
  /** Whole in the file now. */
  readonly records: number;
  readonly bytes: number;
  /** Why not all of the buffer is, if so. */
  readonly error: unknown;
}

export class StoreFile {
  size = 0;
  /** What sequence numbers count from here; known with the first message. */
  private base: number | undefined;
  private nextSequence: number;
  private startMs = Number.POSITIVE_INFINITY;
  private endMs = 0;

  private constructor(
    private readonly fs: StoreFs,
    private readonly directory: string,
    readonly name: string,
    readonly openedMs: number,
    private readonly handle: StoreHandle,
    private readonly ends: FileEnds,
  ) {
    this.nextSequence = ends.headRecords;
  }

  /** Begins a file with a name of its own. Fails with a system error, and leaves no file then. */
  static async create(fs: StoreFs, directory: string, nowMs: number, ends: FileEnds): Promise<StoreFile> {
    const { name, handle } = await createNew(fs, directory, nowMs);
    const file = new StoreFile(fs, directory, name, nowMs, handle, ends);
    try {
      const head = ends.head(nowMs);
      await file.writeAll(head, 0, head.length);
      file.size = head.length;
      return file;
    } catch (error) {
      await handle.close().catch(() => undefined);
      await fs.remove(join(directory, name)).catch(() => undefined);
      throw causeOf(error);
    }
  }

  /** Writes the next `length` bytes of the buffer, whole messages; takes out what is whole in the file. */
  async append(buffer: MessageBuffer, length: number): Promise<Appended> {
    this.base ??= buffer.firstSequence + buffer.base - this.ends.headRecords;
    buffer.renumber(this.base);
    this.startMs = Math.min(this.startMs, buffer.startMs);
    this.endMs = Math.max(this.endMs, buffer.endMs);
    let error: unknown;
    let written = length;
    try {
      await this.writeAll(buffer.bytes, buffer.written, length);
    } catch (failure) {
      written = failure instanceof CutWrite ? failure.written : 0;
      error = causeOf(failure);
    }
    const { records, bytes } = buffer.wrote(written);
    this.size += bytes;
    this.nextSequence = buffer.firstSequence;
    if (error !== undefined) await this.handle.truncate(this.size).catch(() => undefined);
    return { records, bytes, error };
  }

  /** Somebody took the name away: nobody will ever read what is written. */
  async isGone(): Promise<boolean> {
    return (await this.handle.stat()).nlink === 0;
  }

  /** Ends it with its time window and sees it safely on the disk. Fails with a system error, closed all the same. */
  async finish(nowMs: number): Promise<void> {
    const { startMs, endMs } = this;
    try {
      if (startMs <= endMs) {
        const trailer = this.ends.end(nowMs, this.nextSequence, { startMs, endMs }).slice();
        await this.writeAll(trailer, 0, trailer.length).catch(async (error) => {
          await this.handle.truncate(this.size);
          throw causeOf(error);
        });
        this.size += trailer.length;
      }
      await this.handle.sync();
    } finally {
      await this.handle.close();
    }
    await this.fs.syncDirectory(this.directory);
  }

  /** Closes it as it is. */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }

  private async writeAll(bytes: Uint8Array, start: number, length: number): Promise<void> {
    let done = 0;
    while (done < length) {
      try {
        const written = await this.handle.write(bytes, start + done, length - done, this.size + done);
        if (written === 0) throw new StrayError("STORE_WRITE", "the system writes nothing and says nothing");
        done += written;
      } catch (cause) {
        throw new CutWrite(done, cause);
      }
    }
  }
}

/** A write that failed behind its first `written` bytes. */
class CutWrite extends Error {
  constructor(
    readonly written: number,
    override readonly cause: unknown,
  ) {
    super("a write was cut");
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof CutWrite ? error.cause : error;
}

async function createNew(
  fs: StoreFs,
  directory: string,
  nowMs: number,
): Promise<{ name: string; handle: StoreHandle }> {
  for (let number = 0; ; number++) {
    const name = storeName(nowMs, number);
    try {
      return { name, handle: await fs.create(join(directory, name)) };
    } catch (error) {
      if (systemCode(error) !== "EEXIST" || number === NUMBERS_MAX) throw error;
    }
  }
}
