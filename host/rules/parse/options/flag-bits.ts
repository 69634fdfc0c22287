// Bits written as letters: TCP flags and the fragment bits of IPv4, with the sign that says how they are compared.
// Apart because both have the same signs.
// Always holds: bits are those of the header's byte (RFC 9293 3.1), fragment bits as the module's table counts them.

import { cannot, refuse, shown } from "../problems.js";

type Mode = "exact" | "all" | "any" | "not";

export interface Bits {
  readonly bits: number;
  readonly mode: Mode;
  readonly ignored: number;
}

const TCP_FLAGS: Readonly<Record<string, number>> = {
  F: 1,
  S: 2,
  R: 4,
  P: 8,
  A: 16,
  U: 32,
  E: 64,
  2: 64,
  C: 128,
  1: 128,
  0: 0,
};

const FRAGMENT_BITS: Readonly<Record<string, number>> = { M: 1, D: 2, R: 4 };
const MODES: Readonly<Record<string, Mode>> = { "+": "all", "*": "any", "!": "not" };
const LENGTH_MAX = 32;

/** Several only for `!`: none of these is each of them not. */
export function flagBits(text: string): Bits[] {
  const comma = text.indexOf(",");
  const main = signed("flags", comma === -1 ? text : text.slice(0, comma).trim(), TCP_FLAGS);
  if (comma === -1) return eachWhenNot({ ...main, ignored: 0 });
  const mask = text.slice(comma + 1).trim();
  const ignored = bitsOf("flags' mask", mask, TCP_FLAGS);
  if ((main.bits & ignored) !== 0)
    cannot(`flags:${text}: a flag can't be asked for and left out of the comparison`);
  return eachWhenNot({ ...main, ignored });
}

export function fragmentBits(text: string): Bits[] {
  return eachWhenNot({ ...signed("fragbits", text, FRAGMENT_BITS), ignored: 0 });
}

function eachWhenNot(bits: Bits): Bits[] {
  if (bits.mode !== "not") return [bits];
  const single = [1, 2, 4, 8, 16, 32, 64, 128].filter((bit) => (bits.bits & bit) !== 0);
  return single.map((bit) => ({ ...bits, bits: bit }));
}

/** The sign stands before the letters, or behind them as older rules have it. */
function signed(
  name: string,
  text: string,
  letters: Readonly<Record<string, number>>,
): { bits: number; mode: Mode } {
  const before = MODES[text[0] ?? ""];
  const behind = before === undefined ? MODES[text.at(-1) ?? ""] : undefined;
  const begin = before === undefined ? 0 : 1;
  const end = behind === undefined ? text.length : text.length - 1;
  const bits = bitsOf(name, text.slice(begin, end).trim(), letters);
  const mode = before ?? behind ?? "exact";
  if (bits === 0 && mode !== "exact")
    cannot(`${name}:${text}: ${text[begin === 1 ? 0 : end]} needs at least one bit behind it`);
  return { bits, mode };
}

function bitsOf(name: string, text: string, letters: Readonly<Record<string, number>>): number {
  let bits = 0;
  if (text === "" || text.length > LENGTH_MAX)
    refuse(`letters of ${Object.keys(letters).join("")} for ${name}`, shown(text));
  for (const letter of text.toUpperCase()) {
    const bit = letters[letter];
    if (bit === undefined) refuse(`letters of ${Object.keys(letters).join("")} for ${name}`, shown(letter));
    bits |= bit;
  }
  return bits;
}
