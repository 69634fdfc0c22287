// Variables of rule files: what $NAME stands for where it is used.
// Apart because configuration, files and built-in defaults all define them, and the order of these matters.
// Always holds: the configuration wins over files, files over defaults; a value means what the names in it meant where
// it was defined; one evaluation a variable and kind, so that nested variables cost no more than their number.

import { DEFAULT_VARIABLES } from "./default-variables.js";
import { cannot, meant } from "./problems.js";

export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const REFERENCE = /\$\(?([A-Za-z_][A-Za-z0-9_.-]{0,63})\)?/g;

const RESULTS_MAX = 4096;
const KEY_MAX = 1024;
const WORK_MAX = 4_000_000;

/** One definition; a later one of the same name is another object. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** What the names in the value meant where it was defined. */
  readonly scope: ReadonlyMap<string, Variable>;
  /** Sets that it was read as, by kind. */
  readonly sets: Map<string, unknown>;
}

export class Variables {
  private readonly byName = new Map<string, Variable>();
  private readonly fixed: ReadonlySet<string>;
  private readonly results = new Map<string, unknown>();
  private work = 0;

  constructor(configured: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(configured)) this.byName.set(name, variable(name, value));
    this.fixed = new Set(Object.keys(configured));
  }

  /** False when the configuration has that name already: its value stays. */
  define(name: string, value: string): boolean {
    if (this.fixed.has(name)) return false;
    const scope = new Map<string, Variable>();
    for (const [, used] of value.matchAll(REFERENCE)) {
      const known = this.byName.get(used!);
      if (known !== undefined) scope.set(used!, known);
    }
    this.byName.set(name, variable(name, value, scope));
    this.results.clear();
    return true;
  }

  /** What `read` makes of a text; the same object for the same text while no variable changes. */
  once<Result>(key: string, read: () => Result): Result {
    const known = this.results.get(key) as Result | undefined;
    if (known !== undefined) return known;
    const result = read();
    if (this.results.size >= RESULTS_MAX) this.results.clear();
    if (key.length <= KEY_MAX) this.results.set(key, result);
    return result;
  }

  /** Counts intervals worked on: long lists by many rules must not take for ever. */
  spend(intervals: number): void {
    this.work += intervals;
    if (this.work > WORK_MAX) {
      cannot(
        `the lists of addresses and ports of all rules have more than ${WORK_MAX} members; use fewer or shorter lists`,
      );
    }
  }

  /** What `name` stands for, within the value of `within` when it is used there. Refuses what nobody defined. */
  lookup(name: string, within?: Variable): Variable {
    const found = within?.scope.get(name) ?? this.byName.get(name) ?? this.byDefault(name);
    if (found !== undefined) return found;
    const names = [...this.byName.keys(), ...DEFAULT_VARIABLES.keys()];
    const otherwise = "define it above, in the configuration or with ipvar or portvar";
    return cannot(`the variable $${name} is not defined`, meant(name, names, otherwise));
  }

  /** A path with its variables put in. */
  expandPath(text: string): string {
    return text.replace(REFERENCE, (_all, name: string) => {
      const { value } = this.lookup(name);
      return value.includes("$") ? cannot(`$${name} in a path must be plain text`) : value;
    });
  }

  private byDefault(name: string): Variable | undefined {
    const value = name === "EXTERNAL_NET" ? this.externalNet() : DEFAULT_VARIABLES.get(name);
    return value === undefined ? undefined : variable(name, value);
  }

  /** All that is not home, once somebody said what home is. */
  private externalNet(): string {
    const home = this.byName.get("HOME_NET")?.value.trim();
    return home === undefined || home === "any" ? "any" : "!$HOME_NET";
  }
}

function variable(name: string, value: string, scope: ReadonlyMap<string, Variable> = new Map()): Variable {
  return { name, value: value.trim(), scope, sets: new Map() };
}
