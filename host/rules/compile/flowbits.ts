// Numbers of the flow bits that rules set and ask for.
// Apart because the numbers outlive one compilation: bits set under old rules still mean the same under new ones.
// Always holds: a name keeps its number; a rule either gets numbers for all of its names or gives none out.

import { FLOWBIT_CAPACITY } from "../../../assembly/match/rules-layout.js";
import { printable } from "../../errors.js";
import { RuleRefusal } from "../model.js";

export class FlowbitNumbers {
  readonly numbers: Map<string, number>;
  readonly #taken: Set<number>;

  constructor(kept?: ReadonlyMap<string, number>) {
    this.numbers = new Map(kept);
    this.#taken = new Set(this.numbers.values());
  }

  /** Makes sure that all of the names have numbers. Throws RuleRefusal when there is no room, and changes nothing. */
  reserve(names: ReadonlySet<string>): void {
    const fresh = [...names].filter((name) => !this.numbers.has(name));
    if (this.#taken.size + fresh.length > FLOWBIT_CAPACITY) {
      throw new RuleRefusal(
        `flowbits "${printable(fresh[0]!)}" is new, and all ${FLOWBIT_CAPACITY} names are in use: ` +
          "use fewer names, or start anew to forget those of earlier rules",
      );
    }
    let number = 0;
    for (const name of fresh) {
      while (this.#taken.has(number)) number++;
      this.numbers.set(name, number);
      this.#taken.add(number);
    }
  }

  of(name: string): number {
    const number = this.numbers.get(name);
    if (number === undefined) throw new Error(`flowbits ${name} has no number`);
    return number;
  }
}
