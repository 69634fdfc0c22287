// What the facts of a flow answer, asked once for all the evidence: who sent, who is spoken to, why no handshake.
// Apart from the evidence because several pieces of it rest on the same answer.
// Always holds: nothing here weighs; an answer depends on the flow and the context alone.

import { TCP_STATE_NONE } from "../../assembly/layout.js";
import { PROTO_TCP } from "../record/flow-record.js";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from "../record/state.js";
import type { EndFacts, FlowFacts, SideFacts } from "./facts.js";

/** What is known of an address inside the home networks: DESIGN's dark addresses. */
export type AddressState = "dark" | "alive" | "foreign" | "unknown";

export interface WeighContext {
  readonly darkAddresses?: (address: string) => AddressState;
  /** Frames were lost in capture at about this time. */
  readonly lossAt?: (us: number) => boolean;
  /** Live capture only: the begin of a file is not a sensor's. */
  readonly sensorStartUs?: number;
  /** Only one direction of the traffic passes the sensor. */
  readonly isOneWayCapture?: boolean;
  /** EVE events of alerts about the same source. */
  readonly alerts?: readonly Readonly<Record<string, unknown>>[];
}

/** As `flows.pickup` by default: so long after the sensor began a flow may be older than it. */
const PICKUP_US = 60_000_000;
/** What a sender may have out unacknowledged at first (RFC 6928: ten segments of 1,460). */
export const FIRST_WINDOW = 14_600;
/** A segment of one byte may be a keep-alive. */
const DATA_MIN = 2;
const TWO_TO_32 = 4294967296;
const PICTURED = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK;

export function isTcp(flow: FlowFacts): boolean {
  return flow.proto === PROTO_TCP && flow.state !== TCP_STATE_NONE;
}

/** The other end never sent a packet. */
export function isOneSided(flow: FlowFacts): boolean {
  return (flow.orig.packets === 0) !== (flow.resp.packets === 0);
}

/** The end that is judged: the only one that sent, else the initiator. */
export interface Ends {
  readonly actor: EndFacts;
  readonly acts: SideFacts;
  readonly target: EndFacts;
  readonly answers: SideFacts;
}

export function endsOf(flow: FlowFacts): Ends {
  const isTurned = flow.orig.packets === 0 && flow.resp.packets !== 0;
  return isTurned
    ? { actor: flow.destination, acts: flow.resp, target: flow.source, answers: flow.orig }
    : { actor: flow.source, acts: flow.orig, target: flow.destination, answers: flow.resp };
}

export function carriesData(flow: FlowFacts): boolean {
  return flow.orig.appBytes >= DATA_MIN || flow.resp.appBytes >= DATA_MIN;
}

/** Flags as sent, of the five that every conversation uses. */
export function plainFlags(side: SideFacts): number {
  return side.tcpFlags & PICTURED;
}

/** Bytes and FINs that a side went forward by. */
export function sequenceSpan(side: SideFacts): number {
  return side.seqSeen ? (side.seqNext - side.seqFirst + TWO_TO_32) % TWO_TO_32 : 0;
}

/** One side was seen alone, and shows that it hears the other: it acknowledges what did not pass here. */
export function hearsUnseen(flow: FlowFacts): boolean {
  if (!isTcp(flow) || !isOneSided(flow)) return false;
  const { acts } = endsOf(flow);
  if (acts.ackAdvances >= 2) return true;
  return completesAlone(flow) || answersOn(flow);
}

/** A SYN, no SYN-ACK, and then the ACK of it, or data: the SYN-ACK took another way. */
export function completesAlone(flow: FlowFacts): boolean {
  const { acts } = endsOf(flow);
  if (!flow.sawSyn || flow.sawSynAck || !isOneSided(flow)) return false;
  return (acts.tcpFlags & TCP_ACK) !== 0 && acts.ackSeen && (acts.tcpFlags & TCP_RST) === 0;
}

/** A SYN-ACK, and then data or a close from the same side alone: its ACK took another way. */
export function answersOn(flow: FlowFacts): boolean {
  const { acts } = endsOf(flow);
  if (flow.sawSyn || !flow.sawSynAck || !isOneSided(flow)) return false;
  return acts.appBytes > 0 || acts.ackAdvances > 0 || (acts.tcpFlags & TCP_FIN) !== 0;
}

