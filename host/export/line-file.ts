// A file that lines are appended to: two buffers of fixed size, written in turn by Node's thread pool.
// Apart because what the lines say is another matter than full disks, moved files and pipes without a reader.
// Always holds: memory is the two buffers; a line is written whole or, when there is no room for it, counted; after an
// error the file is opened again and writing goes on where it stopped, at the line's start if it is another file.

import { systemCode } from "../errors.js";
import { Backoff } from "./backoff.js";
import { type FileId, type FileSystem, nodeFileSystem } from "./file-system.js";
import { LimitedLog } from "./limited-log.js";
import { LineBuffers } from "./line-buffers.js";
import { problemText } from "./problem.js";
import type { SinkLog, SinkState } from "./sink.js";

const RETRY = { minMs: 1_000, maxMs: 30_000 };
/** How often to look whether the path still leads to the file that is open. */
const LOOK_MS = 1_000;
const CLOSE_MS = 5_000;
const NOT_YET = "not opened yet";

export interface LineFileOptions {
  readonly name: string;
  readonly path: string;
  /** Of each of the two buffers; also the longest line. */
  readonly bufferBytes: number;
  readonly log: SinkLog;
  readonly fs?: FileSystem;
  readonly random?: () => number;
}

type Phase = "waiting" | "busy" | "ready" | "closed";

export class LineFile {
  private readonly path: string;
  private readonly fs: FileSystem;
  private readonly log: LimitedLog;
  private readonly backoff: Backoff;
  private readonly buffers: LineBuffers;
  private fd: number | undefined;
  private id: FileId | undefined;
  /** The file that the latest bytes went to. */
  private writtenId: FileId | undefined;
  private phase: Phase = "waiting";
  private wantsReopen = false;
  private lookedMs = 0;
  private nowMs = 0;
  private reason = NOT_YET;
  private opens = 0;
  private finish: (() => void) | undefined;

  private readonly counts = { lines: 0, bytes: 0, dropped: 0, errors: 0 };

  constructor(options: LineFileOptions) {
    this.path = options.path;
    this.fs = options.fs ?? nodeFileSystem;
    this.log = new LimitedLog(options.name, options.log);
    this.backoff = new Backoff(RETRY, options.random);
    this.buffers = new LineBuffers(options.bufferBytes);
  }

  /** Takes a line of ASCII and its newline. False, and the line counted as dropped, when there is no room. */
  append(line: string): boolean {
    if (this.phase !== "closed" && this.finish === undefined) {
      if (this.buffers.append(line)) return true;
      this.write();
      if (this.buffers.append(line)) return true;
      const text = `${this.reason === "" ? "writing is too slow" : this.reason}: both buffers are full, lines are dropped`;
      this.log.say(this.nowMs, "warn", "full", text, { dropped: this.counts.dropped + 1 });
    }
    this.counts.dropped++;
    return false;
  }

  pulse(nowMs: number): void {
    this.nowMs = nowMs;
    if (this.phase === "waiting" && this.backoff.isDue(nowMs)) this.open();
    if (this.phase === "ready" && Math.abs(nowMs - this.lookedMs) >= LOOK_MS) this.look();
    this.write();
  }

  /** Opens the path anew once what is being written is in the old file. */
  reopen(): void {
    this.wantsReopen = true;
    if (this.phase === "waiting") this.backoff.succeed();
    this.step();
  }

  /** Writes what is held, waiting 5 s at most; what remains is counted as dropped. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.phase === "closed") return resolve();
      const timer = setTimeout(() => this.end(), CLOSE_MS);
      this.finish = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.phase !== "waiting") this.step();
      else if (this.held > 0) this.open();
      else this.end();
    });
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.counts, reopens: Math.max(0, this.opens - 1) };
  }

  state(): SinkState {
    if (this.phase === "closed") return { ok: true, text: "closed" };
    if (this.reason === NOT_YET) return { ok: false, text: `opening ${this.path}` };
    if (this.reason === "") return { ok: true, text: `writing ${this.path}` };
    const seconds = Math.ceil(this.backoff.remainingMs(this.nowMs) / 1000);
    return { ok: false, text: `retry in ${seconds} s: ${this.path}: ${this.reason}` };
  }

  /** Bytes not in the file yet. */
  get held(): number {
    return this.buffers.held;
  }

  // ---- Opening --------------------------------------------------------------------------------------------

