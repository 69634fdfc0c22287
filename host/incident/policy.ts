// What makes an incident: for each finding and each priority of an alert what it counts, how grave it is, what joins it.
// Apart from the engine because this is judgement, read and changed as a table.
// Always holds: every finding has a row; 100 points of one source (or target) within the join window open an incident;
// what has no points never opens one, but is counted in one that is there.

import * as L from "../../assembly/layout.js";
import { FINDING_NAMES, type FindingName } from "../record/findings.js";
import type { End, FlowRecord } from "../record/flow-record.js";
import type { IncidentKind } from "./model.js";

/** Points that open an incident. */
export const OPENING_POINTS = 100;
/** A flow or alert with fewer adds nothing to others: such signs only count together with others in one flow. */
export const LEAST_POINTS = 20;

export interface FindingPolicy {
  readonly finding: FindingName;
  readonly points: number;
  /** 1 low to 4 critical: what an incident with it is at least. */
  readonly severity: 1 | 2 | 3 | 4;
  readonly joins: IncidentKind;
  readonly reason: string;
  /** Says something only of a conversation that is not there: not where the ack advances or a handshake was seen. */
  readonly needsSilence?: true;
}

const row = (
  finding: FindingName,
  points: number,
  severity: FindingPolicy["severity"],
  joins: IncidentKind,
  reason: string,
): FindingPolicy => ({ finding, points, severity, joins, reason });

export const FINDING_POLICY: readonly FindingPolicy[] = [
  {
    ...row(
      "midstream-data",
      30,
      1,
      "source",
      "also a sensor's late start, or another route: several are wanted",
    ),
    needsSilence: true,
  },
  row(
    "one-way",
    0,
    1,
    "source",
    "ordinary for syslog, NetFlow and the like, and for a route that is not all seen",
  ),
  row("dark-destination", 20, 1, "source", "the Internet's noise asks for one unused address each minute"),
  row("ip-id-zero", 0, 1, "source", "a trait, no act"),
  {
    ...row("fin-with-data-no-handshake", 60, 2, "source", "a conversation's end without its beginning"),
    needsSilence: true,
  },
  { ...row("unanswered-retransmit", 20, 1, "source", "also a server that went down"), needsSilence: true },
  row("null-scan", 100, 2, "source", "no system sends it by itself"),
  row("fin-scan", 50, 2, "source", "a late FIN of a connection that was forgotten looks like it once"),
  row("xmas-scan", 100, 2, "source", "no system sends it by itself"),
  row("ack-scan", 50, 2, "source", "a firewall that forgot a connection makes one"),
  row("syn-scan", 100, 2, "sweep", "raised once a source, when many ports did not answer"),
  row("port-sweep", 100, 2, "sweep", "raised once a source, over many ports"),
  row("host-sweep", 100, 2, "sweep", "raised once a source, over many hosts"),
  row("syn-flood", 100, 3, "target", "raised once a target, of many half-open connections"),
  row("backscatter", 20, 1, "target", "somebody else's flood: a few answers are the Internet's noise"),
  row("land", 100, 2, "source", "no system sends it by itself"),
  row("martian-source", 0, 1, "source", "the source is forged: it tells of nobody"),
  row("bad-checksum", 0, 1, "source", "offloading, a broken cable"),
  row("bad-header", 0, 1, "source", "a broken program, a broken capture"),
  row("fragment-overlap", 50, 2, "source", "an evasion, or a broken router"),
  row("fragment-tiny", 50, 2, "source", "an evasion, or an odd tunnel"),
  row("ttl-jitter", 15, 1, "source", "also a route that changed"),
  row("ip-id-jitter", 10, 1, "source", "also a balancer, or an address that several hosts share"),
  row("overlap-conflict", 85, 3, "source", "two versions of one stream: an evasion or an injection"),
  row("rst-injected", 100, 3, "source", "a third party broke the connection"),
  row("http-traversal", 60, 2, "source", "one may be a broken link"),
  row("http-overlong-utf8", 60, 2, "source", "one may be a broken program"),
  row("http-double-encode", 30, 1, "source", "careless programs do it"),
  row("signature", 0, 1, "source", "its alert is counted by itself"),
];

