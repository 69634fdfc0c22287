// One incident in memory: what alerts and flows add to it until it is written.
// Apart from the engine, which decides what belongs to it, and from the database, which keeps it.
// Always holds: its size is bounded whatever is added: lists have an end, beyond which there are only counts; facts
// are held only until they are written; what is added is never taken away again but by a merge.

import type { CauseName } from "../cause/names.js";
import { DistinctCount, type DistinctState } from "./distinct.js";
import type {
  AlertCount,
  EvidenceReference,
  IncidentDetails,
  IncidentEvent,
  IncidentKind,
  IncidentState,
  InForce,
  KeptCause,
} from "./model.js";

/** Facts of flows: the first FIRST_FACTS, and the latest in the places behind them. */
export const FACTS_MAX = 64;
const FIRST_FACTS = 40;
const ALERTS_MAX = 64;
const EVIDENCE_MAX = 32;
const FIRST_EVIDENCE = 16;
const IN_FORCE_MAX = 8;
const EVENTS_WAITING_MAX = 16;
const MERGED_MAX = 64;

/** The columns of its row, but for the detail. */
export interface IncidentColumns {
  number: number;
  id: string;
  kind: IncidentKind;
  state: IncidentState;
  severity: number;
  title: string;
  subject: string;
  firstUs: number;
  lastUs: number;
  openedMs: number;
  changedMs: number;
  closedMs: number | null;
  alerts: number;
  flows: number;
  packets: number;
  bytes: number;
  reopened: number;
  suppressed: number;
  cause: CauseName | null;
  causeScore: number;
}

/** What its row holds as JSON. */
export interface IncidentDetailRow {
  readonly alerts: readonly AlertCount[];
  readonly findings: Readonly<Record<string, number>>;
  readonly sources: DistinctState;
  readonly destinations: DistinctState;
  readonly ports: DistinctState;
  readonly causes: readonly KeptCause[];
  readonly evidence: readonly EvidenceReference[];
  readonly inForce: readonly InForce[];
  readonly previous: string | null;
  readonly merged: readonly string[];
  /** Of alerts and findings alone, before causes have their say. */
  readonly rawSeverity: number;
  /** The gravest priority of an alert, 0 without one. */
  readonly priority: number;
  readonly placed: number;
  readonly contexts: number;
}

export interface WaitingFacts {
  readonly flow: string;
  /** JSON. */
  readonly facts: string;
}

export class LiveIncident {
  isStored = false;
  /** Differs from its row; `isUrgent`: by more than counts. */
  isDirty = false;
  isUrgent = false;
  dirtySinceMs = 0;
  /** There are facts that its causes have not been weighed with. */
  isUnweighed = false;
  /** Facts beyond the first that were taken since it was written. */
  lateFacts = 0;
  weighedMs = Number.NEGATIVE_INFINITY;
  /** In the order of use, for the cache. */
  usedMs = 0;
  readonly newEvents: IncidentEvent[] = [];
  /** By place. */
  readonly newFacts = new Map<number, WaitingFacts>();
  readonly sources: DistinctCount;
  readonly destinations: DistinctCount;
  readonly ports: DistinctCount;
  readonly findings: Map<string, number>;
  readonly alertCounts: AlertCount[];
  readonly evidence: EvidenceReference[];
  readonly inForce: InForce[];
  readonly merged: string[];
  causes: readonly KeptCause[];
  previous: string | null;
  rawSeverity: number;
  priority: number;
  /** Conversations without findings among the facts. */
  contexts: number;
  /** Flows placed so far: where the next one goes. */
  private placed: number;
  /** Flow's id by place. */
  readonly places: (string | undefined)[] = [];
  /** Of the flow in each place, the findings that were counted; what was counted before a restart is not known. */
  readonly toldFindings: (readonly string[] | undefined)[] = [];

  constructor(
    readonly columns: IncidentColumns,
    detail: Partial<IncidentDetailRow> = {},
  ) {
    this.sources = DistinctCount.from(detail.sources);
    this.destinations = DistinctCount.from(detail.destinations);
    this.ports = DistinctCount.from(detail.ports);
    this.findings = new Map(Object.entries(detail.findings ?? {}));
    this.alertCounts = (detail.alerts ?? []).map((alert) => ({ ...alert }));
    this.evidence = [...(detail.evidence ?? [])];
    this.inForce = [...(detail.inForce ?? [])];
    this.merged = [...(detail.merged ?? [])];
    this.causes = detail.causes ?? [];
    this.previous = detail.previous ?? null;
    this.rawSeverity = detail.rawSeverity ?? columns.severity;
    this.priority = detail.priority ?? 0;
    this.placed = detail.placed ?? 0;
    this.contexts = detail.contexts ?? 0;
  }

  get number(): number {
    return this.columns.number;
  }

  get id(): string {
    return this.columns.id;
  }

  get isOver(): boolean {
    return this.columns.state === "closed" || this.columns.state === "false-positive";
  }

  dirty(nowMs: number, isUrgent: boolean): void {
    if (!this.isDirty) this.dirtySinceMs = nowMs;
    this.isDirty = true;
    this.isUrgent ||= isUrgent;
  }

  written(): void {
    this.isStored = true;
    this.isDirty = false;
    this.isUrgent = false;
    this.newEvents.length = 0;
    this.newFacts.clear();
    this.lateFacts = 0;
  }

