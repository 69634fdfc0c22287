// What one worker heard, told to the others: each has only a part of the packets, and would call dark who speaks
// elsewhere.
// Apart from the keeper because it is about one worker: what it was told, and what it still is to be told.
// Always holds: a message is bounded, one is under way at a time; an address waits once; the times of who goes on
// speaking are told anew once a minute, not once a packet.

import { type Address, putAddress } from "../dark/address.js";
import type { AliveBook, AliveEntry, Heard } from "../dark/alive-book.js";
import type { WorkerHandle } from "./worker-handle.js";
import { GIVEN_SIZE, packGiven } from "./worker-known.js";

/** Addresses in a message. */
const MESSAGE_MAX = 1024;
const NS_PER_MS = 1_000_000n;

/** Addresses with their times as a worker takes them. */
export function packAddresses(entries: readonly (readonly [Address, AliveEntry])[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * GIVEN_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [index, [address, { lastMs, how }]] of entries.entries()) {
    putAddress(view, index * GIVEN_SIZE, address);
    packGiven(bytes, index, BigInt(lastMs) * NS_PER_MS, how);
  }
  return bytes;
}

export class AliveShare {
  /** Addresses told. */
  told = 0;
  private readonly waiting = new Set<Address>();
  private isSending = false;
  private hasToldConversed = false;

  constructor(readonly worker: WorkerHandle) {}

  /** Another worker heard it. */
  note(address: Address, heard: Heard): void {
    if (heard !== "later" && heard !== "nothing") this.waiting.add(address);
  }

  /** It began anew with all that is known. */
  restart(hasConversed: boolean): void {
    this.waiting.clear();
    this.hasToldConversed = hasConversed;
  }

  /** Sends what waits, up to a message. Never rejects: a worker that is silent is the supervisor's business. */
  async flush(book: AliveBook, hasConversed: boolean): Promise<void> {
    const isConversedNew = hasConversed && !this.hasToldConversed;
    if (this.isSending || (this.waiting.size === 0 && !isConversedNew)) return;
    const entries: [Address, AliveEntry][] = [];
    for (const address of this.waiting) {
      this.waiting.delete(address);
      const entry = book.get(address);
      if (entry !== undefined) entries.push([address, entry]);
      if (entries.length === MESSAGE_MAX) break;
    }
    this.isSending = true;
    try {
      await this.worker.send({ type: "alive", given: packAddresses(entries), hasConversed });
      this.told += entries.length;
      this.hasToldConversed = hasConversed;
    } catch {
      // It will be ended, and begin anew with all that is known.
    } finally {
      this.isSending = false;
    }
  }
}
