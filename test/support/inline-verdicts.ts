// A core with rules between two sides, and conversations through it: what comes out, by who sent it.
// Apart from the rig so that tests of verdicts read as conversations. Always holds: the client is at side 0, the server
// at side 1; a millisecond lies between two frames.

import * as L from "../../assembly/layout.js";
import type { InlinePolicy } from "../../host/wasm/inline.js";
import type { CoreLimits } from "./core.js";
import { RulesCore } from "./rules-core.js";
import { InlineRig, type RigOptions, type Sent } from "./slot-rig.js";

const STEP_NS = 1_000_000n;

export interface Outcome {
  /** Whether the frame itself came out at the other side. */
  readonly passed: boolean;
  /** What was made and sent to the client's side, and to the server's. */
  readonly toClient: readonly Uint8Array[];
  readonly toServer: readonly Uint8Array[];
}

export class Bump {
  readonly core: RulesCore;
  readonly rig: InlineRig;
  timeNs = 1_000_000_000n;

  constructor(
    rules = "",
    policy: Partial<InlinePolicy> = {},
    { limits = {}, rings = {} }: { limits?: Partial<CoreLimits>; rings?: RigOptions } = {},
  ) {
    this.core = new RulesCore(rules, limits);
    this.rig = new InlineRig(this.core, rings, policy);
  }

  client(frame: Uint8Array): Outcome {
    return this.say(0, frame);
  }

  server(frame: Uint8Array): Outcome {
    return this.say(1, frame);
  }

  private say(side: 0 | 1, bytes: Uint8Array): Outcome {
    this.timeNs += STEP_NS;
    this.rig.receive(side, { bytes, timeNs: this.timeNs });
    this.rig.forward(side);
    const out = [this.rig.sent(0), this.rig.sent(1)].map((sent) => sent.map((one: Sent) => one.bytes));
    const [toClient = [], toServer = []] = out;
    const there = side === 0 ? toServer : toClient;
    const at = there.findIndex((other) => Buffer.compare(other, bytes) === 0);
    if (at >= 0) there.splice(at, 1);
    return { passed: at >= 0, toClient, toServer };
  }

  counter(index: number): number {
    return this.core.counter(index);
  }

  /** Of every flow, as records tell it: flags that tell a verdict. */
  verdicts(): number[] {
    const mask = L.FLOW_FLAG_DROPPED | L.FLOW_FLAG_REJECTED | L.FLOW_FLAG_SIMULATED;
    return this.core.finish().map(({ flags }) => flags & mask);
  }
}
