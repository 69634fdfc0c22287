// Weighed causes in plain sentences, as a report says them.
// Apart because the weighing knows no prose. Always holds: the first sentence names the likeliest cause and its score;
// what speaks against it is said as openly as what speaks for it.

import { CAUSE_WORDS } from "./names.js";
import type { Evidence, WeighedCause } from "./weigh.js";

export function describeCause(weighed: readonly WeighedCause[]): string[] {
  const [first, ...others] = weighed;
  if (first === undefined) return ["Nothing strange: no cause to look for."];
  if (first.cause === "unknown") {
    const reasons = first.evidence.length > 0 ? [`What is known: ${joined(first.evidence)}.`] : [];
    return [`Likeliest: unknown: ${CAUSE_WORDS.unknown.meaning}.`, ...reasons];
  }
  return [...sentences(first, "Likeliest"), ...others.flatMap((cause) => sentences(cause, "Less likely"))];
}

function sentences({ cause, score, evidence }: WeighedCause, rank: string): string[] {
  const { title, meaning } = CAUSE_WORDS[cause];
  const lines = [`${rank}: ${title}, ${score} of 100: ${meaning}.`];
  const speaksFor = evidence.filter(({ weight }) => weight > 0);
  const against = evidence.filter(({ weight }) => weight < 0);
  const also = evidence.filter(({ weight }) => weight === 0);
  if (speaksFor.length > 0) lines.push(`For it: ${joined(speaksFor)}.`);
  lines.push(against.length > 0 ? `Against it: ${joined(against)}.` : "Against it: nothing that was seen.");
  if (also.length > 0) lines.push(`Neither: ${joined(also)}.`);
  return lines;
}

function joined(evidence: readonly Evidence[]): string {
  return evidence.map(({ text }) => text).join("; ");
}
