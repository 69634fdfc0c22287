// Waits for what comes by itself in this process. Apart from until(), which it calls, because asking costs nothing here.
// Always holds: a busy machine is no fault: the end is generous, and only for what never comes.

import { until } from "./daemon.js";

const POLL_MS = 5;

/** Waits until it holds. @throws Error in the end; `what` says in words what was waited for. */
export async function eventually(holds: () => boolean, what = "it came to that"): Promise<void> {
  await until(what, holds, undefined, POLL_MS);
}
