// What can stand behind the opening parenthesis of a regular expression.
// Apart from the parser because most of it is refused, each by its name.
// Always holds: the cursor is behind the opening when a group is answered.

import type { Reader } from "./reader.js";

export type Opening =
  | { readonly kind: "capture"; readonly name?: string }
  | { readonly kind: "plain" }
  | { readonly kind: "atomic" }
  | { readonly kind: "look"; readonly behind: boolean; readonly negated: boolean }
  | { readonly kind: "flags"; readonly flags: Flags; readonly group: boolean }
  | { readonly kind: "reference"; readonly name: string };

/** How what follows is read: i, m, s, x, U (greedy and lazy exchanged), E ($ at the very end only). */
export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly U: boolean;
  readonly E: boolean;
}

const NAMED = /\?(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')/y;
const NAMED_REFERENCE = /\?P=([A-Za-z_]\w{0,31})\)/y;
const FLAGS = /\?([imsxU]*)(?:-([imsxU]*))?([:)])/y;

const REFUSED: readonly (readonly [shape: RegExp, what: string])[] = [
  [/\*[A-Za-z_:]/y, "a verb, (*...), is not supported"],
  [/\?C/y, "a callout, (?C), is not supported"],
  [/\?\(/y, "a condition, (?(...), is not supported"],
  [/\?(?:R|[-+]?\d|&|P>)/y, "recursion into a group is not supported"],
  [/\?\|/y, "a branch reset, (?|...), is not supported"],
  [/\?[imsxUJn^-]*[Jn^]/y, "one of these options is not supported"],
  [/\?P?<[^=!]|\?'/y, "expected a group's name of letters, digits and _"],
  [/\?[{?]/y, "code in a pattern is not supported"],
];

/** Reads what follows an opening parenthesis, which is passed already. */
export function readOpening(reader: Reader, flags: Flags): Opening {
  const from = reader.at - 1;
  if (reader.take("?:")) return { kind: "plain" };
  if (reader.take("?>")) return { kind: "atomic" };
  if (reader.take("?=")) return { kind: "look", behind: false, negated: false };
  if (reader.take("?!")) return { kind: "look", behind: false, negated: true };
  if (reader.take("?<=")) return { kind: "look", behind: true, negated: false };
  if (reader.take("?<!")) return { kind: "look", behind: true, negated: true };
  const named = reader.takeMatch(NAMED);
  if (named !== undefined) return { kind: "capture", name: named[1] ?? named[2] ?? "" };
  const reference = reader.takeMatch(NAMED_REFERENCE);
  if (reference !== undefined) return { kind: "reference", name: reference[1] ?? "" };
  const options = reader.takeMatch(FLAGS);
  if (options !== undefined) {
    const [, on = "", off = "", close] = options;
    return { kind: "flags", flags: changed(flags, on, off), group: close === ":" };
  }
  for (const [shape, what] of REFUSED) {
    if (reader.takeMatch(shape) !== undefined) reader.refuse(what, from);
  }
  if (reader.peek() === "?") reader.refuse("a group of this kind is not supported", from);
  return { kind: "capture" };
}

function changed(flags: Flags, on: string, off: string): Flags {
  const change: Record<string, boolean> = {};
  for (const flag of on) change[flag] = true;
  for (const flag of off) change[flag] = false;
  return { ...flags, ...change };
}
