// Reads capture files through the classifier: opens them in time order, feeds the module, drains its records.
// Apart from the command line so that tests, benchmarks and other commands read captures in the same way.
// Always holds: the host's heap does not grow with the files; no packet passes through JavaScript; at most
// INPUT_CAPACITY files are open at once; the records that a callback was given are released when it is done.

import {
  COUNTER_PACKETS,
  COUNTERS_BASE,
  RUN_IDLE,
  RUN_INPUT_DAMAGED,
  RUN_INPUT_ENDED,
  RUN_NEED_INPUT,
  RUN_RECORDS_FULL,
  RUN_UNTIL,
} from "../../assembly/layout.js";
import { readCount } from "../wasm/memory.js";
import type { Sensor } from "../wasm/module.js";
import { RecordRing } from "../wasm/record-ring.js";
import type { OpenInput } from "./inputs.js";
import { orderedLiveSlots } from "./live-flows.js";
import { activeInput } from "./open-capture.js";
import type { CaptureProblem } from "./problem.js";
import { CaptureSchedule } from "./schedule.js";
import { openSource } from "./source.js";

/**
 * Called with a ring in which `count` records wait, at least 1; it need not release them. More may come in while it
 * runs: those are for the next call.
 */
export type RecordsCallback = (ring: RecordRing, count: number) => void | Promise<void>;

export interface ReadProgress {
  readonly packets: number;
  /** Bytes of the files taken so far, and of all files where each has a size. */
  readonly bytes: number;
  readonly bytesTotal: number | undefined;
}

export interface ReadOptions {
  /** The flows that are live at the end are recorded by their start time, else in table order. */
  readonly orderedFlush: boolean;
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Called after each run of the classifier: alerts that wait must be taken out here. */
  readonly onRun?: () => void;
  /** Stops reading (and records no live flow). */
  readonly signal?: AbortSignal;
  /** Bytes read at once; tests use small ones. */
  readonly chunkSize?: number;
  /** Packets a call of run(). */
  readonly budget?: number;
}

export interface ReadResult {
  /** At most one for each file, in the order in which they were found. */
  readonly problems: readonly CaptureProblem[];
  readonly warnings: readonly string[];
  readonly packets: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly aborted: boolean;
}

/** Small enough that V8 soon tiers the walk up and that progress is told, large enough to cost nothing. */
const BUDGET = 16384;
const PROGRESS_INTERVAL_MS = 100;

export class CaptureReader {
  private readonly ring: RecordRing;
  private progressTime = 0;

  constructor(
    private readonly sensor: Sensor,
    private readonly files: readonly string[],
    private readonly open: OpenInput = openSource,
  ) {
    this.ring = new RecordRing(sensor.memory, sensor.limits.recordLimit);
  }

  /** Reads all files, then records the live flows. Problems of files are in the result, not thrown. */
  async read(onRecords: RecordsCallback, options: ReadOptions): Promise<ReadResult> {
    const startTime = performance.now();
    const schedule = new CaptureSchedule(this.sensor, this.files, this.open, options.chunkSize);
    try {
      await schedule.begin();
      await this.walk(schedule, onRecords, options);
      await this.flush(onRecords, options);
    } finally {
      await schedule.close();
    }
    options.onProgress?.(this.progress(schedule));
    return {
      problems: schedule.problems,
      warnings: schedule.warnings,
      packets: this.packets,
      bytes: schedule.bytes,
      elapsedMs: performance.now() - startTime,
      aborted: options.signal?.aborted ?? false,
    };
  }

  private async walk(
    schedule: CaptureSchedule,
    onRecords: RecordsCallback,
    options: ReadOptions,
  ): Promise<void> {
    const { run } = this.sensor.exports;
    const budget = options.budget ?? BUDGET;
    while (!options.signal?.aborted) {
      const answer = run(budget);
      options.onRun?.();
      if (answer === RUN_RECORDS_FULL || this.ring.count * 2 > this.ring.capacity) {
        await this.drain(onRecords);
      }
      if (answer === RUN_NEED_INPUT) await schedule.refill(activeInput(this.sensor));
      else if (answer === RUN_UNTIL || answer === RUN_IDLE) {
        if (!(await schedule.openNext())) return;
      } else if (answer === RUN_INPUT_ENDED || answer === RUN_INPUT_DAMAGED) {
        await schedule.end(activeInput(this.sensor), answer);
      }
      if (options.onProgress) this.tellProgress(schedule, options.onProgress);
    }
  }

  private async flush(onRecords: RecordsCallback, options: ReadOptions): Promise<void> {
    const { exports, memory, limits } = this.sensor;
    if (options.signal?.aborted) return;
    if (!options.orderedFlush) {
      while (exports.flush() !== 0) await this.drain(onRecords);
      options.onRun?.();
      return this.drain(onRecords);
    }
    while (exports.prepareFlush() !== 0) await this.drain(onRecords);
    options.onRun?.();
    await this.drain(onRecords);
    for (const slot of orderedLiveSlots(memory, limits.flowSets)) {
      if (options.signal?.aborted) return;
      exports.flushSlot(slot);
      if (this.ring.count === this.ring.capacity) await this.drain(onRecords);
    }
    await this.drain(onRecords);
  }

  private async drain(onRecords: RecordsCallback): Promise<void> {
    const { count } = this.ring;
    if (count === 0) return;
    const done = onRecords(this.ring, count);
    if (done) await done;
    this.ring.release(count);
  }

  private get packets(): number {
    return readCount(this.sensor.memory, COUNTERS_BASE + COUNTER_PACKETS * 8);
  }

  private progress(schedule: CaptureSchedule): ReadProgress {
    return { packets: this.packets, bytes: schedule.bytes, bytesTotal: schedule.bytesTotal };
  }

  private tellProgress(schedule: CaptureSchedule, tell: (progress: ReadProgress) => void): void {
    const now = performance.now();
    if (now - this.progressTime < PROGRESS_INTERVAL_MS) return;
    this.progressTime = now;
    tell(this.progress(schedule));
  }
}
