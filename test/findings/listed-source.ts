// A source for whose conduct a cause is named, as one line (or one object), with what speaks for and against it.
// Apart from the flows because a cause of many flows is another judgement than a finding of one.
// Always holds: sources of no cause, or of an unknown one, are not listed, nor those that only began before the capture.

import { printable } from "../../host/errors.js";
import type { CaptureFindings } from "./read-capture.js";
import { firstText, Weighed } from "./weighed.js";

export interface ListedSource {
  readonly capture: string;
  readonly source: string;
  readonly flows: number;
  readonly cause: string;
  /** `key weight`, heaviest for it first. */
  readonly evidence: readonly string[];
}

export function listedSources(capture: CaptureFindings): ListedSource[] {
  const weighed = new Weighed(capture);
  return weighed.sources.sort().flatMap((source) => {
    const causes = weighed.source(source);
    const [first] = causes;
    if (first === undefined || first.cause === "unknown" || first.cause === "pickup") return [];
    return [
      {
        capture: capture.name,
        source,
        flows: weighed.flowsOf(source).length,
        cause: firstText(causes),
        evidence: first.evidence.map(({ key, weight }) => `${key} ${weight}`),
      },
    ];
  });
}

export function sourceText({ capture, source, flows, cause, evidence }: ListedSource): string {
  return `${printable(capture)} | ${source} | ${flows} flows | ${cause} | ${evidence.join(", ")}`;
}
