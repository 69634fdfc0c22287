// Compiles regular expressions and runs them in the module's engine, for the tests of this folder.
// Apart because they all look at the same two numbers: where the match begins and where it ends.
// Always holds: the text lies between poison that no byte of a match may come from, at the end of its room first and
// then at its beginning; both must give the same.

import * as L from "../../../../assembly/layout.js";
import { compileRegex } from "../../../../host/rules/regex/compile-regex.js";
import { type Entry, loadEntry } from "../../../support/entry.js";

const PROGRAM = L.WINDOWS_BASE;
const TEXT = L.WINDOWS_BASE + 65536;
const POISON_SIZE = 64;

interface Exports {
  match(program: number, text: number, size: number, from: number): number;
  matchStart(): number;
  setSteps(steps: number): void;
  setBudget(budget: number): void;
  budget(): number;
}

/** Bytes from the text's first byte; undefined when nothing matches. */
export type Found = readonly [start: number, end: number] | undefined;

export const STEPS_DEFAULT = 50_000;

export class Searcher {
  private constructor(private readonly entry: Entry<Exports>) {
    entry.exports.setSteps(STEPS_DEFAULT);
  }

  static async load(): Promise<Searcher> {
    return new Searcher(await loadEntry<Exports>("regex"));
  }

  set steps(steps: number) {
    this.entry.exports.setSteps(steps);
  }

  /** Runs broken off for their steps so far. */
  get limits(): number {
    return this.counter(L.COUNTER_REGEX_LIMIT);
  }

  get runs(): number {
    return this.counter(L.COUNTER_REGEX_RUNS);
  }

  /** Steps of the packet's budget that the latest run took. */
  taken = 0;

  find(pattern: string, flags: string, text: string | Uint8Array, from = 0): Found {
    return this.run(compileRegex(pattern, flags), text, from);
  }

  /** Runs a program twice, between poisons that differ. */
  run(program: Uint8Array, text: string | Uint8Array, from = 0): Found {
    const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
    const found = this.between(0x00, program, bytes, from);
    const again = this.between(0x61, program, bytes, from);
    if (String(found) !== String(again)) {
      throw new Error(`bytes around the text are read: [${found}] and [${again}] in "${text}"`);
    }
    return found;
  }

  /** Runs a program once. */
  between(poison: number, program: Uint8Array, text: Uint8Array, from: number): Found {
    const { bytes, exports } = this.entry;
    bytes.set(program, PROGRAM);
    bytes.fill(poison, TEXT, TEXT + POISON_SIZE);
    const at = TEXT + POISON_SIZE;
    bytes.set(text, at);
    bytes.fill(poison, at + text.length, at + text.length + POISON_SIZE);
    exports.setBudget(0);
    const end = exports.match(PROGRAM, at, text.length, from);
    this.taken = -exports.budget();
    return end < 0 ? undefined : [exports.matchStart(), end];
  }

  private counter(index: number): number {
    return Number(this.entry.view.getBigUint64(L.COUNTERS_BASE + index * 8, true));
  }
}
