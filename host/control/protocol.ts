// What stray and strayd agree on: method names with what goes in and out, error codes, bounds.
// Apart, and only constants and types, because the command line starts quickly only if it loads little.
// Always holds: a method's meaning never changes under its name; what changes gets the next version's prefix.

import type { CountersReport, Counts, ReloadReport, SortKey, StatusReport } from "../sensor/view.js";
import type { AlertsParams, AlertsReport } from "./alert-protocol.js";
import type { DarkMethods } from "./dark-protocol.js";
import type { IncidentMethods } from "./incident-protocol.js";
import type { InlineMethods } from "./inline-protocol.js";
import type { Role } from "./roles.js";
import type { RulesListParams, RulesListReport } from "./rule-methods.js";

/** Where strayd listens unless its configuration says otherwise. */
export const DEFAULT_SOCKET = "/run/stray/stray.sock";
export const PROTOCOL_VERSION = 1;

/** Of one request line, its line feed not counted. */
export const REQUEST_BYTES_MAX = 65_536;
/** Of one response line; a batch's answers together. */
export const RESPONSE_BYTES_MAX = 2_097_152;
export const BATCH_REQUESTS_MAX = 16;
export const FILTER_LENGTH_MAX = 8192;

/** Records in a page at most, so that a response stays under a mebibyte or so. */
export const PAGE_RECORDS_MAX = { raw: 1000, json: 300 } as const;

/** JSON-RPC 2.0, section 5.1; from -32000 down to -32099 the numbers are ours. */
export const RPC_ERRORS = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** The sensor refused: `data.code` is a StrayError's code, `data.exitCode` its exit code. */
  sensor: -32000,
  requestTooLarge: -32001,
  /** `data.retryAfterMs` says when the request will be taken. */
  tooManyRequests: -32002,
  tooManyClients: -32003,
  responseTooLarge: -32004,
} as const;

export const SORT_KEYS: readonly SortKey[] = ["bytes", "packets", "duration", "start", "last", "app-bytes"];

/** How flow records are laid out: both sides must have the same for the raw form to mean anything. */
export interface RecordLayout {
  /** Bytes of a record. */
  readonly size: number;
  /** Fingerprint of every offset and code in it. */
  readonly layout: string;
}

export interface HelloReport {
  readonly version: string;
  readonly protocol: number;
  readonly pid: number;
  readonly methods: readonly string[];
  readonly record: RecordLayout;
  /** Of whoever asks: its account's name, and what it may. */
  readonly user: string;
  readonly role: Role;
}

/** What a client says of itself before it asks anything. */
export interface SessionParams {
  /** Not above what it has. */
  readonly role?: Role;
  /** Where it comes from, and what it came through: kept for the audit log. */
  readonly from?: string;
  readonly via?: string;
}

export interface SessionReport {
  readonly role: Role;
  readonly user: string;
}

export type FlowForm = keyof typeof PAGE_RECORDS_MAX;

export interface FlowsParams {
  readonly filter?: string;
  /** With `top`: what is compared, largest first; bytes unless given. */
  readonly sort?: SortKey;
  readonly top?: number;
  /** `next` of the page before. */
  readonly after?: number;
  readonly limit?: number;
  readonly form?: FlowForm;
}

export interface FlowsReport {
  readonly form: FlowForm;
  readonly count: number;
  /** Base64 of `count` records one behind the other, or an object a record. */
  readonly records: string | readonly Readonly<Record<string, unknown>>[];
  /** null behind the last page. */
  readonly next: number | null;
  readonly live: number;
  readonly skipped: number;
  readonly record: RecordLayout;
}

export interface CountersAnswer extends CountersReport {
  /** Of the control socket itself. */
  readonly control: Counts;
}

export interface StopReport {
  readonly pid: number;
}

/** Every method of this version: what it takes, what it gives. */
export interface ControlMethods extends DarkMethods, IncidentMethods, InlineMethods {
  "v1.session": { params: SessionParams; result: SessionReport };
  "v1.hello": { params: undefined; result: HelloReport };
  "v1.status": { params: undefined; result: StatusReport };
  "v1.counters": { params: undefined; result: CountersAnswer };
  "v1.flows": { params: FlowsParams; result: FlowsReport };
  "v1.reload": { params: undefined; result: ReloadReport };
  "v1.stop": { params: undefined; result: StopReport };
  "v1.rules.list": { params: RulesListParams; result: RulesListReport };
  "v1.alerts.list": { params: AlertsParams; result: AlertsReport };
}

export type ControlMethod = keyof ControlMethods;
