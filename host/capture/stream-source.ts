// Bytes that come when they come: standard input, named pipes.
// Apart from files because the event loop waits for them, a piece at a time, and nothing can be read twice.
// Always holds: no more than the stream's own buffer is held; a piece is copied once, into the target.

import type { Readable } from "node:stream";
import { readProblem } from "./problem.js";
import type { ByteSource } from "./source.js";

export class StreamSource implements ByteSource {
  readonly compressed = false;
  readonly size = undefined;
  readonly rewindable = false;
  consumed = 0;
  private rest: Uint8Array | undefined;
  private ended = false;
  private failure: unknown;
  private wake: (() => void) | undefined;

  constructor(
    private readonly file: string,
    private readonly stream: Readable,
  ) {
    const notify = () => this.wake?.();
    stream.on("readable", notify);
    stream.on("end", () => {
      this.ended = true;
      notify();
    });
    stream.on("close", () => {
      this.ended = true;
      notify();
    });
    stream.on("error", (error) => {
      this.failure = error;
      notify();
    });
  }

  async read(target: Uint8Array): Promise<number> {
    for (;;) {
      this.rest ??= (this.stream.read() as Uint8Array | null) ?? undefined;
      if (this.rest) return this.take(target, this.rest);
      if (this.failure !== undefined) throw readProblem(this.file, this.consumed, this.failure);
      if (this.ended) return 0;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private take(target: Uint8Array, piece: Uint8Array): number {
    const size = Math.min(piece.length, target.length);
    target.set(piece.subarray(0, size));
    this.rest = size < piece.length ? piece.subarray(size) : undefined;
    this.consumed += size;
    return size;
  }

  async close(): Promise<void> {
    this.stream.destroy();
  }
}

/** A source whose first bytes were looked at already: they are given again. */
export class PrefixedSource implements ByteSource {
  readonly compressed = false;
  readonly size: number | undefined;
  readonly rewindable = false;

  constructor(
    private prefix: Uint8Array,
    private readonly source: ByteSource,
  ) {
    this.size = source.size;
  }

  get consumed(): number {
    return this.source.consumed - this.prefix.length;
  }

  async read(target: Uint8Array): Promise<number> {
    if (this.prefix.length === 0) return this.source.read(target);
    const size = Math.min(this.prefix.length, target.length);
    target.set(this.prefix.subarray(0, size));
    this.prefix = this.prefix.subarray(size);
    return size;
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
