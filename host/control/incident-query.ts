// What is asked of `v1.incidents.list`, as the database is asked.
// Apart from the method because the command line asks a file the same.
// Always holds: what has these types has been checked.

import type { IncidentQuery } from "../incident/incident-store.js";
import { severityNumber } from "../incident/model.js";
import { type IncidentsListParams, PAGE_INCIDENTS_DEFAULT } from "./incident-protocol.js";

export function queryOf(params: IncidentsListParams): IncidentQuery {
  const { states, severity, since, address, limit = PAGE_INCIDENTS_DEFAULT, after } = params;
  return {
    limit,
    ...(states === undefined ? {} : { states }),
    ...(severity === undefined ? {} : { severity: severityNumber(severity) }),
    ...(since === undefined ? {} : { sinceUs: since * 1000 }),
    ...(address === undefined ? {} : { subject: address }),
    ...(after === undefined ? {} : { after }),
  };
}
