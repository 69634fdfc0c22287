// What a backslash means in a regular expression.
// Apart from the parser because classes share most of it, and because it is mostly a table.
// Always holds: an escape that pcre gives a meaning which this engine does not have is refused, not read as a letter.

import type { Assertion } from "./ast.js";
import type { ByteSet } from "./byte-set.js";
import { ESCAPED_SETS, NOT_NEWLINE } from "./named-sets.js";
import type { Reader } from "./reader.js";

export type Escape =
  | { readonly kind: "byte"; readonly byte: number }
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "any" }
  | { readonly kind: "line-end" }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "reference"; readonly to: number | string };

const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, e: 27, f: 12, n: 10, r: 13, t: 9 };
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: "text",
  b: "word-edge",
  B: "no-word-edge",
  G: "from",
  z: "end",
  Z: "last-line-end",
};
const REFUSED: Readonly<Record<string, string>> = {
  K: "\\K (the match begins here) is not supported",
  X: "\\X (a grapheme) is not supported: bytes have none",
  p: "\\p (a Unicode property) is not supported: bytes have none",
  P: "\\P (a Unicode property) is not supported: bytes have none",
  l: "\\l is not supported by pcre",
  L: "\\L is not supported by pcre",
  u: "\\u is not supported by pcre",
  U: "\\U is not supported by pcre",
};
const BYTE_MAX = 255;
const CONTROL_BIT = 0x40;
/** \N and no name behind it; a count may be. */
const NOT_NAMED = /N(?!\{(?!\d+(?:,\d*)?\}))/y;
const REFERENCE = /g(?:\{(-?\d{1,9})\}|(-?\d{1,9})|\{([A-Za-z_]\w{0,31})\})/y;
const NAMED_REFERENCE = /k(?:<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})'|\{([A-Za-z_]\w{0,31})\})/y;

/** Reads an escape outside of a class, the backslash included. `groups` is how many groups the pattern has in all. */
export function readEscape(reader: Reader, opened: number, groups: number): Escape {
  const from = reader.at;
  reader.next();
  const letter = reader.peek();
  if (letter === "g") return { kind: "reference", to: readNumberedReference(reader, opened, from) };
  if (letter === "k") {
    const found = reader.takeMatch(NAMED_REFERENCE);
    if (found === undefined) reader.refuse("expected a group's name as in \\k<name>", from);
    return { kind: "reference", to: found[1] ?? found[2] ?? found[3] ?? "" };
  }
  if (letter >= "1" && letter <= "9") {
    const digits = reader.takeMatch(/\d{1,9}/y)?.[0] ?? "";
    if (digits.length === 1 || Number(digits) <= groups) return { kind: "reference", to: Number(digits) };
    reader.at = from + 1;
    return { kind: "byte", byte: readOctal(reader, from) };
  }
  const assertion = ASSERTIONS[letter];
  if (assertion !== undefined) {
    reader.next();
    return { kind: "assertion", assertion };
  }
  if (reader.take("R")) return { kind: "line-end" };
  if (reader.take("C")) return { kind: "any" };
  if (reader.takeMatch(NOT_NAMED) !== undefined) {
    return { kind: "set", set: NOT_NEWLINE };
  }
  return readShared(reader, from);
}

/** Reads an escape within a class, the backslash included. */
export function readClassEscape(reader: Reader): Escape {
  const from = reader.at;
  reader.next();
  const letter = reader.peek();
  if ("BRXN".includes(letter) && letter !== "") reader.refuse(`\\${letter} has no meaning in a class`, from);
  if (reader.take("b")) return { kind: "byte", byte: CONTROLS["b"]! };
  if (letter >= "1" && letter <= "7") return { kind: "byte", byte: readOctal(reader, from) };
  return readShared(reader, from);
}

function readShared(reader: Reader, from: number): Escape {
  if (reader.done) reader.refuse("a backslash with nothing behind it", from);
  const letter = reader.peek();
  const set = ESCAPED_SETS.get(letter);
  if (set !== undefined) {
    reader.next();
    return { kind: "set", set };
  }
  return { kind: "byte", byte: readByte(reader, from) };
}

function readByte(reader: Reader, from: number): number {
  const letter = reader.peek();
  if (letter === "0") return readOctal(reader, from);
  reader.next();
  if (letter === "x") return readHex(reader, from);
  if (letter === "c") return readControl(reader, from);
  if (letter === "o" && reader.peek() === "{") return readBraced(reader, /\{([0-7]+)\}/y, 8, from);
  const refused = REFUSED[letter];
  if (refused !== undefined) reader.refuse(refused, from);
  if (letter === "N") reader.refuse("\\N{...} (a named character) is not supported", from);
  return CONTROLS[letter] ?? letter.charCodeAt(0);
}

/** Up to three octal digits, at the first of them. */
function readOctal(reader: Reader, from: number): number {
  const digits = reader.takeMatch(/[0-7]{1,3}/y)?.[0];
  if (digits === undefined) reader.refuse("a reference to a group that is not there", from);
  const byte = Number.parseInt(digits, 8);
  if (byte > BYTE_MAX) reader.refuse("an octal number that is no byte", from);
  return byte;
}

function readHex(reader: Reader, from: number): number {
  if (reader.peek() === "{") return readBraced(reader, /\{([0-9a-f]+)\}/iy, 16, from);
  return Number.parseInt(reader.takeMatch(/[0-9a-f]{1,2}/iy)?.[0] ?? "0", 16);
}

function readBraced(reader: Reader, shape: RegExp, base: 8 | 16, from: number): number {
  const digits = reader.takeMatch(shape)?.[1];
  if (digits === undefined) reader.refuse("expected a number in braces", from);
  const byte = Number.parseInt(digits, base);
  if (byte > BYTE_MAX) reader.refuse("a character that is no byte", from);
  return byte;
}

function readControl(reader: Reader, from: number): number {
  const letter = reader.next().toUpperCase();
  if (letter < " " || letter > "~") reader.refuse("expected a printable character behind \\c", from);
  return letter.charCodeAt(0) ^ CONTROL_BIT;
}

function readNumberedReference(reader: Reader, opened: number, from: number): number | string {
  const found = reader.takeMatch(REFERENCE);
  if (found === undefined) {
    return reader.refuse("expected a group as in \\g{1} (recursion as in \\g<1> is not supported)", from);
  }
  const [, braced, bare, name] = found;
  if (name !== undefined) return name;
  const number = Number(braced ?? bare);
  if (number >= 0) return number;
  return opened + 1 + number;
}
