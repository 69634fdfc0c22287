// The line through points by Theil and Sen: the median of the slopes of all pairs, and the median of what is left.
// Apart because it knows nothing of ports. Always holds: up to 29% of the points may be anywhere without moving the
// line; the work is the square of the points, whose number the caller bounds.

export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Slopes of all pairs that are at least `apart` from each other in x, sorted. */
export function pairSlopes(xs: readonly number[], ys: readonly number[], apart = 0): Float64Array {
  const slopes = new Float64Array((xs.length * (xs.length - 1)) / 2);
  let count = 0;
  for (let i = 0; i < xs.length; i++) {
    for (let j = i + 1; j < xs.length; j++) {
      const width = Math.abs(xs[j]! - xs[i]!);
      if (width > 0 && width >= apart) slopes[count++] = (ys[j]! - ys[i]!) / (xs[j]! - xs[i]!);
    }
  }
  return slopes.subarray(0, count).sort();
}

/** Undefined when all points have one x. */
export function theilSen(xs: readonly number[], ys: readonly number[]): Line | undefined {
  const slopes = pairSlopes(xs, ys);
  if (slopes.length === 0) return undefined;
  const slope = quantile(slopes, 0.5);
  const rests = Float64Array.from(xs, (x, i) => ys[i]! - slope * x).sort();
  return { slope, intercept: quantile(rests, 0.5) };
}

/** Of sorted values, 0 to 1, between neighbours in proportion. */
export function quantile(sorted: Float64Array | readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (at - below);
}