  private open(): void {
    this.phase = "busy";
    this.wantsReopen = false;
    this.fs.open(this.path, (error, fd, id, endsInLine) => {
      if (this.phase === "closed") {
        if (error === undefined) this.fs.close(fd, () => {});
        return;
      }
      if (error !== undefined) return this.fail(error);
      this.fd = fd;
      this.id = id;
      this.opens++;
      this.lookedMs = this.nowMs;
      const { isInMiddle } = this.buffers;
      const isSame = isInMiddle && this.writtenId !== undefined && isSameFile(this.writtenId, id);
      if (!isSame) this.buffers.restartLine();
      this.log.say(this.nowMs, "info", "opened", `writing ${this.path}`, { dropped: this.counts.dropped });
      if (isSame || endsInLine) this.ready();
      else this.endLine(fd);
    });
  }

  /** A crash, or a full disk, left half a line there: ours must not continue it. */
  private endLine(fd: number): void {
    this.fs.write(fd, Buffer.from("\n"), 0, 1, (error) => {
      if (this.phase === "closed") return;
      if (error !== undefined) this.fail(error);
      else this.ready();
    });
  }

  private ready(): void {
    this.phase = "ready";
    this.reason = "";
    this.step();
  }

  /** Whether the path still leads to the open file: a rotation without a signal would else be written to for ever. */
  private look(): void {
    this.lookedMs = this.nowMs;
    this.fs.identify(this.path, (error, id) => {
      if (this.phase === "closed" || this.id === undefined) return;
      if (error === undefined && this.id.dev === id.dev && this.id.ino === id.ino) return;
      this.log.say(this.nowMs, "info", "moved", `${this.path} was moved or removed, it is opened again`);
      this.wantsReopen = true;
      this.step();
    });
  }

  // ---- Writing --------------------------------------------------------------------------------------------

  /** Does the next thing that can be done. */
  private step(): void {
    if (this.phase !== "ready") return;
    if (this.wantsReopen && this.buffers.rest === 0) {
      this.release();
      this.open();
      return;
    }
    if (this.finish !== undefined && this.held === 0) this.end();
    else if (this.finish !== undefined || this.buffers.rest > 0) this.write();
  }

  private write(): void {
    if (this.phase !== "ready" || this.fd === undefined) return;
    if (this.buffers.rest === 0 && (this.wantsReopen || !this.buffers.swap())) return;
    this.phase = "busy";
    const { bytes, at } = this.buffers.writing;
    this.fs.write(this.fd, bytes, at, this.buffers.rest, (error, written) => this.wrote(error, written));
  }

  private wrote(error: Error | undefined, written: number): void {
    if (this.phase === "closed") return;
    if (error !== undefined && systemCode(error) !== "EAGAIN") {
      this.fail(error);
      return;
    }
    this.phase = "ready";
    if (error !== undefined || written === 0) return; // A full pipe: the next pulse tries again.
    this.writtenId = this.id;
    this.counts.bytes += written;
    this.counts.lines += this.buffers.advance(written);
    this.backoff.succeed();
    this.step();
  }

  private fail(error: Error): void {
    this.counts.errors++;
    this.reason = problemText(error);
    this.release();
    this.phase = "waiting";
    this.backoff.fail(this.nowMs);
    const seconds = Math.ceil(this.backoff.remainingMs(this.nowMs) / 1000);
    const hint =
      systemCode(error) === "ENOENT"
        ? " (directories are not made: make it for the account stray runs as)"
        : "";
    const text = `can't write ${this.path}: ${this.reason}${hint}; next try in ${seconds} s`;
    this.log.say(this.nowMs, "warn", "failed", text, { dropped: this.counts.dropped });
    if (this.finish !== undefined) this.end();
  }

  private release(): void {
    if (this.fd !== undefined) this.fs.close(this.fd, () => {});
    this.fd = undefined;
    this.id = undefined;
  }

  private end(): void {
    const { finish } = this;
    if (this.phase === "closed" || finish === undefined) return;
    this.phase = "closed";
    const { written, lost } = this.buffers.discard();
    this.counts.lines += written;
    this.counts.dropped += lost;
    this.release();
    finish();
  }
}

/** Never for a pipe: its next reader has not seen the line's beginning. */
function isSameFile(a: FileId, b: FileId): boolean {
  return a.isFile && a.dev === b.dev && a.ino === b.ino;
}
