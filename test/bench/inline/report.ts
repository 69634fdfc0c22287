// Turns trials into what a person reads: each tool's figures, their ratios to the bridge of the same round, and the
// targets said met or NOT met. Apart from the trials. Always holds: a ratio is of one round, never of two medians; a
// target is judged by the figures beside it, without rounding in its favour; what failed or is missing is never met.

import { median } from "../measure.js";
import { type Target, table } from "../report.js";
import { lostShare, receivedRate } from "./flood.js";
import type { InlineTool } from "./tools.js";
import { type InlineTrial, percentile, STREAMS } from "./trial.js";

export interface InlineResult {
  readonly tool: InlineTool;
  /** One a round; a hole where it failed. */
  readonly trials: (InlineTrial | undefined)[];
  failure?: string;
}

export const TCP_LEAST = 0.6;
export const PACKETS_LEAST = 0.6;
export const MEDIAN_MOST_US = 150;
export const P99_MOST_US = 1000;

type Measure = (trial: InlineTrial) => number;

export const tcpGbits: Measure = ({ tcp }) => tcp / 1e9;
export const tcpManyGbits: Measure = ({ tcpMany }) => tcpMany / 1e9;
export const mostKpps: Measure = ({ most }) => receivedRate(most) / 1e3;
export const medianUs: Measure = ({ roundTripsUs }) => percentile(roundTripsUs, 0.5);
export const p99Us: Measure = ({ roundTripsUs }) => percentile(roundTripsUs, 0.99);

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Undefined when there is nothing to say. */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return { median: median([...values]), low: Math.min(...values), high: Math.max(...values) };
}

export function values(result: InlineResult, measure: Measure): number[] {
  return result.trials.flatMap((trial) => (trial === undefined ? [] : [measure(trial)]));
}

/** One value for each round in which both have one: `join` of the tool's and the bridge's. */
export function pairs(
  result: InlineResult,
  bridge: InlineResult,
  measure: Measure,
  join: (own: number, its: number) => number,
): number[] {
  return result.trials.flatMap((trial, round) => {
    const other = bridge.trials[round];
    return trial === undefined || other === undefined ? [] : [join(measure(trial), measure(other))];
  });
}

const ratio = (own: number, its: number): number => own / its;
const added = (own: number, its: number): number => own - its;

function text(of: Spread | undefined, digits: number): string {
  if (of === undefined) return "failed";
  const [middle, low, high] = [of.median, of.low, of.high].map((value) => value.toFixed(digits));
  return low === high ? middle! : `${middle} (${low} to ${high})`;
}

/** The tool's own figure, and beside it how it stands to the bridge. */
function figures(
  results: readonly InlineResult[],
  bridge: InlineResult,
  columns: readonly { head: string; measure: Measure; digits: number }[],
  against: { head: string; join: (own: number, its: number) => number; digits: number },
): string {
  const heads = columns.flatMap(({ head }) => [head, `${against.head}`]);
  const rows = results.map((result) => [
    result.tool.name,
    ...columns.flatMap(({ measure, digits }) => [
      text(spread(values(result, measure)), digits),
      result === bridge ? "-" : text(spread(pairs(result, bridge, measure, against.join)), against.digits),
    ]),
  ]);
  return table([["In the middle", ...heads], ...rows]);
}

export function tcpSection(results: readonly InlineResult[], bridge: InlineResult): string {
  const columns = [
    { head: "Gbit/s, one stream", measure: tcpGbits, digits: 2 },
    { head: `Gbit/s, ${STREAMS} streams`, measure: tcpManyGbits, digits: 2 },
  ];
  return figures(results, bridge, columns, { head: "of the bridge", join: ratio, digits: 2 });
}

export function roundTripSection(results: readonly InlineResult[], bridge: InlineResult): string {
  const columns = [
    { head: "median, us", measure: medianUs, digits: 0 },
    { head: "99th percentile, us", measure: p99Us, digits: 0 },
  ];
  return figures(results, bridge, columns, { head: "added", join: added, digits: 0 });
}

export function packetsSection(
  results: readonly InlineResult[],
  bridge: InlineResult,
  rates: readonly number[],
): string {
  const columns = [{ head: "delivered, kpps", measure: mostKpps, digits: 0 }];
  const most = figures(results, bridge, columns, { head: "of the bridge", join: ratio, digits: 2 });
  const lost = (result: InlineResult, measure: (trial: InlineTrial) => number): string => {
    const of = spread(values(result, measure));
    return of === undefined ? "failed" : percent(of);
  };
  const rows = results.map((result) => [
    result.tool.name,
    ...rates.map((_, index) => lost(result, ({ floods }) => lostShare(floods[index]!))),
    lost(result, ({ most }) => lostShare(most)),
    text(spread(values(result, ({ most }) => most.sent / most.seconds / 1e3)), 0),
  ]);
  const heads = [...rates.map((rate) => `at ${rate / 1000} kpps`), "at the most", "most sent, kpps"];
  return `${most}\n\nShare lost:\n\n${table([["In the middle", ...heads], ...rows])}`;
}

function percent({ median: middle, low, high }: Spread): string {
  const one = (share: number): string =>
    share === 0 ? "0" : `${(share * 100).toFixed(share < 0.001 ? 3 : 1)}%`;
  return low === high ? one(middle) : `${one(middle)} (${one(low)} to ${one(high)})`;
}

/** The goals, for one of stray's rows. */
export function targetsOf(result: InlineResult, bridge: InlineResult): Target[] {
  const { name } = result.tool;
  const atLeast = (what: string, measure: Measure, least: number): Target =>
    judged(
      `${name}: ${what}, at least ${least} of the bridge's`,
      pairs(result, bridge, measure, ratio),
      (found) => ({
        found: found.toFixed(3),
        met: found >= least,
      }),
    );
  const under = (what: string, measure: Measure, most: number): Target =>
    judged(`${name}: ${what} added, under ${most} us`, pairs(result, bridge, measure, added), (found) => ({
      found: `${found.toFixed(0)} us`,
      met: found < most,
    }));
  return [
    atLeast("TCP, one stream", tcpGbits, TCP_LEAST),
    atLeast(`TCP, ${STREAMS} streams`, tcpManyGbits, TCP_LEAST),
    atLeast("64-byte packets delivered", mostKpps, PACKETS_LEAST),
    under("round trip, median", medianUs, MEDIAN_MOST_US),
    under("round trip, 99th percentile", p99Us, P99_MOST_US),
  ];
}

function judged(
  textOf: string,
  found: readonly number[],
  judge: (median: number) => { found: string; met: boolean },
): Target {
  const of = spread(found);
  return of === undefined
    ? { text: textOf, found: "not measured", met: false }
    : { text: textOf, ...judge(of.median) };
}
