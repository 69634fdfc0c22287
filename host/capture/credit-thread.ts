// A second thread for the flow table while one long capture is read: this one walks and decodes, that one credits.
// Apart from the reader because it only divides the work: what comes out is the same, packet for packet.
// Always holds: only the thread credits while it is on; when finish() is done every batch is credited and this thread
// has the flow table to itself again.

import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import {
  BATCH_RING_CAPACITY,
  PIPELINED_OFF,
  PIPELINED_ON,
  PIPELINED_STOP,
  STATE_BASE,
  STATE_BATCH_HEAD_OFFSET,
  STATE_BATCH_TAIL_OFFSET,
  STATE_CREDIT_READY_OFFSET,
  STATE_PIPELINED_OFFSET,
} from "../../assembly/layout.js";
import { StrayError } from "../errors.js";
import { compiledModule, packageRoot, type Sensor } from "../wasm/module.js";

const WORKER_PATH = "dist/host/capture/credit-worker.js";
const HEAD_WORD = (STATE_BASE + STATE_BATCH_HEAD_OFFSET) / 4;
const TAIL_WORD = (STATE_BASE + STATE_BATCH_TAIL_OFFSET) / 4;
const READY_WORD = (STATE_BASE + STATE_CREDIT_READY_OFFSET) / 4;
const PIPELINED_WORD = (STATE_BASE + STATE_PIPELINED_OFFSET) / 4;
const WAIT_MS = 1;

/** What the worker is given. */
export interface CreditWork {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

export class CreditThread {
  private readonly words: Int32Array;
  private readonly worker: Worker;
  private failure: Error | undefined;

  constructor(sensor: Sensor) {
    this.words = new Int32Array(sensor.memory.buffer);
    const work: CreditWork = { module: compiledModule(), memory: sensor.memory.handle };
    this.worker = new Worker(join(packageRoot(), WORKER_PATH), {
      workerData: work,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    this.worker.unref();
    this.worker.on("error", (error) => {
      this.failure = error;
    });
  }

  /** Hands the crediting over once the thread is there: starting it takes longer than reading a short file. */
  takeOver(): void {
    if (this.words[PIPELINED_WORD] !== PIPELINED_OFF || Atomics.load(this.words, READY_WORD) === 0) return;
    Atomics.store(this.words, PIPELINED_WORD, PIPELINED_ON);
  }

  /** Waits a moment for half of the batches to be credited; false when they are not yet (records may be in the way). */
  async waitForRoom(): Promise<boolean> {
    const tail = Atomics.load(this.words, TAIL_WORD);
    if (this.waitingBatches() <= BATCH_RING_CAPACITY / 2) return true;
    if (Atomics.wait(this.words, TAIL_WORD, tail, WAIT_MS) === "timed-out") await this.look();
    return this.waitingBatches() <= BATCH_RING_CAPACITY / 2;
  }

  /** Waits for the last batch; `drain` takes records out meanwhile. */
  async finish(drain: () => Promise<void>): Promise<void> {
    while (this.waitingBatches() !== 0) {
      await drain();
      const tail = Atomics.load(this.words, TAIL_WORD);
      Atomics.wait(this.words, TAIL_WORD, tail, WAIT_MS);
      await this.look();
    }
    Atomics.store(this.words, PIPELINED_WORD, PIPELINED_STOP);
    Atomics.notify(this.words, HEAD_WORD);
    await this.ended();
    Atomics.store(this.words, PIPELINED_WORD, PIPELINED_OFF);
  }

  /** Ends the thread whatever it does; nothing after finish(). */
  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private waitingBatches(): number {
    return (Atomics.load(this.words, HEAD_WORD) - Atomics.load(this.words, TAIL_WORD)) >>> 0;
  }

  /** Lets the thread's own failure be heard. */
  private async look(): Promise<void> {
    await nextTurn();
    if (this.failure === undefined) return;
    const message = `the flow table's thread failed: ${this.failure.message}; read again with --threads 1`;
    throw new StrayError("THREAD_FAILED", message, 1, { cause: this.failure });
  }

  private async ended(): Promise<void> {
    while (Atomics.load(this.words, READY_WORD) !== 0) await this.look();
  }
}
