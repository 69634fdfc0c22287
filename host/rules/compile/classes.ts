// Classes of values (ports, addresses) that are in the same sets: what lets one bit say whether a value is in a set.
// Apart from ports and addresses because both are cut into ranges alike.
// Always holds: two ranges have the same root when, and only when, they are in the same sets. The members of a
// range are a binary tree over the numbers of the sets; equal trees are one tree, so comparing roots is exact.

const EMPTY = 0;
const PRESENT = 1;
const KEY_FACTOR = 2 ** 26;

/** Trees of sets, each kept once. */
export class Memberships {
  readonly #left = [0, 0];
  readonly #right = [0, 0];
  readonly #known = new Map<number, number>();
  readonly #depth: number;

  /** `setCount` sets, numbered from 0. */
  constructor(setCount: number) {
    this.#depth = Math.max(1, Math.ceil(Math.log2(Math.max(2, setCount))));
  }

  /** The tree with the set put in, or taken out when it was in. */
  toggle(root: number, set: number): number {
    return this.#toggle(root, set, this.#depth);
  }

  /** The sets of a tree, ascending. */
  members(root: number): number[] {
    const sets: number[] = [];
    this.#collect(root, 0, this.#depth, sets);
    return sets;
  }

  #toggle(node: number, set: number, level: number): number {
    if (level === 0) return node === EMPTY ? PRESENT : EMPTY;
    const left = this.#left[node]!;
    const right = this.#right[node]!;
    return (set >>> (level - 1)) & 1
      ? this.#node(left, this.#toggle(right, set, level - 1))
      : this.#node(this.#toggle(left, set, level - 1), right);
  }

  #node(left: number, right: number): number {
    if (left === EMPTY && right === EMPTY) return EMPTY;
    const key = left * KEY_FACTOR + right;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const node = this.#left.length;
    this.#left.push(left);
    this.#right.push(right);
    this.#known.set(key, node);
    return node;
  }

  #collect(node: number, first: number, level: number, sets: number[]): void {
    if (node === EMPTY) return;
    if (level === 0) {
      sets.push(first);
      return;
    }
    this.#collect(this.#left[node]!, first, level - 1, sets);
    this.#collect(this.#right[node]!, first + 2 ** (level - 1), level - 1, sets);
  }
}

/** A value at which a set begins or, behind its last one, ends. */
export interface Edge<T> {
  readonly at: T;
  readonly set: number;
}

/** Ranges without gaps, ascending, the first from the lowest value; neighbours differ in their sets. */
export interface Cut<T> {
  readonly firsts: readonly T[];
  readonly roots: readonly number[];
}

/** Cuts the values from `lowest` on at the edges. */
export function cut<T extends number | bigint>(
  lowest: T,
  edges: readonly Edge<T>[],
  memberships: Memberships,
): Cut<T> {
  const sorted = edges.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const firsts: T[] = [];
  const roots: number[] = [];
  let root = EMPTY;
  let at = lowest;
  const close = () => {
    if (roots.length > 0 && roots[roots.length - 1] === root) return;
    firsts.push(at);
    roots.push(root);
  };
  for (const edge of sorted) {
    if (edge.at > at) {
      close();
      at = edge.at;
    }
    root = memberships.toggle(root, edge.set);
  }
  close();
  return { firsts, roots };
}

/** Numbers the roots from 0 in the order in which they come. */
export class ClassNumbers {
  readonly roots: number[] = [];
  readonly #numbers = new Map<number, number>();

  of(root: number): number {
    let number = this.#numbers.get(root);
    if (number === undefined) {
      number = this.roots.length;
      this.#numbers.set(root, number);
      this.roots.push(root);
    }
    return number;
  }
}
