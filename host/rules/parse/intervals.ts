// Sets of whole numbers as inclusive intervals: union, difference, complement.
// Apart because addresses and ports are the same sets, only on other axes.
// Always holds: a set's intervals ascend, are disjoint and do not touch each other, so equal sets look equal.

export type Interval = readonly [first: bigint, last: bigint];
export type IntervalSet = readonly Interval[];

/** Of intervals in any order, overlapping or not. */
export function normalised(intervals: readonly Interval[]): IntervalSet {
  const sorted = [...intervals].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1n) {
      if (last > before[1]) before[1] = last;
    } else {
      merged.push([first, last]);
    }
  }
  return merged;
}

/** Everything within the axis that is not in the set. */
export function complement(set: IntervalSet, axis: Interval): IntervalSet {
  const gaps: Interval[] = [];
  let next = axis[0];
  for (const [first, last] of set) {
    if (first > next) gaps.push([next, first - 1n]);
    next = last + 1n;
  }
  if (next <= axis[1]) gaps.push([next, axis[1]]);
  return gaps;
}

/** What lies in both. */
export function intersection(a: IntervalSet, b: IntervalSet): IntervalSet {
  const common: Interval[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [aFirst, aLast] = a[i]!;
    const [bFirst, bLast] = b[j]!;
    let first = aFirst;
    if (bFirst > first) first = bFirst;
    let last = aLast;
    if (bLast < last) last = bLast;
    if (first <= last) common.push([first, last]);
    if (aLast < bLast) i++;
    else j++;
  }
  return common;
}

export function difference(a: IntervalSet, b: IntervalSet, axis: Interval): IntervalSet {
  return intersection(a, complement(b, axis));
}
