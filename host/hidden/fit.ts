// Hidden connections: a source that takes its ports one after another tells, by the ports of the flows that showed,
// how many connections it opened in between. A robust line through ports against time, or the honest answer "not".
// Apart from the causes because it is of use without them: for IP IDs too, and for a plot.
// Always holds: the order of the points changes nothing; at most POINTS_MAX points and a bounded search; nothing is
// called sequential that random ports would do as well more than about once in a hundred times.

import { modulo } from "./candidates.js";
import { lnClimbChance } from "./chance.js";
import { CHANCE_MAX, climbed, type Fitted, fitInRange, LN_CHANCE_MAX } from "./counter.js";
import { IP_ID_RANGES, type Range, rangesOf } from "./ranges.js";
import { sampledInTime } from "./sample.js";
import { pairSlopes, quantile } from "./theil-sen.js";

export interface PortPoint {
  readonly timeUs: number;
  readonly port: number;
}

export interface SequentialFit {
  readonly kind: "sequential";
  /** Connections a second, and where it lies: the 5th and 95th percentile of the slopes of pairs. */
  readonly rate: number;
  readonly rateLow: number;
  readonly rateHigh: number;
  /** Flows that lie on the line, and connections opened from the first of them to the last. */
  readonly seen: number;
  readonly estimated: number;
  readonly spanSeconds: number;
  /** port = rangeLow + (intercept + slope * seconds since startUs) modulo rangeSize. */
  readonly slope: number;
  readonly intercept: number;
  readonly startUs: number;
  readonly rangeLow: number;
  readonly rangeSize: number;
  /** Times the ports went round. */
  readonly wrapped: number;
  /** Ports a connection takes: 2 where every second one is left free (Linux since 4.2). */
  readonly step: number;
  /** Points that do not lie on the line; of more than POINTS_MAX points, this and `seen` are by the sample's share. */
  readonly outliers: number;
  /** Ports by which the points on the line differ from it at most. */
  readonly tolerance: number;
  /** How often random ports would look so: an expected number, or a probability. */
  readonly chance: number;
}

export interface NotSequential {
  readonly kind: "not-sequential";
  readonly reason: string;
}

export interface TooFew {
  readonly kind: "too-few";
  readonly points: number;
}

export type PortFit = SequentialFit | NotSequential | TooFew;

export const POINTS_MIN = 4;
/** Half a million pairs a fit at most, with a sample of more points than this. */
export const POINTS_MAX = 300;
/** Going back by this much, or by so many seconds' worth of ports, is only the order in which flows showed. */
const BACK_PORTS = 64;
const BACK_SECONDS = 10;
const BACK_SHARE = 0.1;
/** Slopes of pairs nearer than this share of the span say more of noise than of the rate. */
const PAIR_SHARE = 0.1;
/** So many points off the line may be a second counter's, when chance gives such a climb no oftener than this ... */
const SECOND_MIN = 3;
const SECOND_CHANCE = 0.02;
/** ... and than this where they are few: some odd points are no wonder. */
const SECOND_SHARE = 0.15;
const SECOND_CHANCE_FEW = 0.002;
/** From so many points on, only even distances are no accident (one in 2^(n-1)). */
const STEP_POINTS_MIN = 8;

/** Ports of one source against the times its flows began. */
export function fitPorts(points: readonly PortPoint[]): PortFit {
  return fitCounter(points, undefined, "port");
}

/** The same for IPv4 IDs where they count up: packets sent instead of connections opened. IDs of 0 say nothing. */
export function fitIpIds(points: readonly { readonly timeUs: number; readonly id: number }[]): PortFit {
  const known = points.filter(({ id }) => id !== 0).map(({ timeUs, id }) => ({ timeUs, port: id }));
  return fitCounter(known, IP_ID_RANGES, "IP ID");
}

function fitCounter(
  given: readonly PortPoint[],
  ranges: readonly Range[] | undefined,
  word: string,
): PortFit {
  const all = distinct(given);
  const points = sampledInTime(all, POINTS_MAX);
  if (points.length < POINTS_MIN) return { kind: "too-few", points: points.length };
  const first = points[0]!.timeUs;
  if (points.at(-1)!.timeUs === first) return no(`all ${points.length} ${word}s have one time`);
  const ports = points.map(({ port }) => port);
  if (new Set(ports).size < POINTS_MIN) {
    return no(`only ${new Set(ports).size} different ${word}s in ${points.length} flows`);
  }
  const fitting = rangesOf(ports, ranges);
  let best: Fitted | undefined;
  for (const range of fitting) {
    const found = fitInRange(points, range, fitting.length);
    if (found && (best === undefined || found.lnChance < best.lnChance)) best = found;
  }
  // The null is the smallest range that holds the ports: random ports are drawn from there.
  return verdict(points, best, fitting[0]!, word, all.length / points.length);
}

