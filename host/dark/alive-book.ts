// Every address of ours that has shown itself, as the host knows it: what all workers heard, over restarts too.
// Apart from the workers' tables because each of those has its own part, and none outlives its worker.
// Always holds: at most `capacity` stay: of more, those go that only sent, then those longest unheard; what is heard
// again is never older or less than before.

import {
  ALIVE_HOW_ANSWERED,
  ALIVE_HOW_ARP,
  ALIVE_HOW_ND,
  ALIVE_HOW_SENT,
} from "../../assembly/detect/detect-layout.js";
import { type Address, byAddress } from "./address.js";

/** How an address shows itself, as files and lists say it. */
export const HOW_WORDS: readonly (readonly [word: string, how: number])[] = [
  ["sent", ALIVE_HOW_SENT],
  ["answered", ALIVE_HOW_ANSWERED],
  ["arp", ALIVE_HOW_ARP],
  ["nd", ALIVE_HOW_ND],
];
export const HOW_MASK = HOW_WORDS.reduce((mask, [, how]) => mask | how, 0);

/** Beyond the capacity, before some are let go: that sorts them all. */
const SLACK = 0.125;

export interface AliveEntry {
  /** ms since 1970, first and latest. */
  sinceMs: number;
  lastMs: number;
  /** ALIVE_HOW_*, one at least, never GIVEN. */
  how: number;
}

/** What was new in it: the address, a way of showing itself, a time in another minute, a time. */
export type Heard = "new" | "more" | "minute" | "later" | "nothing";

const MINUTE_MS = 60_000;

export class AliveBook {
  private entries = new Map<Address, AliveEntry>();
  /** Let go for others. */
  evicted = 0;

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(address: Address): AliveEntry | undefined {
    return this.entries.get(address);
  }

  hear(address: Address, { sinceMs, lastMs, how }: AliveEntry): Heard {
    const known = this.entries.get(address);
    if (known === undefined) {
      this.entries.set(address, { sinceMs, lastMs, how: how & HOW_MASK });
      if (this.entries.size > this.capacity * (1 + SLACK)) this.prune();
      return "new";
    }
    known.sinceMs = Math.min(known.sinceMs, sinceMs);
    const before = known.lastMs;
    const isMore = (how & HOW_MASK & ~known.how) !== 0;
    known.lastMs = Math.max(before, lastMs);
    known.how |= how & HOW_MASK;
    if (isMore) return "more";
    if (lastMs <= before) return "nothing";
    return Math.floor(lastMs / MINUTE_MS) > Math.floor(before / MINUTE_MS) ? "minute" : "later";
  }

  /** Answers how many there were. */
  forget(isForgotten: (address: Address) => boolean): number {
    const before = this.entries.size;
    for (const address of this.entries.keys()) if (isForgotten(address)) this.entries.delete(address);
    return before - this.entries.size;
  }

  /** Takes those away that were last heard before. */
  expire(beforeMs: number): number {
    const before = this.entries.size;
    for (const [address, { lastMs }] of this.entries) if (lastMs < beforeMs) this.entries.delete(address);
    return before - this.entries.size;
  }

  /** In no order. */
  all(): IterableIterator<[Address, AliveEntry]> {
    return this.entries.entries();
  }

  addresses(): Address[] {
    return [...this.entries.keys()].sort(byAddress);
  }

  private prune(): void {
    const kept = [...this.entries]
      .sort(([, a], [, b]) => worth(b) - worth(a) || b.lastMs - a.lastMs)
      .slice(0, this.capacity);
    this.evicted += this.entries.size - kept.length;
    this.entries = new Map(kept);
  }
}

function worth({ how }: AliveEntry): number {
  return how === ALIVE_HOW_SENT ? 0 : 1;
}

/** `sent,arp` */
export function howText(how: number): string {
  return HOW_WORDS.flatMap(([word, bit]) => ((how & bit) === 0 ? [] : [word])).join(",");
}

export function howOf(text: string): number | undefined {
  let how = 0;
  for (const word of text.split(",")) {
    const bit = HOW_WORDS.find(([name]) => name === word)?.[1];
    if (bit === undefined) return undefined;
    how |= bit;
  }
  return how;
}
