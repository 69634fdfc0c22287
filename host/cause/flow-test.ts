// What a test of one flow's evidence is, and the small questions that several tests ask.
// Apart from the tests themselves, which are a list. Always holds: a question is of one flow and its context alone.

import type { FindingName } from "../record/findings.js";
import { PROTO_ICMP, PROTO_ICMP6 } from "../record/flow-record.js";
import { TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, tcpFlagsText } from "../record/state.js";
import type { FlowFacts, SideFacts } from "./facts.js";
import {
  ABSENCE_TEXTS,
  type Absence,
  carriesData,
  endsOf,
  handshakeAbsence,
  isOneSided,
  isTcp,
  plainFlags,
  type WeighContext,
} from "./questions.js";

export interface FlowTest {
  /** 0 where it does not hold, else the number that the sentence names (1 where it names none). */
  readonly measure: (flow: FlowFacts, context: WeighContext) => number;
  /** `count` is the sum over the flows in which it holds, `first` the earliest of them. */
  readonly tell: (count: number, first: FlowFacts) => string;
}

/** A TTL spread up to this is what two ways of one route make. */
export const TTL_NARROW = 3;
const COUNTED_MIN = 6;
const COUNTED_SHARE = 0.8;
const FORGED: readonly FindingName[] = ["null-scan", "fin-scan", "xmas-scan"];

export function has(flow: FlowFacts, finding: FindingName): boolean {
  return flow.findings.includes(finding);
}

export function test(holds: (flow: FlowFacts, context: WeighContext) => boolean, text: string): FlowTest {
  return { measure: (flow, context) => (holds(flow, context) ? 1 : 0), tell: () => text };
}

export function finding(name: FindingName, text: string): FlowTest {
  return test((flow) => has(flow, name), text);
}

export function absence(kind: Absence): FlowTest {
  return test((flow, context) => handshakeAbsence(flow, context) === kind, ABSENCE_TEXTS[kind]);
}

export function bothSides(flow: FlowFacts): boolean {
  return flow.orig.packets > 0 && flow.resp.packets > 0;
}

/** SYN and FIN in a flow of one packet. */
export function isSynFin(flow: FlowFacts): boolean {
  const { acts } = endsOf(flow);
  return isTcp(flow) && acts.packets === 1 && (acts.tcpFlags & (TCP_SYN | TCP_FIN)) === (TCP_SYN | TCP_FIN);
}

export function isImpossible(flow: FlowFacts): boolean {
  return FORGED.some((name) => has(flow, name)) || isSynFin(flow);
}

export function isProbe(flow: FlowFacts): boolean {
  return isTcp(flow) && (isImpossible(flow) || has(flow, "ack-scan"));
}

export function isResetAlone(flow: FlowFacts): boolean {
  if (!isTcp(flow) || !isOneSided(flow) || flow.sawSyn || flow.sawSynAck || carriesData(flow)) return false;
  const flags = plainFlags(endsOf(flow).acts);
  return (flags & TCP_RST) !== 0 && (flags & (TCP_SYN | TCP_FIN | TCP_PSH)) === 0;
}

export function isIcmp(flow: FlowFacts): boolean {
  return flow.proto === PROTO_ICMP || flow.proto === PROTO_ICMP6;
}

export function isSwept(flow: FlowFacts): boolean {
  return has(flow, "port-sweep") || has(flow, "host-sweep");
}

export function ttlSpread(flow: FlowFacts): number {
  return Math.max(flow.orig.ttlHigh - flow.orig.ttlLow, flow.resp.ttlHigh - flow.resp.ttlLow);
}

export function jitters(flow: FlowFacts): boolean {
  return (has(flow, "ttl-jitter") && ttlSpread(flow) > TTL_NARROW) || has(flow, "ip-id-jitter");
}

/** One TTL, and IP IDs that count up through the whole direction: it has packets enough to tell. */
export function isOneSender({ packets, ttlLow, ttlHigh, idUp }: SideFacts): boolean {
  return packets >= COUNTED_MIN && ttlLow === ttlHigh && idUp >= (packets - 1) * COUNTED_SHARE;
}

export function totalOverlaps(flow: FlowFacts): number {
  return flow.orig.overlaps + flow.resp.overlaps;
}

/** The acknowledgement number's steps of the side that is judged, or of both where both converse. */
export function advances(flow: FlowFacts): number {
  return isTcp(flow) ? endsOf(flow).acts.ackAdvances : 0;
}

/** Application bytes of the other side. */
export function carriesBack(flow: FlowFacts): number {
  return endsOf(flow).answers.appBytes;
}

export function flagsOf(flow: FlowFacts): string {
  return tcpFlagsText(endsOf(flow).acts.tcpFlags) || "none at all";
}

export function ttlRange({ orig, resp }: FlowFacts): string {
  const side = orig.ttlHigh - orig.ttlLow >= resp.ttlHigh - resp.ttlLow ? orig : resp;
  return `${side.ttlLow} to ${side.ttlHigh}`;
}
