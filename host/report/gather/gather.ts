// The second reading: for the subjects that the first one chose, their flows, what else they did, and the alerts.
// Apart from judging because lists are kept here, which would be too much for everybody.
// Always holds: of a subject FACTS_FIRST + FACTS_LAST flows, CONTEXT_MAX others and ALERTS_MAX rules at most; beyond that
// there are counts; the same rules are in force as in the first reading.

import type { Alert } from "../../alert/alert.js";
import { shortTime } from "../../alert/fast-format.js";
import { alertFlowId } from "../../alert/flow-key.js";
import { FullFormat } from "../../alert/full-format.js";
import { type FlowFacts, factsOf } from "../../cause/facts.js";
import { flowId } from "../../export/flow-id.js";
import { keyOf } from "../../incident/keys.js";
import type { LiveIncident } from "../../incident/live.js";
import type { IncidentKind } from "../../incident/model.js";
import { alertPart, flowPart } from "../../incident/parts.js";
import { FLOOD_FINDING, isInVain, judge, SWEEP_FINDINGS, senderOf } from "../../incident/policy.js";
import { timeFormatter } from "../../print/time-format.js";
import { addressText } from "../../record/address.js";
import type { FindingName } from "../../record/findings.js";
import type { FlowRecord } from "../../record/flow-record.js";
import type { CaseAlert } from "../model.js";
import type { Judged } from "./judge.js";
import { memoryIncident, memoryJoiner } from "./memory-incident.js";

const FACTS_FIRST = 800;
const FACTS_LAST = 200;
/** Flows whose packets are told apart from others. */
const IDS_MAX = 20_000;
const CONTEXT_MAX = 32;
const ALERTS_MAX = 32;
/** Dumps of a rule besides the first alert's. */
const DUMPS_MORE = 2;
const LOGGED_MAX = 20_000;

/** What was found for one subject. */
export class Gathered {
  readonly live: LiveIncident;
  /** Records of its strange flows; several of one flow are told apart by what they say. */
  readonly facts: FlowFacts[] = [];
  readonly context: FlowFacts[] = [];
  /** By `gid:sid`. */
  readonly alerts = new Map<string, Mutable<CaseAlert>>();
  /** Numbers of the packets that a rule told of. */
  readonly logged = new Set<number>();
  /** Of its strange flows: the id, and `address port` of who acts in it. */
  readonly actors = new Map<string, string>();
  private last = 0;

  constructor(readonly judged: Judged) {
    const { firstUs, lastUs, kind } = judged.live.columns;
    this.live = memoryIncident(judged.key, kind, { startUs: firstUs, endUs: lastUs });
  }

  /** The first reading found it so. */
  has(finding: FindingName): boolean {
    return this.judged.live.findings.has(finding);
  }

  addFacts(facts: FlowFacts): void {
    if (this.facts.length < FACTS_FIRST + FACTS_LAST) {
      this.facts.push(facts);
      return;
    }
    this.facts[FACTS_FIRST + this.last] = facts;
    this.last = (this.last + 1) % FACTS_LAST;
  }

  /** The first ones, and the latest. */
  addContext(facts: FlowFacts): void {
    if (this.context.length < CONTEXT_MAX) this.context.push(facts);
    else this.context[CONTEXT_MAX - 1] = facts;
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export class Gatherer {
  /** Of all alerts, in and outside of these cases. */
  alerts = 0;
  readonly all: readonly Gathered[];
  private readonly byKey: ReadonlyMap<string, Gathered>;
  private readonly joiner = memoryJoiner();
  private readonly full = new FullFormat({ style: "letter", time: timeFormatter(shortTime(false)) });

  constructor(judged: readonly Judged[]) {
    this.all = judged.map((one) => new Gathered(one));
    this.byKey = new Map(this.all.map((one) => [one.judged.key, one]));
  }

  takeAlert(alert: Alert): void {
    if (!alert.isTold) return;
    this.alerts++;
    const part = alertPart(alert, 0);
    const found = this.byKey.get(`source ${part.source}`) ?? this.byKey.get(`target ${part.destination}`);
    if (found === undefined) return;
    this.joiner.join(found.live, "source", part);
    if (found.logged.size < LOGGED_MAX) found.logged.add(part.packet);
    const key = `${part.gid}:${part.sid}`;
    const known = found.alerts.get(key);
    if (known !== undefined) {
      known.count++;
      known.lastUs = part.endUs;
      if (known.moreDumps.length < DUMPS_MORE) known.moreDumps = [...known.moreDumps, this.dumpOf(alert)];
    } else if (found.alerts.size < ALERTS_MAX) found.alerts.set(key, this.firstAlert(alert));
  }

  takeRecord(record: FlowRecord): void {
    if (!record.isIp) return;
    const sender = senderOf(record);
    const source = addressText(record, sender);
    const { findingsLow: low, findingsHigh: high } = record;
    const judgement = judge(record, low, high);
    const found = this.placeOf(record, judgement.joins, source);
    if (found === undefined) {
      this.byKey.get(`source ${source}`)?.addContext(factsOf(record));
      return;
    }
    this.joiner.join(found.live, judgement.joins, flowPart(record, judgement, source, low, high));
    found.addFacts(factsOf(record));
    if (found.actors.size < IDS_MAX)
      found.actors.set(String(flowId(record)), `${source} ${record.port(sender)}`);
  }

  /** Where the record belongs as a strange one: by its findings, or as one of those that a sweep or flood asked in vain. */
  private placeOf(record: FlowRecord, joins: IncidentKind, source: string): Gathered | undefined {
    const vain = isInVain(record);
    const flooded =
      record.isTcp && vain ? this.byKey.get(`target ${addressText(record, "resp")}`) : undefined;
    if (flooded?.has(FLOOD_FINDING)) return flooded;
    if ((record.findingsLow | record.findingsHigh) === 0) {
      const sweeping = vain ? this.byKey.get(`source ${source}`) : undefined;
      return SWEEP_FINDINGS.some((name) => sweeping?.has(name)) ? sweeping : undefined;
    }
    const target = addressText(record, senderOf(record) === "orig" ? "resp" : "orig");
    return this.byKey.get(keyOf(record, joins, source)) ?? this.byKey.get(`target ${target}`);
  }

  private firstAlert(alert: Alert): Mutable<CaseAlert> {
    const { rule, timeUs } = alert;
    return {
      gid: alert.gid,
      sid: alert.sid,
      rev: alert.rev,
      message: rule?.message ?? alert.id,
      classification: alert.classification,
      priority: alert.priority,
      references: (rule?.references ?? []).map(({ system, id, url }) => ({ system, id, url: url ?? null })),
      count: 1,
      firstUs: timeUs,
      lastUs: timeUs,
      dump: this.dumpOf(alert),
      moreDumps: [],
      flow: String(alertFlowId(alert)),
    };
  }

  private dumpOf(alert: Alert): string[] {
    return this.full.text(alert).trimEnd().split("\n");
  }
}
