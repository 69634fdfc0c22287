// Facts of a subject's flows: all of the first, and an even sample of those that come later.
// Apart because a subject may have millions, of which each costs something to look at.
// Always holds: at most FACTS_FIRST + FACTS_LATER; what is kept depends on the order of the records alone; facts are made
// only of what is kept.

import type { FlowFacts } from "../../cause/facts.js";

export const FACTS_FIRST = 800;
export const FACTS_LATER = 200;

export class FactsShelf {
  private readonly first: FlowFacts[] = [];
  private later: FlowFacts[] = [];
  private stride = 1;
  private passed = 0;

  add(make: () => FlowFacts): void {
    if (this.first.length < FACTS_FIRST) {
      this.first.push(make());
      return;
    }
    if (this.passed++ % this.stride !== 0) return;
    this.later.push(make());
    if (this.later.length < FACTS_LATER) return;
    this.later = this.later.filter((_facts, index) => index % 2 === 0);
    this.stride *= 2;
  }

  get all(): readonly FlowFacts[] {
    return [...this.first, ...this.later];
  }
}
