// Brings full buffers to the disk, one at a time, and decides when files begin and end.
// Apart from the sink so that all waiting is here: for the disk, for space, for the next try.
// Always holds: nothing is thrown; one task at a time; after a failure a buffer's rest is tried again, later and later,
// until it is written or the store closes.

import { systemCode } from "../errors.js";
import { Backoff } from "../export/backoff.js";
import type { LimitedLog } from "../export/limited-log.js";
import type { MessageBuffer } from "./buffer.js";
import type { StoreCounts } from "./counts.js";
import type { StoreDirectory } from "./directory.js";
import { type FileEnds, TRAILER_SIZE } from "./file-ends.js";
import type { StoreSpace } from "./space.js";
import { StoreFile } from "./store-file.js";
import type { StoreFs } from "./store-fs.js";
import { reasonOf } from "./store-problem.js";

const BACKOFF = { minMs: 1000, maxMs: 60_000 } as const;
const SPACE_CHECK_MS = 1000;
/** A clock set back by more than this ends a file, so that its times go up. */
const CLOCK_BACK_MS = 2000;

export interface WriterContext {
  readonly fs: StoreFs;
  readonly directory: StoreDirectory;
  readonly space: StoreSpace;
  readonly ends: FileEnds;
  readonly log: LimitedLog;
  readonly counts: StoreCounts;
  readonly rotateMs: number;
  readonly rotateBytes: number;
  readonly now: () => number;
  /** Called when a task is done. */
  readonly onIdle: () => void;
}

export class StoreWriter {
  /** The last failure, until something works again. */
  failure: string | undefined;
  private readonly backoff = new Backoff(BACKOFF);
  private file: StoreFile | undefined;
  private task: Promise<void> | undefined;
  /** The file before, on its way to the disk for good. */
  private finishing: Promise<void> = Promise.resolve();
  private isClosing = false;
  private isGivenUp = false;
  private wake: (() => void) | undefined;

  constructor(private readonly context: WriterContext) {}

  get isBusy(): boolean {
    return this.task !== undefined;
  }

  get fileName(): string | undefined {
    return this.file?.name;
  }

  get retryMs(): number {
    return this.backoff.remainingMs(this.context.now());
  }

  /** Writes the buffer and clears it. Only when not busy. */
  submit(buffer: MessageBuffer): void {
    this.start(this.write(buffer));
  }

  /** When there is nothing to write: ends a file that is old enough, or tries again what has failed. Only when not busy. */
  tick(): void {
    if (this.file !== undefined && this.isDue(this.file, 0)) this.start(this.endFile());
    else if (this.file === undefined && this.failure !== undefined && this.retryMs === 0)
      this.start(this.probe());
  }

  /** Ends the file; the next record begins another. Only when not busy. */
  rotate(): void {
    if (this.file !== undefined) this.start(this.endFile());
  }

  /** No more waiting: what can't be written now is lost. */
  hurry(): void {
    this.isClosing = true;
    this.wake?.();
  }

  /** The store closes without waiting for the task under way, and has counted what it holds as lost: no more tries. */
  abandon(): void {
    this.isGivenUp = true;
  }

  /** Until the task under way is done. */
  async idle(): Promise<void> {
    await this.task;
  }

  /** Ends the file, and waits until all are safe. Only when not busy. */
  async close(): Promise<void> {
    await this.endFile();
    await this.finishing;
  }

  private start(work: Promise<void>): void {
    this.task = work.then(() => {
      this.task = undefined;
      this.context.onIdle();
    });
  }

  private async write(buffer: MessageBuffer): Promise<void> {
    while (!buffer.isEmpty && !this.isGivenUp) {
      // Asked before the try: one that begins after hurry() is the last.
      const isLast = this.isClosing;
      const waitMs = await this.attempt(buffer);
      if (waitMs === 0) continue;
      if (isLast) this.giveUp(buffer);
      else await this.pause(waitMs);
    }
    buffer.clear();
  }

  /** A wire without traffic gives nothing to write, and so nothing that would tell that the disk is well again. */
  private async probe(): Promise<void> {
    const { directory, log, now } = this.context;
    try {
      await directory.prepare(now());
      this.backoff.succeed();
      this.failure = undefined;
      log.say(now(), "info", "well", `${directory.path} can be written again`);
    } catch (error) {
      await this.failed(error);
    }
  }

