// Files in a folder that follow each other, rotated by size and time, the oldest removed under a quota.
// Apart from what is in them: packets and lines are written alike.
// Always holds: memory is two buffers; nothing blocks the main thread; a buffer is in a file whole, or is cut off again
// and tried once more; what finds no room is counted; a failure is told once until writing works again.

import { LimitedLog } from "../export/limited-log.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import { nodeStoreFs, type StoreFs } from "../store/store-fs.js";
import { FileWriter } from "./file-writer.js";
import { PieceBuffer } from "./piece-buffer.js";

const HAND_OVER_MS = 1000;
const CLOSE_MS = 5000;
const BUFFER_BYTES = 1 << 20;
const NOTHING = new Uint8Array(0);

export interface RotationOptions {
  readonly directory: string;
  /** A file is at most so large, and covers at most so much time: any unless given. */
  readonly rotateBytes: number;
  readonly rotateMs?: number;
  /** All files of the kind together. */
  readonly quotaBytes: number;
  /** The disk keeps so much free. 0 unless given. */
  readonly minFreeBytes?: number;
}

export interface RotatingFilesOptions extends RotationOptions {
  /** For counters and messages. */
  readonly name: string;
  /** Of file names; letters only. */
  readonly prefix: string;
  readonly extension: string;
  readonly log: SinkLog;
  /** What a file begins with; asked for before the first piece of each buffer. */
  readonly head?: () => Uint8Array;
  readonly fs?: StoreFs;
  /** Of each of the two buffers; also the largest piece. */
  readonly bufferBytes?: number;
  readonly now?: () => number;
}

export class RotatingFiles {
  private readonly writer: FileWriter;
  private readonly head: () => Uint8Array;
  private readonly now: () => number;
  private filling: PieceBuffer;
  private spare: PieceBuffer;
  private handedMs = 0;
  private droppedTold = 0;
  private dropped = 0;
  private isClosed = false;
  private readonly log: LimitedLog;

  constructor(options: RotatingFilesOptions) {
    const { name, bufferBytes = BUFFER_BYTES, fs = nodeStoreFs, now = Date.now } = options;
    this.log = new LimitedLog(name, options.log);
    this.head = options.head ?? (() => NOTHING);
    this.now = now;
    this.filling = new PieceBuffer(bufferBytes);
    this.spare = new PieceBuffer(bufferBytes);
    this.writer = new FileWriter({ ...options, fs, log: this.log });
  }

  /** Takes a piece. False, and the piece counted as dropped, when there is no room. */
  append(piece: Uint8Array): boolean {
    if (!this.isClosed) {
      if (this.filling.push(piece, this.head)) return true;
      this.handOver(this.now());
      if (this.filling.push(piece, this.head)) return true;
    }
    this.dropped++;
    return false;
  }

  pulse(nowMs: number): void {
    if (this.isClosed) return;
    if (this.dropped !== this.droppedTold) {
      const fresh = this.dropped - this.droppedTold;
      this.droppedTold = this.dropped;
      const text = `${fresh} not written: ${this.writer.failure ?? "the disk does not keep up"}`;
      this.log.say(nowMs, "warn", "dropped", text, { dropped: this.dropped });
    }
    const waitedMs = nowMs - this.handedMs;
    const isDue = waitedMs < 0 || waitedMs >= HAND_OVER_MS;
    if (isDue || this.filling.used * 2 > this.filling.bytes.length) this.handOver(nowMs);
  }

  /** The next piece begins another file. */
  reopen(): void {
    this.writer.wantsRotation = true;
  }

  /** Writes what is held, waiting 5 s at most; the rest is counted as dropped. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.drain(), deadline]);
    clearTimeout(timer);
    this.dropped += this.filling.pieces + this.spare.pieces;
    this.filling.clear();
    this.spare.clear();
    await this.writer.close();
  }

  counters(): Readonly<Record<string, number>> {
    const { counts } = this.writer;
    return { ...counts, dropped: this.dropped };
  }

  state(): SinkState {
    const { failure, fileName } = this.writer;
    if (failure !== undefined) {
      const seconds = Math.ceil(this.writer.retryMs(this.now()) / 1000);
      return { ok: false, text: `retry in ${seconds} s: ${failure}` };
    }
    return { ok: true, text: fileName === undefined ? "nothing written yet" : `writing ${fileName}` };
  }

  /** Gives the full buffer to the writer, or tries again what it could not write. */
  private handOver(nowMs: number): void {
    if (this.writer.isBusy) return;
    if (this.spare.isEmpty && !this.filling.isEmpty) {
      const full = this.filling;
      this.filling = this.spare;
      this.spare = full;
    }
    if (this.spare.isEmpty) return;
    if (!this.writer.isDue(nowMs)) return;
    this.handedMs = nowMs;
    void this.writer.write(this.spare, nowMs);
  }

  private async drain(): Promise<void> {
    await this.writer.idle();
    for (let tries = 0; tries < 2; tries++) {
      if (this.spare.isEmpty) [this.filling, this.spare] = [this.spare, this.filling];
      if (this.spare.isEmpty) return;
      await this.writer.write(this.spare, this.now());
      if (!this.spare.isEmpty) return;
    }
  }
}
