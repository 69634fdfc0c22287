// The first reading: what is worth a case, by the policy that opens incidents (host/incident/policy.ts).
// Apart from gathering because only now is known whom to gather for, and everything of everybody would be too much.
// Always holds: memory is bounded whatever the capture holds: CASES_MAX subjects and as many targets; what has no points
// is no case; beyond CASES_MAX sources, those that have a target in common are one case of the target.

import type { Alert } from "../../alert/alert.js";
import { type FlowFacts, factsOf } from "../../cause/facts.js";
import { looksOneWay } from "../../cause/questions.js";
import { Candidates } from "../../incident/candidates.js";
import { keyOf, subjectOf } from "../../incident/keys.js";
import type { IncidentKind } from "../../incident/model.js";
import { alertPart, flowPart, type IncidentPart } from "../../incident/parts.js";
import { judge, senderOf } from "../../incident/policy.js";
import { addressText } from "../../record/address.js";
import { type FindingName, findingBit } from "../../record/findings.js";
import type { FlowRecord } from "../../record/flow-record.js";

/** As the configuration's incidents.join: points count together within it. */
const JOIN_US = 3_600_000_000;
const CASES_MAX = 4096;
/** TCP flows that the question is asked of, whether the capture is one-way. */
const ONE_WAY_SAMPLE = 1000;
const NO_PRIORITY = 9;

/** A subject that is worth a case, with what says how grave it is. */
export class Judged {
  readonly subject: string;
  severity = 1;
  /** The gravest of its alerts. */
  priority = NO_PRIORITY;
  flows = 0;
  alerts = 0;
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  /** The address that was asked for is among its sources or destinations. */
  isAsked = false;
  private low = 0;
  private high = 0;

  constructor(
    readonly key: string,
    public kind: IncidentKind,
  ) {
    this.subject = subjectOf(key);
  }

  /** Bits of findings. */
  raise(low: number, high: number): void {
    this.low |= low;
    this.high |= high;
  }

  has(finding: FindingName): boolean {
    const bit = findingBit(finding) ?? 0;
    return (((bit < 32 ? this.low : this.high) >>> (bit & 31)) & 1) === 1;
  }

  see(kind: IncidentKind, startUs: number, endUs: number, severity: number): void {
    if (kind === "sweep" && this.kind === "source") this.kind = "sweep";
    if (severity > this.severity) this.severity = severity;
    if (startUs < this.firstUs) this.firstUs = startUs;
    if (endUs > this.lastUs) this.lastUs = endUs;
  }
}

export class Judge {
  /** Of all alerts, in and outside of cases. */
  alerts = 0;
  /** Subjects for which there was no place. */
  dropped = 0;
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  private readonly cases = new Map<string, Judged>();
  private readonly candidates = new Candidates();
  private readonly sample: FlowFacts[] = [];

  /** `asked`: an address that cases are wanted of. */
  constructor(private readonly asked?: string) {}

  takeAlert(alert: Alert): void {
    if (!alert.isTold) return;
    this.alerts++;
    const part = alertPart(alert, 0);
    const key = `source ${part.source}`;
    const known = this.cases.get(key);
    if (known === undefined) this.weigh(key, "source", part);
    else this.join(known, "source", part);
  }

  takeRecord(record: FlowRecord): void {
    const { startUs, lastUs } = record;
    if (startUs < this.firstUs) this.firstUs = startUs;
    if (lastUs > this.lastUs) this.lastUs = lastUs;
    if (!record.isIp) return;
    if (record.isTcp && this.sample.length < ONE_WAY_SAMPLE) this.sample.push(factsOf(record));
    const { findingsLow: low, findingsHigh: high } = record;
    if ((low | high) === 0) return;
    const judgement = judge(record, low, high);
    const source = addressText(record, senderOf(record));
    const key = keyOf(record, judgement.joins, source);
    const known = this.cases.get(key);
    if (known === undefined) {
      if (judgement.points === 0) return;
      this.weigh(key, judgement.joins, flowPart(record, judgement, source, low, high));
      this.cases.get(key)?.raise(low, high);
      return;
    }
    // Of what may be millions no part is made.
    known.see(judgement.joins, startUs, lastUs, judgement.points > 0 ? judgement.severity : 1);
    known.raise(low, high);
    known.flows++;
    if (this.asked !== undefined && !known.isAsked) {
      known.isAsked = [addressText(record, "orig"), addressText(record, "resp")].includes(this.asked);
    }
  }

  /** Only one direction of the traffic is in the captures. */
  get isOneWay(): boolean {
    return looksOneWay(this.sample);
  }

  /** Gravest first. */
  get judged(): Judged[] {
    return [...this.cases.values()].sort(byGravity);
  }

  private join(judged: Judged, kind: IncidentKind, part: IncidentPart): void {
    judged.see(kind, part.startUs, part.endUs, part.points > 0 ? part.severity : 1);
    if (part.source === this.asked || part.destination === this.asked) judged.isAsked = true;
    if (part.type === "flow") {
      judged.flows++;
      return;
    }
    judged.alerts++;
    judged.priority = Math.min(judged.priority, part.priority);
  }

  /** Of a subject without a case: enough for one, together with what was seen before? */
  private weigh(key: string, kind: IncidentKind, part: IncidentPart): void {
    const parts = this.candidates.add(key, part, JOIN_US);
    if (parts === undefined) return;
    const made = this.open(key, kind, parts[0]!);
    if (made === undefined) this.dropped++;
    else for (const one of parts) this.join(made, made.kind === "target" ? "target" : kind, one);
  }

  private open(key: string, kind: IncidentKind, first: IncidentPart): Judged | undefined {
    if (this.cases.size < CASES_MAX) return this.create(key, kind);
    if (kind === "target") return undefined;
    const target = `target ${first.destination}`;
    const known = this.cases.get(target);
    // A few more, since what many sources have in common must not be lost for them.
    if (known !== undefined || this.cases.size >= CASES_MAX * 2) return known;
    return this.create(target, "target");
  }

  private create(key: string, kind: IncidentKind): Judged {
    const judged = new Judged(key, kind);
    this.cases.set(key, judged);
    return judged;
  }
}

/** By severity, then the gravest alert, then how much there is of it; then by what never changes. */
function byGravity(a: Judged, b: Judged): number {
  return (
    b.severity - a.severity ||
    a.priority - b.priority ||
    b.alerts + b.flows - a.alerts - a.flows ||
    a.firstUs - b.firstUs ||
    (a.key < b.key ? -1 : 1)
  );
}
