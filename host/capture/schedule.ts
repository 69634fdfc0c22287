// Which capture files are open when: each from its first packet's time on, however many there are.
// Apart from the reader because the order of files is a matter of its own: their first packets are peeked at, and
// the module is told to stop (STATE_UNTIL) when the next file is due.
// Always holds: files open in the order of their first packets; a file without packets, or one that can't be
// opened, is told and done with at the peek; what can't be read twice (a pipe) stays open from the peek on.

import {
  COUNTER_BLOCKS_SKIPPED,
  COUNTERS_BASE,
  INPUT_CAPACITY,
  RUN_MORE,
  STATE_BASE,
  STATE_LAST_TIME_OFFSET,
  STATE_UNTIL_OFFSET,
} from "../../assembly/layout.js";
import { readU64, writeU64 } from "../wasm/memory.js";
import type { Sensor } from "../wasm/module.js";
import type { OpenInput } from "./inputs.js";
import { OpenCapture } from "./open-capture.js";
import { CaptureProblem } from "./problem.js";

// Sixteen windows of several files open at once must not cost more than one of a single file.
const SHARED_CHUNK_SIZE = 131072;
const SKIPPED_ADDRESS = COUNTERS_BASE + COUNTER_BLOCKS_SKIPPED * 8;

interface Waiting {
  readonly file: string;
  readonly time: bigint;
  readonly size: number | undefined;
}

export class CaptureSchedule {
  readonly problems: CaptureProblem[] = [];
  readonly warnings: string[] = [];
  private readonly open: (OpenCapture | undefined)[] = new Array(INPUT_CAPACITY).fill(undefined);
  private waiting: Waiting[] = [];
  private bytesEnded = 0;
  private sizeKnown: number | undefined = 0;
  /** A file was due while none could be opened. */
  private late = false;
  private readonly chunkSize: number;

  constructor(
    private readonly sensor: Sensor,
    private readonly files: readonly string[],
    private readonly openInput: OpenInput,
    chunkSize?: number,
  ) {
    this.chunkSize = chunkSize ?? (files.length === 1 ? sensor.limits.chunkSize : SHARED_CHUNK_SIZE);
  }

  /** Bytes of the files taken so far. */
  get bytes(): number {
    return this.open.reduce((sum, capture) => sum + (capture?.source.consumed ?? 0), this.bytesEnded);
  }

  /** Bytes of all files, when each has a size. */
  get bytesTotal(): number | undefined {
    return this.sizeKnown;
  }

  /** Opens the first file. A single one needs no peek. */
  async begin(): Promise<void> {
    const [only, ...others] = this.files;
    if (only !== undefined && others.length === 0) {
      const capture = await this.tryOpen(only);
      if (capture) this.addSize(capture.source.size);
    } else {
      for (const file of this.files) await this.peek(file);
      this.waiting.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    }
    this.setUntil();
  }

  /** Opens the file that is due now: false when none is left. */
  async openNext(): Promise<boolean> {
    const next = this.waiting.shift();
    if (!next) return false;
    if (this.late && next.time < this.lastTime) this.warnLate();
    await this.tryOpen(next.file);
    this.setUntil();
    return true;
  }

  async refill(number: number): Promise<void> {
    await this.open[number]?.refill();
  }

  /** An input ended or is damaged; `answer` says which. */
  async end(number: number, answer: number): Promise<void> {
    const capture = this.open[number];
    if (!capture) return;
    const problem = capture.problemOf(answer);
    if (problem) this.problems.push(problem);
    await this.forget(capture);
    // A file that had to wait for a place opens at once.
    const next = this.waiting[0];
    if (this.late && next && next.time <= this.lastTime) await this.openNext();
    else this.setUntil();
  }

  async close(): Promise<void> {
    for (const capture of this.open) if (capture) await this.forget(capture);
  }

  private get lastTime(): bigint {
    return readU64(this.sensor.memory, STATE_BASE + STATE_LAST_TIME_OFFSET);
  }

  private async tryOpen(file: string): Promise<OpenCapture | undefined> {
    try {
      const number = this.open.indexOf(undefined);
      const capture = await OpenCapture.open(this.sensor, file, number, this.openInput, this.chunkSize);
      this.open[number] = capture;
      return capture;
    } catch (error) {
      if (!(error instanceof CaptureProblem)) throw error;
      this.problems.push(error);
      return undefined;
    }
  }

  private async forget(capture: OpenCapture): Promise<void> {
    this.open[capture.number] = undefined;
    await capture.close();
    this.bytesEnded += capture.source.consumed;
  }

  private async peek(file: string): Promise<void> {
    const { memory } = this.sensor;
    const skipped = readU64(memory, SKIPPED_ADDRESS);
    if (!this.open.includes(undefined)) {
      this.warnings.push(`only ${INPUT_CAPACITY} pipes can be read at once: "${file}" is left out`);
      return;
    }
    const capture = await this.tryOpen(file);
    if (!capture) return;
    this.addSize(capture.source.size);
    const answer = await capture.findHead();
    const time = capture.headTime;
    if (answer !== RUN_MORE || time === undefined) return this.end(capture.number, answer);
    if (!capture.source.rewindable) return;
    this.waiting.push({ file, time, size: capture.source.size });
    this.open[capture.number] = undefined;
    await capture.close();
    writeU64(memory, SKIPPED_ADDRESS, skipped);
  }

  private addSize(size: number | undefined): void {
    this.sizeKnown = size === undefined || this.sizeKnown === undefined ? undefined : this.sizeKnown + size;
  }

  /** Tells the module where to stop for the next file; 0 = nowhere. */
  private setUntil(): void {
    const next = this.waiting[0];
    const room = this.open.includes(undefined);
    this.late = next !== undefined && !room;
    // A time of 0 would mean no limit: such a file opens a nanosecond late, behind nothing.
    const until = next && room ? (next.time === 0n ? 1n : next.time) : 0n;
    writeU64(this.sensor.memory, STATE_BASE + STATE_UNTIL_OFFSET, until);
  }

  private warnLate(): void {
    const warning = `more than ${INPUT_CAPACITY} capture files overlap in time, the most that are merged at once: some packets are read after later ones`;
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}