  /** How far `startUs`..`endUs` lies from what has been seen; 0 within. */
  distanceUs(startUs: number, endUs: number): number {
    const { firstUs, lastUs } = this.columns;
    return Math.max(0, startUs - lastUs, firstUs - endUs);
  }

  /** Widens first and last. */
  see(startUs: number, endUs: number): void {
    const { columns } = this;
    if (startUs < columns.firstUs) columns.firstUs = startUs;
    if (endUs > columns.lastUs) columns.lastUs = endUs;
  }

  /** Answers whether the finding is new here. */
  addFinding(name: string, count = 1): boolean {
    const known = this.findings.get(name) ?? 0;
    this.findings.set(name, known + count);
    return known === 0;
  }

  hasAlert(gid: number, sid: number): boolean {
    return this.alertCounts.some((alert) => alert.sid === sid && alert.gid === gid);
  }

  /** Answers whether the rule is new here. `message` is asked for only then. */
  addAlert(gid: number, sid: number, priority: number, message: () => string, count = 1): boolean {
    this.columns.alerts += count;
    if (this.priority === 0 || priority < this.priority) this.priority = priority;
    const known = this.alertCounts.find((alert) => alert.sid === sid && alert.gid === gid);
    if (known !== undefined) {
      known.count += count;
      return false;
    }
    if (this.alertCounts.length >= ALERTS_MAX) return false;
    this.alertCounts.push({ gid, sid, message: message(), priority, count });
    return true;
  }

  /** The first ones, and the latest. */
  addEvidence(reference: EvidenceReference): void {
    if (this.evidence.length >= EVIDENCE_MAX) this.evidence.splice(FIRST_EVIDENCE, 1);
    this.evidence.push(reference);
  }

  addInForce(config: string, rules: string, sinceMs: number): boolean {
    const last = this.inForce.at(-1);
    if (last !== undefined && last.config === config && last.rules === rules) return false;
    // The first stays: it is what it was opened under.
    if (this.inForce.length >= IN_FORCE_MAX) this.inForce.splice(1, 1);
    this.inForce.push({ config, rules, sinceMs });
    return true;
  }

  addEvent(event: IncidentEvent): void {
    if (this.newEvents.length < EVENTS_WAITING_MAX) this.newEvents.push(event);
  }

  /** Place of a flow whose facts are kept, or -1. */
  placeOf(flow: string): number {
    return this.places.indexOf(flow);
  }

  /** The place for a flow that has none. */
  nextPlace(): number {
    const { placed } = this;
    this.placed++;
    if (placed >= FIRST_FACTS) this.lateFacts++;
    return placed < FIRST_FACTS ? placed : FIRST_FACTS + ((placed - FIRST_FACTS) % (FACTS_MAX - FIRST_FACTS));
  }

  keepFacts(place: number, flow: string, facts: string): void {
    this.places[place] = flow;
    this.newFacts.set(place, { flow, facts });
    this.isUnweighed = true;
  }

  /** Takes over all that another one counted; its facts and its row are the caller's. */
  absorb(other: LiveIncident): void {
    const [own, its] = [this.columns, other.columns];
    this.see(its.firstUs, its.lastUs);
    own.flows += its.flows;
    own.packets += its.packets;
    own.bytes += its.bytes;
    own.suppressed += its.suppressed;
    for (const { gid, sid, priority, message, count } of other.alertCounts) {
      this.addAlert(gid, sid, priority, () => message, count);
    }
    // Alerts of rules beyond the list.
    own.alerts += its.alerts - other.alertCounts.reduce((sum, { count }) => sum + count, 0);
    for (const [name, count] of other.findings) this.addFinding(name, count);
    this.sources.addAll(other.sources);
    this.destinations.addAll(other.destinations);
    this.ports.addAll(other.ports);
    for (const reference of other.evidence) this.addEvidence(reference);
    this.evidence.sort((a, b) => a.timeUs - b.timeUs);
    this.rawSeverity = Math.max(this.rawSeverity, other.rawSeverity);
    this.addMerged([...other.merged, other.id]);
    this.isUnweighed = true;
    this.weighedMs = Number.NEGATIVE_INFINITY;
  }

  private addMerged(ids: readonly string[]): void {
    this.merged.push(...ids);
    if (this.merged.length > MERGED_MAX) this.merged.splice(0, this.merged.length - MERGED_MAX);
  }

  detail(): IncidentDetailRow {
    return {
      alerts: this.alertCounts,
      findings: Object.fromEntries(this.findings),
      sources: this.sources.state(),
      destinations: this.destinations.state(),
      ports: this.ports.state(),
      causes: this.causes,
      evidence: this.evidence,
      inForce: this.inForce,
      previous: this.previous,
      merged: this.merged,
      rawSeverity: this.rawSeverity,
      priority: this.priority,
      placed: this.placed,
      contexts: this.contexts,
    };
  }
}

/** As it is told. */
export function detailsOf(detail: Partial<IncidentDetailRow>): IncidentDetails {
  return {
    alertsBySid: (detail.alerts ?? []).toSorted((a, b) => b.count - a.count),
    findings: detail.findings ?? {},
    sourceList: detail.sources?.list ?? [],
    destinationList: detail.destinations?.list ?? [],
    portList: detail.ports?.list ?? [],
    causes: detail.causes ?? [],
    evidence: detail.evidence ?? [],
    inForce: detail.inForce ?? [],
    previous: detail.previous ?? null,
    merged: detail.merged ?? [],
  };
}
