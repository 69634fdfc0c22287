// A sensor with detection on, as the tests of the findings drive it: frames are sent on a clock in milliseconds, and at
// the end each flow tells what was found in it.
// Apart from support/core.ts, which knows nothing of findings. Always holds: one memory for all tests of a file, emptied
// by each begin(); the network 10.0.0.0/16 is ours, and learning is over at once.

import * as L from "../../../assembly/layout.js";
import { type FlowFacts, factsOf } from "../../../host/cause/facts.js";
import { FINDING_NAMES, type FindingName } from "../../../host/record/findings.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { type Home, writeHomes } from "../../../host/wasm/homes.js";
import { viewMemory } from "../../../host/wasm/memory.js";
import { Core, type CoreLimits } from "../../support/core.js";
import { connection } from "./frames.js";

const OURS: readonly Home[] = [{ network: "10.0.0.0/16", kind: "ours" }];
const START_MS = 100_000_000;

export interface RigOptions {
  limits?: Partial<CoreLimits>;
  homes?: readonly Home[];
  /** The first conversation, which shows that both directions pass; without it the sensor knows nothing. */
  isTwoWay?: boolean;
}

export class Rig {
  readonly core = new Core();
  /** Packet time of the next frame, ms. */
  nowMs = START_MS;
  private told: FlowFacts[] = [];

  begin({ limits = {}, homes = OURS, isTwoWay = true }: RigOptions = {}): this {
    this.core.reset({
      detectFlags: L.DETECT_FLAG_ON,
      sourceLimit: 1024,
      targetLimit: 1024,
      recentLimit: 4096,
      aliveLimit: 1024,
      ...limits,
      homeCount: homes.length,
    });
    writeHomes(viewMemory(this.core.memory), homes);
    this.told = [];
    this.nowMs = START_MS;
    if (isTwoWay) this.send(...connection({ src: "10.0.200.1", dst: "203.0.113.200" }));
    return this;
  }

  /** Frames one after another, a millisecond between. */
  send(...frames: readonly Uint8Array[]): this {
    for (const frame of frames) {
      this.core.push(frame, { timeNs: this.timeNs });
      this.nowMs += 1;
      if (this.core.pending > 1024) this.take();
    }
    return this;
  }

  get timeNs(): bigint {
    return BigInt(Math.round(this.nowMs * 1000)) * 1000n;
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** Time passes without a packet: what is silent for its timeout ends. */
  pass(ms: number): this {
    this.wait(ms);
    this.core.exports.drain();
    this.core.exports.tick(this.timeNs);
    this.take();
    return this;
  }

  take(): void {
    this.core.take((bytes) => this.told.push(factsOf(new FlowRecord(bytes.slice().buffer).pointAt(0))));
  }

  /** All flows, each once, in the order of their records; what is live is recorded. */
  flows(): FlowFacts[] {
    this.core.exports.drain();
    this.take();
    for (let more = 1; more !== 0; this.take()) more = this.core.exports.flush();
    return this.told;
  }

  /** Findings of all flows and in how many each is, in the order of their names; the first conversation has none. */
  found(): Partial<Record<FindingName, number>> {
    const flows = this.flows();
    const counts: Partial<Record<FindingName, number>> = {};
    for (const [bit, name] of FINDING_NAMES.entries()) {
      const count = flows.filter(({ findings }) => findings.includes(name)).length;
      // A counter is the number of flows with the finding, always.
      const counted = this.core.counter(L.COUNTER_FINDING_FIRST + bit);
      if (count !== counted) throw new Error(`${name}: ${count} flows have it, ${counted} are counted`);
      if (count > 0) counts[name] = count;
    }
    return counts;
  }

  /** Their names alone. */
  names(): FindingName[] {
    return Object.keys(this.found()) as FindingName[];
  }

  /** Flows with the finding. */
  with(name: FindingName): FlowFacts[] {
    return this.flows().filter(({ findings }) => findings.includes(name));
  }

  counter(index: number): number {
    this.core.exports.drain();
    return this.core.counter(index);
  }
}
