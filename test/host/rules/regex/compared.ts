// What the tests against oracles share: cases drawn from a seed, and how one that differs is told.
// Apart because three oracles get the same kind of case.

import { compileRegex } from "../../../../host/rules/regex/compile-regex.js";
import { Random } from "../../../support/random.js";
import { type Grammar, PatternMaker, randomFlags, randomText } from "./random-pattern.js";
import type { Found, Searcher } from "./searcher.js";

export const TEXTS = 4;

export interface Case {
  readonly pattern: string;
  readonly flags: string;
  readonly program: Uint8Array;
  readonly texts: readonly { readonly text: string; readonly from: number }[];
}

/** Cases whose pattern compiles. */
export function casesOf(
  seed: number,
  stream: number,
  count: number,
  grammar: Grammar,
  letters: string,
): Case[] {
  const random = new Random(seed, stream);
  const cases: Case[] = [];
  for (let i = 0; i < count; i++) {
    const pattern = new PatternMaker(random, grammar).pattern();
    const flags = randomFlags(random, letters);
    const texts = Array.from({ length: TEXTS }, () => {
      const text = randomText(random);
      return { text, from: random.chance(0.7) ? 0 : random.below(text.length + 1) };
    });
    const program = tried(pattern, flags);
    if (program !== undefined) cases.push({ pattern, flags, program, texts });
  }
  return cases;
}

function tried(pattern: string, flags: string): Uint8Array | undefined {
  try {
    return compileRegex(pattern, flags);
  } catch {
    return undefined;
  }
}

/** Runs the case; "gave up" when it took too many steps. */
export function answerOf(
  searcher: Searcher,
  program: Uint8Array,
  text: string,
  from: number,
): Found | "gave up" {
  const before = searcher.limits;
  const found = searcher.run(program, text, from);
  return searcher.limits > before ? "gave up" : found;
}

export function shown(pattern: string, flags: string, text: string, from: number): string {
  return `/${pattern}/${flags} on ${JSON.stringify(text)} from ${from}`;
}
