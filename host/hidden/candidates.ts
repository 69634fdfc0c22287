// The line to begin with: which slope makes the points agree best when the counter goes round in its range.
// Apart from the fit because this is a search over slopes, coarse and bounded; the fit makes it exact.
// Always holds: at most SAMPLE_MAX points and WRAPS_MAX rounds are looked at; the same points give the same answer.

import type { Range } from "./ranges.js";

export interface Points {
  /** Seconds since the first point, ascending. */
  readonly xs: readonly number[];
  /** Values less the range's low end, 0 to size - 1. */
  readonly ys: readonly number[];
}

export interface Candidate {
  readonly slope: number;
  /** Value at x = 0. */
  readonly intercept: number;
  readonly rounds: number;
}

const SAMPLE_MAX = 64;
const WRAPS_MAX = 32;
/** Slopes tried differ by so much of a round over the whole span. */
const STEP = 1 / 24;
const KEPT = 6;
/** The share of the points that must agree. */
export const AGREE_SHARE = 0.75;

/** The best few slopes, best first. */
export function candidates(points: Points, range: Range): Candidate[] {
  const { xs, ys } = sampled(points);
  const span = xs.at(-1)! - xs[0]!;
  const rounds = Math.min(WRAPS_MAX, Math.floor(points.xs.length / 2));
  const agree = Math.max(3, Math.ceil(ys.length * AGREE_SHARE));
  const found: (Candidate & { readonly cost: number })[] = [];
  let before = Number.POSITIVE_INFINITY;
  let last: (Candidate & { readonly cost: number }) | undefined;
  let isFalling = true;
  for (let turn = 0; turn <= rounds + STEP; turn += STEP) {
    const slope = (turn * range.size) / span;
    const { width, start } = tightest(xs, ys, slope, range.size, agree);
    // Chance gives as tight an arc with the power of the points in it; more rounds are more chances.
    const cost = (agree - 2) * Math.log((width + 1) / range.size) + 2 * Math.log(turn + 1);
    if (last && isFalling && cost > before) found.push(last);
    isFalling = cost <= before;
    before = cost;
    last = { slope, intercept: start + width / 2, rounds: turn, cost };
  }
  if (last && isFalling) found.push(last);
  return found.sort((a, b) => a.cost - b.cost).slice(0, KEPT);
}

/** The smallest arc of the range that holds `count` of the points once the slope is taken away. */
function tightest(
  xs: readonly number[],
  ys: readonly number[],
  slope: number,
  size: number,
  count: number,
): { width: number; start: number } {
  const rests = Float64Array.from(xs, (x, i) => modulo(ys[i]! - slope * x, size)).sort();
  let width = size;
  let start = 0;
  for (let i = 0; i < rests.length; i++) {
    const at = i + count - 1;
    const end = at < rests.length ? rests[at]! : rests[at - rests.length]! + size;
    if (end - rests[i]! < width) {
      width = end - rests[i]!;
      start = rests[i]!;
    }
  }
  return { width, start };
}

export function modulo(value: number, size: number): number {
  const rest = value % size;
  return rest < 0 ? rest + size : rest;
}

/** Evenly spaced points, the first and the last among them. */
function sampled({ xs, ys }: Points): Points {
  if (xs.length <= SAMPLE_MAX) return { xs, ys };
  const pick = (list: readonly number[]): number[] =>
    Array.from(
      { length: SAMPLE_MAX },
      (_, i) => list[Math.round((i * (list.length - 1)) / (SAMPLE_MAX - 1))]!,
    );
  return { xs: pick(xs), ys: pick(ys) };
}
