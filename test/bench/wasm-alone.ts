// The cost of a packet inside the WASM module alone: captures go through the same reader as in `stray read`, with
// only the calls of run() on the clock.
// Apart from the whole-process comparison, which also pays for Node's start and for reading the file.
// Always holds: records are dropped as they come; the first pass (compiling, first touch of memory) is not counted.

import * as L from "../../assembly/layout.js";
import { CaptureReader } from "../../host/capture/reader.js";
import { readCount, readU32 } from "../../host/wasm/memory.js";
import { createSensor, type Sensor } from "../../host/wasm/module.js";
import { profileLimits } from "../../host/wasm/profiles.js";
import { median } from "./measure.js";
import { type TrafficCase, trafficFile } from "./traffic.js";

export interface WasmCost {
  flows: number;
  nsPerPacket: number;
  /** Each counted pass. */
  passesNs: number[];
  /** Most live flows at once. */
  flowsPeak: number;
  evicted: number;
}

/** A sensor whose run() adds up the time spent in it. */
class TimedSensor {
  runMs = 0;
  readonly sensor: Sensor;

  constructor(plain: Sensor) {
    const run = (budget: number): number => {
      const begin = performance.now();
      const answer = plain.exports.run(budget);
      this.runMs += performance.now() - begin;
      return answer;
    };
    this.sensor = { ...plain, exports: { ...plain.exports, run } };
  }

  /** One pass over a capture from an empty table; answers the milliseconds inside run(). */
  async pass(path: string, packets: number): Promise<number> {
    this.sensor.exports.init();
    this.runMs = 0;
    const { problems } = await new CaptureReader(this.sensor, [path]).read(() => {}, { orderedFlush: false });
    if (problems.length > 0) throw problems[0];
    const seen = this.counter(L.COUNTER_FLOW_PACKETS);
    if (seen !== packets) throw new Error(`${path}: of ${packets} packets ${seen} are in flows`);
    return this.runMs;
  }

  counter(index: number): number {
    return readCount(this.sensor.memory, L.COUNTERS_BASE + index * 8);
  }
}

/** `passes` counted passes over each case's capture with the large profile. */
export async function wasmCosts(cases: readonly TrafficCase[], passes: number): Promise<WasmCost[]> {
  const timed = new TimedSensor(createSensor(profileLimits("large")));
  const costs: WasmCost[] = [];
  for (const traffic of cases) {
    const { path } = trafficFile(traffic);
    const passesNs: number[] = [];
    for (let pass = 0; pass <= passes; pass++) {
      const runMs = await timed.pass(path, traffic.packets);
      if (pass > 0) passesNs.push((runMs * 1e6) / traffic.packets);
    }
    costs.push({
      flows: traffic.flows,
      nsPerPacket: median(passesNs),
      passesNs,
      flowsPeak: readU32(timed.sensor.memory, L.STATE_BASE + L.STATE_FLOWS_PEAK_OFFSET),
      evicted: timed.counter(L.COUNTER_FLOWS_EVICTED),
    });
  }
  return costs;
}
