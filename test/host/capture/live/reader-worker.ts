// A worker thread that reads a ring through its handle and posts the frames' marks when it has enough of them.
// Apart because a thread needs a file of its own. Always holds: it ends by itself.

import { parentPort, workerData } from "node:worker_threads";
import type { RingHandle } from "../../../../host/capture/live/ring-handle.js";
import { dropThreadCapabilities, readCapabilities } from "../../../../host/system/capabilities.js";
import { markOf } from "./frames.js";
import { receive } from "./ring-frames.js";

interface Work {
  readonly memory: WebAssembly.Memory;
  readonly handle: RingHandle;
  readonly count: number;
}

const { memory, handle, count } = workerData as Work;
dropThreadCapabilities();
const frames = receive(memory.buffer as unknown as SharedArrayBuffer, handle, count);
const marks = frames.map(({ bytes }) => markOf(bytes));
parentPort?.postMessage({ marks, permitted: readCapabilities().permitted });
