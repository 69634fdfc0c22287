// The choice of each pattern's anchor: the few bytes by which the scan finds it.
// Apart from the tables because it is a judgement and they are a layout.
// Always holds: the same patterns give the same anchors; an anchor lies within its pattern.
//
// A pattern costs when its anchor is seen: how often that is, times how many patterns it is then compared with. Patterns
// with the least choice choose first; then buckets that are still large are spread, whatever the traffic. What cannot
// be helped are patterns with no other bytes: N distinct ones of only W different windows share N/W a bucket. The scan's
// bound on comparisons is for these.

import { anchorOf, frequency } from "./frequency.js";

export interface Anchor {
  /** Of the pattern, in the order they were given. */
  readonly pattern: number;
  /** Where in the pattern it begins. */
  readonly at: number;
  readonly value: number;
}

/** Rarer than this is all the same: the filter's own errors are more frequent. */
const FREQUENCY_FLOOR = 1e-7;
/** Entries of a bucket that are left in peace. */
const BUCKET_GOOD = 4;
const SPREAD_ROUNDS = 3;

/** Anchors of `size` bytes for the patterns with these numbers, each at least that long. */
export function chooseAnchors(
  patterns: readonly Uint8Array[],
  numbers: readonly number[],
  size: number,
): Anchor[] {
  const loads = new Map<number, number>();
  const chosen = new Map<number, Anchor>();
  const order = [...numbers].sort((a, b) => lengthOf(patterns, a) - lengthOf(patterns, b) || a - b);
  for (const pattern of order) {
    const bytes = patterns[pattern] ?? new Uint8Array();
    const anchor = best(pattern, bytes, size, (value, at) => {
      const load = loads.get(value) ?? 0;
      return (frequency(bytes, at, size) + FREQUENCY_FLOOR) * (1 + load) ** 2;
    });
    chosen.set(pattern, anchor);
    loads.set(anchor.value, (loads.get(anchor.value) ?? 0) + 1);
  }
  for (let round = 0; round < SPREAD_ROUNDS; round++) spread(patterns, order, size, loads, chosen);
  return numbers.map((pattern) => chosen.get(pattern) as Anchor);
}

/** Moves patterns out of large buckets into ones that stay smaller. */
function spread(
  patterns: readonly Uint8Array[],
  order: readonly number[],
  size: number,
  loads: Map<number, number>,
  chosen: Map<number, Anchor>,
): void {
  for (const pattern of order) {
    const old = (chosen.get(pattern) as Anchor).value;
    const load = loads.get(old) ?? 0;
    if (load <= BUCKET_GOOD) continue;
    const bytes = patterns[pattern] ?? new Uint8Array();
    const anchor = best(pattern, bytes, size, (value) => loads.get(value) ?? 0);
    if ((loads.get(anchor.value) ?? 0) + 1 >= load) continue;
    loads.set(old, load - 1);
    loads.set(anchor.value, (loads.get(anchor.value) ?? 0) + 1);
    chosen.set(pattern, anchor);
  }
}

function best(
  pattern: number,
  bytes: Uint8Array,
  size: number,
  costOf: (value: number, at: number) => number,
): Anchor {
  let least = Number.POSITIVE_INFINITY;
  let anchor: Anchor = { pattern, at: 0, value: anchorOf(bytes, 0, size) };
  for (let at = 0; at + size <= bytes.length; at++) {
    const value = anchorOf(bytes, at, size);
    const cost = costOf(value, at);
    if (cost >= least) continue;
    least = cost;
    anchor = { pattern, at, value };
  }
  return anchor;
}

function lengthOf(patterns: readonly Uint8Array[], number: number): number {
  return patterns[number]?.length ?? 0;
}
