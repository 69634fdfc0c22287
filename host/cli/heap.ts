// Keeps V8's young space at the size it begins with.
// Apart because it turns a knob of the engine, for one reason.
// Always holds: without effect on an engine that doesn't know the flag, and on what is printed.

import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young space at the size it begins with: printing makes short-lived strings only, yet V8 would let their
 * space grow by tens of megabytes, which small boards don't have. The flag is read at each collection.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
