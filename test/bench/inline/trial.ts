// One trial: a tool in the middle, and every measure taken of it in turn. Apart from the tools and from the report.
// Always holds: the tool forwards before the first measure; a trial that broke off has no figures at all.

import { iperf } from "../../support/inline/iperf.js";
import { ping } from "../../support/inline/ping.js";
import type { InlineRig } from "../../support/inline/rig.js";
import { type Flood, flood } from "./flood.js";
import { forwards, type InlineTool } from "./tools.js";

export const STREAMS = 4;

export interface Plan {
  readonly tcpSeconds: number;
  /** Rates of 64-byte packets besides the highest that the sender can. */
  readonly rates: readonly number[];
  readonly pings: number;
  readonly pingIntervalS: number;
}

export interface InlineTrial {
  /** Bits a second as the receiver measured: one stream, and several. */
  readonly tcp: number;
  readonly tcpMany: number;
  readonly most: Flood;
  readonly floods: readonly Flood[];
  /** Round trips at low load, sorted. */
  readonly roundTripsUs: readonly number[];
}

export async function runTrial(rig: InlineRig, tool: InlineTool, plan: Plan): Promise<InlineTrial> {
  const stop = await tool.start(rig);
  try {
    // Neighbours are found, whatever else a beginning takes is over.
    if (!(await forwards(rig))) throw new Error(`${tool.name} does not forward`);
    const seconds = plan.tcpSeconds;
    const server = rig.serverEnd();
    const roundTripsUs = await roundTrips(rig, plan);
    const tcp = (await iperf(rig.programs, rig.client, server, { seconds })).bitsPerSecond;
    const tcpMany = (await iperf(rig.programs, rig.client, server, { seconds, streams: STREAMS }))
      .bitsPerSecond;
    const floods: Flood[] = [];
    for (const rate of plan.rates) floods.push(await flood(rig, rate));
    const most = await flood(rig);
    return { tcp, tcpMany, most, floods, roundTripsUs };
  } finally {
    await stop();
  }
}

async function roundTrips(rig: InlineRig, { pings, pingIntervalS }: Plan): Promise<number[]> {
  const options = { count: pings, intervalS: pingIntervalS };
  const { sent, received, timesUs } = await ping(rig.client, rig.serverEnd().address, options);
  if (received < sent) throw new Error(`${sent - received} of ${sent} pings were lost at low load`);
  return timesUs.toSorted((a, b) => a - b);
}

/** Of sorted values. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
