// When what is known of addresses is written to dark.state: seldom enough for a card of flash, often enough that a
// power cut costs little.
// Apart from the file because it is a matter of time, tested with a clock of its own.
// Always holds: nothing is written when nothing has changed; what a person told is written at once; a state of 64 KiB
// is written every five minutes at most, a larger one as much less often as it is larger (18 MiB a day); what can't be
// written is told, counted, and tried again.

import { printable, StrayError } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import { reasonOf } from "../store/store-problem.js";
import { StateFile } from "./state-file.js";
import type { SavedState } from "./state-text.js";

const PERIOD_MS = 300_000;
const PERIOD_BYTES = 1 << 16;
/** Times alone are that much less urgent. */
const TIMES_MS = 3_600_000;
const RETRY_MS = 60_000;

export interface SaverParts {
  readonly log: SinkLog;
  state(): SavedState;
}

export class StateSaver {
  readonly counts = { saves: 0, bytes: 0, errors: 0, damaged: 0 };
  savedMs: number | undefined;
  /** Why it is not kept just now. */
  problem: string | undefined;
  private directory = "";
  private file: StateFile | undefined;
  private openedMs = 0;
  private triedMs = Number.NEGATIVE_INFINITY;
  private lastBytes = 0;
  private hasNews = false;
  private hasTimes = false;
  private isUrgent = false;
  private writing: Promise<void> | undefined;

  constructor(private readonly parts: SaverParts) {}

  get path(): string | undefined {
    return this.file?.path;
  }

  /** Resolves when nothing is being written. */
  get settled(): Promise<void> {
    return this.writing ?? Promise.resolve();
  }

  /** Answers what the file there has, if it is whole. Never throws: without a file strayd runs on. */
  open(directory: string, nowMs: number): SavedState | undefined {
    this.directory = directory;
    this.openedMs = nowMs;
    return this.take(nowMs);
  }

  /** An address or a network came or went. */
  noteNews(): void {
    this.hasNews = true;
  }

  /** Addresses were heard again. */
  noteTimes(): void {
    this.hasTimes = true;
  }

  /** Somebody told something. */
  noteTold(): void {
    this.hasNews = true;
    this.isUrgent = true;
  }

  /** Once a second. `aliveMs` as in force: times are kept fresh against it. */
  pulse(nowMs: number, aliveMs: number): void {
    if (this.directory === "" || this.writing !== undefined || !this.isDue(nowMs, aliveMs)) return;
    this.writing = this.save(nowMs).finally(() => {
      this.writing = undefined;
    });
  }

  /** Writes what has changed, and lets the directory go. */
  async close(nowMs: number): Promise<void> {
    await this.writing;
    if (this.directory !== "" && (this.hasNews || this.hasTimes)) await this.save(nowMs);
    this.file?.close();
    this.file = undefined;
    this.directory = "";
    this.problem = undefined;
  }

  private isDue(nowMs: number, aliveMs: number): boolean {
    if (this.problem !== undefined && nowMs - this.triedMs < RETRY_MS) return false;
    if (this.isUrgent || this.file === undefined) return true;
    const sinceMs = nowMs - (this.savedMs ?? this.openedMs);
    const period = PERIOD_MS * Math.max(1, this.lastBytes / PERIOD_BYTES);
    const times = Math.max(period, aliveMs === 0 ? TIMES_MS : Math.min(TIMES_MS, aliveMs / 8));
    return (this.hasNews && sinceMs >= period) || (this.hasTimes && sinceMs >= times);
  }

  private take(nowMs: number): SavedState | undefined {
    this.triedMs = nowMs;
    try {
      this.file ??= StateFile.open(this.directory);
      const { state, damaged } = this.file.read(nowMs);
      this.problem = undefined;
      if (damaged !== undefined) {
        this.counts.damaged++;
        this.parts.log(
          "error",
          `${this.file.path} is damaged (${damaged.reason}): it was moved to ${damaged.name}; all addresses are learnt anew`,
          { file: damaged.name },
        );
      }
      return state;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  private async save(nowMs: number): Promise<void> {
    this.triedMs = nowMs;
    const told = this.isUrgent;
    try {
      this.file ??= StateFile.open(this.directory);
      [this.hasNews, this.hasTimes, this.isUrgent] = [false, false, false];
      this.lastBytes = await this.file.write(this.parts.state());
      this.savedMs = nowMs;
      this.counts.saves++;
      this.counts.bytes += this.lastBytes;
      if (this.problem !== undefined) this.parts.log("info", `addresses are kept in ${this.file.path} again`);
      this.problem = undefined;
    } catch (error) {
      this.hasNews = true;
      this.isUrgent = told;
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.counts.errors++;
    const reason = error instanceof StrayError ? error.message : reasonOf(error);
    const problem = `what is known of addresses can't be kept in ${printable(this.directory)}: ${reason}`;
    if (this.problem !== problem) this.parts.log("error", problem);
    this.problem = problem;
  }
}
