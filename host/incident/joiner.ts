// Adds an alert or a flow to an incident.
// Apart from the engine, which decides to which one.
// Always holds: what a flow's records tell again is not counted again; facts beyond the first are taken in small
// numbers between two writes.

import type { FlowFacts } from "../cause/facts.js";
import { addressText } from "../record/address.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { IncidentBook } from "./book.js";
import type { LiveIncident } from "./live.js";
import type { IncidentKind } from "./model.js";
import { flowPart, type IncidentPart } from "./parts.js";
import { isInVain, SWEEP_FINDINGS, senderOf } from "./policy.js";
import { factsText } from "./weighing.js";

/** Facts of one incident that are taken between two writes, besides its first: a flood's would push each other out. */
const LATE_FACTS_MAX = 24;
/** Of conversations without findings, which tell what else the source does. */
const CONTEXT_MAX = 16;

export interface JoinerParts {
  readonly book: IncidentBook;
  readonly joinUs: number;
  readonly now: () => number;
  readonly inForce?: (() => { readonly config: string; readonly rules: string }) | undefined;
  readonly evidenceFile?: (() => string | undefined) | undefined;
}

export class Joiner {
  alerts = 0;
  flows = 0;

  constructor(private readonly parts: JoinerParts) {}

  join(live: LiveIncident, kind: IncidentKind, part: IncidentPart): void {
    const { columns } = live;
    let isUrgent = false;
    if (kind === "sweep" && columns.kind === "source") {
      columns.kind = "sweep";
      isUrgent = true;
    }
    live.see(part.startUs, part.endUs);
    live.sources.add(part.source);
    live.destinations.add(part.destination);
    if (part.port >= 0) live.ports.add(String(part.port));
    if (part.severity > live.rawSeverity && part.points > 0) {
      live.rawSeverity = part.severity;
      isUrgent = true;
    }
    if (part.type === "alert") isUrgent = this.joinAlert(live, part) || isUrgent;
    else isUrgent = this.joinFlow(live, part) || isUrgent;
    const { config = "", rules = "" } = this.parts.inForce?.() ?? {};
    if (config !== "" && live.addInForce(config, rules, this.parts.now())) isUrgent = true;
    this.parts.book.mark(live, isUrgent);
  }

  private joinAlert(live: LiveIncident, part: IncidentPart & { type: "alert" }): boolean {
    const { gid, sid, priority, message, packet, worker } = part;
    this.alerts++;
    const file = this.parts.evidenceFile?.();
    live.addEvidence({
      timeUs: part.startUs,
      packet,
      worker,
      gid,
      sid,
      ...(file === undefined ? {} : { file }),
    });
    return live.addAlert(gid, sid, priority, () => message);
  }

  private joinFlow(live: LiveIncident, part: IncidentPart & { type: "flow" }): boolean {
    const { columns } = live;
    const place = live.placeOf(part.flow);
    const isNew = place < 0 && !(part.isLater && columns.flows > 0);
    this.flows++;
    columns.packets += part.packets;
    columns.bytes += part.bytes;
    let isUrgent = false;
    if (isNew) columns.flows++;
    // One flow's records tell its findings again, and at times one more.
    const told = place < 0 ? undefined : live.toldFindings[place];
    for (const name of part.findings) {
      const isFirst = !live.findings.has(name);
      if (isNew || isFirst || told?.includes(name) === false) live.addFinding(name);
      isUrgent ||= isFirst;
    }
    this.keepFacts(live, part.flow, place, () => part.facts());
    const kept = live.placeOf(part.flow);
    if (kept >= 0) live.toldFindings[kept] = part.findings;
    return isUrgent;
  }

  /**
   * A flow of the source without a finding. While it sweeps, what it asks in vain is part of that; a conversation that
   * nothing is wrong with speaks for or against causes.
   */
  addContext(record: FlowRecord): void {
    const source = addressText(record, senderOf(record));
    const live = this.parts.book.inMemory(`source ${source}`);
    if (live === undefined || live.isOver) return;
    if (live.distanceUs(record.startUs, record.lastUs) > this.parts.joinUs) return;
    const part = flowPart(record, { points: 0, severity: 1, joins: "source" }, source, 0, 0);
    if (SWEEP_FINDINGS.some((name) => live.findings.has(name)) && isInVain(record)) {
      this.join(live, "sweep", part);
      return;
    }
    if (live.contexts >= CONTEXT_MAX) return;
    const place = live.placeOf(part.flow);
    if (place < 0) live.contexts++;
    this.keepFacts(live, part.flow, place, () => part.facts());
    this.parts.book.mark(live, false);
  }

  private keepFacts(live: LiveIncident, flow: string, place: number, facts: () => FlowFacts): void {
    const isWaiting = place >= 0 && live.newFacts.has(place);
    if (!isWaiting) {
      if (place < 0 && live.lateFacts >= LATE_FACTS_MAX) return;
      if (!this.parts.book.takeFacts()) return;
    }
    const at = place >= 0 ? place : live.nextPlace();
    if (place < 0 && live.newFacts.has(at)) this.parts.book.giveFacts();
    live.keepFacts(at, flow, factsText(facts()));
  }
}
