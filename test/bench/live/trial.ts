// One trial: a sensor listens on one processor while the other sends a capture at one rate.
// Apart from the tools and from the report. Always holds: the sensor is ready before the first packet and has time to
// read its buffer to the end after the last; sender and sensor never share a processor of two or more.

import { mkdirSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { type LiveRig, SENSOR_INTERFACE } from "../../support/live-rig.js";
import { cpuMs, peakResidentBytes } from "../../support/process-usage.js";
import { type TrafficCase, trafficFile } from "../traffic.js";
import type { LiveTool, RunningTool } from "./tools.js";

/** libpcap's tools wait up to a second for a block of their ring to fill. */
const DRAIN_MS = 1_300;
const SENDER_CPU = 0;
const SENSOR_CPU = cpus().length > 1 ? 1 : 0;
const BYTES_PER_MB = 1e6;

/** Packets a second; undefined: as fast as the sender can. */
export type Rate = number | undefined;

export interface Trial {
  /** Packets that tcpreplay sent, that the interface received, and that the sensor counted. */
  sent: number;
  delivered: number;
  seen: number;
  /** What the sender kept up, in packets a second. */
  rate: number;
  peakMb: number;
  /** Processor time of the sensor from before the first packet to after the last. */
  cpuMs: number;
}

/** Share of the packets sent that the sensor has not counted, 0 to 1. More than were sent is an error of the trial. */
export function lostShare({ sent, seen }: Trial): number {
  if (seen > sent) throw new Error(`${seen} packets seen of ${sent} that were sent`);
  return 1 - seen / sent;
}

export async function runTrial(
  rig: LiveRig,
  tool: LiveTool,
  traffic: TrafficCase,
  rate: Rate,
  folder: string,
): Promise<Trial> {
  const { path } = trafficFile(traffic);
  const own = join(folder, "trial");
  mkdirSync(own);
  let running: RunningTool | undefined;
  try {
    running = await tool.start({
      namespace: rig.sensor,
      device: SENSOR_INTERFACE,
      folder: own,
      flows: traffic.flows,
      prefix: ["taskset", "-c", String(SENSOR_CPU)],
    });
    const { pid } = running;
    const [cpuBefore, deliveredBefore] = [cpuMs(pid), rig.delivered()];
    const { packets: sent, seconds } = await rig.replay(path, {
      cpu: SENDER_CPU,
      ...(rate !== undefined && { rate }),
    });
    await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
    const usage = { cpuMs: cpuMs(pid) - cpuBefore, peakMb: peakResidentBytes(pid) / BYTES_PER_MB };
    const delivered = rig.delivered() - deliveredBefore;
    const { finish } = running;
    running = undefined;
    return { sent, delivered, seen: await finish(), rate: sent / seconds, ...usage };
  } finally {
    // Only when something went wrong before its end.
    await running?.finish().catch(() => {});
    rmSync(own, { recursive: true, force: true });
  }
}
