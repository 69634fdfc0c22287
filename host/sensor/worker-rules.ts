// The rules of one worker: put into its memory, known by the number that its alerts carry, counted over all its lives.
// Apart from the worker's handle because rules come and go while the thread lives on, and the other way round.
// Always holds: an alert of the rules before is still told in their words; what a dead thread's rules had counted is
// not lost; rules that are the same as those in force are not put in again, so their counts and thresholds go on.

import { installRules, isTaken } from "../rules/install.js";
import { type RuleCounts, readRuleCounts } from "../rules/rule-counts.js";
import type { SensorMemory } from "../wasm/memory.js";
import type { RuleInWords } from "./rule-words.js";

/** What is in force in every worker; no image: no rules. */
export interface RulesInUse {
  readonly image: Uint8Array | undefined;
  readonly rules: readonly RuleInWords[];
}

export const NO_RULES: RulesInUse = { image: undefined, rules: [] };

/** Numbers kept: of the rules in force, and of those before, whose alerts may still wait. */
const GENERATIONS_KEPT = 2;

export class WorkerRules {
  private current: RulesInUse = NO_RULES;
  private generation = 0;
  private readonly generations = new Map<number, readonly RuleInWords[]>();
  private carried: readonly RuleCounts[] = [];

  constructor(private readonly memory: SensorMemory) {}

  /** The words of an alert's rule. */
  find(generation: number, index: number): RuleInWords | undefined {
    return this.generations.get(generation)?.[index];
  }

  /** The module has taken what was put in last. */
  get isTaken(): boolean {
    return isTaken(this.memory);
  }

  /**
   * Puts other rules into the memory; false when they are those in force, whose words alone are exchanged.
   * @throws StrayError RULES_BUSY when those before are not in force yet; then nothing is changed.
   */
  use(rules: RulesInUse): boolean {
    if (isSame(this.current.image, rules.image)) {
      this.current = rules;
      this.generations.set(this.generation, rules.rules);
      return false;
    }
    const generation = installRules(this.memory, rules.image);
    this.current = rules;
    this.carried = [];
    this.remember(generation, rules.rules);
    return true;
  }

  /** Puts them into tables that were emptied; false where there are none. */
  putBack(): boolean {
    this.generations.clear();
    this.generation = 0;
    const { image, rules } = this.current;
    if (image === undefined) return false;
    this.remember(installRules(this.memory, image), rules);
    return true;
  }

  /** Before the tables are emptied: keeps what was counted so far. */
  carryOver(): void {
    this.carried = this.counts();
  }

  /** Of each rule in force, by its place: what was counted since it came into force. */
  counts(): readonly RuleCounts[] {
    const { carried } = this;
    // Until the module has taken them the memory has the counts of others.
    const counts = this.isTaken ? readRuleCounts(this.memory) : [];
    if (carried.length === 0) return counts;
    return carried.map((before, index) => added(before, counts[index]));
  }

  private remember(generation: number, rules: readonly RuleInWords[]): void {
    this.generation = generation;
    this.generations.set(generation, rules);
    for (const known of this.generations.keys()) {
      if (known <= generation - GENERATIONS_KEPT) this.generations.delete(known);
    }
  }
}

function added(a: RuleCounts, b: RuleCounts | undefined): RuleCounts {
  if (b === undefined) return a;
  return {
    matches: a.matches + b.matches,
    alerts: a.alerts + b.alerts,
    limited: a.limited + b.limited,
    filtered: a.filtered + b.filtered,
  };
}

export function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || Buffer.compare(a, b) === 0;
}
