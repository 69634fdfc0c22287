// What findings cost a packet: the classifier alone over the same captures with detection off and on, in turn.
// Apart from the cost by the number of flows because here two settings of one build are compared.
// Always holds: one sensor, one memory; both settings in every round, and who goes first changes from round to round; the
// first round (compiling, first touch of memory) is not counted.

import * as L from "../../assembly/layout.js";
import type { Limits } from "../../host/wasm/config.js";
import type { Home } from "../../host/wasm/homes.js";
import { profileLimits } from "../../host/wasm/profiles.js";
import { median, sum } from "./measure.js";
import { TimedSensor } from "./timed-sensor.js";
import { type CachedCapture, floodFile, type TrafficCase, trafficFile } from "./traffic.js";

/** The clients of the first 65,536 flows: as many hosts as the table of the living holds. */
const HOMES: readonly Home[] = ["10.0.0.0/16", "2001:db8::a00:0/112"].map((network) => ({
  network,
  kind: "ours",
}));

export interface FindingsCase {
  readonly name: string;
  readonly packets: number;
  readonly profile: "default" | "large";
  /** Traffic as it is; what is not is here to see how bad it can get. */
  readonly isOrdinary: boolean;
  readonly capture: () => CachedCapture;
}

export interface FindingsCost {
  readonly name: string;
  readonly isOrdinary: boolean;
  /** ns a packet, one a round. */
  readonly aloneNs: readonly number[];
  readonly detectingNs: readonly number[];
  /** ns a packet when each call of run() is taken from the round in which it took least. */
  readonly aloneLeastNs: number;
  readonly detectingLeastNs: number;
  /** Flows that asked for something: what detection has most to do with. */
  readonly asked: number;
}

export function findingsCases(traffic: readonly TrafficCase[], scale: number): FindingsCase[] {
  const flood = 4_000_000 * scale;
  const crowded = traffic.find(({ flows, mix }) => flows === 1_000_000 && mix === "64");
  const cases: FindingsCase[] = traffic.map((one) => ({
    name: `${one.flows.toLocaleString("en")} flows, ${one.mix === "imix" ? "IMIX" : `${one.mix} bytes`}`,
    packets: one.packets,
    profile: "large",
    isOrdinary: true,
    capture: () => trafficFile(one),
  }));
  for (const profile of ["large", "default"] as const) {
    cases.push({
      name: `every packet a new flow, profile ${profile}`,
      packets: flood,
      profile,
      isOrdinary: false,
      capture: () => floodFile(flood),
    });
  }
  if (crowded) {
    cases.push({
      name: "1,000,000 flows, 64 bytes, in room for 131,072 (profile default)",
      packets: crowded.packets,
      profile: "default",
      isOrdinary: false,
      capture: () => trafficFile(crowded),
    });
  }
  return cases;
}

export async function findingsCosts(
  cases: readonly FindingsCase[],
  rounds: number,
  tell: (cost: FindingsCost) => void,
): Promise<FindingsCost[]> {
  const timed = new TimedSensor(profileLimits("large"));
  const costs: FindingsCost[] = [];
  for (const one of cases) {
    const cost = await costOf(timed, one, rounds);
    tell(cost);
    costs.push(cost);
  }
  return costs;
}

async function costOf(timed: TimedSensor, one: FindingsCase, rounds: number): Promise<FindingsCost> {
  const { packets, profile } = one;
  const { path } = one.capture();
  // One ring of records for all: its size is the sensor's.
  const base: Limits = { ...profileLimits(profile), recordLimit: profileLimits("large").recordLimit };
  const settings = [
    { limits: base, homes: [], passes: [] as number[][] },
    { limits: { ...base, detect: true }, homes: HOMES, passes: [] as number[][] },
  ] as const;
  let asked = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const setting of round % 2 === 0 ? settings : settings.toReversed()) {
      timed.configure(setting.limits, setting.homes);
      const runsMs = await timed.pass(path, packets);
      if (round > 0) setting.passes.push(runsMs);
      const count = timed.counter(L.COUNTER_ASKED);
      if (count > 0 !== setting.limits.detect) throw new Error(`${path}: ${count} flows asked for something`);
      asked = Math.max(asked, count);
    }
  }
  const [alone, detecting] = settings;
  const each = (ms: number): number => (ms * 1e6) / packets;
  return {
    name: one.name,
    isOrdinary: one.isOrdinary,
    aloneNs: alone.passes.map((runs) => each(sum(runs))),
    detectingNs: detecting.passes.map((runs) => each(sum(runs))),
    aloneLeastNs: each(sum(least(alone.passes))),
    detectingLeastNs: each(sum(least(detecting.passes))),
    asked,
  };
}

/** Of each call the least time over the passes: what was not held up by anything else on the machine. */
function least(passes: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = passes;
  return first.map((ms, call) => Math.min(ms, ...others.map((runs) => runs[call]!)));
}

/** How many times as long a packet takes with detection, pair by pair. */
export function findingsRatio(cost: FindingsCost): { median: number; low: number; high: number } {
  const ratios = cost.detectingNs.map((ns, round) => ns / cost.aloneNs[round]!);
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}
