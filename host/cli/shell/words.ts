// One line of a command, cut into words as a shell would, for lines that no shell must ever see.
// Apart from what is done with them because this is a parser of hostile text: it knows blanks, quotes and the backslash.
// Always holds: whatever a shell would do more with (run, expand, redirect, match file names) refuses the whole line; a
// word is what was written, never what something stood for; only StrayErrors are thrown.

import { printable, StrayError } from "../../errors.js";

export const COMMAND_LENGTH_MAX = 16_384;
export const WORDS_MAX = 512;

/** Outside quotes; in double quotes a shell still sees to the first two. */
const EXPANDING = "$`";
const SPECIAL = `${EXPANDING};|&<>(){}*?[]~#`;
const BLANKS = " \t";
/** What a backslash takes its meaning from, in double quotes. */
const ESCAPED_IN_DOUBLE = '"\\$`';

/** @throws StrayError SHELL_SYNTAX with what is wrong, and what to do. */
export function wordsOf(text: string): string[] {
  if (text.length > COMMAND_LENGTH_MAX)
    throw syntax(
      `a command of at most ${COMMAND_LENGTH_MAX} characters was expected, this has ${text.length}`,
    );
  if (text.includes("\0")) throw syntax("a zero byte stands in the command");
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) throw syntax("a ' is not closed");
      word = (word ?? "") + text.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      const { inside, end } = doubleQuoted(text, at + 1);
      word = (word ?? "") + inside;
      at = end;
    } else if (character === "\\") {
      at++;
      const next = text[at];
      if (next === undefined || isControl(next)) throw syntax("nothing that can be printed follows a \\");
      word = (word ?? "") + next;
    } else if (BLANKS.includes(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      if (SPECIAL.includes(character) || isControl(character)) throw noShell(character);
      word = (word ?? "") + character;
    }
    if (words.length > WORDS_MAX) throw syntax(`a command of at most ${WORDS_MAX} words was expected`);
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Words as one line that wordsOf(), and any shell, reads back as them. */
export function lineOf(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** From behind the quote; `end` is where the closing one stands. */
function doubleQuoted(text: string, start: number): { readonly inside: string; readonly end: number } {
  let inside = "";
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return { inside, end: at };
    if (EXPANDING.includes(character)) throw noShell(character);
    const next = text[at + 1] ?? "";
    if (character === "\\" && next !== "" && ESCAPED_IN_DOUBLE.includes(next)) {
      inside += next;
      at++;
    } else {
      inside += character;
    }
  }
  throw syntax('a " is not closed');
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}

function noShell(character: string): StrayError {
  const shown = printable(character);
  return syntax(`there is no shell here, so ${shown} means nothing: put words that have it in single quotes`);
}

function syntax(message: string): StrayError {
  return new StrayError("SHELL_SYNTAX", `nothing was run: ${message}`, 2);
}
