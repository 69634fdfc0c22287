// The second reading: for the subjects that the first one chose, their flows, what else they did, and the alerts.
// Apart from judging because lists are kept here, which would be too much for everybody.
// Always holds: of a subject so many facts as a FactsShelf has room for, CONTEXT_MAX others and ALERTS_MAX rules at most;
// beyond that there are counts; the same rules are in force as in the first reading.

import type { Alert } from "../../alert/alert.js";
import { shortTime } from "../../alert/fast-format.js";
import { alertFlowId } from "../../alert/flow-key.js";
import { FullFormat } from "../../alert/full-format.js";
import { type FlowFacts, factsOf } from "../../cause/facts.js";
import { flowId } from "../../export/flow-id.js";
import { keyOf } from "../../incident/keys.js";
import type { LiveIncident } from "../../incident/live.js";
import type { IncidentKind } from "../../incident/model.js";
import { type AlertPart, alertPart } from "../../incident/parts.js";
import {
  FLOOD_FINDING,
  isInVain,
  type Judgement,
  judge,
  SWEEP_FINDINGS,
  senderOf,
} from "../../incident/policy.js";
import { timeFormatter } from "../../print/time-format.js";
import { addressText } from "../../record/address.js";
import { FINDING_NAMES, type FindingName } from "../../record/findings.js";
import type { FlowRecord } from "../../record/flow-record.js";
import type { CaseAlert } from "../model.js";
import { FactsShelf } from "./facts-shelf.js";
import type { Judged } from "./judge.js";
import { memoryIncident } from "./memory-incident.js";

/** Flows whose packets are told apart from others. */
const IDS_MAX = 20_000;
const CONTEXT_MAX = 32;
const ALERTS_MAX = 32;
/** Dumps of a rule besides the first alert's. */
const DUMPS_MORE = 2;
const LOGGED_MAX = 20_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What was found for one subject. */
export class Gathered {
  readonly live: LiveIncident;
  /** Records of its strange flows; several of one flow are told apart by what they say. */
  readonly facts = new FactsShelf();
  readonly context: FlowFacts[] = [];
  /** By `gid:sid`. */
  readonly alerts = new Map<string, Mutable<CaseAlert>>();
  /** Numbers of the packets that a rule told of. */
  readonly logged = new Set<number>();
  /** Of its strange flows: the id, and `address port` of who acts in it. */
  readonly actors = new Map<string, string>();

  constructor(readonly judged: Judged) {
    const { firstUs, lastUs, kind, key } = judged;
    this.live = memoryIncident(key, kind, { startUs: firstUs, endUs: lastUs });
  }

  /** The first reading found it so. */
  has(finding: FindingName): boolean {
    return this.judged.has(finding);
  }

  /** The first ones, and the latest. */
  addContext(facts: FlowFacts): void {
    if (this.context.length < CONTEXT_MAX) this.context.push(facts);
    else this.context[CONTEXT_MAX - 1] = facts;
  }

  addFlow(record: FlowRecord, { points, severity }: Judgement, source: string): void {
    const { live } = this;
    const { columns } = live;
    const sender = senderOf(record);
    const target = sender === "orig" ? "resp" : "orig";
    this.see(record.startUs, record.lastUs, points > 0 ? severity : 1);
    live.sources.add(source);
    live.destinations.add(addressText(record, target));
    if (record.hasPorts) live.ports.add(String(record.port(target)));
    if (!record.isLater) {
      columns.flows++;
      this.addFindings(record.findingsLow, 0);
      this.addFindings(record.findingsHigh, 32);
    }
    columns.packets += record.packets("orig") + record.packets("resp");
    columns.bytes += record.wireBytes("orig") + record.wireBytes("resp");
    this.facts.add(() => factsOf(record));
    if (this.actors.size < IDS_MAX) {
      this.actors.set(String(flowId(record)), `${source} ${record.port(sender)}`);
    }
  }

  addAlert({ source, destination, port, gid, sid, priority, message, ...part }: AlertPart): void {
    const { live } = this;
    this.see(part.startUs, part.endUs, part.severity);
    live.sources.add(source);
    live.destinations.add(destination);
    if (port >= 0) live.ports.add(String(port));
    live.addAlert(gid, sid, priority, () => message);
    if (this.logged.size < LOGGED_MAX) this.logged.add(part.packet);
  }

  private see(startUs: number, endUs: number, severity: number): void {
    this.live.see(startUs, endUs);
    if (severity > this.live.rawSeverity) this.live.rawSeverity = severity;
  }

  private addFindings(word: number, from: number): void {
    for (let bits = word; bits !== 0; bits &= bits - 1) {
      const name = FINDING_NAMES[from + 31 - Math.clz32(bits & -bits)];
      if (name !== undefined) this.live.addFinding(name);
    }
  }
}

export class Gatherer {
  /** Of all alerts, in and outside of these cases. */
  alerts = 0;
  readonly all: readonly Gathered[];
  private readonly byKey: ReadonlyMap<string, Gathered>;
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
    found.addAlert(part);
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
    const source = addressText(record, senderOf(record));
    const judgement = judge(record, record.findingsLow, record.findingsHigh);
    const found = this.placeOf(record, judgement.joins, source);
    if (found === undefined) this.byKey.get(`source ${source}`)?.addContext(factsOf(record));
    else found.addFlow(record, judgement, source);
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
