// The matrix of classes and sets: a row of bits a class, a bit a set.
// Apart because ports and addresses have one each, and because its size must be known before it is made.
// Always holds: set 0 is "any", so its bit is set in every row.

import type { Memberships } from "./classes.js";

export const SET_CAPACITY = 65535;
const WORD_SIZE = 4;

export class BitMatrix {
  /** u32 words a row. */
  readonly words: number;

  constructor(
    readonly roots: readonly number[],
    readonly memberships: Memberships,
    setCount: number,
  ) {
    this.words = Math.ceil(Math.max(1, setCount) / 32);
  }

  get size(): number {
    return this.roots.length * this.words * WORD_SIZE;
  }

  write(view: DataView, at: number): void {
    let row = at;
    for (const root of this.roots) {
      setBit(view, row, 0);
      for (const set of this.memberships.members(root)) setBit(view, row, set);
      row += this.words * WORD_SIZE;
    }
  }
}

function setBit(view: DataView, row: number, set: number): void {
  const word = row + (set >>> 5) * WORD_SIZE;
  view.setUint32(word, view.getUint32(word, true) | (1 << (set & 31)), true);
}
