// The incidents in memory, by number and by key, and which of them differ from their rows.
// Apart from the book, which reads and writes them.
// Always holds: at most `max` at a time; the longest unused one goes when there is no room, but none with changes that
// are not written; of those that are not in memory only the key is known.

import type { LiveIncident } from "./live.js";

/** Looked at in search of one without changes: the longest unused ones come first. */
const LOOKED_MAX = 256;

export class LiveCache {
  /** In the order in which they were changed first. */
  readonly changed = new Set<LiveIncident>();
  /** Keys whose rows are still to be written. */
  readonly newKeys = new Map<string, number>();
  /** Facts of flows that wait to be written, of all. */
  factsWaiting = 0;
  private readonly numbers = new Map<string, number>();
  /** The latest used at the end. */
  private readonly live = new Map<number, LiveIncident>();

  constructor(private readonly max: number) {}

  get size(): number {
    return this.live.size;
  }

  get all(): Iterable<LiveIncident> {
    return this.live.values();
  }

  /** Those that have no row yet. */
  get unstored(): number {
    let count = 0;
    for (const { isStored } of this.live.values()) if (!isStored) count++;
    return count;
  }

  get hasChanges(): boolean {
    return this.changed.size > 0 || this.newKeys.size > 0;
  }

  numberOf(key: string): number | undefined {
    return this.numbers.get(key);
  }

  get(number: number): LiveIncident | undefined {
    return this.live.get(number);
  }

  /** From the file: what is in memory is newer. */
  knowKey(key: string, number: number): void {
    if (!this.numbers.has(key)) this.numbers.set(key, number);
  }

  addKey(key: string, number: number): void {
    this.numbers.set(key, number);
    this.newKeys.set(key, number);
  }

  /** Puts it in memory, as the latest used. */
  touch(live: LiveIncident): void {
    this.live.delete(live.number);
    if (this.live.size >= this.max) this.evict();
    this.live.set(live.number, live);
  }

  /** One more fits, or one may go for it. */
  get hasRoom(): boolean {
    return this.live.size < this.max || this.evict();
  }

  change(live: LiveIncident): void {
    this.changed.add(live);
  }

  /** Its row is as it is. */
  written(live: LiveIncident): void {
    this.drop(live);
    live.written();
  }

  /** Those whose incident has a row now. */
  keysWritten(): void {
    for (const [key, number] of this.newKeys) {
      if (this.live.get(number)?.isStored !== false) this.newKeys.delete(key);
    }
  }

  /** It is no more; `isThere`: but is to be read again. */
  forget(number: number, isThere = false): void {
    const live = this.live.get(number);
    this.live.delete(number);
    if (live !== undefined) this.drop(live);
    if (isThere) return;
    for (const [key, of] of this.newKeys) if (of === number) this.newKeys.delete(key);
  }

  /** Points the keys of one to another. */
  rekey(from: number, into: number): void {
    for (const keys of [this.numbers, this.newKeys]) {
      for (const [key, number] of keys) if (number === from) keys.set(key, into);
    }
  }

  dropKeys(removed: ReadonlySet<number>): void {
    if (removed.size === 0) return;
    for (const [key, number] of this.numbers) if (removed.has(number)) this.numbers.delete(key);
  }

  /** The file is another one: only what is in memory is known, and all of it is to be written. */
  dropKeysOfUnknown(): void {
    for (const [key, number] of this.numbers) {
      if (this.live.has(number)) this.newKeys.set(key, number);
      else this.numbers.delete(key);
    }
  }

  private drop(live: LiveIncident): void {
    if (this.changed.delete(live)) this.factsWaiting -= live.newFacts.size;
  }

  private evict(): boolean {
    let looked = 0;
    for (const [number, live] of this.live) {
      if (!live.isDirty) {
        this.live.delete(number);
        return true;
      }
      if (++looked >= LOOKED_MAX) return false;
    }
    return false;
  }
}
