// Lists of addresses or ports: `[a,!b,[c,d],$NAME]`, each list a set of its own.
// Apart because both kinds have the same grammar and the same bounds.
// Always holds: a list is what its plain members hold less what its negated members hold, everything less these when
// it has none but negated ones; depth and work are bounded; an empty set is refused, since nothing would ever match.

import { complement, difference, type Interval, type IntervalSet, normalised } from "./intervals.js";
import { parts } from "./lexer.js";
import { cannot, refuse, shown } from "./problems.js";
import type { Variable, Variables } from "./variables.js";

const DEPTH_MAX = 16;

/** What is particular to addresses, or to ports. */
export interface ListKind {
  /** "address" or "port". */
  readonly name: string;
  readonly axis: Interval;
  /** One member that is no list, variable or `any`. Refuses what is none. */
  readonly member: (text: string) => Interval;
}

export function readList(text: string, kind: ListKind, variables: Variables): IntervalSet {
  const set = new ListReader(kind, variables).element(text.trim(), undefined, 0);
  if (set.length === 0) cannot(`${shown(text)} leaves no ${kind.name} at all; the rule could never match`);
  return set;
}

class ListReader {
  constructor(
    private readonly kind: ListKind,
    private readonly variables: Variables,
  ) {}

  element(text: string, within: Variable | undefined, depth: number): IntervalSet {
    const { name, axis } = this.kind;
    if (depth > DEPTH_MAX)
      cannot(`lists, negations and variables may be nested ${DEPTH_MAX} deep; these are deeper`);
    if (text.startsWith("!")) {
      const set = this.element(text.slice(1).trim(), within, depth + 1);
      this.variables.spend(set.length);
      return complement(set, axis);
    }
    if (text.startsWith("[")) return this.list(text, within, depth);
    if (text.startsWith("$")) return this.variable(text.slice(1), within, depth);
    if (text.toLowerCase() === "any") return [axis];
    if (text === "") refuse(`${name === "address" ? "an address" : "a port"}, $NAME or any`, "");
    return [this.kind.member(text)];
  }

  private list(text: string, within: Variable | undefined, depth: number): IntervalSet {
    if (!text.endsWith("]")) refuse("] at the end of the list", shown(text));
    const plain: Interval[] = [];
    const negated: Interval[] = [];
    let isNegatedOnly = true;
    for (const part of parts(text.slice(1, -1))) {
      const isNegated = part.startsWith("!");
      const set = this.element(isNegated ? part.slice(1).trim() : part, within, depth + 1);
      if (!isNegated) isNegatedOnly = false;
      for (const interval of set) (isNegated ? negated : plain).push(interval);
    }
    const { axis } = this.kind;
    this.variables.spend(plain.length + negated.length);
    const without = normalised(negated);
    return isNegatedOnly ? complement(without, axis) : difference(normalised(plain), without, axis);
  }

  /** Read once, however often it is used. */
  private variable(written: string, within: Variable | undefined, depth: number): IntervalSet {
    const name = written.startsWith("(") && written.endsWith(")") ? written.slice(1, -1) : written;
    const variable = this.variables.lookup(name, within);
    const known = variable.sets.get(this.kind.name) as IntervalSet | undefined;
    if (known !== undefined) return known;
    const set = this.element(variable.value, variable, depth + 1);
    variable.sets.set(this.kind.name, set);
    return set;
  }
}
