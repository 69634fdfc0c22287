// The entry of a worker thread: takes over the memory that the main thread made, and loops until told to stop.
// Apart from the loop because a thread's entry runs as soon as it is loaded.

import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { dropThreadCapabilities } from "../system/capabilities.js";
import { viewMemory } from "../wasm/memory.js";
import { instantiate } from "../wasm/module.js";
import { WorkerLoop } from "./worker-loop.js";
import { NUDGE, type WorkerData, type WorkerMessage } from "./worker-messages.js";

// Reading rings needs no capability; what a thread does not have, a hostile frame can't win.
dropThreadCapabilities();

const data = workerData as WorkerData;
const memory = viewMemory(data.memory);
const exports = instantiate(data.module, memory);
const receive = (): WorkerMessage | undefined => receiveMessageOnPort(data.port)?.message;
new WorkerLoop(memory, exports, data.limits, receive, () => data.port.postMessage(NUDGE)).run();
data.port.close();
