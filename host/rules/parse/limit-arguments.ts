// The arguments of threshold, detection_filter, event_filter and suppress: `track by_src, count 5, seconds 60`.
// Apart because rules and standalone lines write them alike.
// Always holds: counts and seconds are at least 1; an argument is given once.

import type { RuleLimit, Track } from "../model.js";
import { parts } from "./lexer.js";
import { wholeNumber } from "./numbers.js";
import { cannot, meant, refuse, shown } from "./problems.js";

const COUNT_MAX = 0x7fffffff;
/** A year. */
const SECONDS_MAX = 31_622_400;
export const TRACKS: readonly Track[] = ["by_src", "by_dst", "by_both", "by_rule"];
const LIMIT_TYPES = ["limit", "threshold", "both"] as const;

/** Each word with what stands behind it; words that are not `known` are refused. */
export function limitWords(name: string, value: string, known: readonly string[]): Map<string, string> {
  const words = new Map<string, string>();
  for (const part of parts(value)) {
    const space = part.search(/[\s:]/);
    const word = space === -1 ? part : part.slice(0, space);
    const rest = space === -1 ? "" : part.slice(space + 1).trim();
    if (!known.includes(word))
      refuse(`words of ${name} (${known.join(", ")})`, shown(part), meant(word, known));
    if (rest === "") refuse(`a value behind ${word} of ${name}`, shown(part));
    if (words.has(word)) cannot(`${name} has ${word} twice`);
    words.set(word, rest);
  }
  return words;
}

export function limitOf(name: string, words: ReadonlyMap<string, string>): RuleLimit {
  return {
    type: name === "detection_filter" ? "detection" : typeOf(name, needed(name, words, "type")),
    track: trackOf(name, needed(name, words, "track")),
    count: wholeNumber(`${name}'s count`, needed(name, words, "count"), 1, COUNT_MAX),
    seconds: wholeNumber(`${name}'s seconds`, needed(name, words, "seconds"), 1, SECONDS_MAX),
  };
}

export function trackOf(name: string, word: string): Track {
  const track = TRACKS.find((known) => known === word);
  return track ?? refuse(`track ${TRACKS.join(", ")} for ${name}`, shown(word), meant(word, TRACKS));
}

export function needed(name: string, words: ReadonlyMap<string, string>, word: string): string {
  return words.get(word) ?? cannot(`${name} lacks ${word}`);
}

function typeOf(name: string, word: string): RuleLimit["type"] {
  const type = LIMIT_TYPES.find((known) => known === word);
  return type ?? refuse(`type ${LIMIT_TYPES.join(", ")} for ${name}`, shown(word), meant(word, LIMIT_TYPES));
}
