// The id of a case that no sensor keeps. Apart because it must never change.
// Always holds: of kind and subject alone, so that two reports of one source call it the same.

import { createHash } from "node:crypto";
import type { IncidentKind } from "../incident/model.js";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 8;

/** `C-7K3QF2MX`. A sweep is its source's. */
export function caseId(kind: IncidentKind, subject: string): string {
  const side = kind === "target" ? "target" : "source";
  const hash = createHash("sha256").update(`${side} ${subject}`).digest().subarray(0, LENGTH);
  return `C-${[...hash].map((byte) => LETTERS[byte & 31]).join("")}`;
}
