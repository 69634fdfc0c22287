// What joins a flow to others: the text that an incident is found by.
// Apart because the running sensor and a report of captures join alike.
// Always holds: `source ADDRESS` or `target ADDRESS`.

import { addressText } from "../record/address.js";
import { findingNames } from "../record/findings.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { IncidentKind } from "./model.js";

/** `source`: who sent. Of backscatter the target is who answers: somebody floods it with addresses that are not theirs. */
export function keyOf(record: FlowRecord, joins: IncidentKind, source: string): string {
  if (joins !== "target") return `source ${source}`;
  const isFlood = findingNames(record.findingsLow, record.findingsHigh).includes("syn-flood");
  return `target ${isFlood ? addressText(record, "resp") : source}`;
}

export function subjectOf(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}
