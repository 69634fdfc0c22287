// The cost of a packet inside the WASM module alone, by the number of flows.
// Apart from the whole-process comparison, which also pays for Node's start and for reading the file.
// Always holds: the first pass (compiling, first touch of memory) is not counted.

import * as L from "../../assembly/layout.js";
import { readU32 } from "../../host/wasm/memory.js";
import { profileLimits } from "../../host/wasm/profiles.js";
import { median, sum } from "./measure.js";
import { TimedSensor } from "./timed-sensor.js";
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

/** `passes` counted passes over each case's capture with the large profile. */
export async function wasmCosts(cases: readonly TrafficCase[], passes: number): Promise<WasmCost[]> {
  const timed = new TimedSensor(profileLimits("large"));
  const costs: WasmCost[] = [];
  for (const traffic of cases) {
    const { path } = trafficFile(traffic);
    const passesNs: number[] = [];
    for (let pass = 0; pass <= passes; pass++) {
      const runsMs = await timed.pass(path, traffic.packets);
      if (pass > 0) passesNs.push((sum(runsMs) * 1e6) / traffic.packets);
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
