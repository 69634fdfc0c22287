// Writes text to a file descriptor in large pieces.
// Apart from the printers because back-pressure, broken pipes and full disks are its business.
// Always holds: what is held is less than a piece, however slow the reader: the write waits, and with it all
// that makes records. A reader that went away (`| head`) shows as OutputClosed, not as an error. Lines go into
// one buffer at once: strings kept for later would make the garbage collector's young space grow.

import { writeSync } from "node:fs";
import { StrayError, systemCode } from "../../errors.js";
import type { Output } from "./output.js";

const PIECE_SIZE = 65536;
const RETRY_MS = 2;

/** The reader of the output has gone; stop quietly. */
export class OutputClosed extends Error {}

export class OutputWriter implements Output {
  readonly isMarked = false;
  private readonly piece = Buffer.allocUnsafeSlow(PIECE_SIZE);
  private used = 0;
  private readonly sleepCell = new Int32Array(new SharedArrayBuffer(4));

  constructor(
    private readonly fd: number,
    private readonly write: (fd: number, bytes: Uint8Array, offset: number) => number = writeSync,
  ) {}

  /** Text that ends with a line feed. */
  line(text: string): void {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const sizeMost = text.length * 3;
    if (this.used + sizeMost > PIECE_SIZE) this.flush();
    if (sizeMost > PIECE_SIZE) this.writeAll(Buffer.from(text, "utf8"));
    else this.used += this.piece.write(text, this.used, "utf8");
  }

  flush(): void {
    if (this.used === 0) return;
    const bytes = this.piece.subarray(0, this.used);
    this.used = 0;
    this.writeAll(bytes);
  }

  warn(text: string): void {
    process.stderr.write(`stray: ${text}\n`);
  }

  private writeAll(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) at += this.writeSome(bytes, at);
  }

  private writeSome(bytes: Uint8Array, at: number): number {
    try {
      return this.write(this.fd, bytes, at);
    } catch (cause) {
      const code = systemCode(cause);
      // A pipe that another program made non-blocking is full: wait for its reader.
      if (code === "EAGAIN") {
        Atomics.wait(this.sleepCell, 0, 0, RETRY_MS);
        return 0;
      }
      if (code === "EPIPE") throw new OutputClosed();
      const reason = code === "ENOSPC" ? "the disk is full" : (code ?? String(cause));
      throw new StrayError("OUTPUT_FAILED", `the output can't be written: ${reason}`, 1, { cause });
    }
  }
}
