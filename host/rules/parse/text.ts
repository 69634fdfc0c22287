// Strings of rules as people read them: escapes undone, bytes as letters, nothing that disturbs a terminal.
// Apart because messages, metadata and references are all told to people.
// Always holds: what comes out is printable.

import { printable } from "../../errors.js";
import { quoted } from "./lexer.js";
import { refuse, shown } from "./problems.js";

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Latin-1 bytes that are UTF-8 become what they spell; others stay Latin-1. */
export function readable(bytes: string): string {
  try {
    return printable(UTF8.decode(Buffer.from(bytes, "latin1")));
  } catch {
    return printable(bytes);
  }
}

/** `\"`, `\;`, `\:`, `\\` without their backslash. */
export function unescaped(text: string): string {
  return text.replace(/\\([";:\\])/g, "$1");
}

/** In quotes or not; a quote elsewhere means that a `;` is missing and another option was swallowed. */
export function plainText(name: string, value: string): string {
  if (!value.startsWith('"')) {
    if (value.includes('"'))
      refuse(`; behind the value of ${name}`, shown(value), "every option ends with ;");
    return readable(unescaped(value));
  }
  const { inner, rest } = quoted(name, value);
  if (rest !== "") refuse(`; behind the string of ${name}`, shown(rest), "every option ends with ;");
  return readable(unescaped(inner));
}
