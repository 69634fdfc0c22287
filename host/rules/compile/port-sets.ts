// Port sets of all rules: each kept once, and the classes of ports that are in the same of them.
// Apart from addresses because there are only 65536 ports: the class of each is simply written down.
// Always holds: set 0 is any port; a set's number never changes once given.

import { type PortSet, RuleRefusal } from "../model.js";
import { BitMatrix, SET_CAPACITY } from "./bit-matrix.js";
import { ClassNumbers, cut, type Edge, Memberships } from "./classes.js";

const PORT_MAX = 65535;
export const PORT_CLASSES_SIZE = (PORT_MAX + 1) * 2;

export class PortSets {
  readonly #sets: PortSet[] = ["any"];
  readonly #numbers = new Map<string, number>([["0-65535", 0]]);

  get count(): number {
    return this.#sets.length;
  }

  /** The set's number; equal sets have the same one. Throws RuleRefusal when there are too many. */
  numberOf(set: PortSet): number {
    if (set === "any") return 0;
    const key = set.map(([first, last]) => `${first}-${last}`).join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#sets.length;
    if (number > SET_CAPACITY) {
      throw new RuleRefusal(
        `the rules together use more than ${SET_CAPACITY} different port sets: use fewer`,
      );
    }
    this.#sets.push(set);
    this.#numbers.set(key, number);
    return number;
  }

  classify(): PortClasses {
    const edges: Edge<number>[] = [];
    for (const [number, set] of this.#sets.entries()) {
      if (set === "any") continue;
      for (const [first, last] of set) {
        edges.push({ at: first, set: number });
        if (last < PORT_MAX) edges.push({ at: last + 1, set: number });
      }
    }
    const memberships = new Memberships(this.count);
    const { firsts, roots } = cut(0, edges, memberships);
    const numbers = new ClassNumbers();
    const classOfPort = new Uint16Array(PORT_MAX + 1);
    for (const [index, first] of firsts.entries()) {
      classOfPort.fill(numbers.of(roots[index]!), first, firsts[index + 1] ?? PORT_MAX + 1);
    }
    const matrix = new BitMatrix(numbers.roots, memberships, this.count);
    return new PortClasses(this.#sets, firsts, classOfPort, matrix);
  }
}

export class PortClasses {
  readonly #ofSet = new Map<number, readonly number[]>();

  constructor(
    readonly sets: readonly PortSet[],
    readonly firsts: readonly number[],
    readonly classOfPort: Uint16Array,
    readonly matrix: BitMatrix,
  ) {}

  get count(): number {
    return this.matrix.roots.length;
  }

  /** Classes whose ports are in the set, ascending. */
  classesOf(number: number): readonly number[] {
    const known = this.#ofSet.get(number);
    if (known !== undefined) return known;
    const set = this.sets[number]!;
    const found = new Set<number>();
    const ranges: PortSet = set === "any" ? [[0, PORT_MAX]] : set;
    for (const [first, last] of ranges) {
      found.add(this.classOfPort[first]!);
      for (let range = this.#rangeAfter(first); (this.firsts[range] ?? Infinity) <= last; range++) {
        found.add(this.classOfPort[this.firsts[range]!]!);
      }
    }
    const classes = [...found].sort((a, b) => a - b);
    this.#ofSet.set(number, classes);
    return classes;
  }

  /** Index of the first range that begins behind the port. */
  #rangeAfter(port: number): number {
    let low = 0;
    let high = this.firsts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.firsts[middle]! <= port) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  writeClasses(view: DataView, at: number): void {
    for (const [port, number] of this.classOfPort.entries()) view.setUint16(at + port * 2, number, true);
  }
}
