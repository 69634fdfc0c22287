// What is written down of a call that changes something, or was to: who, from where, what, and what came of it.
// Apart from the file so that what a hostile client can put into a line is settled, and tested, in one place.
// Always holds: a line is one line of printable ASCII, a JSON object that reads back as what was meant, of bounded length.

import type { Caller } from "./caller.js";

export type AuditOutcome = "done" | "failed" | "refused";

export interface AuditedCall {
  readonly caller: Caller;
  readonly method: string;
  readonly params: unknown;
  readonly outcome: AuditOutcome;
  /** A stable word, or the number of a JSON-RPC error. */
  readonly error: string | undefined;
}

export type AuditSink = (call: AuditedCall) => void;

export interface AuditEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** By the kernel; null where it can't be known. */
  readonly uid: number | null;
  readonly user: string;
  readonly pid: number | null;
  readonly role: string;
  /** As the client says; left out where it says nothing. */
  readonly from?: string | undefined;
  readonly via?: string | undefined;
  readonly method: string;
  /** JSON, cut off where it is long. */
  readonly params: string;
  readonly outcome: AuditOutcome;
  readonly error?: string | undefined;
  /** Refused calls before this one that were not written, since there were too many. */
  readonly leftOut?: number | undefined;
}

/** Characters of parameters that are kept. */
export const AUDIT_PARAMS_MAX = 400;

export function auditEntry(call: AuditedCall, nowMs: number, leftOut = 0): AuditEntry {
  const { caller, method, params, outcome, error } = call;
  const { peer, user, role, from, via } = caller;
  return {
    time: new Date(nowMs).toISOString(),
    uid: peer?.uid ?? null,
    user,
    pid: peer?.pid ?? null,
    role,
    from,
    via,
    method,
    params: shortened(params),
    outcome,
    error,
    leftOut: leftOut === 0 ? undefined : leftOut,
  };
}

/** With its line feed. */
export function auditLine(entry: AuditEntry): string {
  const escaped = JSON.stringify(entry).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

function shortened(params: unknown): string {
  const text = params === undefined || params === null ? "" : JSON.stringify(params);
  return text.length <= AUDIT_PARAMS_MAX ? text : `${text.slice(0, AUDIT_PARAMS_MAX)}...`;
}
