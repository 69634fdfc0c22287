// Reads a worker's table of the living in place, while the worker goes on writing it.
// Apart from what is made of it because here is all that there is to say about reading beside a writer.
// Always holds: nothing is written and nobody waits; a place that changes under the look is left for the next one, and
// one that still slips through is an address that never was: it is called alive until it expires, which hides nothing
// that is in use.

import {
  ALIVE_HOW_GIVEN,
  ALIVE_HOW_OFFSET,
  ALIVE_LAST_OFFSET,
  ALIVE_SINCE_OFFSET,
} from "../../assembly/detect/detect-layout.js";
import { ALIVE_SIZE, ALIVES_BASE } from "../../assembly/layout.js";
import type { SensorMemory } from "../wasm/memory.js";

const WORDS = ALIVE_SIZE / 4;
const HOW_WORD = ALIVE_HOW_OFFSET / 4;
const LAST_WORD = ALIVE_LAST_OFFSET / 4;
const SINCE_WORD = ALIVE_SINCE_OFFSET / 4;
const NS_PER_MS = 1e6;
const TWO_TO_32 = 2 ** 32;

export class AliveReader {
  /** Places that changed under the look. */
  torn = 0;
  /** Of each place as it was seen last: low word of LAST, then HOW. */
  private readonly seen: Uint32Array;
  private readonly copy = new Uint32Array(WORDS);
  private readonly table: Uint32Array;

  constructor(
    memory: SensorMemory,
    private readonly limit: number,
  ) {
    this.table = memory.u32.subarray(ALIVES_BASE / 4, (ALIVES_BASE + limit * ALIVE_SIZE) / 4);
    this.seen = new Uint32Array(limit * 2);
  }

  /**
   * Every place that has changed since the last look, but those that lists put there; the address as four words at the
   * beginning of `words`, which are another's afterwards.
   */
  changes(each: (words: Uint32Array, sinceMs: number, lastMs: number, how: number) => void): void {
    const { table, seen, copy } = this;
    for (let index = 0; index < this.limit; index++) {
      const at = index * WORDS;
      const last = table[at + LAST_WORD]!;
      const how = table[at + HOW_WORD]!;
      if (how === seen[index * 2 + 1] && (how === 0 || last === seen[index * 2])) continue;
      for (let word = 0; word < WORDS; word++) copy[word] = table[at + word]!;
      if (!this.isSteady(at)) {
        this.torn++;
        continue;
      }
      seen[index * 2] = copy[LAST_WORD]!;
      seen[index * 2 + 1] = copy[HOW_WORD]!;
      if (copy[HOW_WORD] === 0 || (copy[HOW_WORD]! & ALIVE_HOW_GIVEN) !== 0) continue;
      const lastMs = Math.floor((copy[LAST_WORD + 1]! * TWO_TO_32 + copy[LAST_WORD]!) / NS_PER_MS);
      each(copy, Math.min(copy[SINCE_WORD]! * 1000, lastMs), lastMs, copy[HOW_WORD]!);
    }
  }

  private isSteady(at: number): boolean {
    for (let word = 0; word < WORDS; word++) if (this.table[at + word] !== this.copy[word]) return false;
    return true;
  }
}
