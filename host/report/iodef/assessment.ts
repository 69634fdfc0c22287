// What a case may mean, as IODEF's Assessment: one for each weighed cause, the likeliest first.
// Apart because causes and impacts are words of two worlds, and one table ties them.
// Always holds: an impact is claimed only where the cause itself is one; the confidence is the cause's score.

import type { CauseName } from "../../cause/names.js";
import type { Case, CaseCause } from "../model.js";
import type { Assessment, Counter, Grade, ImpactType } from "./classes.js";
import { filled, plain } from "./values.js";

/** SystemImpact's type (RFC 7970, 3.12.1). A scan or a leak has done nothing yet; forged packets have. */
export const IMPACTS: Readonly<Record<CauseName, ImpactType>> = {
  pickup: "unknown",
  "asymmetric-route": "unknown",
  backscatter: "unknown",
  "leaky-filter": "unknown",
  scan: "unknown",
  "stealth-scan": "unknown",
  injected: "integrity-data",
  unknown: "unknown",
};

/** IODEF knows no more than high. */
export const GRADES: Readonly<Record<Case["severity"], Grade>> = {
  low: "low",
  medium: "medium",
  high: "high",
  critical: "high",
};

export function assessments(of: Case): Assessment[] {
  const [first, ...others] = of.causes;
  if (first === undefined) {
    return [
      {
        occurrence: "actual",
        IncidentCategory: ["not weighed"],
        Impact: [{ SystemImpact: { severity: GRADES[of.severity], type: "unknown" } }],
        Counter: counters(of),
      },
    ];
  }
  return [
    { ...assessment(first, of), Counter: counters(of) },
    ...others.map((cause) => assessment(cause, of)),
  ];
}

function assessment(cause: CaseCause, of: Case): Assessment {
  const { speaksFor, speaksAgainst, neither, meaning, story, score } = cause;
  return {
    occurrence: "actual",
    IncidentCategory: [cause.cause],
    Impact: [{ SystemImpact: { severity: GRADES[of.severity], type: IMPACTS[cause.cause] } }],
    ...filled(
      "MitigatingFactor",
      speaksAgainst.map(({ text, weight }) => plain(`${weight}: ${text}`)),
    ),
    Cause: [
      meaning,
      ...story,
      ...speaksFor.map(({ text, weight }) => `+${weight}: ${text}`),
      ...neither.map(({ text }) => `0: ${text}`),
    ].map(plain),
    Confidence: { rating: "numeric", value: score },
  };
}

function counters({ counts, hidden }: Case): Counter[] {
  const list: Counter[] = [
    { value: counts.flows, type: "count", unit: "flow", meaning: "flows seen" },
    { value: counts.packets, type: "count", unit: "packet", meaning: "packets seen" },
    { value: counts.bytes, type: "count", unit: "byte", meaning: "bytes seen" },
    { value: counts.alerts, type: "count", unit: "alert", meaning: "alerts" },
    { value: counts.destinations, type: "count", unit: "host", meaning: "destinations" },
  ];
  for (const { counter, fit } of hidden) {
    if (counter !== "source-port" || fit.kind !== "sequential") continue;
    list.push(
      {
        value: fit.rate,
        type: "average",
        unit: "session",
        duration: "second",
        meaning: "connections opened, estimated",
      },
      { value: fit.estimated, type: "count", unit: "session", meaning: "connections opened, estimated" },
    );
  }
  return list;
}
