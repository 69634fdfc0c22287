// Rows of the table of incidents, and what they are in words of an incident.
// Apart from the questions so that what a column means is said once.
// Always holds: a detail that can't be read is empty, and the counts beside it are told.

import type { CauseName } from "../cause/names.js";
import type { IncidentColumns, IncidentDetailRow } from "./live.js";
import { type IncidentKind, type IncidentState, type IncidentSummary, severityWord } from "./model.js";

export interface Row {
  readonly number: number;
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly severity: number;
  readonly title: string;
  readonly subject: string;
  readonly first_us: number;
  readonly last_us: number;
  readonly opened_ms: number;
  readonly changed_ms: number;
  readonly closed_ms: number | null;
  readonly alerts: number;
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
  readonly sources: number;
  readonly destinations: number;
  readonly ports: number;
  readonly reopened: number;
  readonly suppressed: number;
  readonly cause: string | null;
  readonly cause_score: number;
  readonly detail: string;
}

export function cursorOf({ last_us: lastUs, number }: Row): string {
  return `${lastUs}-${number}`;
}

/** What `after` may be. */
export function isCursor(text: string): boolean {
  return /^\d{1,16}-\d{1,15}$/.test(text);
}

export function columnsOf(row: Row): IncidentColumns {
  return {
    number: row.number,
    id: row.id,
    kind: row.kind as IncidentKind,
    state: row.state as IncidentState,
    severity: row.severity,
    title: row.title,
    subject: row.subject,
    firstUs: row.first_us,
    lastUs: row.last_us,
    openedMs: row.opened_ms,
    changedMs: row.changed_ms,
    closedMs: row.closed_ms,
    alerts: row.alerts,
    flows: row.flows,
    packets: row.packets,
    bytes: row.bytes,
    reopened: row.reopened,
    suppressed: row.suppressed,
    cause: row.cause as CauseName | null,
    causeScore: row.cause_score,
  };
}

export function summaryOf(row: Row): IncidentSummary {
  const { number: _, severity, ...columns } = columnsOf(row);
  const { sources, destinations, ports } = row;
  return { ...columns, severity: severityWord(severity), sources, destinations, ports };
}

export function detailOf({ detail }: Row): Partial<IncidentDetailRow> {
  return parsed(detail) as Partial<IncidentDetailRow>;
}

export function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // The database is whole, this text is not: the counts beside it are.
  }
  return {};
}

export function byStart(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number {
  return Number(a["startUs"] ?? 0) - Number(b["startUs"] ?? 0);
}

export function nullable(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
