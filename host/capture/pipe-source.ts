// Bytes that come when they come: a pipe or socket, as standard input or by name.
// Apart from files because the event loop waits for them, a piece at a time, and nothing can be read twice. (A read
// that waited in libuv's thread pool would keep the process from ending.)
// Always holds: one buffer for the pipe's life; the pipe isn't read again before that buffer was taken.

import { Socket } from "node:net";
import { readProblem } from "./problem.js";
import type { ByteSource } from "./source.js";

const BUFFER_SIZE = 65536; // as much as a pipe holds

export class PipeSource implements ByteSource {
  readonly compressed = false;
  readonly size = undefined;
  readonly rewindable = false;
  readonly readsAtOnce = 1;
  consumed = 0;
  private readonly socket: Socket;
  private readonly buffer = new Uint8Array(BUFFER_SIZE);
  private start = 0;
  private end = 0;
  private ended = false;
  private failure: unknown;
  private wake: (() => void) | undefined;

  constructor(
    private readonly file: string,
    fd: number,
  ) {
    const filled = (size: number): boolean => {
      this.start = 0;
      this.end = size;
      this.wake?.();
      return false; // stop reading until resume()
    };
    const onread = { buffer: this.buffer, callback: filled };
    const options = { fd, readable: true, writable: false, onread };
    this.socket = new Socket(options);
    this.socket.on("error", (error) => this.finish(error));
    this.socket.on("end", () => this.finish());
    this.socket.on("close", () => this.finish());
  }

  private finish(failure?: unknown): void {
    this.failure ??= failure;
    this.ended = true;
    this.wake?.();
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.start === this.end) {
      if (this.failure !== undefined) throw readProblem(this.file, this.consumed, this.failure);
      if (this.ended) return 0;
      this.socket.resume();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const size = Math.min(this.end - this.start, target.length);
    target.set(this.buffer.subarray(this.start, this.start + size));
    this.start += size;
    this.consumed += size;
    return size;
  }

  async close(): Promise<void> {
    this.socket.destroy();
  }
}

/** A source whose first bytes were looked at already: they are given again, and the failure behind them if there was one. */
export class PrefixedSource implements ByteSource {
  readonly compressed: boolean;
  readonly size: number | undefined;
  readonly rewindable = false;
  readonly readsAtOnce = 1;

  constructor(
    private prefix: Uint8Array,
    private readonly source: ByteSource,
    private readonly failure?: Error,
  ) {
    this.compressed = source.compressed;
    this.size = source.size;
  }

  get consumed(): number {
    // The prefix is of what comes out of the source, which is not what went in where it is compressed.
    return this.compressed ? this.source.consumed : this.source.consumed - this.prefix.length;
  }

  async read(target: Uint8Array): Promise<number> {
    if (this.prefix.length > 0) {
      const size = Math.min(this.prefix.length, target.length);
      target.set(this.prefix.subarray(0, size));
      this.prefix = this.prefix.subarray(size);
      return size;
    }
    if (this.failure !== undefined) throw this.failure;
    return this.source.read(target);
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
