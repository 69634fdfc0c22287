// A file on disk, read straight into the target by libuv's thread pool.
// Apart because it is the fast path: no buffer, no copy, the next piece under way while the last one is walked.
// Always holds: positions are given, unless the file was handed in open (standard input) and has one of its own.

import { close, read } from "node:fs";
import { promisify } from "node:util";
import { systemCode } from "../errors.js";
import { readProblem } from "./problem.js";
import type { ByteSource } from "./source.js";

const closeFd = promisify(close);
const RETRY_MS = 5;
const READS_AT_ONCE = 2;

export class FileSource implements ByteSource {
  readonly compressed = false;
  consumed = 0;
  /** Bytes asked for so far: where the next read begins. */
  private asked = 0;
  /** A read was short: the end of the file. */
  private ended = false;
  private pending: Promise<unknown> = Promise.resolve();

  /** `rewindable`: read by position, else from where the descriptor stands. */
  constructor(
    private readonly file: string,
    private readonly fd: number,
    readonly size: number | undefined,
    readonly rewindable: boolean,
  ) {}

  /** By position, the next read may begin before this one is answered. */
  get readsAtOnce(): number {
    return this.rewindable ? READS_AT_ONCE : 1;
  }

  read(target: Uint8Array): Promise<number> {
    const position = this.rewindable ? this.asked : null;
    this.asked += target.length;
    const reading = this.inTurn(this.readFrom(target, position), this.pending, target.length);
    this.pending = reading.catch(() => undefined);
    return reading;
  }

  /** Answers after the read before; what lies behind a short read is not part of the file as it was read. */
  private async inTurn(reading: Promise<number>, before: Promise<unknown>, wanted: number): Promise<number> {
    // A failure is heard below, after the read before; it must not count as unheard meanwhile.
    reading.catch(() => undefined);
    await before;
    const size = this.ended ? 0 : await reading;
    if (this.rewindable && size < wanted) this.ended = true;
    this.consumed += size;
    return size;
  }

  private async readFrom(target: Uint8Array, position: number | null): Promise<number> {
    for (;;) {
      try {
        return await this.readOnce(target, position);
      } catch (error) {
        if (systemCode(error) !== "EAGAIN") throw readProblem(this.file, this.consumed, error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private readOnce(target: Uint8Array, position: number | null): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      read(this.fd, target, 0, target.length, position, (error, size) => {
        if (error) reject(error);
        else resolve(size);
      });
    });
  }

  /** Back to the first byte. */
  rewind(): void {
    this.consumed = 0;
    this.asked = 0;
    this.ended = false;
  }

  /**
   * Waits for a read under way: its descriptor must not become another file's meanwhile. Standard input isn't ours
   * to close.
   */
  async close(): Promise<void> {
    await this.pending;
    if (this.fd !== 0) await closeFd(this.fd).catch(() => undefined);
  }
}
