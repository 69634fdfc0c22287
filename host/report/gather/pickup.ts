// Whether conversations without a beginning were only picked up: were there before the capture began.
// Apart because a report, which reads its captures again, knows more of it than the sensor did at that time.
// Always holds: what a source goes on doing long after the begin was not picked up at the begin; else the classifier's
// rule stands: what has no SYN and was first heard within the first minute may be older.

import type { FlowFacts } from "../../cause/facts.js";
import { isTcp } from "../../cause/questions.js";

/** So many flows of the same source, and half of them, begin later. */
const LATER_MIN = 3;

export class Pickup {
  /** `firstUs`: the first packet; `pickupMs`: as the limits have it, 0 for never. */
  constructor(
    private readonly firstUs: number,
    private readonly pickupMs: number,
  ) {}

  /** The strange flows of a source, in the order of time. */
  goesOn(flows: readonly FlowFacts[]): boolean {
    const later = flows.filter((flow) => !this.isEarly(flow)).length;
    return later >= LATER_MIN && later * 2 >= flows.length;
  }

  /** With the note that it may be older, where it may. */
  marked(flow: FlowFacts): FlowFacts {
    if (!this.isEarly(flow) || !isTcp(flow) || flow.sawSyn || flow.sawSynAck) return flow;
    return flow.notes.includes("pickup") ? flow : { ...flow, notes: [...flow.notes, "pickup"] };
  }

  private isEarly({ startUs }: FlowFacts): boolean {
    return startUs < this.firstUs + this.pickupMs * 1000;
  }
}