/** By finding's bit. */
const BY_BIT: readonly FindingPolicy[] = FINDING_NAMES.map(
  (name) => FINDING_POLICY.find(({ finding }) => finding === name)!,
);

export interface AlertPolicy {
  readonly points: number;
  readonly severity: 1 | 2 | 3;
}

/** By the priority of the alert's rule. */
const ALERT_POLICY: readonly AlertPolicy[] = [
  { points: 100, severity: 3 },
  { points: 100, severity: 2 },
  { points: 34, severity: 1 },
  { points: 10, severity: 1 },
];

/** An alert of priority 1 in a conversation that is answered: what it looks for may have been reached. */
export const ANSWERED_SEVERITY = 4;

export function alertPolicy(priority: number): AlertPolicy {
  return ALERT_POLICY[Math.min(Math.max(priority, 1), ALERT_POLICY.length) - 1]!;
}

/** What a flow's findings come to. */
export interface Judgement {
  readonly points: number;
  readonly severity: number;
  readonly joins: IncidentKind;
}

/** `low`, `high`: the flow's findings less those that are muted. */
export function judge(record: FlowRecord, low: number, high: number): Judgement {
  let points = 0;
  let severity = 1;
  let joins: IncidentKind = "source";
  const isSilent = isSilentTalk(record);
  for (let bit = 0; bit < BY_BIT.length; bit++) {
    if ((((bit < 32 ? low : high) >>> (bit & 31)) & 1) === 0) continue;
    const policy = BY_BIT[bit]!;
    if (policy.needsSilence && !isSilent) continue;
    points += policy.points;
    if (policy.points > 0) severity = Math.max(severity, policy.severity);
    // One target of many sources goes before one source, or a flood would be as many incidents as it has sources.
    if (policy.joins === "target" || (policy.joins === "sweep" && joins === "source")) joins = policy.joins;
  }
  return { points: Math.min(points, OPENING_POINTS), severity, joins };
}

/** Who sent: the initiator, unless only the other end has been heard. */
export function senderOf(record: FlowRecord): End {
  return record.packetsOfLife("orig") === 0 && record.packetsOfLife("resp") > 0 ? "resp" : "orig";
}

/** Raised once a source or target: what comes of the same kind afterwards is counted by what it is. */
export const SWEEP_FINDINGS: readonly FindingName[] = ["syn-scan", "port-sweep", "host-sweep"];
export const FLOOD_FINDING: FindingName = "syn-flood";

const OPENED = L.FLOW_FLAG_ACKED + L.FLOW_FLAG_HANDSHAKE;

/** Asked, and nothing came of it: not answered, refused, or given up before a byte was sent. */
export function isInVain(record: FlowRecord): boolean {
  if (record.appBytes("resp") !== 0) return false;
  if (!record.isTcp) return record.packetsOfLife("resp") === 0;
  return record.appBytes("orig") === 0 && (record.flags & OPENED) === 0;
}

/** Why the beginning of a conversation may have been missed here. */
const BEGUN_UNSEEN = L.NOTE_PICKUP + L.NOTE_EVICTED_BEFORE + L.NOTE_LOSS;

/** Nobody is seen to answer: no handshake, no ack that moves on, and its beginning was not missed by us. */
function isSilentTalk(record: FlowRecord): boolean {
  if ((record.notes & BEGUN_UNSEEN) !== 0) return false;
  if ((record.flags & L.FLOW_FLAG_SYNACK) !== 0) return false;
  return record.dirU32(senderOf(record), L.DIR_ACK_ADVANCES_OFFSET) === 0;
}

/** A mild cause makes the severity low, unless an alert speaks against it. */
const MILD_CAUSES: ReadonlySet<string> = new Set(["pickup", "asymmetric-route", "backscatter"]);
const MILD_SCORE = 60;

export function isMild(cause: string, score: number): boolean {
  return MILD_CAUSES.has(cause) && score >= MILD_SCORE;
}
