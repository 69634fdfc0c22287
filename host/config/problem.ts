// What is wrong in a configuration: each problem with its place, and the error that carries them all.
// Apart from the loader so that the command line can print them without loading a parser.
// Always holds: a problem is one printable line; an error carries at most PROBLEMS_MAX of them and says how many more.

import { printable, StrayError } from "../errors.js";

export const PROBLEMS_MAX = 20;
const KEY_CHARACTERS_MAX = 80;
const PHRASE_CHARACTERS_MAX = 300;

/** Line and column, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ConfigProblem {
  /** The file, or "command line". */
  readonly source: string;
  /** Undefined for what has no place, such as an option. */
  readonly place: Place | undefined;
  /** Dotted, `export.ipfix[1].port`; empty for the file as a whole. */
  readonly key: string;
  readonly expected: string;
  readonly found: string;
  /** What was perhaps meant, or what to do. */
  readonly hint: string | undefined;
}

/** `/etc/stray/stray.yaml:12:9: capture.mode: expected one of auto, mapped, copy; found "zero"` */
export function problemLine(problem: ConfigProblem): string {
  const { source, place, key, expected, found, hint } = problem;
  const where = place ? `${source}:${place.line}:${place.column}` : source;
  const phrase = (text: string): string => cut(text, PHRASE_CHARACTERS_MAX);
  const more = hint === undefined ? "" : ` (${phrase(hint)})`;
  const what = `expected ${phrase(expected)}; found ${phrase(found)}${more}`;
  return printable([where, ...(key === "" ? [] : [cut(key, KEY_CHARACTERS_MAX)]), what].join(": "));
}

function cut(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters)}...` : text;
}

/** A configuration that can't be used. The message is the first problem and the number of others. */
export class ConfigError extends StrayError {
  /** At most PROBLEMS_MAX, in the order of the file. */
  readonly problems: readonly ConfigProblem[];
  /** How many there are in all. */
  readonly total: number;

  constructor(problems: readonly ConfigProblem[]) {
    const sorted = [...problems].sort(inOrder);
    const [first] = sorted;
    if (first === undefined) throw new Error("a configuration error without a problem");
    const rest = sorted.length - 1;
    const more = rest === 0 ? "" : ` (and ${rest} more problem${rest === 1 ? "" : "s"})`;
    super("CONFIG_INVALID", problemLine(first) + more, 2);
    this.problems = sorted.slice(0, PROBLEMS_MAX);
    this.total = sorted.length;
  }

  /** All that is to be shown, a line each. */
  get lines(): readonly string[] {
    const lines = this.problems.map(problemLine);
    const rest = this.total - lines.length;
    return rest === 0 ? lines : [...lines, `... and ${rest} more`];
  }
}

function inOrder(a: ConfigProblem, b: ConfigProblem): number {
  const [left, right] = [a.place, b.place];
  if (!left || !right) return Number(Boolean(left)) - Number(Boolean(right));
  return left.line - right.line || left.column - right.column;
}
