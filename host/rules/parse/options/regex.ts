// pcre: a regular expression with its flags and the letters that choose a buffer.
// Apart because the letters are a language of their own. Whether the expression can be run is the compiler's question.
// Always holds: `flags` holds only letters that change the expression, each once; an unknown letter is refused.

import type { BufferName } from "../../model.js";
import type { RuleDraft } from "../draft.js";
import { quoted } from "../lexer.js";
import { cannot, refuse, shown } from "../problems.js";
import { REGEX_BUFFERS } from "./buffer-names.js";
import type { OptionEntry } from "./entry.js";

const FLAGS = "ismxAEG";

export const REGEX_OPTIONS: readonly OptionEntry[] = [
  {
    name: "pcre",
    form: 'pcre:[!]"/EXPRESSION/FLAGS"',
    meaning:
      "A regular expression. Flags `i s m x A E G` as in PCRE; `R` from behind the last match; `O` ignored; buffer " +
      "letters below. `m?EXPRESSION?FLAGS` for another delimiter",
    value: "needed",
    read: readRegex,
  },
];

function readRegex(draft: RuleDraft, value: string): void {
  const { negated, inner, rest } = quoted("pcre", value);
  if (rest !== "") refuse("; behind the string of pcre", shown(rest));
  const { pattern, letters } = delimited(inner);
  const { flags, relative, named } = readLetters(letters);
  const buffer = named === undefined ? draft.bufferNow(relative) : () => named;
  const { sticky } = draft;
  if (
    named !== undefined &&
    sticky !== undefined &&
    sticky !== "file_data" &&
    sticky !== "payload" &&
    sticky !== named
  ) {
    cannot(`pcre: the letter says ${named} and the rule says ${sticky}; take one of them out`);
  }
  draft.addIn(buffer, !negated, (where) => ({
    kind: "pcre",
    buffer: where,
    pattern,
    flags,
    negated,
    relative,
  }));
}

function delimited(inner: string): { pattern: string; letters: string } {
  const hasLetter = inner.startsWith("m");
  const delimiter = inner[hasLetter ? 1 : 0] ?? "";
  const begin = hasLetter ? 2 : 1;
  const end = inner.lastIndexOf(delimiter);
  const isKnown = hasLetter ? /^[^A-Za-z0-9\s\\]$/.test(delimiter) : delimiter === "/";
  if (!isKnown || end < begin)
    refuse('pcre:"/EXPRESSION/FLAGS"', shown(inner), "the expression stands between two slashes");
  if (end === begin) cannot("pcre: the expression is empty; it would match everywhere");
  return { pattern: inner.slice(begin, end), letters: inner.slice(end + 1) };
}

function readLetters(letters: string): { flags: string; relative: boolean; named: BufferName | undefined } {
  const flags = new Set<string>();
  let relative = false;
  let named: BufferName | undefined;
  for (const letter of letters) {
    const buffer = REGEX_BUFFERS.get(letter);
    if (buffer !== undefined) {
      if (named !== undefined && named !== buffer) cannot(`pcre: the letters ${letters} choose two buffers`);
      named = buffer;
    } else if (letter === "R") {
      relative = true;
    } else if (FLAGS.includes(letter)) {
      flags.add(letter);
    } else if (letter !== "O") {
      const known = `${FLAGS}RO${[...REGEX_BUFFERS.keys()].join("")}`;
      refuse(`letters of ${known} behind pcre's expression`, shown(letter));
    }
  }
  return { flags: [...FLAGS].filter((flag) => flags.has(flag)).join(""), relative, named };
}
