// The entry of the thread that reads and compiles rules: once, then it ends.
// Apart from the main thread because many rules take seconds, in which records and alerts would not be taken out, and
// because what compiling leaves in memory goes with the thread.

import { parentPort, workerData } from "node:worker_threads";
import { StrayError } from "../errors.js";
import { loadRules } from "../rules/load.js";
import { dropThreadCapabilities } from "../system/capabilities.js";
import { keptRules, type LoaderAnswer, type LoaderData } from "./rule-words.js";

// Reading files needs none of those that are kept for capturing; root's own let it read whosever files.
if (process.getuid?.() !== 0) dropThreadCapabilities();

function answer(): LoaderAnswer {
  try {
    return { rules: keptRules(loadRules(workerData as LoaderData)) };
  } catch (error) {
    if (!(error instanceof StrayError)) throw error;
    const { code, message, exitCode } = error;
    return { refusal: { code, message, exitCode } };
  }
}

parentPort?.postMessage(answer());
