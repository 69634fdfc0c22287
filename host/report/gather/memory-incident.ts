// An incident that lives in memory only, and what adds to it: the sensor's own pieces without its database.
// Apart because both readings of a capture count in the same way.
// Always holds: nothing is kept of flows here but counts; in a capture a subject is one case, however far apart in time.

import { Joiner } from "../../incident/joiner.js";
import { subjectOf } from "../../incident/keys.js";
import { LiveIncident } from "../../incident/live.js";
import type { IncidentKind } from "../../incident/model.js";

/** As the configuration's incidents.join: points count together within it. */
export const JOIN_US = 3_600_000_000;

export function memoryJoiner(): Joiner {
  const book = {
    mark: () => undefined,
    inMemory: () => undefined,
    takeFacts: () => false,
    giveFacts: () => undefined,
  };
  return new Joiner({ book, joinUs: JOIN_US, now: () => 0 });
}

export function memoryIncident(
  key: string,
  kind: IncidentKind,
  { startUs, endUs }: { readonly startUs: number; readonly endUs: number },
): LiveIncident {
  return new LiveIncident({
    number: 0,
    id: "",
    kind,
    state: "open",
    severity: 1,
    title: "",
    subject: subjectOf(key),
    firstUs: startUs,
    lastUs: endUs,
    openedMs: 0,
    changedMs: 0,
    closedMs: null,
    alerts: 0,
    flows: 0,
    packets: 0,
    bytes: 0,
    reopened: 0,
    suppressed: 0,
    cause: null,
    causeScore: 0,
  });
}
