// An incident that lives in memory only: the sensor's own piece without its database, for its counts, severity and title.
// Apart because its many columns say nothing in a capture.
// Always holds: in a capture a subject is one case, however far apart in time.

import { subjectOf } from "../../incident/keys.js";
import { LiveIncident } from "../../incident/live.js";
import type { IncidentKind } from "../../incident/model.js";

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
