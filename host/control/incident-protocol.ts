// What the methods `v1.incidents.*` take and give.
// Apart, and only constants and types, because the command line starts quickly only if it loads little.
// Always holds: a page fits in a response.

import type {
  Incident,
  IncidentAction,
  IncidentState,
  IncidentSummary,
  Mute,
  MuteKind,
  Severity,
} from "../incident/model.js";

export const PAGE_INCIDENTS_MAX = 500;
export const PAGE_INCIDENTS_DEFAULT = 100;
/** Incidents that one request changes. */
export const UPDATE_INCIDENTS_MAX = 100;

/** All that are given must hold; the latest seen come first. */
export interface IncidentsListParams {
  readonly states?: readonly IncidentState[];
  /** At least. */
  readonly severity?: Severity;
  /** Milliseconds since 1970: seen at this time or later. */
  readonly since?: number;
  /** The source or target that it is about. */
  readonly address?: string;
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface IncidentsListReport {
  readonly count: number;
  readonly incidents: readonly IncidentSummary[];
  /** null behind the last page. */
  readonly next: string | null;
}

export interface IncidentsShowParams {
  /** Whole, or its beginning where only one begins so. */
  readonly id: string;
}

export interface IncidentsUpdateParams {
  readonly ids: readonly string[];
  readonly action: IncidentAction;
  /** A note, or why. */
  readonly text?: string;
  readonly who?: string;
  /** With `merge`: the one that the others go into. */
  readonly into?: string;
}

export interface IncidentsUpdateReport {
  /** As they are now, in the order of the request. */
  readonly incidents: readonly IncidentSummary[];
}

export interface IncidentsMuteParams {
  readonly kind?: MuteKind;
  readonly value?: string;
  /** In place of both: what that incident is about. */
  readonly id?: string;
  /** Milliseconds since 1970; without it until it is taken away. */
  readonly until?: number;
  readonly reason: string;
  readonly who?: string;
}

export interface IncidentsUnmuteParams {
  readonly number: number;
}

export interface IncidentsMutesReport {
  readonly mutes: readonly Mute[];
}

export interface IncidentsExportParams extends IncidentsListParams {
  readonly ids?: readonly string[];
}

export interface IncidentsExportReport {
  readonly count: number;
  readonly incidents: readonly Incident[];
  readonly next: string | null;
}

export interface IncidentMethods {
  "v1.incidents.list": { params: IncidentsListParams; result: IncidentsListReport };
  "v1.incidents.show": { params: IncidentsShowParams; result: Incident };
  "v1.incidents.update": { params: IncidentsUpdateParams; result: IncidentsUpdateReport };
  "v1.incidents.mute": { params: IncidentsMuteParams; result: Mute };
  "v1.incidents.mutes": { params: undefined; result: IncidentsMutesReport };
  "v1.incidents.unmute": { params: IncidentsUnmuteParams; result: Mute };
  "v1.incidents.export": { params: IncidentsExportParams; result: IncidentsExportReport };
}
