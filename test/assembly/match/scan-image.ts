// A rule image of patterns alone, for the matcher's tests and its benchmark: pattern i belongs to rule i.
// Apart because both write it; the compiler's images are tested where the compiler is.

import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import { buildMatcher } from "../../../host/rules/matcher.js";
import { type Entry, loadEntry } from "../../support/entry.js";

export interface ScanExports {
  scanOnce(
    image: number,
    matcher: number,
    start: number,
    newFrom: number,
    end: number,
    budget: number,
  ): number;
  scanMore(image: number, matcher: number, start: number, newFrom: number, end: number): number;
  scanMany(image: number, matcher: number, from: number, size: number, texts: number): number;
}

export interface ScanImage {
  readonly image: number;
  readonly matcher: number;
  readonly matcherSize: number;
}

export const IMAGE: number = L.RULES_BASE;
export const TEXT: number = L.WINDOWS_BASE;
export const BUDGET = 400_000;

export class Scanner {
  private constructor(readonly entry: Entry<ScanExports>) {}

  static async load(): Promise<Scanner> {
    return new Scanner(await loadEntry<ScanExports>("scan"));
  }

  /** The patterns as rules: pattern i is the rule i, or those that `rulesOf` says. */
  place(patterns: readonly Uint8Array[], rulesOf: readonly (readonly number[])[] = []): ScanImage {
    const { bytes, view } = this.entry;
    const lists = patterns.map((_, i) => rulesOf[i] ?? [i]);
    const ruleCount = Math.max(0, ...lists.flat()) + 1;
    let first = 0;
    const matcher = buildMatcher(
      patterns.map((pattern, i) => {
        const count = lists[i]?.length ?? 0;
        first += count;
        return { bytes: pattern, first: first - count, count };
      }),
    );
    const statesAt = R.IMAGE_HEADER_SIZE;
    const rulesAt = statesAt + ruleCount * R.RULE_STATE_SIZE;
    const matcherAt = Math.ceil((rulesAt + first * 4) / 16) * 16;
    bytes.fill(0, IMAGE, IMAGE + matcherAt);
    view.setUint32(IMAGE + R.IMAGE_RULE_COUNT_OFFSET, ruleCount, true);
    view.setUint32(IMAGE + R.IMAGE_RULE_STATES_OFFSET, statesAt, true);
    view.setUint32(IMAGE + R.IMAGE_PATTERN_RULES_OFFSET, rulesAt, true);
    view.setUint32(IMAGE + R.IMAGE_MATCHERS_OFFSET, matcherAt, true);
    for (const [i, rule] of lists.flat().entries()) view.setUint32(IMAGE + rulesAt + i * 4, rule, true);
    bytes.set(matcher, IMAGE + matcherAt);
    return { image: IMAGE, matcher: IMAGE + matcherAt, matcherSize: matcher.length };
  }

  /** Rules of a scan over `text`, ascending; `newFrom` counts from its first byte. */
  scan({ image, matcher }: ScanImage, text: Uint8Array, newFrom = 0, at = TEXT, budget = BUDGET): number[] {
    this.entry.bytes.set(text, at);
    this.entry.exports.scanOnce(image, matcher, at, at + newFrom, at + text.length, budget);
    return this.candidates();
  }

  candidates(): number[] {
    const { view } = this.entry;
    const size = view.getUint32(L.INSPECT_BASE + R.INSPECT_CANDIDATES_OFFSET, true);
    return Array.from({ length: size }, (_, i) =>
      view.getUint32(L.SCRATCH_CANDIDATES_BASE + i * 4, true),
    ).sort((a, b) => a - b);
  }

  get budgetLeft(): number {
    return this.entry.view.getInt32(L.INSPECT_BASE + R.INSPECT_BUDGET_OFFSET, true);
  }

  counter(index: number): number {
    return Number(this.entry.view.getBigUint64(L.COUNTERS_BASE + index * 8, true));
  }
}
