// Address sets of all rules: each kept once, and the ranges of addresses that are in the same of them.
// Apart from ports because the ranges are searched, and because there are two families of them.
// Always holds: set 0 is any address; classes of both families are numbered together, for they share the matrix.

import { type AddressSet, RuleRefusal } from "../model.js";
import { BitMatrix, SET_CAPACITY } from "./bit-matrix.js";
import { ClassNumbers, type Cut, cut, type Edge, Memberships } from "./classes.js";

const LAST4 = 2n ** 32n - 1n;
const LAST6 = 2n ** 128n - 1n;
const HALF_MASK = 2n ** 64n - 1n;
const EVERYTHING = `4:0-${LAST4.toString(36)},6:0-${LAST6.toString(36)}`;
export const CLASS_CAPACITY = 65536;

export class AddressSets {
  readonly #sets: AddressSet[] = ["any"];
  readonly #numbers = new Map<string, number>([[EVERYTHING, 0]]);
  // Rules share the lists that variables stand for, and those can be long.
  readonly #seen = new Map<AddressSet, number>([["any", 0]]);

  get count(): number {
    return this.#sets.length;
  }

  /** The set's number; equal sets have the same one. Throws RuleRefusal when there are too many. */
  numberOf(set: AddressSet): number {
    const seen = this.#seen.get(set);
    if (seen !== undefined) return seen;
    const number = this.#numberOfNew(set);
    this.#seen.set(set, number);
    return number;
  }

  #numberOfNew(set: AddressSet): number {
    if (set === "any") return 0;
    const key = set.map(({ family, first, last }) => `${family}:${first.toString(36)}-${last.toString(36)}`);
    const joined = key.sort().join();
    const known = this.#numbers.get(joined);
    if (known !== undefined) return known;
    const number = this.#sets.length;
    if (number > SET_CAPACITY) {
      throw new RuleRefusal(`the rules together use more than ${SET_CAPACITY} address sets: use fewer`);
    }
    this.#sets.push(set);
    this.#numbers.set(joined, number);
    return number;
  }

  classify(): AddressClasses {
    const edges4: Edge<number>[] = [];
    const edges6: Edge<bigint>[] = [];
    for (const [set, ranges] of this.#sets.entries()) {
      if (ranges === "any") continue;
      for (const { family, first, last } of ranges) {
        if (family === 4) {
          edges4.push({ at: Number(first), set });
          if (last < LAST4) edges4.push({ at: Number(last + 1n), set });
        } else {
          edges6.push({ at: first, set });
          if (last < LAST6) edges6.push({ at: last + 1n, set });
        }
      }
    }
    const memberships = new Memberships(this.count);
    const numbers = new ClassNumbers();
    const ranges4 = numbered(cut(0, edges4, memberships), numbers);
    const ranges6 = numbered(cut(0n, edges6, memberships), numbers);
    return new AddressClasses(ranges4, ranges6, new BitMatrix(numbers.roots, memberships, this.count));
  }
}

/** First addresses, ascending from 0, and the class of each range. */
export interface NumberedRanges<T> {
  readonly firsts: readonly T[];
  readonly classes: readonly number[];
}

function numbered<T>(ranges: Cut<T>, numbers: ClassNumbers): NumberedRanges<T> {
  return { firsts: ranges.firsts, classes: ranges.roots.map((root) => numbers.of(root)) };
}

export class AddressClasses {
  constructor(
    readonly ranges4: NumberedRanges<number>,
    readonly ranges6: NumberedRanges<bigint>,
    readonly matrix: BitMatrix,
  ) {}

  get count(): number {
    return this.matrix.roots.length;
  }

  writeFirsts4(view: DataView, at: number): void {
    for (const [index, first] of this.ranges4.firsts.entries()) view.setUint32(at + index * 4, first, true);
  }

  writeFirsts6(view: DataView, at: number): void {
    for (const [index, first] of this.ranges6.firsts.entries()) {
      view.setBigUint64(at + index * 16, first >> 64n, true);
      view.setBigUint64(at + index * 16 + 8, first & HALF_MASK, true);
    }
  }
}

export function writeClassNumbers(view: DataView, at: number, classes: readonly number[]): void {
  for (const [index, number] of classes.entries()) view.setUint16(at + index * 2, number, true);
}
