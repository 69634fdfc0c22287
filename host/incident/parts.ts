// One alert or one flow record as it is added to an incident, in words of the incident.
// Apart because it is made of views that are valid for a moment, and may be kept until an incident is opened.
// Always holds: plain and bounded; `source` is who began the conversation, as far as is known; facts are made only when
// they are asked for.

import * as R from "../../assembly/match/rules-layout.js";
import type { Alert } from "../alert/alert.js";
import { alertFlowId } from "../alert/flow-key.js";
import { type FlowFacts, factsOf } from "../cause/facts.js";
import { flowId } from "../export/flow-id.js";
import { addressText } from "../record/address.js";
import { findingNames } from "../record/findings.js";
import type { FlowRecord } from "../record/flow-record.js";
import { ANSWERED_SEVERITY, alertPolicy, type Judgement, senderOf } from "./policy.js";

const MESSAGE_MAX = 256;

interface Part {
  readonly points: number;
  readonly severity: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly source: string;
  readonly destination: string;
  /** Of the destination, -1 without ports. */
  readonly port: number;
  /** The flow's. */
  readonly flow: string;
}

export interface AlertPart extends Part {
  readonly type: "alert";
  readonly gid: number;
  readonly sid: number;
  readonly priority: number;
  readonly message: string;
  readonly packet: number;
  readonly worker: number;
}

export interface FlowPart extends Part {
  readonly type: "flow";
  readonly findings: readonly string[];
  readonly packets: number;
  readonly bytes: number;
  /** An earlier record of the same flow has told part of it. */
  readonly isLater: boolean;
  /** Valid as long as the record's view is, or taken before. */
  facts(): FlowFacts;
}

export type IncidentPart = AlertPart | FlowPart;

export function alertPart(alert: Alert, worker: number): AlertPart {
  const { priority, timeUs } = alert;
  const { points, severity } = alertPolicy(priority);
  const isForward = alert.has(R.ALERT_BIT_FROM_INITIATOR);
  const [source, destination] = isForward
    ? [alert.source, alert.destination]
    : [alert.destination, alert.source];
  const isAnswered = priority === 1 && alert.packets("client") > 0 && alert.packets("server") > 0;
  return {
    type: "alert",
    points,
    severity: isAnswered ? ANSWERED_SEVERITY : severity,
    startUs: timeUs,
    endUs: timeUs,
    source,
    destination,
    port: alert.hasPorts ? (isForward ? alert.dport : alert.sport) : -1,
    flow: String(alertFlowId(alert)),
    gid: alert.gid,
    sid: alert.sid,
    priority,
    message: (alert.rule?.message ?? alert.id).slice(0, MESSAGE_MAX),
    packet: alert.packetIndex,
    worker,
  };
}

/** `source`: of the end that sends. Findings that are muted are left out. */
export function flowPart(
  record: FlowRecord,
  { points, severity }: Judgement,
  source: string,
  low: number,
  high: number,
): FlowPart {
  const from = senderOf(record);
  const to = from === "orig" ? "resp" : "orig";
  return {
    type: "flow",
    points,
    severity,
    startUs: record.startUs,
    endUs: record.lastUs,
    source,
    destination: addressText(record, to),
    port: record.hasPorts ? record.port(to) : -1,
    flow: String(flowId(record)),
    findings: findingNames(low, high),
    packets: record.packets("orig") + record.packets("resp"),
    bytes: record.wireBytes("orig") + record.wireBytes("resp"),
    isLater: record.isLater,
    facts: () => factsOf(record),
  };
}

/** One that may be kept. */
export function kept(part: IncidentPart): IncidentPart {
  if (part.type === "alert") return part;
  const facts = part.facts();
  return { ...part, facts: () => facts };
}
