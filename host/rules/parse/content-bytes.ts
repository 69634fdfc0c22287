// The bytes that a content's string stands for.
// Apart because the string has three kinds of writing: plain, escaped, hexadecimal between bars.
// Always holds: linear in the string; every character of it is accounted for or the rule is refused.

import { cannot, refuse, shown } from "./problems.js";

const ESCAPED = new Set(['"', ";", ":", "\\", "|"]);
const HEX_DIGIT = /[0-9A-Fa-f]/;
const SPACE = /[ \t\r\n]/;

/** `inner` is what stands between the quotes. */
export function contentBytes(name: string, inner: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < inner.length; ) {
    const character = inner[at]!;
    if (character === "|") {
      at = hexBytes(name, inner, at + 1, bytes);
    } else if (character === "\\") {
      const escaped = inner[at + 1] ?? "";
      if (!ESCAPED.has(escaped)) {
        refuse(
          `one of " ; : \\ | behind a backslash in ${name}`,
          shown(escaped),
          "write |5c| for a backslash",
        );
      }
      bytes.push(escaped.charCodeAt(0));
      at += 2;
    } else {
      bytes.push(character.charCodeAt(0));
      at++;
    }
  }
  if (bytes.length === 0) cannot(`${name} is empty; it would match everywhere`);
  return Uint8Array.from(bytes);
}

/** Behind the closing bar. */
function hexBytes(name: string, inner: string, from: number, bytes: number[]): number {
  let at = from;
  while (inner[at] !== "|") {
    const character = inner[at];
    if (character === undefined)
      refuse(`a closing | in ${name}`, shown(inner.slice(from - 1)), "write |7c| for a bar");
    if (SPACE.test(character)) {
      at++;
      continue;
    }
    const digits = inner.slice(at, at + 2);
    if (!HEX_DIGIT.test(character) || digits.length < 2 || !HEX_DIGIT.test(digits[1]!)) {
      refuse(`pairs of hexadecimal digits between the bars of ${name}`, shown(inner.slice(from - 1, at + 2)));
    }
    bytes.push(Number.parseInt(digits, 16));
    at += 2;
  }
  return at + 1;
}
