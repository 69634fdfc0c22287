// Where log lines go: a file descriptor that may be slow, stuck or gone.
// Apart from the logger because its promise is one: the sensor never waits for whoever reads its log.
// Always holds: a line is in the kernel when write() returns, or it waits in a queue of bounded size, or it is
// dropped and counted; nothing here throws.

import { writeSync } from "node:fs";
import { systemCode } from "../errors.js";
import { libc } from "../system/libc.js";

/** Of what waits while the reader is stuck: about a thousand lines. */
const QUEUE_BYTES_MAX = 256 * 1024;
/** POSIX PIPE_BUF on Linux (pipe(7)): what poll() calls writable takes so much without blocking. */
const PIECE_BYTES = 4096;
const RETRY_MS = 100;
const POLLOUT = 0x4; // poll.h
const POLLERR = 0x8;
const POLLHUP = 0x10;

export interface LineOutputOptions {
  /** Called once the queue is empty again, with what was dropped meanwhile. */
  readonly onRecovered?: (dropped: number) => void;
  /** For tests. */
  readonly write?: (fd: number, bytes: Uint8Array) => number;
  readonly isWritable?: (fd: number, waitMs: number) => boolean;
}

export class LineOutput {
  /** Lines that never got out, in all. */
  dropped = 0;
  private droppedBefore = 0;
  /** Whether the latest write went well: else there is nobody to tell of what was dropped. */
  private isWell = true;
  private queue: Uint8Array[] = [];
  private queuedBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly fd: number,
    private readonly options: LineOutputOptions = {},
  ) {}

  /** Bytes that wait. */
  get waiting(): number {
    return this.queuedBytes;
  }

  /** A line with its line feed. */
  write(line: string): void {
    const bytes = Buffer.from(line, "utf8");
    if (this.queuedBytes + bytes.length > QUEUE_BYTES_MAX) {
      this.dropped++;
      return;
    }
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    // While something waits a timer tries: else every line would cost a poll.
    if (this.timer === undefined) this.flush(0);
  }

  /** Writes what waits, for at most `waitMs`; true when nothing waits any more. */
  flush(waitMs: number): boolean {
    clearTimeout(this.timer);
    this.timer = undefined;
    const endMs = performance.now() + waitMs;
    while (this.queue.length > 0) {
      const restMs = Math.max(0, Math.round(endMs - performance.now()));
      if (!this.writeSome(restMs)) {
        this.timer = setTimeout(() => this.flush(0), RETRY_MS).unref();
        return false;
      }
    }
    this.recover();
    return true;
  }

  /** A piece of the first line; false when the descriptor takes nothing now. */
  private writeSome(waitMs: number): boolean {
    const { write = writeSync, isWritable = canWrite } = this.options;
    const first = this.queue[0] as Uint8Array;
    if (!isWritable(this.fd, waitMs)) return false;
    let written = 0;
    try {
      written = write(this.fd, first.subarray(0, PIECE_BYTES));
      this.isWell = true;
    } catch (error) {
      const code = systemCode(error);
      if (code === "EAGAIN") return false;
      if (code === "EINTR") return true;
      // EPIPE, EIO, ENOSPC: this line is lost, the next one may find things better.
      this.dropped++;
      this.isWell = false;
      written = first.length;
    }
    this.queuedBytes -= written;
    if (written >= first.length) this.queue.shift();
    else this.queue[0] = first.subarray(written);
    return true;
  }

  private recover(): void {
    const lost = this.dropped - this.droppedBefore;
    if (lost === 0 || !this.isWell) return;
    this.droppedBefore = this.dropped;
    this.options.onRecovered?.(lost);
  }
}

let hasPoll = true;

/** poll(2). Where there is none, a write may block: better than no log. */
function canWrite(fd: number, waitMs: number): boolean {
  if (!hasPoll) return true;
  const request = Buffer.alloc(8); // poll.h, struct pollfd: int fd, short events, short revents
  const view = new DataView(request.buffer, request.byteOffset);
  const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  view.setInt32(0, fd, isLittle);
  view.setInt16(4, POLLOUT, isLittle);
  try {
    if (libc().poll(request, 1, waitMs) <= 0) return false;
  } catch {
    hasPoll = false;
    return true;
  }
  return (view.getInt16(6, isLittle) & (POLLOUT | POLLERR | POLLHUP)) !== 0;
}
