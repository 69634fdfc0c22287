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

export class FileSource implements ByteSource {
  readonly compressed = false;
  consumed = 0;
  private pending: Promise<unknown> = Promise.resolve();

  /** `rewindable`: read by position, else from where the descriptor stands. */
  constructor(
    private readonly file: string,
    private readonly fd: number,
    readonly size: number | undefined,
    readonly rewindable: boolean,
  ) {}

  async read(target: Uint8Array): Promise<number> {
    for (;;) {
      try {
        const size = await this.readOnce(target);
        this.consumed += size;
        return size;
      } catch (error) {
        if (systemCode(error) !== "EAGAIN") throw readProblem(this.file, this.consumed, error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private readOnce(target: Uint8Array): Promise<number> {
    const position = this.rewindable ? this.consumed : null;
    const reading = new Promise<number>((resolve, reject) => {
      read(this.fd, target, 0, target.length, position, (error, size) => {
        if (error) reject(error);
        else resolve(size);
      });
    });
    this.pending = reading.catch(() => undefined);
    return reading;
  }

  /** Back to the first byte. */
  rewind(): void {
    this.consumed = 0;
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
