// The thread of credit-thread.ts: an instance of the same module over the same memory, that only credits.
// Apart because it is a program of its own (dist/host/capture/credit-worker.js). It imports nothing of the host.
// Always holds: it sleeps when there is nothing to credit or no room for records, and looks again after WAIT_MS.

import { workerData } from "node:worker_threads";
import {
  PIPELINED_STOP,
  STATE_BASE,
  STATE_BATCH_HEAD_OFFSET,
  STATE_BATCH_TAIL_OFFSET,
  STATE_CREDIT_READY_OFFSET,
  STATE_PIPELINED_OFFSET,
  STATE_RECORD_TAIL_OFFSET,
} from "../../assembly/layout.js";
import type { CreditWork } from "./credit-thread.js";

const BATCHES = 4096;
const WAIT_MS = 1;
const HEAD_WORD = (STATE_BASE + STATE_BATCH_HEAD_OFFSET) / 4;
const TAIL_WORD = (STATE_BASE + STATE_BATCH_TAIL_OFFSET) / 4;
const READY_WORD = (STATE_BASE + STATE_CREDIT_READY_OFFSET) / 4;
const PIPELINED_WORD = (STATE_BASE + STATE_PIPELINED_OFFSET) / 4;
const RECORD_TAIL_WORD = (STATE_BASE + STATE_RECORD_TAIL_OFFSET) / 4;

const { module, memory } = workerData as CreditWork;
const { credit } = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as {
  credit(limit: number): number;
};
const words = new Int32Array(memory.buffer);

Atomics.store(words, READY_WORD, 1);
for (;;) {
  const head = Atomics.load(words, HEAD_WORD);
  const recordTail = Atomics.load(words, RECORD_TAIL_WORD);
  if (credit(BATCHES) !== 0) continue;
  if (head !== Atomics.load(words, TAIL_WORD)) Atomics.wait(words, RECORD_TAIL_WORD, recordTail, WAIT_MS);
  else if (Atomics.load(words, PIPELINED_WORD) === PIPELINED_STOP) break;
  else Atomics.wait(words, HEAD_WORD, head, WAIT_MS);
}
Atomics.store(words, READY_WORD, 0);
