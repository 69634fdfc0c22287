// The classifier with a clock on it: captures go through the same reader as in `stray read`, and only the thread's time
// inside run() counts, call by call.
// Apart from what is compared by it. Always holds: every pass begins anew with empty tables; records are dropped as they
// come; a pass that did not see every packet is an error, never fast.

import * as L from "../../assembly/layout.js";
import { CaptureReader } from "../../host/capture/reader.js";
import { type Limits, writeConfig } from "../../host/wasm/config.js";
import { type Home, writeHomes } from "../../host/wasm/homes.js";
import { readCount } from "../../host/wasm/memory.js";
import { createSensor, type Sensor } from "../../host/wasm/module.js";
import { threadMs } from "./thread-clock.js";

export class TimedSensor {
  readonly sensor: Sensor;
  private runsMs: number[] = [];

  constructor(limits: Limits) {
    const plain = createSensor(limits);
    const run = (budget: number): number => {
      const begin = threadMs();
      const answer = plain.exports.run(budget);
      this.runsMs.push(threadMs() - begin);
      return answer;
    };
    this.sensor = { ...plain, exports: { ...plain.exports, run } };
  }

  /** From the next pass on. The limit of records stays what it was. */
  configure(limits: Limits, homes: readonly Home[]): void {
    writeConfig(this.sensor.memory, limits);
    writeHomes(this.sensor.memory, homes);
  }

  /** One pass over a capture; the milliseconds of each call of run(), which are the same calls each time. */
  async pass(path: string, packets: number): Promise<number[]> {
    this.sensor.exports.init();
    this.runsMs = [];
    const { problems } = await new CaptureReader(this.sensor, [path]).read(() => {}, { orderedFlush: false });
    if (problems.length > 0) throw problems[0];
    const seen = this.counter(L.COUNTER_FLOW_PACKETS);
    if (seen !== packets) throw new Error(`${path}: of ${packets} packets ${seen} are in flows`);
    return this.runsMs;
  }

  counter(index: number): number {
    return readCount(this.sensor.memory, L.COUNTERS_BASE + index * 8);
  }
}
