// What an incident is, as plain data: in memory, in the database, over the control socket, in an export.
// Apart, and only constants and types, because engine, database and command line agree on it.
// Always holds: words are stable; numbers of severities go up with the severity; times are microseconds since 1970
// where a name ends in Us (of packets), milliseconds where it ends in Ms (of this machine's clock).

import type { CauseName } from "../cause/names.js";

export const INCIDENT_STATES = ["open", "acknowledged", "closed", "false-positive"] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** By number, from 1 on. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const INCIDENT_KINDS = ["source", "target", "sweep"] as const;
/** What joins its parts: one source, one target, or one source that asks many hosts or ports. */
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

export const INCIDENT_ACTIONS = [
  "acknowledge",
  "close",
  "reopen",
  "false-positive",
  "note",
  "merge",
] as const;
export type IncidentAction = (typeof INCIDENT_ACTIONS)[number];

export const EVENT_WORDS = [
  "opened",
  "reopened",
  "acknowledged",
  "closed",
  "false-positive",
  "merged",
  "muted",
  "severity",
] as const;
/** What happens to an incident in its life. */
export type EventWord = (typeof EVENT_WORDS)[number];

export const MUTE_KINDS = ["source", "destination", "sid", "finding"] as const;
export type MuteKind = (typeof MUTE_KINDS)[number];

export function severityNumber(severity: Severity): number {
  return SEVERITIES.indexOf(severity) + 1;
}

export function severityWord(number: number): Severity {
  return SEVERITIES[Math.min(Math.max(Math.trunc(number), 1), SEVERITIES.length) - 1]!;
}

export interface AlertCount {
  readonly gid: number;
  readonly sid: number;
  readonly message: string;
  readonly priority: number;
  count: number;
}

/** Where a packet of it is: in a capture of the evidence, as that sensor's packet number `packet`. */
export interface EvidenceReference {
  readonly timeUs: number;
  readonly packet: number;
  readonly worker: number;
  readonly gid: number;
  readonly sid: number;
  /** The file that was being written; undefined where evidence is not kept, or it was not known. */
  file?: string;
}

/** What was in force when it was opened, and each time it was another while it went on. */
export interface InForce {
  /** First 16 hexadecimal digits of SHA-256: of the configuration; of the compiled rules, empty without any. */
  readonly config: string;
  readonly rules: string;
  readonly sinceMs: number;
}

export interface KeptCause {
  readonly cause: CauseName;
  /** 0 to 100. */
  readonly score: number;
  /** What speaks for it (above 0) and against it. */
  readonly evidence: readonly { readonly text: string; readonly weight: number }[];
}

export interface IncidentNote {
  readonly ms: number;
  readonly who: string;
  readonly text: string;
}

export interface IncidentEvent {
  readonly ms: number;
  readonly what: EventWord;
  readonly who: string;
  readonly text: string;
}

/** A line of the list. */
export interface IncidentSummary {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly title: string;
  /** The address that it is about. */
  readonly subject: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly openedMs: number;
  readonly changedMs: number;
  readonly closedMs: number | null;
  readonly alerts: number;
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
  readonly sources: number;
  readonly destinations: number;
  readonly ports: number;
  /** Times it recurred after it had been closed. */
  readonly reopened: number;
  /** Alerts and flows after it was called a false positive: counted, not told. */
  readonly suppressed: number;
  /** The first among its causes, null while none was weighed. */
  readonly cause: CauseName | null;
  readonly causeScore: number;
}

export interface IncidentDetails {
  readonly alertsBySid: readonly Readonly<AlertCount>[];
  readonly findings: Readonly<Record<string, number>>;
  /** Some of them: all while there are few. */
  readonly sourceList: readonly string[];
  readonly destinationList: readonly string[];
  readonly portList: readonly string[];
  readonly causes: readonly KeptCause[];
  readonly evidence: readonly EvidenceReference[];
  readonly inForce: readonly InForce[];
  /** The one before it, of the same source or target. */
  readonly previous: string | null;
  /** Those that were merged into it. */
  readonly merged: readonly string[];
}

/** All that is known of it. */
export interface Incident extends IncidentSummary, IncidentDetails {
  readonly notes: readonly IncidentNote[];
  readonly events: readonly IncidentEvent[];
  /** FlowFacts, as they were kept: the first and the latest. */
  readonly facts: readonly Readonly<Record<string, unknown>>[];
}

export interface Mute {
  readonly number: number;
  readonly kind: MuteKind;
  /** An address or network; GID:SID; a finding's name. */
  readonly value: string;
  readonly reason: string;
  readonly who: string;
  readonly createdMs: number;
  /** null: until it is taken away. */
  readonly untilMs: number | null;
  /** Alerts and flows that it kept away. */
  readonly matched: number;
  readonly lastMs: number | null;
}

export const TEXT_MAX = 2000;
export const WHO_MAX = 64;
export const NOTES_MAX = 200;
export const MUTES_MAX = 1000;