/** What is known of the address spoken to. */
export function targetState(flow: FlowFacts, context: WeighContext): AddressState {
  const told = context.darkAddresses?.(endsOf(flow).target.address) ?? "unknown";
  if (told !== "unknown") return told;
  return flow.findings.includes("dark-destination") ? "dark" : "unknown";
}

export type Absence = "never-passed" | "evicted" | "before-start" | "lost";

/** Why no handshake of a TCP flow was seen; undefined where a part of it was. */
export function handshakeAbsence(flow: FlowFacts, context: WeighContext): Absence | undefined {
  if (!isTcp(flow) || flow.sawSyn || flow.sawSynAck) return undefined;
  if (flow.notes.includes("evicted-before") || flow.dirReason === "learnt") return "evicted";
  if (flow.notes.includes("pickup") || isNearStart(flow, context)) return "before-start";
  if (flow.notes.includes("loss") || context.lossAt?.(flow.startUs) === true) return "lost";
  return "never-passed";
}

/** So soon after the sensor began that the flow may be older. */
export function isNearStart(flow: FlowFacts, { sensorStartUs }: WeighContext): boolean {
  return sensorStartUs !== undefined && flow.startUs < sensorStartUs + PICKUP_US;
}

export const ABSENCE_TEXTS: Readonly<Record<Absence, string>> = {
  "never-passed":
    "no handshake passed here: the sensor was running, lost no frames then, and had no such conversation before",
  evicted:
    "no handshake seen since the sensor had told of this conversation and taken it out of its table before",
  "before-start": "no handshake seen since the sensor may have started later than the conversation",
  lost: "no handshake seen, but frames were lost in capture at that time",
};

/** The connection was asked for and got nowhere: no answer, a refusal, or given up before a byte was sent. */
export function isFailed(flow: FlowFacts): boolean {
  return isSilent(flow) || isRefused(flow) || isHalfOpen(flow);
}

export function isSilent(flow: FlowFacts): boolean {
  return isTcp(flow) && flow.sawSyn && isOneSided(flow) && !carriesData(flow) && !hearsUnseen(flow);
}

/** By a reset, or (UDP and others too) by ICMP. */
export function isRefused(flow: FlowFacts): boolean {
  if (!isTcp(flow)) return flow.icmpErrors > 0 && flow.resp.packets === 0;
  if (!flow.sawSyn || flow.sawSynAck || carriesData(flow)) return false;
  return (flow.resp.tcpFlags & TCP_RST) !== 0 || (flow.icmpErrors > 0 && flow.resp.packets === 0);
}

/** SYN, SYN-ACK, and the asker resets at once: nmap's SYN scan at an open port. */
export function isHalfOpen(flow: FlowFacts): boolean {
  if (!isTcp(flow) || !flow.sawSyn || !flow.sawSynAck || carriesData(flow)) return false;
  return (
    (flow.orig.tcpFlags & TCP_RST) !== 0 && (flow.orig.tcpFlags & TCP_FIN) === 0 && flow.orig.packets <= 3
  );
}

/** Handshake and data: a conversation as it should be. */
export function isComplete(flow: FlowFacts): boolean {
  return isTcp(flow) && flow.sawHandshake && !isOneSided(flow) && carriesData(flow);
}

/** Of so many TCP flows it can be said that only one direction passes the sensor. */
const ONE_WAY_FLOWS_MIN = 3;
const ONE_WAY_SHARE = 0.8;
const HEARING_SHARE = 0.5;

/**
 * Most conversations were seen from one side, and in most of those that side hears the other: the capture is one-way,
 * and what it does not show was not absent. Silence alone (a dark network, a scan) is no such thing.
 */
export function looksOneWay(flows: readonly FlowFacts[]): boolean {
  const tcp = flows.filter(isTcp);
  const oneSided = tcp.filter(isOneSided);
  if (oneSided.length < ONE_WAY_FLOWS_MIN || oneSided.length < tcp.length * ONE_WAY_SHARE) return false;
  return oneSided.filter(hearsUnseen).length >= oneSided.length * HEARING_SHARE;
}
