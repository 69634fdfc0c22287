// The causes that a rule can ask for, by the names that alerts tell them with.
// Apart so that parser, compiler and listings take the one table from one place.

import { CAUSE_NAMES } from "../../alert/causes.js";

export { CAUSE_NAMES, causeName } from "../../alert/causes.js";

const NUMBERS: ReadonlyMap<string, number> = new Map(CAUSE_NAMES.map((name, number) => [name, number]));

/** CAUSE_*, or undefined for a name that is none. */
export function causeNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}
