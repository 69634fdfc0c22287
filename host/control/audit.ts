// The audit log: a line for each call that changes something, or was refused, in a file of its own and in the log.
// Apart from the entries, which are text, because this is about a file that may be full, moved, or not there.
// Always holds: nothing here waits or throws; file and older file together are bounded; what can't be written is counted
// and told; refused calls can't push out what was done, since few of them a second are written and the others counted.

import { rename, stat } from "node:fs";
import { LimitedLog } from "../export/limited-log.js";
import { LineFile } from "../export/line-file.js";
import { problemText } from "../export/problem.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import { type AuditEntry, type AuditedCall, auditEntry, auditLine } from "./audit-entry.js";
import { TokenBucket } from "./token-bucket.js";

export interface AuditLogOptions {
  /** undefined: only the ordinary log is told. */
  readonly path: string | undefined;
  readonly log: SinkLog;
  /** Of the file; the older one is about as large. */
  readonly bytesMax?: number;
  readonly now?: () => number;
}

/** Some twenty thousand calls. */
export const AUDIT_BYTES_MAX = 8 << 20;
/** Refused calls that are written: so many at once, then one a second. */
export const AUDIT_REFUSED_BURST = 100;
const REFUSED_PER_SECOND = 1;
const BUFFER_BYTES = 128 << 10;
const NAME = "audit";

export class AuditLog {
  readonly name = NAME;
  private readonly path: string | undefined;
  private readonly log: SinkLog;
  private readonly limited: LimitedLog;
  private readonly bytesMax: number;
  private readonly now: () => number;
  private readonly refused: TokenBucket;
  private file: LineFile | undefined;
  /** Of the file, with what waits to be written. */
  private bytes = 0;
  private isTurning = false;
  private isMeasuring = false;
  private leftOut = 0;
  private readonly counts = { calls: 0, "left-out": 0, rotations: 0, "rotation-errors": 0, full: 0 };

  constructor({ path, log, bytesMax = AUDIT_BYTES_MAX, now }: AuditLogOptions) {
    this.path = path;
    this.log = log;
    this.limited = new LimitedLog(NAME, log);
    this.bytesMax = bytesMax;
    this.now = now ?? Date.now;
    this.refused = new TokenBucket(REFUSED_PER_SECOND, AUDIT_REFUSED_BURST, now);
  }

  /** Begins to write: as the account that the file is to belong to. */
  open(): void {
    const { path } = this;
    if (path === undefined || this.file !== undefined) return;
    this.file = new LineFile({ name: NAME, path, bufferBytes: BUFFER_BYTES, log: this.log });
    this.pulse(this.now());
  }

  readonly tell = (call: AuditedCall): void => {
    this.counts.calls++;
    if (call.outcome === "refused" && this.refused.take() > 0) {
      this.leftOut++;
      this.counts["left-out"]++;
      return;
    }
    const entry = auditEntry(call, this.now(), this.leftOut);
    this.leftOut = 0;
    this.write(auditLine(entry));
    this.sayInLog(entry);
  };

  /** About once a second. */
  pulse(nowMs: number): void {
    const { file, path } = this;
    if (file === undefined || path === undefined) return;
    file.pulse(nowMs);
    this.measure(path, file);
  }

  /** Opens the path anew: somebody may have moved the file away. */
  reopen(): void {
    this.file?.reopen();
  }

  /** Writes what is held, waiting 5 s at most. */
  async close(): Promise<void> {
    await this.file?.close();
  }

  counters(): Readonly<Record<string, number>> {
    const { dropped = 0, ...written } = this.file?.counters() ?? {};
    return { ...this.counts, ...written, dropped: dropped + this.counts.full };
  }

  /** As `stray status` and `stray counters` list it: nothing where no file is named. */
  get reports(): readonly this[] {
    return this.path === undefined ? [] : [this];
  }

  state(): SinkState {
    return this.file?.state() ?? { ok: true, text: "only in the log: control.audit names no file" };
  }

  private write(line: string): void {
    const { file, path } = this;
    if (file === undefined || path === undefined) return;
    // What can't be turned over grows to the size of both files, and no further.
    if (this.bytes <= 2 * this.bytesMax) {
      if (file.append(line)) this.bytes += line.length;
      file.pulse(this.now());
    } else {
      this.counts.full++;
      const text = `${path} is full and can't be moved to ${olderPath(path)}: calls are only in this log`;
      this.limited.say(this.now(), "error", "full", text);
    }
    if (this.bytes > this.bytesMax) this.turn(path, file);
  }

  /** The file becomes the older one. */
  private turn(path: string, file: LineFile): void {
    if (this.isTurning) return;
    this.isTurning = true;
    rename(path, olderPath(path), (error) => {
      this.isTurning = false;
      if (error === null || error.code === "ENOENT") {
        // What waits goes to the new file, or to the first one: there may be none yet.
        this.bytes = file.held;
        if (error === null) this.counts.rotations++;
        file.reopen();
        return;
      }
      this.counts["rotation-errors"]++;
      const text = `can't move ${path} to ${olderPath(path)}: ${problemText(error)}`;
      this.limited.say(this.now(), "error", "rotation", text);
    });
  }

  /** How large the file is that is written now; one that has grown too large is turned over without waiting for a call. */
  private measure(path: string, file: LineFile): void {
    if (this.isMeasuring) return;
    this.isMeasuring = true;
    stat(path, (error, stats) => {
      this.isMeasuring = false;
      // Of a file that is being moved away it says nothing.
      if (this.isTurning) return;
      if (error === null) this.bytes = stats.isFile() ? stats.size + file.held : Number.NEGATIVE_INFINITY;
      else if (error.code === "ENOENT") this.bytes = file.held;
      if (this.bytes > this.bytesMax && error === null) this.turn(path, file);
    });
  }

  private sayInLog({ time: _, method, outcome, user, role, ...data }: AuditEntry): void {
    const level = outcome === "refused" ? "warn" : "info";
    this.log(level, `${method} by ${user} (${role}): ${outcome}`, data);
  }
}

/** Not the name that logrotate gives. */
export function olderPath(path: string): string {
  return `${path}.old`;
}
