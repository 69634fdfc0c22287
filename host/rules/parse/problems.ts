// What is wrong in rule files: one refusal or warning a rule or line, kept up to a number and then only counted.
// Apart because every part of the parser refuses in the same words: what was expected, what was found, what to do.
// Always holds: a reason is one printable line of bounded length; no text, however bad, makes more than PROBLEMS_MAX.

import { nearest } from "../../config/suggest.js";
import { printable } from "../../errors.js";
import { type RulePlace, type RuleProblem, RuleRefusal } from "../model.js";

export const PROBLEMS_MAX = 10_000;
const FOUND_MAX = 60;
const REASON_MAX = 300;

/** What is known of the rule that a problem is of. */
export interface RuleName {
  readonly sid?: number;
  readonly message?: string;
}

export class Problems {
  private readonly kept: RuleProblem[] = [];
  private readonly saidOnce = new Set<string>();
  private lost = 0;
  private last: RulePlace = { file: "", line: 1 };

  /** A refusal's reason and name are worked out only when it is kept. */
  error(place: RulePlace, reason: string | RuleRefusal, name: () => RuleName = () => ({})): void {
    this.add("error", place, reason, name);
  }

  warning(place: RulePlace, reason: string, name: RuleName = {}): void {
    this.add("warning", place, reason, () => name);
  }

  /** A warning that is the same for every rule it concerns: only the first is told. */
  warningOnce(key: string, place: RulePlace, reason: string, name: RuleName = {}): void {
    if (this.saidOnce.has(key)) return;
    if (this.saidOnce.size < PROBLEMS_MAX) this.saidOnce.add(key);
    this.warning(place, reason, name);
  }

  /** All that were kept, and one that says how many were not. */
  all(): RuleProblem[] {
    if (this.lost === 0) return this.kept;
    const reason = `${this.lost} more problems are not shown; mend those above first`;
    return [...this.kept, { level: "error", place: this.last, reason }];
  }

  private add(
    level: RuleProblem["level"],
    place: RulePlace,
    why: string | RuleRefusal,
    name: () => RuleName,
  ): void {
    if (this.kept.length >= PROBLEMS_MAX) {
      this.lost++;
      this.last = place;
      return;
    }
    const reason = typeof why === "string" ? why : reasonOf(why);
    this.kept.push({ level, place, ...name(), reason: printable(cut(reason, REASON_MAX)) });
  }
}

/** What to do, worked out only when somebody reads it: a hint costs more than the rest of a refusal. */
export type Hint = string | (() => string | undefined);

/** A refusal whose hint is still to be worked out. */
class HintedRefusal extends RuleRefusal {
  constructor(
    reason: string,
    readonly hint: Hint | undefined,
  ) {
    super(reason);
  }
}

/** Throws the refusal: `expected …; found … (hint)`. */
export function refuse(expected: string, found: string, hint?: Hint): never {
  throw new HintedRefusal(`expected ${expected}; found ${found === "" ? "nothing" : found}`, hint);
}

/** Throws a refusal in its own words. */
export function cannot(reason: string, hint?: Hint): never {
  throw new HintedRefusal(reason, hint);
}

function reasonOf(refusal: RuleRefusal): string {
  const hint = refusal instanceof HintedRefusal ? refusal.hint : undefined;
  const text = typeof hint === "function" ? hint() : hint;
  return text === undefined ? refusal.message : `${refusal.message} (${text})`;
}

/** A piece of the rule's text for a reason; nothing stays nothing. */
export function shown(text: string): string {
  return text === "" ? "" : `"${cut(text, FOUND_MAX)}"`;
}

/** `did you mean X?` when one of the words is near, else what to do instead. */
export function meant(word: string, words: Iterable<string>, otherwise?: string): Hint {
  return () => {
    const near = word.length < 2 ? undefined : nearest(word, [...words]);
    return near === undefined ? otherwise : `did you mean ${near}?`;
  };
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
