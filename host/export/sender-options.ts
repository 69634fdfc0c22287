// What a message sender is told: its peer, its bounds, and what its owner does to messages on their way.
// Apart so that owners and tests need not know the sender.
// Always holds: hooks are called in the order of the messages, and never from within each other.

import type { BackoffLimits } from "./backoff.js";
import type { Peer } from "./peer.js";
import type { SinkLog } from "./sink.js";

/** Runs the task later; what it answers calls it off. */
export type Schedule = (task: () => void, ms: number) => () => void;

/** A message that is not queued, and how many records it has by the count of the stream. */
export interface FirstMessage {
  readonly bytes: Uint8Array;
  readonly records: number;
}

export interface SenderHooks {
  /** Messages to send before everything else in a new session. */
  opened?(isNewStream: boolean): readonly FirstMessage[];
  /** Last change of a message, in place, right before it goes. */
  beforeSend?(message: Uint8Array, records: number): void;
  /** Messages with so many records went through beforeSend() last and did not go after all. */
  unsent?(records: number): void;
}

export interface SenderOptions {
  readonly name: string;
  readonly peer: Peer;
  readonly queueBytes: number;
  readonly backoff: BackoffLimits;
  readonly log: SinkLog;
  readonly hooks?: SenderHooks;
  readonly random?: () => number;
  readonly schedule?: Schedule;
}
