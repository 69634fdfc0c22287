// Waits for what comes by itself, in this process. Apart from daemon.ts, whose until() asks programs, less often.
// Always holds: a busy machine is no fault: the end is generous, and only for what never comes.

import { PATIENCE } from "./patience.js";

const LIMIT_MS = 20_000 * PATIENCE;
const POLL_MS = 5;

/** Waits until it holds. @throws Error in the end; `what` says in words what was waited for. */
export async function eventually(holds: () => boolean, what = "it came to that"): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
