// What STRAY-MIB is read from: one look at the sensor, kept until the next one.
// Apart from the view because here is what is asked of the sensor, and there how it is found by name.
// Always holds: nothing but what the sensor has at hand is asked: shared memory, counts, rows of incidents that are
// written; no worker is asked and nothing is waited for.

import type { CauseName } from "../cause/names.js";
import type { IncidentSummary } from "../incident/model.js";
import type { CountersReport, Counts, SinkReport, StatusReport } from "../sensor/view.js";

/** Incidents in the table of the most severe ones. */
export const TOP_INCIDENTS = 20;

/** What the incidents' file answers cheaply. */
export interface IncidentDigest {
  /** Open ones, the most severe first, of those the latest seen; TOP_INCIDENTS at most. */
  readonly top: readonly IncidentSummary[];
  /** By their first cause. */
  readonly causes: ReadonlyMap<CauseName, { readonly open: number; readonly kept: number }>;
}

/** Where it all comes from: the running sensor. */
export interface MibSource {
  status(): StatusReport;
  counters(): CountersReport;
  /** Undefined where no incidents are kept, or their file can't be read just now. */
  incidents(): IncidentDigest | undefined;
  /** Flows of each finding, in the order of FINDING_NAMES: looked at each second. */
  findingCounts(): readonly number[];
}

export interface NumberedSink {
  readonly number: number;
  readonly report: SinkReport;
  readonly counters: Counts;
}

export interface MibSnapshot {
  readonly status: StatusReport;
  readonly counters: CountersReport;
  readonly incidents: IncidentDigest | undefined;
  readonly sinks: readonly NumberedSink[];
  /** When each finding was last counted, in the order of FINDING_NAMES. */
  readonly findingTimes: readonly (number | undefined)[];
}
