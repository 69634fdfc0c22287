// Splits a filter's text into tokens that know their column.
// Apart from the parser because pcap-filter's words are odd: addresses, ranges and names with hyphens are one.
// Always holds: every character is in a token, is white space, or is refused with its column (counted from 1).

import { FilterError } from "./filter-error.js";

export type TokenKind = "word" | "string" | "operator" | "end";

export interface Token {
  kind: TokenKind;
  /** Of a word in lower case; of a string without its quotes. */
  text: string;
  /** As written, for messages and case-sensitive use. */
  raw: string;
  /** From 1. */
  column: number;
}

const WORD = /[\p{L}\p{N}_.:/\\*-]+/uy;
const OPERATOR = /&&|\|\||[<>=!]=|[()<>=!]/y;
const SPACE = /\s+/y;

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const space = match(SPACE, source, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = string(source, at) ?? word(source, at) ?? operator(source, at);
    if (token === undefined) throw new FilterError(unexpected(source, at), at + 1);
    tokens.push(token);
    at += token.raw.length;
  }
  tokens.push({ kind: "end", text: "", raw: "", column: source.length + 1 });
  return tokens;
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** A backslash, which pcap-filter wants before protocol names that are keywords, changes nothing here. */
function word(source: string, at: number): Token | undefined {
  const raw = match(WORD, source, at);
  if (raw === undefined) return undefined;
  return { kind: "word", text: raw.replaceAll("\\", "").toLowerCase(), raw, column: at + 1 };
}

function operator(source: string, at: number): Token | undefined {
  const raw = match(OPERATOR, source, at);
  if (raw === undefined) return undefined;
  return { kind: "operator", text: raw, raw, column: at + 1 };
}

function string(source: string, at: number): Token | undefined {
  const quote = source[at];
  if (quote !== "'" && quote !== '"') return undefined;
  const end = source.indexOf(quote, at + 1);
  if (end < 0) throw new FilterError(`the quotation mark is never closed`, at + 1);
  return { kind: "string", text: source.slice(at + 1, end), raw: source.slice(at, end + 1), column: at + 1 };
}

function unexpected(source: string, at: number): string {
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  if (character === "[") return `found "[": a flow record keeps no packet bytes to look into`;
  if (character === "&" || character === "|")
    return `expected "${character}${character}", found "${character}"`;
  return `expected a word or an operator, found "${character}"`;
}
