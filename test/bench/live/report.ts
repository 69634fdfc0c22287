// Turns trials into what a person reads: shares lost, processor time, memory, and the targets said met or NOT met.
// Apart from the trials. Always holds: a target is judged by the figures beside it, without rounding in its favour; a
// sensor that failed or is missing never counts as beaten.

import { median } from "../measure.js";
import { type Target, table } from "../report.js";
import type { TrafficCase } from "../traffic.js";
import type { LiveTool } from "./tools.js";
import { lostShare, type Rate, type Trial } from "./trial.js";

/** One sensor at one rate: a trial a round. */
export interface LiveResult {
  tool: LiveTool;
  trials: Trial[];
  /** Why there are none. */
  failure?: string;
}

export interface RateResult {
  rate: Rate;
  results: LiveResult[];
}

export interface LiveCase {
  traffic: Pick<TrafficCase, "flows" | "mix">;
  rates: RateResult[];
}

const NS_PER_MS = 1e6;

export function caseTitle({ flows, mix }: LiveCase["traffic"]): string {
  return `${flows.toLocaleString("en")} flows, ${mix === "imix" ? "IMIX" : `${mix} bytes`}`;
}

export function lost(result: LiveResult): number | undefined {
  return result.trials.length === 0 ? undefined : median(result.trials.map(lostShare));
}

function percent(share: number): string {
  return share === 0 ? "0" : `${(share * 100).toFixed(share < 0.001 ? 4 : 2)}%`;
}

/** Median, and the least and the most where they differ. */
function lostText(result: LiveResult): string {
  const share = lost(result);
  if (share === undefined) return "failed";
  const shares = result.trials.map(lostShare);
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return low === high ? percent(share) : `${percent(share)} (${percent(low)} to ${percent(high)})`;
}

function rateText({ rate, results }: RateResult): string {
  const trials = results.flatMap((result) => result.trials);
  const reached = trials.length === 0 ? 0 : median(trials.map((trial) => trial.rate));
  const text = Math.round(reached).toLocaleString("en");
  return rate === undefined ? `most: ${text}` : text;
}

function sensorTable(rates: readonly RateResult[], cell: (result: LiveResult) => string): string {
  const names = rates[0]?.results.map(({ tool }) => tool.name) ?? [];
  return table([
    ["Packets a second", ...names],
    ...rates.map((each) => [rateText(each), ...each.results.map(cell)]),
  ]);
}

export function caseSection({ traffic, rates }: LiveCase): string {
  const cpu = (result: LiveResult): string => {
    if (result.trials.length === 0) return "-";
    return median(result.trials.map((trial) => (trial.cpuMs * NS_PER_MS) / trial.seen)).toFixed(0);
  };
  return [
    `### ${caseTitle(traffic)}`,
    "Share lost:",
    sensorTable(rates, lostText),
    "Processor time of the sensor, ns a packet seen:",
    sensorTable(rates, cpu),
  ].join("\n\n");
}

/** Every sensor's peak over all trials. */
export function memoryTable(cases: readonly LiveCase[]): string {
  const peaks = new Map<string, number>();
  for (const { tool, trials } of allResults(cases)) {
    for (const { peakMb } of trials) peaks.set(tool.name, Math.max(peakMb, peaks.get(tool.name) ?? 0));
  }
  return table([["Sensor", "Peak MB"], ...[...peaks].map(([name, peak]) => [name, peak.toFixed(0)])]);
}

function allResults(cases: readonly LiveCase[]): LiveResult[] {
  return cases.flatMap(({ rates }) => rates.flatMap(({ results }) => results));
}

/** Lost by strayd must be at most `most` times what the peer lost; nothing lost is always enough. */
export function lossTarget(live: LiveCase, peer: string, most: number): Target {
  const words = most === 1 ? "no more than" : `at most ${most} times what`;
  const text = `${caseTitle(live.traffic)}: strayd loses ${words} ${peer} does, at every rate`;
  const pairs = live.rates.map((each) => {
    const own = each.results.find(({ tool }) => tool.profile === "default");
    const other = each.results.find(({ tool }) => tool.name === peer);
    return { rate: rateText(each), own: own && lost(own), other: other && lost(other) };
  });
  const missing = pairs.find(({ own, other }) => own === undefined || other === undefined);
  if (missing || pairs.length === 0) return { text, found: "not measured", met: false };
  const excess = ({ own, other }: (typeof pairs)[number]): number => own! - most * other!;
  const worst = pairs.reduce((a, b) => (excess(b) > excess(a) ? b : a));
  const met = pairs.every(({ own, other }) => own! === 0 || own! <= most * other!);
  return { text, found: `${percent(worst.own!)} and ${percent(worst.other!)} at ${worst.rate}`, met };
}

export function liveMemoryTarget(cases: readonly LiveCase[], profile: string, limitMb: number): Target {
  const text = `peak resident memory of the daemon, profile ${profile}, under ${limitMb} MB`;
  const trials = allResults(cases).flatMap(({ tool, trials }) => (tool.profile === profile ? trials : []));
  if (trials.length === 0) return { text, found: "not measured", met: false };
  const peak = Math.max(...trials.map(({ peakMb }) => peakMb));
  return { text, found: `${peak.toFixed(1)} MB`, met: peak < limitMb };
}
