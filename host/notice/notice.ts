// What the sensor tells an operator without being asked, as plain data.
// Apart, and only types and constants, because the watch, SNMP, syslog and the log agree on it.
// Always holds: kinds and the names of facts are stable; `text` is one printable line; a notice says all that is
// needed to understand it, so that none has to be asked for again.

import type { IncidentKind, Severity } from "../incident/model.js";

export const NOTICE_KINDS = [
  "incident-new",
  "bypass-engaged",
  "bypass-released",
  "drops-high",
  "table-pressure",
  "config-refused",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export type NoticeSeverity = "info" | "warning" | "critical";

/** Of a new incident, as it stood when it was written first. */
export interface IncidentFacts {
  readonly id: string;
  readonly incidentKind: IncidentKind;
  readonly severity: Severity;
  readonly title: string;
  /** The address that it is about. */
  readonly subject: string;
  /** Empty while none was weighed. */
  readonly cause: string;
  readonly causeScore: number;
  readonly openedMs: number;
}

/** The kernel carries frames past the sensor, or does so no more. */
export interface BypassFacts {
  /** operator: it was asked for; stale: the sensor stood still. */
  readonly reason: "operator" | "stale";
  /** The two interfaces, `eth0,eth1`. */
  readonly interfaces: string;
  /** How long it lasted; 0 when it has just begun. */
  readonly durationMs: number;
}

/** Of the last minute. */
export interface DropFacts {
  readonly percent: number;
  readonly limitPercent: number;
  readonly dropped: number;
  /** Those that were dropped included. */
  readonly packets: number;
}

export interface TableFacts {
  readonly percent: number;
  readonly limitPercent: number;
  readonly flows: number;
  readonly flowsMax: number;
}

export interface RefusalFacts {
  /** Path of the configuration. */
  readonly config: string;
  readonly reason: string;
}

interface Common {
  readonly timeMs: number;
  readonly severity: NoticeSeverity;
  readonly text: string;
  /** Others of this kind since the last one that were held back: more came than are told a minute. */
  readonly heldBack: number;
}

export type Notice = Common &
  (
    | { readonly kind: "incident-new"; readonly facts: IncidentFacts }
    | { readonly kind: "bypass-engaged" | "bypass-released"; readonly facts: BypassFacts }
    | { readonly kind: "drops-high"; readonly facts: DropFacts }
    | { readonly kind: "table-pressure"; readonly facts: TableFacts }
    | { readonly kind: "config-refused"; readonly facts: RefusalFacts }
  );

/** What takes notices; never throws, never waits. */
export interface NoticeTaker {
  notify(notice: Notice): void;
}
