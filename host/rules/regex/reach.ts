// How far a match of a regular expression can reach: what must be looked at again when a text has grown.
// Apart from the program because the engine does not need it to match.

import type { Node } from "./ast.js";
import { widthOf } from "./ast.js";
import { parseRegex } from "./parser.js";

/** Bytes that the longest match has, Infinity when there is no bound or when bytes around the match matter. */
export function regexReach(pattern: string, flags: string): number {
  const has = (flag: string): boolean => flags.includes(flag);
  const options = { i: has("i"), m: has("m"), s: has("s"), x: has("x"), U: has("G"), E: has("E") };
  const { root } = parseRegex(pattern, options);
  return looksAround(root) ? Number.POSITIVE_INFINITY : widthOf(root).most;
}

function looksAround(node: Node): boolean {
  switch (node.kind) {
    case "look":
      return true;
    case "sequence":
    case "choice":
      return node.items.some(looksAround);
    case "repeat":
    case "group":
    case "atomic":
      return looksAround(node.item);
    default:
      return false;
  }
}
