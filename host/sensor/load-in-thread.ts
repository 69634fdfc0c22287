// Loads rules in a thread of their own and waits for them.
// Apart from the keeper because a thread can fail in ways that a function can't.
// Always holds: memory that loading may take is bounded; whatever happens to the thread is an error here, and the
// thread is gone afterwards.

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type ExitCode, StrayError } from "../errors.js";
import { packageRoot } from "../wasm/module.js";
import type { KeptRules, LoaderAnswer, LoaderData } from "./rule-words.js";

const ENTRY = "dist/host/sensor/rule-loader.js";
/** Enough for some hundred thousand rules; it is given back when they are compiled. */
const HEAP_MB = 768;

/** @throws StrayError as loadRules(); RULES_FAILED when the thread ended without an answer. */
export function loadInThread(data: LoaderData): Promise<KeptRules> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(join(packageRoot(), ENTRY), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: HEAP_MB },
      name: "stray-rules",
    });
    let outcome: (() => void) | undefined;
    const fail = (code: string, message: string, exitCode: ExitCode) => () =>
      reject(new StrayError(code, message, exitCode));
    thread.on("message", (answer: LoaderAnswer) => {
      if ("rules" in answer) outcome = () => resolve(answer.rules);
      else outcome = fail(answer.refusal.code, answer.refusal.message, answer.refusal.exitCode);
    });
    thread.on("error", (error: NodeJS.ErrnoException) => {
      const isLarge = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      const why = isLarge ? `they take more than ${HEAP_MB} MB to compile: use fewer` : error.message;
      outcome = fail(isLarge ? "RULES_TOO_LARGE" : "RULES_FAILED", `rules can't be loaded: ${why}`, 2);
    });
    // Only now is its memory given back, and nothing of it runs beside what comes next.
    thread.on("exit", () =>
      (outcome ?? fail("RULES_FAILED", "rules can't be loaded: their thread ended", 2))(),
    );
  });
}