  /** Writes what fits in one file; how long to wait before the next try, 0 when it went well. */
  private async attempt(buffer: MessageBuffer): Promise<number> {
    try {
      if (!(await this.writeSome(buffer))) return SPACE_CHECK_MS;
      this.backoff.succeed();
      this.failure = undefined;
      return 0;
    } catch (error) {
      return this.failed(error);
    }
  }

  /** False: there is no space. Fails with a system error. */
  private async writeSome(buffer: MessageBuffer): Promise<boolean> {
    const { fs, directory, space, ends, counts, rotateBytes, now } = this.context;
    await directory.prepare(now());
    const file = await this.usableFile(buffer);
    const room = rotateBytes - TRAILER_SIZE - (file?.size ?? ends.headSize);
    const bytes = buffer.fitting(room);
    if (!(await space.make(bytes + TRAILER_SIZE + (file ? 0 : ends.headSize), file, now()))) return false;
    if (this.file === undefined) {
      this.file = await StoreFile.create(fs, directory.path, now(), ends);
      counts.files++;
    }
    const appended = await this.file.append(buffer, bytes);
    counts.records += appended.records;
    counts.bytes += appended.bytes;
    if (appended.error !== undefined) throw appended.error;
    return true;
  }

  /** The file being written, unless it is to end first. */
  private async usableFile(buffer: MessageBuffer): Promise<StoreFile | undefined> {
    const { counts, log, now } = this.context;
    const { file } = this;
    if (file === undefined) return undefined;
    if (await file.isGone()) {
      counts.errors++;
      log.say(now(), "error", "gone", `${file.name} was removed while it was written: its records are lost`);
      this.file = undefined;
      await file.abandon();
    } else if (this.isDue(file, buffer.fitting(0) + TRAILER_SIZE)) await this.endFile();
    return this.file;
  }

  private giveUp(buffer: MessageBuffer): void {
    const { counts, log, now } = this.context;
    const { records } = buffer;
    counts.dropped += records;
    log.say(now(), "error", "lost", `${records} records could not be stored before the end`);
    buffer.clear();
  }

  private isDue(file: StoreFile, bytes: number): boolean {
    const { rotateMs, rotateBytes, now } = this.context;
    const ageMs = now() - file.openedMs;
    return ageMs >= rotateMs || ageMs < -CLOCK_BACK_MS || file.size + bytes > rotateBytes;
  }

  /** The file is finished beside what comes next: making sure that it is on the disk may take seconds. */
  private async endFile(): Promise<void> {
    const { file } = this;
    if (file === undefined) return;
    this.file = undefined;
    this.context.directory.usage.closed(file.size + TRAILER_SIZE);
    await this.finishing;
    this.finishing = this.finish(file);
  }

  private async finish(file: StoreFile): Promise<void> {
    const { counts, log, now } = this.context;
    try {
      await file.finish(now());
    } catch (error) {
      counts.errors++;
      log.say(now(), "error", "finish", `${file.name} may not be safe on the disk: ${reasonOf(error)}`);
    }
  }

  /** Answers how long to wait. */
  private async failed(error: unknown): Promise<number> {
    const { directory, counts, log, now } = this.context;
    if (this.isGivenUp) return 0;
    counts.errors++;
    this.backoff.fail(now());
    this.failure = reasonOf(error);
    const waitMs = this.backoff.remainingMs(now());
    const text = `${directory.path} can't be written: ${this.failure}; trying again in ${Math.ceil(waitMs / 1000)} s`;
    log.say(now(), "error", `write ${this.failure}`, text);
    const code = systemCode(error);
    const { file } = this;
    // On a full disk the file itself is well; otherwise the next try begins another one.
    if (file !== undefined && code !== "ENOSPC" && code !== "EDQUOT") {
      this.file = undefined;
      await file.abandon();
      directory.usage.closed(file.size);
    }
    return waitMs;
  }

  private async pause(ms: number): Promise<void> {
    if (this.isClosing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
