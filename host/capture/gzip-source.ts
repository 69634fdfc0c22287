// Gunzip between a source and its reader.
// Apart because damage in compressed data needs care: zlib drops what one call had produced when it meets an error,
// so a file is then inflated again and fed byte by byte near the damage: all that can be decompressed is read.
// Always holds: one compressed piece is under way at a time, and the next is fed only when its output was taken.

import { createGunzip, type Gunzip } from "node:zlib";
import { systemCode } from "../errors.js";
import { gzipProblem } from "./problem.js";
import type { ByteSource } from "./source.js";

const PIECE_SIZE = 32768;
const OUTPUT_SIZE = 65536;
const MAGIC = [0x1f, 0x8b, 0x08] as const;

export function isGzip(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

export class GzipSource implements ByteSource {
  readonly compressed = true;
  readonly size: number | undefined;
  readonly rewindable: boolean;
  readonly readsAtOnce = 1;
  private readonly piece = new Uint8Array(PIECE_SIZE);
  private gunzip: Gunzip;
  private rest: Uint8Array | undefined;
  private writing = false;
  private ended = false;
  private closed = false;
  private failure: unknown;
  private wake: (() => void) | undefined;
  /** Decompressed bytes given out, and how many of them a second run must drop. */
  private given = 0;
  private drop = 0;
  /** Compressed offset of the piece under way; from `stepFrom` on pieces are single bytes. */
  private pieceStart = 0;
  private stepFrom = Number.POSITIVE_INFINITY;

  /** `reopen` gives the same compressed bytes from their start, where that can be done. */
  constructor(
    private readonly file: string,
    private source: ByteSource,
    private readonly reopen: (() => Promise<ByteSource>) | undefined,
  ) {
    this.size = source.size;
    this.rewindable = reopen !== undefined;
    this.gunzip = this.start();
  }

  get consumed(): number {
    return this.source.consumed;
  }

  async read(target: Uint8Array): Promise<number> {
    while (!this.closed) {
      this.rest ??= this.output();
      if (this.rest) return this.take(target, this.rest);
      if (this.failure !== undefined) await this.recover(this.failure);
      else if (this.ended) return 0;
      else if (this.writing) await this.change();
      else await this.feed();
    }
    return 0;
  }

  private start(): Gunzip {
    const gunzip = createGunzip({ chunkSize: OUTPUT_SIZE });
    // A gunzip that was given up still tells of its end: nobody listens then.
    const tell = (change: () => void) => {
      if (gunzip !== this.gunzip) return;
      change();
      this.wake?.();
    };
    gunzip.on("readable", () => tell(() => undefined));
    gunzip.on("error", (error) => tell(() => (this.failure = error)));
    for (const event of ["end", "close"]) gunzip.on(event, () => tell(() => (this.ended = true)));
    return gunzip;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private output(): Uint8Array | undefined {
    const piece = this.gunzip.read() as Uint8Array | null;
    if (!piece || this.drop === 0) return piece ?? undefined;
    const dropped = Math.min(this.drop, piece.length);
    this.drop -= dropped;
    return dropped < piece.length ? piece.subarray(dropped) : undefined;
  }

  private take(target: Uint8Array, piece: Uint8Array): number {
    const size = Math.min(piece.length, target.length);
    target.set(piece.subarray(0, size));
    this.rest = size < piece.length ? piece.subarray(size) : undefined;
    this.given += size;
    return size;
  }

  private async feed(): Promise<void> {
    this.pieceStart = this.source.consumed;
    const room = this.stepFrom - this.pieceStart;
    const size = await this.source.read(this.piece.subarray(0, Math.max(1, Math.min(room, PIECE_SIZE))));
    if (this.closed) return;
    this.writing = true;
    if (size === 0) {
      this.gunzip.end();
      return;
    }
    this.gunzip.write(this.piece.subarray(0, size), () => {
      this.writing = false;
      this.wake?.();
    });
  }

  /** After an error: inflates a file again up to the damage, once; else says what is wrong. */
  private async recover(failure: unknown): Promise<void> {
    const cut = systemCode(failure) === "Z_BUF_ERROR";
    if (cut || !this.reopen || this.stepFrom !== Number.POSITIVE_INFINITY) {
      throw gzipProblem(this.file, cut ? this.source.consumed : this.pieceStart, failure);
    }
    this.stepFrom = this.pieceStart;
    await this.source.close();
    this.source = await this.reopen();
    this.drop = this.given;
    this.failure = undefined;
    this.ended = false;
    this.writing = false;
    this.gunzip = this.start();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.gunzip.destroy();
    await this.source.close();
  }
}
