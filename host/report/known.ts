// What the words of a case are made from, besides its features: the causes' stories and what to check next.
// Apart because both need the same, and nothing of how it was gathered.
// Always holds: plain data of one case.

import type { Look } from "./features/look.js";
import type { CaseAlert, Hidden } from "./model.js";

export interface KnownCase {
  readonly look: Look;
  readonly alerts: readonly CaseAlert[];
  readonly hidden: readonly Hidden[];
  /** Names of those that the case has. */
  readonly findings: readonly string[];
  /** The subject lies in a home network; undefined where those are not known. */
  readonly isOurs: boolean | undefined;
  /** Captures that can be read again, as they were named; empty for a sensor's incident. */
  readonly files: readonly string[];
}