function verdict(
  points: readonly PortPoint[],
  best: Fitted | undefined,
  smallest: Range,
  word: string,
  scale: number,
): PortFit {
  const climb = climbed(points, smallest);
  const isLine = best !== undefined && best.lnChance <= LN_CHANCE_MAX;
  if (!isLine && climb === undefined) return no(whyNot(points, best, smallest, word));
  // All points climb, and some are not on the line: then the counter's pace changed, and its sum is what counts.
  const chosen = climb !== undefined && (!isLine || best.outside.length > 0) ? climb : best!;
  if (agree(chosen.outside, chosen.range, points.length)) {
    return no(
      `${chosen.outside.length} of ${points.length} ${word}s are not on the line of the others and follow one another ` +
        "themselves: several counters, as behind NAT or one a destination",
    );
  }
  const step = stepOf(chosen.ys);
  const back = backSteps(chosen);
  const gaps = chosen.ys.length - 1;
  if (back >= 2 && back > gaps * BACK_SHARE) {
    return no(
      `${back} of ${gaps} times the ${word} went back by more than ${Math.round(backLimit(chosen))}: several ` +
        "counters, as behind NAT or one a destination",
    );
  }
  if (chosen.slope <= 0) return no(`the ${word}s do not go up`);
  const estimated = Math.round((chosen.ys.at(-1)! - chosen.ys[0]!) / step);
  const spanSeconds = chosen.xs.at(-1)! - chosen.xs[0]!;
  if (estimated < gaps)
    return no(`the ${word}s go up by ${estimated} over ${gaps + 1} flows: less than one a flow`);
  const slopes = pairSlopes(chosen.xs, chosen.ys, spanSeconds * PAIR_SHARE);
  return {
    kind: "sequential",
    rate: chosen.slope / step,
    rateLow: Math.max(0, quantile(slopes, 0.05) / step),
    rateHigh: quantile(slopes, 0.95) / step,
    seen: Math.round(chosen.xs.length * scale),
    estimated,
    spanSeconds,
    slope: chosen.slope,
    intercept: chosen.intercept,
    startUs: points[0]!.timeUs,
    rangeLow: chosen.range.low,
    rangeSize: chosen.range.size,
    wrapped:
      Math.floor(chosen.ys.at(-1)! / chosen.range.size) - Math.floor(chosen.ys[0]! / chosen.range.size),
    step,
    outliers: Math.round((points.length - chosen.xs.length) * scale),
    tolerance: Math.round(chosen.tolerance),
    chance: Math.exp(Math.max(chosen.lnChance, -700)),
  };
}

/** Points off the line that climb as a counter of their own does. */
function agree(values: readonly number[], range: Range, total: number): boolean {
  if (values.length < SECOND_MIN) return false;
  const chance = values.length < total * SECOND_SHARE ? SECOND_CHANCE_FEW : SECOND_CHANCE;
  let climb = 0;
  for (let i = 1; i < values.length; i++) climb += modulo(values[i]! - values[i - 1]!, range.size);
  return lnClimbChance(values.length - 1, climb / range.size) <= Math.log(chance);
}

function backLimit({ slope }: Fitted): number {
  return Math.max(BACK_PORTS, slope * BACK_SECONDS);
}

function backSteps(fitted: Fitted): number {
  const limit = backLimit(fitted);
  let count = 0;
  for (let i = 1; i < fitted.ys.length; i++) if (fitted.ys[i - 1]! - fitted.ys[i]! > limit) count++;
  return count;
}

/** 2 where all distances are even. */
function stepOf(ys: readonly number[]): number {
  if (ys.length < STEP_POINTS_MIN) return 1;
  return ys.every((y) => (y - ys[0]!) % 2 === 0) ? 2 : 1;
}

function whyNot(points: readonly PortPoint[], best: Fitted | undefined, range: Range, word: string): string {
  if (best === undefined) return `no line passes near ${word}s of ${points.length} flows`;
  const chance = Math.exp(best.lnChance);
  const often = chance >= 1 ? "more than one" : chance.toFixed(2);
  return (
    `the best line leaves ${best.xs.length} of ${points.length} ${word}s within ${Math.round(best.tolerance)}, and ` +
    `${word}s drawn at random from ${range.low} to ${range.low + range.size - 1} would give ${often} such line ` +
    `(at most ${CHANCE_MAX} is taken as sequential)`
  );
}

function no(reason: string): NotSequential {
  return { kind: "not-sequential", reason };
}

/** In time order, the same port told again in a row left out: a retransmission, or a record of the same flow. */
function distinct(points: readonly PortPoint[]): PortPoint[] {
  const sorted = [...points]
    .filter(({ timeUs, port }) => Number.isFinite(timeUs) && port > 0 && port < 65536)
    .sort((a, b) => a.timeUs - b.timeUs || a.port - b.port);
  return sorted.filter(({ port }, i) => i === 0 || sorted[i - 1]!.port !== port);
}
