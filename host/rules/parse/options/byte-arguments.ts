// The arguments that byte_test, byte_jump and byte_extract share: relative, byte order, string and its base, mask …
// Apart because the three read them alike and each allows some.
// Always holds: an argument that an option does not know is refused; each is given once.

import type { NumberMode, Operand } from "../../model.js";
import type { RuleDraft } from "../draft.js";
import { wholeNumber } from "../numbers.js";
import { cannot, meant, refuse, shown } from "../problems.js";

export const OFFSET_MAX = 65_535;
const BINARY_MAX = 4;
const STRING_MAX = 10;
const U32_MAX = 4_294_967_295;
const MULTIPLIER_MAX = 65_535;

export interface ByteArguments {
  relative: boolean;
  mode: NumberMode;
  bitmask: number;
  multiplier: number;
  postOffset: Operand;
  align: 0 | 2 | 4;
  from: "here" | "beginning" | "end";
}

const ALL = ["relative", "big", "little", "string", "hex", "dec", "oct", "bitmask"] as const;
const BASES: Readonly<Record<string, 8 | 10 | 16>> = { oct: 8, dec: 10, hex: 16 };

/** Arguments behind the positional ones; `more` are those that only this option has. */
export function byteArguments(
  draft: RuleDraft,
  name: string,
  texts: readonly string[],
  more: readonly string[],
): ByteArguments {
  const seen = readWords(name, texts, [...ALL, ...more]);
  const bases = Object.keys(BASES).filter((word) => seen.has(word));
  if (bases.length > 1) cannot(`${name} has two bases: ${bases.join(" and ")}`);
  if (bases.length === 1 && !seen.has("string"))
    cannot(`${name}: ${bases[0]} is the base of digits; write string too`);
  if (seen.has("big") && seen.has("little")) cannot(`${name} is big and little at once`);
  if (seen.has("string") && seen.has("little")) cannot(`${name}: digits have no byte order; take little out`);
  if (seen.has("from_beginning") && seen.has("from_end"))
    cannot(`${name} is from_beginning and from_end at once`);
  const number = (word: string, least: number, most: number, otherwise: number): number =>
    seen.has(word) ? wholeNumber(`${name}'s ${word}`, seen.get(word)!, least, most) : otherwise;
  const postOffset = seen.get("post_offset");
  return {
    relative: seen.has("relative"),
    mode: { little: seen.has("little"), string: seen.has("string"), base: BASES[bases[0] ?? "dec"]! },
    bitmask: number("bitmask", 1, U32_MAX, 0),
    multiplier: number("multiplier", 1, MULTIPLIER_MAX, 1),
    postOffset:
      postOffset === undefined
        ? 0
        : draft.operand(`${name}'s post_offset`, postOffset, -OFFSET_MAX, OFFSET_MAX),
    align: alignOf(name, seen.get("align")),
    from: seen.has("from_beginning") ? "beginning" : seen.has("from_end") ? "end" : "here",
  };
}

/** Each word with what stands behind it. */
function readWords(name: string, texts: readonly string[], known: readonly string[]): Map<string, string> {
  const takesValue = new Set(["bitmask", "multiplier", "post_offset"]);
  const seen = new Map<string, string>();
  for (const text of texts) {
    const space = text.search(/\s/);
    const word = space === -1 ? text : text.slice(0, space);
    const value = space === -1 ? "" : text.slice(space).trim();
    if (word === "dce") cannot(`${name}: dce asks for DCE/RPC, which stray does not take apart`);
    if (!known.includes(word))
      refuse(`arguments of ${name} (${known.join(", ")})`, shown(text), meant(word, known));
    if (seen.has(word)) cannot(`${name} has ${word} twice`);
    const isValueRight = word === "align" || takesValue.has(word) === (value !== "");
    if (!isValueRight) refuse(takesValue.has(word) ? `${word} N` : `${word} alone`, shown(text));
    seen.set(word, value);
  }
  return seen;
}

function alignOf(name: string, text: string | undefined): 0 | 2 | 4 {
  if (text === undefined) return 0;
  if (text === "" || text === "4") return 4;
  return text === "2" ? 2 : refuse(`${name}'s align as 2 or 4`, shown(text));
}

/** How many bytes make the number: up to 4 of a binary one, up to 10 digits. */
export function byteCount(name: string, text: string, isString: boolean): number {
  return wholeNumber(`${name}'s count of bytes`, text, 1, isString ? STRING_MAX : BINARY_MAX);
}
