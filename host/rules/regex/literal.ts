// Bytes that every match of a regular expression has in it, one after another: where they are nowhere in a text, the
// expression need not be tried. Apart from the program because it is asked before it.

import type { Node } from "./ast.js";
import { parseRegex } from "./parser.js";

export interface Literal {
  /** In lower case when `nocase`. */
  readonly bytes: Uint8Array;
  readonly nocase: boolean;
}

/** Fewer bytes are in nearly every text. */
const LEAST = 3;
const MOST = 64;
const CAPITAL_BIT = 0x20;

interface Letter {
  readonly byte: number;
  readonly anyCase: boolean;
}

/** The longest such bytes of the expression, undefined when it has none of three or more. */
export function literalOf(pattern: string, flags: string): Literal | undefined {
  const has = (flag: string): boolean => flags.includes(flag);
  const options = { i: has("i"), m: has("m"), s: has("s"), x: has("x"), U: has("G"), E: has("E") };
  const runs: Letter[][] = [];
  const last = collect(parseRegex(pattern, options).root, [], runs);
  runs.push(last);
  const best = runs.reduce((longest, run) => (run.length > longest.length ? run : longest), []);
  if (best.length < LEAST) return undefined;
  const nocase = best.some(({ anyCase }) => anyCase);
  const bytes = best.slice(0, MOST).map(({ byte }) => (nocase ? lower(byte) : byte));
  return { bytes: Uint8Array.from(bytes), nocase };
}

/** Goes on with the run that ends where the node begins; answers the run that ends where the node ends. */
function collect(node: Node, run: Letter[], runs: Letter[][]): Letter[] {
  switch (node.kind) {
    case "set": {
      const letter = letterOf(node.set.bytes());
      if (letter !== undefined) return [...run, letter];
      break;
    }
    case "sequence":
      return node.items.reduce((open, item) => collect(item, open, runs), run);
    case "group":
    case "atomic":
      return collect(node.item, run, runs);
    case "repeat":
      // Once at least: what is inside is there, but what is before and behind may be apart from it.
      runs.push(run);
      if (node.least > 0) runs.push(collect(node.item, [], runs));
      return [];
    case "assertion":
      return run;
    default:
      break;
  }
  runs.push(run);
  return [];
}

/** One byte, or one letter of either case. */
function letterOf(bytes: readonly number[]): Letter | undefined {
  const [first, second, ...more] = bytes;
  if (first === undefined || more.length > 0) return undefined;
  if (second === undefined) return { byte: first, anyCase: false };
  const isLetter = first >= 0x41 && first <= 0x5a && second === first + CAPITAL_BIT;
  return isLetter ? { byte: first, anyCase: true } : undefined;
}

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + CAPITAL_BIT : byte);
