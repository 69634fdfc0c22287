// The writing end of rotating files: one file open, buffers appended to it, the next begun when it is time.
// Apart from the buffers because everything here waits for the disk.
// Always holds: one write at a time; write() never rejects: it empties the buffer, or leaves it whole for the next try
// and takes back what it had written of it; the file being written is never removed for the quota.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { Backoff } from "../export/backoff.js";
import type { LimitedLog } from "../export/limited-log.js";
import type { StoreFs, StoreHandle } from "../store/store-fs.js";
import { reasonOf, sizeText } from "../store/store-problem.js";
import { rotatedName, rotatedNames } from "./file-names.js";
import type { PieceBuffer } from "./piece-buffer.js";

const RETRY = { minMs: 1000, maxMs: 30_000 };
const DIRECTORY_MODE = 0o750;
/** Files begun in one second. */
const SAME_SECOND_MAX = 1000;

export interface FileWriterOptions {
  readonly directory: string;
  readonly prefix: string;
  readonly extension: string;
  readonly rotateBytes: number;
  readonly rotateMs?: number;
  readonly quotaBytes: number;
  readonly minFreeBytes?: number;
  readonly fs: StoreFs;
  readonly log: LimitedLog;
}

interface OpenFile {
  readonly name: string;
  readonly handle: StoreHandle;
  readonly startMs: number;
  size: number;
}

export class FileWriter {
  readonly counts = {
    records: 0,
    bytes: 0,
    files: 0,
    errors: 0,
    "files-removed": 0,
    "bytes-removed": 0,
  };
  /** Why writing does not work just now. */
  failure: string | undefined;
  wantsRotation = false;
  private file: OpenFile | undefined;
  /** Bytes of all other files of the kind; undefined before the first look. */
  private otherBytes: number | undefined;
  private readonly backoff = new Backoff(RETRY);
  private running: Promise<void> | undefined;
  private readonly rotateBytes: number;

  constructor(private readonly options: FileWriterOptions) {
    // Half of the quota: what is kept is never one file that goes all at once.
    this.rotateBytes = Math.min(options.rotateBytes, Math.floor(options.quotaBytes / 2));
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }

  get fileName(): string | undefined {
    return this.file?.name;
  }

  isDue(nowMs: number): boolean {
    return this.backoff.isDue(nowMs);
  }

  retryMs(nowMs: number): number {
    return this.backoff.remainingMs(nowMs);
  }

  /** Until nothing is being written. */
  async idle(): Promise<void> {
    await this.running;
  }

