// The two ways in which ports can be a counter's: near a straight line in time, or climbing at whatever pace.
// Apart from the verdict (fit.ts) because this is geometry, and judges nothing but how often chance does as well.
// Always holds: the points come in time order, each range is one counter's, and the work is bounded by their number.

import { candidates, modulo, type Points } from "./candidates.js";
import { lnClimbChance, lnFalseAlarms } from "./chance.js";
import type { PortPoint } from "./fit.js";
import { isInside, type Range } from "./ranges.js";
import { theilSen } from "./theil-sen.js";

/** Chance may do as well so often. */
export const CHANCE_MAX = 0.005;
export const LN_CHANCE_MAX = Math.log(CHANCE_MAX);
/** The share of the points that must lie on the line. */
const AGREE_MIN = 0.7;
const REFINEMENTS = 3;
/** A counter's pace is not quite even: a point may be so much of the range beside the line. */
const BESIDE_SHARE = 1 / 64;
/** The part of the range by which a climb may step back. */
const CLIMB_BACK = 1 / 64;

export interface Fitted {
  readonly range: Range;
  readonly slope: number;
  readonly intercept: number;
  readonly rounds: number;
  readonly tolerance: number;
  /** Inliers, in time order: seconds and unwrapped values. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Values of the others within the range, in time order. */
  readonly outside: readonly number[];
  readonly lnChance: number;
}

/** The line that chance gives least often, over the range's points. */
export function fitInRange(points: readonly PortPoint[], range: Range, ranges: number): Fitted | undefined {
  const first = points[0]!.timeUs;
  const inside = points.filter(({ port }) => isInside(range, port));
  const flat: Points = {
    xs: inside.map(({ timeUs }) => (timeUs - first) / 1e6),
    ys: inside.map(({ port }) => port - range.low),
  };
  if (flat.xs.at(-1) === flat.xs[0]) return undefined;
  let best: Fitted | undefined;
  for (const candidate of candidates(flat, range)) {
    const found = refine(flat, candidate, range, points.length, ranges);
    if (found && (best === undefined || found.lnChance < best.lnChance)) best = found;
  }
  return best;
}

/** Unwraps the values about the line, fits them anew, and again; then counts who lies on it. */
function refine(
  { xs, ys }: Points,
  start: { readonly slope: number; readonly intercept: number; readonly rounds: number },
  range: Range,
  total: number,
  ranges: number,
): Fitted | undefined {
  let line = { slope: start.slope, intercept: start.intercept };
  let flat: number[] = [];
  for (let turn = 0; turn < REFINEMENTS; turn++) {
    flat = unwrapped(xs, ys, line, range.size);
    const kept = nearest(xs, flat, line, Math.ceil(total * AGREE_MIN));
    const next = theilSen(
      kept.map((i) => xs[i]!),
      kept.map((i) => flat[i]!),
    );
    if (next === undefined) return undefined;
    line = next;
  }
  flat = unwrapped(xs, ys, line, range.size);
  const order = nearest(xs, flat, line, xs.length);
  const rounds = Math.floor(start.rounds) + 1;
  // Few rounds cost little, many much: the sum of 1 / (2 r r) over all r stays below 1, as it has to.
  const trials = 2 * ranges * rounds * rounds;
  const lnChances = order.map((index, i) =>
    lnFalseAlarms(total, i + 1, restOf(xs, flat, line, index), range.size, trials),
  );
  const least = Math.max(3, Math.ceil(total * AGREE_MIN));
  let count = 0;
  for (let k = least; k <= order.length; k++) {
    if (count === 0 || lnChances[k - 1]! <= lnChances[count - 1]!) count = k;
  }
  const lnChance = lnChances[count - 1] ?? 0;
  // The tightest line is the best witness, but points a little beside it belong to the counter too.
  for (let k = count + 1; k <= order.length; k++) {
    const isNear = restOf(xs, flat, line, order[k - 1]!) <= range.size * BESIDE_SHARE;
    if (isNear && lnChances[k - 1]! <= LN_CHANCE_MAX) count = k;
  }
  if (count === 0) return undefined;
  const inliers = order.slice(0, count).sort((a, b) => a - b);
  return {
    range,
    ...line,
    rounds: start.rounds,
    tolerance: restOf(xs, flat, line, order[count - 1]!),
    xs: inliers.map((i) => xs[i]!),
    ys: inliers.map((i) => flat[i]!),
    outside: order
      .slice(count)
      .sort((a, b) => a - b)
      .map((i) => ys[i]!),
    lnChance,
  };
}

interface Sloped {
  readonly slope: number;
  readonly intercept: number;
}

/** Each value in the round that lies nearest to the line. */
function unwrapped(xs: readonly number[], ys: readonly number[], line: Sloped, size: number): number[] {
  return ys.map((y, i) => y + size * Math.round((line.intercept + line.slope * xs[i]! - y) / size));
}

function restOf(xs: readonly number[], ys: readonly number[], line: Sloped, i: number): number {
  return Math.abs(ys[i]! - line.intercept - line.slope * xs[i]!);
}

/** Indices of the `count` points nearest to the line, nearest first. */
function nearest(xs: readonly number[], ys: readonly number[], line: Sloped, count: number): number[] {
  return [...xs.keys()]
    .sort((a, b) => restOf(xs, ys, line, a) - restOf(xs, ys, line, b) || a - b)
    .slice(0, count);
}

/**
 * Ports that climb from flow to flow, at whatever pace, by less than one round in all: random ones would climb by
 * half a round each time.
 */
export function climbed(points: readonly PortPoint[], range: Range): Fitted | undefined {
  if (!points.every(({ port }) => isInside(range, port))) return undefined;
  const first = points[0]!.timeUs;
  const xs = points.map(({ timeUs }) => (timeUs - first) / 1e6);
  const ys = [points[0]!.port - range.low];
  // Flows do not show quite in the order in which they were opened: a small step back is one.
  const back = range.size * CLIMB_BACK;
  for (let i = 1; i < points.length; i++) {
    ys.push(ys[i - 1]! + modulo(points[i]!.port - points[i - 1]!.port + back, range.size) - back);
  }
  const steps = points.length - 1;
  const total = (ys.at(-1)! - ys[0]!) / range.size;
  const lnChance = lnClimbChance(steps, Math.max(0, total + steps * CLIMB_BACK) + 1 / range.size);
  if (total >= 1 || lnChance > LN_CHANCE_MAX) return undefined;
  const line = theilSen(xs, ys);
  if (line === undefined) return undefined;
  const tolerance = Math.max(...xs.map((_x, i) => restOf(xs, ys, line, i)));
  return { range, ...line, rounds: total, tolerance, xs, ys, outside: [], lnChance };
}
