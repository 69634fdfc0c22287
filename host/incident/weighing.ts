// Facts of flows as text in the database, and the causes they speak for.
// Apart because what was kept is read back from a file, and may be anything.
// Always holds: a text that is no facts is passed over; what is kept of causes is bounded.

import { type FlowFacts, mergeFacts } from "../cause/facts.js";
import { type WeighContext, weighSource } from "../cause/weigh.js";
import type { KeptCause } from "./model.js";

const CAUSES_MAX = 4;
const EVIDENCE_MAX = 12;
const TEXT_MAX = 300;

/** JSON; what it can't hold (a bigint) is told by another member too. */
export function factsText(facts: FlowFacts): string {
  return JSON.stringify(facts, (_, value: unknown) => (typeof value === "bigint" ? undefined : value));
}

export function factsFrom(texts: readonly string[]): FlowFacts[] {
  return mergeFacts(
    texts.flatMap((text): FlowFacts[] => {
      try {
        const value = JSON.parse(text) as FlowFacts;
        return typeof value?.id === "string" && typeof value.orig === "object" ? [value] : [];
      } catch {
        return [];
      }
    }),
  );
}

/** The causes of kept facts, heaviest first. */
export function weigh(texts: readonly string[], context: WeighContext): KeptCause[] {
  return weighSource(factsFrom(texts), context)
    .slice(0, CAUSES_MAX)
    .map(({ cause, score, evidence }) => ({
      cause,
      score: Math.round(score),
      evidence: evidence
        .slice(0, EVIDENCE_MAX)
        .map(({ text, weight }) => ({ text: text.slice(0, TEXT_MAX), weight })),
    }));
}