  async write(buffer: PieceBuffer, nowMs: number): Promise<void> {
    this.running = this.attempt(buffer, nowMs).finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  /** Waits for what is being written only if it ends by itself: the caller has waited long enough. */
  async close(): Promise<void> {
    if (this.isBusy) return;
    await this.endFile();
  }

  private async attempt(buffer: PieceBuffer, nowMs: number): Promise<void> {
    try {
      const file = await this.fileFor(buffer, nowMs);
      await this.append(file, buffer.bytes.subarray(0, buffer.used));
      this.counts.records += buffer.pieces;
      this.counts.bytes += buffer.used;
      buffer.clear();
      this.works(nowMs);
    } catch (error) {
      this.fails(error, nowMs);
    }
  }

  /** The open file, or the next one, with room for the buffer. */
  private async fileFor(buffer: PieceBuffer, nowMs: number): Promise<OpenFile> {
    const { directory, fs } = this.options;
    if (this.otherBytes === undefined) {
      await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
      await this.look();
    }
    if (this.file !== undefined && (await this.isOver(this.file, buffer, nowMs))) await this.endFile();
    await this.makeRoom(buffer.head.length + buffer.used, nowMs);
    if (this.file !== undefined) return this.file;
    const { name, handle } = await this.create(nowMs);
    const file: OpenFile = { name, handle, startMs: nowMs, size: 0 };
    this.file = file;
    this.counts.files++;
    this.wantsRotation = false;
    await this.append(file, buffer.head);
    await fs.syncDirectory(directory).catch(() => undefined);
    return file;
  }

  private async isOver(file: OpenFile, buffer: PieceBuffer, nowMs: number): Promise<boolean> {
    if (this.wantsRotation || file.size + buffer.used > this.rotateBytes) return true;
    const ageMs = nowMs - file.startMs;
    if (ageMs < 0 || ageMs >= (this.options.rotateMs ?? Number.POSITIVE_INFINITY)) return true;
    // Removed by somebody: what is written there is lost with the descriptor.
    return (await file.handle.stat()).nlink === 0;
  }

  private async create(nowMs: number): Promise<{ name: string; handle: StoreHandle }> {
    const { directory, prefix, extension, fs } = this.options;
    for (let number = 0; ; number++) {
      const name = rotatedName(prefix, extension, nowMs, number);
      try {
        return { name, handle: await fs.create(join(directory, name)) };
      } catch (error) {
        if (systemCode(error) !== "EEXIST" || number >= SAME_SECOND_MAX) {
          // Gone since we looked: it is made again at the next try.
          if (systemCode(error) === "ENOENT") this.otherBytes = undefined;
          throw error;
        }
      }
    }
  }

  /** All of it; on failure the file is as long as before, or is given up. */
  private async append(file: OpenFile, bytes: Uint8Array): Promise<void> {
    let done = 0;
    try {
      while (done < bytes.length) {
        const written = await file.handle.write(bytes, done, bytes.length - done, file.size + done);
        if (written === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
        done += written;
      }
      file.size += bytes.length;
    } catch (error) {
      const isCut = await file.handle.truncate(file.size).then(
        () => true,
        () => false,
      );
      // A file without its head whole is of no use; one with a torn end must not be written behind it.
      if (!isCut || file.size === 0) await this.endFile();
      throw error;
    }
  }

  private async endFile(): Promise<void> {
    const { file } = this;
    if (file === undefined) return;
    this.file = undefined;
    this.otherBytes = (this.otherBytes ?? 0) + file.size;
    await file.handle.sync().catch(() => undefined);
    await file.handle.close().catch(() => undefined);
    if (file.size === 0)
      await this.options.fs.remove(join(this.options.directory, file.name)).catch(() => undefined);
  }

  /** Removes the oldest files for the quota; fails with ENOSPC when the disk must keep what is free. */
  private async makeRoom(bytes: number, nowMs: number): Promise<void> {
    const { directory, quotaBytes, minFreeBytes = 0, fs } = this.options;
    const most = Math.max(0, quotaBytes - (this.file?.size ?? 0) - bytes);
    if ((this.otherBytes ?? 0) > most) await this.shrinkTo(most, nowMs);
    if (minFreeBytes === 0 || (await fs.free(directory)) >= minFreeBytes + bytes) return;
    const text = `the disk must keep ${sizeText(minFreeBytes)} free`;
    throw Object.assign(new Error(text), { code: "ENOSPC" });
  }

  private async shrinkTo(most: number, nowMs: number): Promise<void> {
    // Somebody else may have removed some meanwhile.
    const names = await this.look();
    const { directory, quotaBytes, fs, log } = this.options;
    let files = 0;
    let bytes = 0;
    for (const { name, size } of names) {
      if ((this.otherBytes ?? 0) <= most) break;
      await fs.remove(join(directory, name));
      this.otherBytes = (this.otherBytes ?? 0) - size;
      files++;
      bytes += size;
    }
    if (files === 0) return;
    this.counts["files-removed"] += files;
    this.counts["bytes-removed"] += bytes;
    const what = files === 1 ? "the oldest file" : `the ${files} oldest files`;
    const text = `removed ${what} (${sizeText(bytes)}) to keep the quota of ${sizeText(quotaBytes)}`;
    log.say(nowMs, "info", "removed", text, { files, bytes });
  }

  /** Files of the kind but the open one, oldest first; sets their sum. */
  private async look(): Promise<{ name: string; size: number }[]> {
    const { directory, prefix, extension, fs } = this.options;
    const names = rotatedNames(prefix, extension, await fs.list(directory));
    const files: { name: string; size: number }[] = [];
    for (const { name } of names) {
      if (name === this.file?.name) continue;
      const size = await fs.size(join(directory, name)).catch(() => undefined);
      if (size !== undefined) files.push({ name, size });
    }
    this.otherBytes = files.reduce((sum, { size }) => sum + size, 0);
    return files;
  }

  private works(nowMs: number): void {
    this.backoff.succeed();
    if (this.failure === undefined) return;
    this.failure = undefined;
    this.options.log.say(nowMs, "info", "again", "writing works again");
  }

  private fails(error: unknown, nowMs: number): void {
    this.counts.errors++;
    this.backoff.fail(nowMs);
    const isNews = this.failure === undefined;
    this.failure = reasonOf(error);
    const { directory, log } = this.options;
    if (isNews) log.say(nowMs, "error", "failed", `${directory} can't be written: ${this.failure}`);
  }
}
