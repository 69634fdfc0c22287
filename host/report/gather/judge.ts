// The first reading: what is worth a case, by the policy that opens incidents (host/incident/policy.ts).
// Apart from gathering because only now is known whom to gather for, and everything of everybody would be too much.
// Always holds: memory is bounded whatever the capture holds: CASES_MAX subjects and as many targets; what has no
// points is no case; beyond CASES_MAX sources, those that have a target in common are one case of the target.

import type { Alert } from "../../alert/alert.js";
import { type FlowFacts, factsOf } from "../../cause/facts.js";
import { looksOneWay } from "../../cause/questions.js";
import { Candidates } from "../../incident/candidates.js";
import { keyOf } from "../../incident/keys.js";
import type { LiveIncident } from "../../incident/live.js";
import type { IncidentKind } from "../../incident/model.js";
import { alertPart, flowPart, type IncidentPart } from "../../incident/parts.js";
import { judge, senderOf } from "../../incident/policy.js";
import { addressText } from "../../record/address.js";
import type { FlowRecord } from "../../record/flow-record.js";
import { JOIN_US, memoryIncident, memoryJoiner } from "./memory-incident.js";

const CASES_MAX = 4096;
/** TCP flows that the question is asked of, whether the capture is one-way. */
const ONE_WAY_SAMPLE = 1000;

export interface Judged {
  readonly key: string;
  readonly live: LiveIncident;
}

export class Judge {
  /** Of all alerts, in and outside of cases. */
  alerts = 0;
  /** Subjects for which there was no place. */
  dropped = 0;
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  private readonly cases = new Map<string, LiveIncident>();
  private readonly candidates = new Candidates();
  private readonly sample: FlowFacts[] = [];
  private readonly joiner = memoryJoiner();

  takeAlert(alert: Alert): void {
    if (!alert.isTold) return;
    this.alerts++;
    const part = alertPart(alert, 0);
    this.add(`source ${part.source}`, "source", part);
  }

  takeRecord(record: FlowRecord): void {
    this.firstUs = Math.min(this.firstUs, record.startUs);
    this.lastUs = Math.max(this.lastUs, record.lastUs);
    if (!record.isIp) return;
    if (record.isTcp && this.sample.length < ONE_WAY_SAMPLE) this.sample.push(factsOf(record));
    const { findingsLow: low, findingsHigh: high } = record;
    if ((low | high) === 0) return;
    const judgement = judge(record, low, high);
    const source = addressText(record, senderOf(record));
    const key = keyOf(record, judgement.joins, source);
    if (judgement.points === 0 && !this.cases.has(key)) return;
    this.add(key, judgement.joins, flowPart(record, judgement, source, low, high));
  }

  /** Only one direction of the traffic is in the captures. */
  get isOneWay(): boolean {
    return looksOneWay(this.sample);
  }

  /** Gravest first. */
  get judged(): Judged[] {
    return [...this.cases].map(([key, live]) => ({ key, live })).sort(byGravity);
  }

  private add(key: string, kind: IncidentKind, part: IncidentPart): void {
    const live = this.cases.get(key);
    if (live !== undefined) {
      this.joiner.join(live, kind, part);
      return;
    }
    const parts = this.candidates.add(key, part, JOIN_US);
    if (parts === undefined) return;
    const made = this.open(key, kind, parts[0]!);
    if (made === undefined) this.dropped++;
    else
      for (const one of parts) this.joiner.join(made, made.columns.kind === "target" ? "target" : kind, one);
  }

  private open(key: string, kind: IncidentKind, first: IncidentPart): LiveIncident | undefined {
    if (this.cases.size < CASES_MAX) return this.create(key, kind, first);
    if (kind === "target") return undefined;
    const target = `target ${first.destination}`;
    const known = this.cases.get(target);
    // A few more, since what many sources have in common must not be lost for them.
    if (known !== undefined || this.cases.size >= CASES_MAX * 2) return known;
    return this.create(target, "target", first);
  }

  private create(key: string, kind: IncidentKind, first: IncidentPart): LiveIncident {
    const live = memoryIncident(key, kind, first);
    this.cases.set(key, live);
    return live;
  }
}

/** By severity, then the gravest alert, then how much there is of it; then by what never changes. */
function byGravity({ live: a, key: x }: Judged, { live: b, key: y }: Judged): number {
  const priority = (live: LiveIncident): number => (live.priority === 0 ? 9 : live.priority);
  return (
    b.rawSeverity - a.rawSeverity ||
    priority(a) - priority(b) ||
    b.columns.alerts + b.columns.flows - a.columns.alerts - a.columns.flows ||
    a.columns.firstUs - b.columns.firstUs ||
    (x < y ? -1 : 1)
  );
}
