// What the main thread tells a worker, as structured clones.
// Apart because both threads' files import it and nothing else of each other.

import type { MessagePort } from "node:worker_threads";
import type { RingHandle } from "../capture/live/ring-handle.js";
import type { WireHandle } from "../capture/live/wire-handle.js";
import type { Limits } from "../wasm/config.js";
import type { Home } from "../wasm/homes.js";
import type { InlinePolicy } from "../wasm/inline.js";

export interface WorkerData {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly limits: Limits;
  readonly port: MessagePort;
}

export interface WorkerInput {
  /** Number of the interface, the same for every worker. */
  readonly input: number;
  readonly handle: RingHandle;
}

/** What a worker tells the main thread: take records out, I wait for that. */
export const NUDGE = 1;

export type WorkerMessage =
  /** These rings, and no other, from now on; positions are kept in the LIVE words. */
  | { readonly type: "inputs"; readonly inputs: readonly WorkerInput[] }
  /** These two sides, joined; undefined: none, until told anew. */
  | {
      readonly type: "pair";
      readonly handles: readonly [WireHandle, WireHandle] | undefined;
      readonly waitMs: number;
    }
  /** What is dropped from now on, and who never is. */
  | { readonly type: "inline"; readonly policy: InlinePolicy; readonly waitMs: number }
  /** Timeouts written anew into CONFIG. */
  | { readonly type: "limits"; readonly limits: Limits }
  /** These networks, and no other, from now on. */
  | { readonly type: "homes"; readonly homes: readonly Home[] }
  /** Addresses that others heard, or lists have: GIVEN_SIZE bytes each. */
  | { readonly type: "alive"; readonly given: Uint8Array; readonly hasConversed: boolean }
  /** Addresses that are alive no longer, 16 bytes each. */
  | { readonly type: "forget"; readonly addresses: Uint8Array };
