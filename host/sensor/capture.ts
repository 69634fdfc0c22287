// What the daemon and the supervisor ask of the packets' way in, be it rings that only listen or a pair in the wire.
// Apart because both ways of standing in a network are started, watched and stopped alike.
// Always holds: nothing is closed before its worker has said that it let go of it; counts only grow.

import type { StrayConfig } from "../config/types.js";
import type { CaptureFilters } from "./capture-set.js";
import type { InterfaceReport } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";
import type { WorkerMessage } from "./worker-messages.js";

export interface Capture {
  /** What that worker is to read, told whenever it begins. */
  assignment(worker: WorkerHandle): WorkerMessage;
  /** Passes over what a worker died in, if it did: what killed it once would kill it again. */
  skipBlock(worker: WorkerHandle): boolean;
  readonly reports: InterfaceReport[];
  readonly counters: { name: string; worker: number; counters: Record<string, number> }[];
  /** Of all rings, as last read. */
  readonly drops: number;
  /** What an operator should know of how it was opened. */
  readonly notes: string[];
  /** Once a second: takes the kernel's counts, follows interfaces that go and come. */
  pulse(): Promise<void>;
  /** Applies what can change while rings stay open. */
  adjust(config: StrayConfig, filters: CaptureFilters): void;
  /** No worker may be reading any more. */
  close(): void;
}
