// Cuts a rule's text into header words and options, and option values into their parts.
// Apart because what ends what (quotes, escapes, brackets) must be decided in one place for all options.
// Always holds: one pass, linear in the text; what is not closed or is left over is refused, never guessed.

import { cannot, refuse, shown } from "./problems.js";

/** One option as written: `value` is undefined without a colon. */
export interface RawOption {
  readonly name: string;
  readonly value: string | undefined;
}

export interface RawRule {
  readonly header: string;
  readonly options: readonly RawOption[];
}

const SPACE = /[ \t\r\n\f\v]/;
const NAME = /[A-Za-z0-9_.-]/;
const OPTIONS_MAX = 1024;

/** Action, protocol, addresses … up to the parenthesis, and the options within. */
export function splitRule(text: string): RawRule {
  let open = text.indexOf("(");
  while (open > 0 && text[open - 1] === "$") open = text.indexOf("(", open + 1);
  if (open === -1)
    refuse("the options in parentheses behind the header", "none", "a rule needs at least sid");
  return { header: text.slice(0, open), options: readOptions(text, open + 1) };
}

function readOptions(text: string, from: number): RawOption[] {
  const options: RawOption[] = [];
  let at = skip(text, from);
  while (text[at] !== ")") {
    if (at >= text.length)
      refuse(") at the end of the options", "the end of the rule", "close the parenthesis");
    if (text[at] === ";") {
      at = skip(text, at + 1);
      continue;
    }
    if (options.length === OPTIONS_MAX) cannot(`a rule may have ${OPTIONS_MAX} options; this one has more`);
    const nameEnd = endOfName(text, at);
    const name = text.slice(at, nameEnd);
    if (name === "") refuse("the name of an option", shown(text.slice(at)));
    at = skip(text, nameEnd);
    if (text[at] === ":") {
      const begin = skip(text, at + 1);
      at = endOfValue(text, begin, name);
      options.push({ name, value: text.slice(begin, at).trimEnd() });
    } else {
      options.push({ name, value: undefined });
    }
    if (text[at] !== ";") refuse(`; behind ${name}`, shown(text.slice(at)), "every option ends with ;");
    at = skip(text, at + 1);
  }
  const rest = text.slice(at + 1).trim();
  if (rest !== "" && !rest.startsWith("#")) {
    refuse("nothing behind the closing )", shown(rest), "a ) within a value belongs in quotes");
  }
  return options;
}

function endOfName(text: string, from: number): number {
  let at = from;
  while (at < text.length && NAME.test(text[at]!)) at++;
  return at;
}

/** Of the `;` that ends the value; a value that begins with a quote (or `!` and a quote) may hold any. */
function endOfValue(text: string, from: number, name: string): number {
  let at = text[from] === "!" ? skip(text, from + 1) : from;
  if (text[at] === '"') at = endOfString(text, at, name);
  while (at < text.length && text[at] !== ";") at += text[at] === "\\" ? 2 : 1;
  if (at >= text.length)
    refuse(`; behind the value of ${name}`, "the end of the rule", "every option ends with ;");
  return at;
}

/** Behind the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number, name: string): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  if (at >= text.length) {
    refuse(`a closing " for ${name}`, "the end of the rule", 'write \\" for a quote within the string');
  }
  return at + 1;
}

function skip(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.test(text[at]!)) at++;
  return at;
}

/** What stands in quotes, escapes as written, and what follows them; `negated` when `!` stands before. */
export function quoted(name: string, value: string): { negated: boolean; inner: string; rest: string } {
  const negated = value.startsWith("!");
  const begin = negated ? skip(value, 1) : 0;
  if (value[begin] !== '"') refuse(`${name}:"…" in double quotes`, shown(value));
  const end = endOfString(value, begin, name);
  return { negated, inner: value.slice(begin + 1, end - 1), rest: value.slice(end).trim() };
}

/** The parts between commas, trimmed; commas within brackets do not count. */
export function parts(value: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < value.length; at++) {
    const character = value[at];
    if (character === "[") depth++;
    else if (character === "]") depth--;
    else if (character === "," && depth <= 0) {
      found.push(value.slice(begin, at).trim());
      begin = at + 1;
    }
  }
  found.push(value.slice(begin).trim());
  return found;
}

/** The words between spaces; spaces within brackets do not count. */
export function words(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let begin = -1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "[") depth++;
    if (character === "]") depth--;
    if (SPACE.test(character) && depth <= 0) {
      if (begin !== -1) found.push(text.slice(begin, at));
      begin = -1;
    } else if (begin === -1) {
      begin = at;
    }
  }
  if (begin !== -1) found.push(text.slice(begin));
  return found;
}
