// Lists of rules that no pattern leads to: asked of every packet to some ports, or when a flow gets a finding.
// Apart from the matchers because they are found by port and by finding, not by bytes.
// Always holds: a list holds every rule that could match there (rules besides are refused by their header), in the
// order of their indexes; equal lists are kept once.

import { FINDING_CAPACITY } from "../../../assembly/layout.js";
import * as L from "../../../assembly/match/rules-layout.js";
import type { PortClasses } from "./port-sets.js";

/** Rules a packet of that group is asked, and the destination ports at which. */
export interface PlainRule {
  readonly index: number;
  readonly groups: readonly number[];
  /** Port sets; any of them will do. */
  readonly portSets: readonly number[];
}

// Entries of one group's lists by port. With more, all ports of the group share one list: slower, but bounded.
export const LIST_ENTRIES_MAX = 131072;
const PAIR_SIZE = 8;

interface ListPlace {
  readonly first: number;
  readonly count: number;
}

export class RuleLists {
  /** Rule indexes of all lists, one behind another. */
  readonly entries: number[] = [];
  readonly #plain: ListPlace[] = [];
  readonly #findings: ListPlace[] = [];
  readonly #known = new Map<string, ListPlace>();

  constructor(
    plain: readonly PlainRule[],
    readonly ports: PortClasses,
    findings: ReadonlyMap<number, { readonly findings: readonly number[] }>,
  ) {
    for (let group = 0; group < L.PROTO_GROUP_COUNT; group++) {
      this.#addGroup(
        group,
        plain.filter(({ groups }) => groups.includes(group)),
      );
    }
    this.#addFindings(findings);
  }

  get plainSize(): number {
    return this.#plain.length * PAIR_SIZE;
  }

  get findingsSize(): number {
    return this.#findings.length * PAIR_SIZE;
  }

  writePlain(view: DataView, at: number): void {
    writePairs(view, at, this.#plain);
  }

  writeFindings(view: DataView, at: number): void {
    writePairs(view, at, this.#findings);
  }

  #addGroup(group: number, rules: readonly PlainRule[]): void {
    const hasPorts = group === L.PROTO_GROUP_TCP || group === L.PROTO_GROUP_UDP;
    const byClass = hasPorts ? this.#byClass(rules) : undefined;
    if (byClass !== undefined) {
      for (const list of byClass) this.#plain.push(this.#place(list));
      return;
    }
    const all = this.#place(rules.map(({ index }) => index));
    for (let number = 0; number < this.ports.count; number++) this.#plain.push(all);
  }

  /** A list for each class of ports, or undefined when they would be too long. */
  #byClass(rules: readonly PlainRule[]): number[][] | undefined {
    const lists: number[][] = Array.from({ length: this.ports.count }, () => []);
    let entries = 0;
    for (const { index, portSets } of rules) {
      for (const set of portSets) {
        for (const number of this.ports.classesOf(set)) {
          const list = lists[number]!;
          if (list.at(-1) === index) continue;
          list.push(index);
          entries++;
        }
      }
      if (entries > LIST_ENTRIES_MAX) return undefined;
    }
    return lists;
  }

  #addFindings(rules: ReadonlyMap<number, { readonly findings: readonly number[] }>): void {
    const lists: number[][] = Array.from({ length: FINDING_CAPACITY }, () => []);
    for (const [index, { findings }] of rules) {
      for (const [finding, list] of lists.entries()) {
        if (findings.includes(finding)) list.push(index);
      }
    }
    for (const list of lists) this.#findings.push(this.#place(list));
  }

  #place(list: readonly number[]): ListPlace {
    if (list.length === 0) return { first: 0, count: 0 };
    const key = list.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const place = { first: this.entries.length, count: list.length };
    for (const index of list) this.entries.push(index);
    this.#known.set(key, place);
    return place;
  }
}

function writePairs(view: DataView, at: number, places: readonly ListPlace[]): void {
  for (const [number, { first, count }] of places.entries()) {
    view.setUint32(at + number * PAIR_SIZE, first, true);
    view.setUint32(at + number * PAIR_SIZE + 4, count, true);
  }
}

/** Rule indexes of 32 bits. */
export function writeIndexes(view: DataView, at: number, indexes: readonly number[]): void {
  for (const [number, index] of indexes.entries()) view.setUint32(at + number * 4, index, true);
}
