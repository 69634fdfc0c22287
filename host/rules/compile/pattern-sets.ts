// The patterns of each matcher: which rules one pattern leads to, and in which matchers it is looked for.
// Apart from the matchers' own form because that knows bytes only.
// Always holds: patterns that are equal without case are one, with all of their rules, ascending.

import * as L from "../../../assembly/match/rules-layout.js";
import { bufferNumber } from "./buffers.js";
import type { FastPattern } from "./fast-pattern.js";
import { latin1Of, lowerBytes } from "./latin1.js";

/** As the builder of matchers takes it: `first` and `count` are places in PATTERN_RULES. */
export interface MatcherPattern {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly count: number;
}

interface SharedPattern {
  readonly bytes: Uint8Array;
  readonly rules: number[];
}

const GROUP_NAMES = ["tcp", "udp", "icmp", "other"] as const;

/** Matchers by number that look for the pattern. `groups` are the PROTO_GROUP_* of its rule. */
export function matchersOf(pattern: FastPattern, groups: readonly number[]): readonly number[] {
  if (pattern.buffer !== "payload") return [L.MATCHER_BUFFER + bufferNumber(pattern.buffer)];
  return groups.map((group) => L.MATCHER_PAYLOAD + group);
}

export class PatternSets {
  readonly #sets: Map<string, SharedPattern>[] = Array.from({ length: L.MATCHER_COUNT }, () => new Map());

  add(pattern: FastPattern, matchers: readonly number[], rule: number): void {
    const key = latin1Of(lowerBytes(pattern.bytes));
    for (const matcher of matchers) {
      const set = this.#sets[matcher]!;
      const known = set.get(key);
      if (known) known.rules.push(rule);
      else set.set(key, { bytes: pattern.bytes, rules: [rule] });
    }
  }

  /** Patterns by matcher, in the order of their first rules, and the rules they speak of. */
  finish(): { readonly patterns: readonly (readonly MatcherPattern[])[]; readonly rules: readonly number[] } {
    const rules: number[] = [];
    const patterns = this.#sets.map((set) =>
      [...set.values()].map((shared) => {
        const first = rules.length;
        for (const rule of shared.rules) rules.push(rule);
        return { bytes: shared.bytes, first, count: shared.rules.length };
      }),
    );
    return { patterns, rules };
  }
}

/** `tcp`, `http_uri` ... */
export function matcherName(matcher: number, bufferName: (number: number) => string): string {
  return matcher < L.MATCHER_BUFFER ? GROUP_NAMES[matcher]! : bufferName(matcher - L.MATCHER_BUFFER);
}
