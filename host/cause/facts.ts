// What a flow was, as a plain object: what causes are weighed from, and what is kept with an incident.
// Apart from the record's view, which looks at memory that is soon another flow's.
// Always holds: safe to keep and to send as JSON but for `startNs`; all numbers are of the flow's whole life,
// whichever of its records they were taken from; `source` is the initiator, as far as it is known.

import * as L from "../../assembly/layout.js";
import { flowId } from "../export/flow-id.js";
import { addressText, hasMac, senderMac } from "../record/address.js";
import { dirReasonName } from "../record/direction.js";
import { type FindingName, findingNames } from "../record/findings.js";
import { flgsText } from "../record/flgs.js";
import type { End, FlowRecord } from "../record/flow-record.js";
import { noteNames } from "../record/notes.js";
import { isEstablished, stateText } from "../record/state.js";

export interface EndFacts {
  readonly address: string;
  /** As the record's port: ICMP's type and code, and -1 where the protocol has none. */
  readonly port: number;
}

/** What one end sent. */
export interface SideFacts {
  readonly packets: number;
  readonly bytes: number;
  readonly appBytes: number;
  /** Union of the TCP flags, TCP_* of host/record/state.ts. */
  readonly tcpFlags: number;
  /** SEQ and ACK fields count only where these say so. */
  readonly seqSeen: boolean;
  readonly ackSeen: boolean;
  readonly seqFirst: number;
  readonly seqNext: number;
  readonly ackFirst: number;
  readonly ackHigh: number;
  /** Times the acknowledgement number went forward. */
  readonly ackAdvances: number;
  readonly retransmits: number;
  readonly outOfOrder: number;
  /** Segments sent again with other bytes. */
  readonly overlaps: number;
  readonly gaps: number;
  readonly zeroWindows: number;
  /** Packets whose IPv4 ID is 0, is the one before, is a little above the one before. */
  readonly idZero: number;
  readonly idSame: number;
  readonly idUp: number;
  /** Last IPv4 ID that is not 0, where there was one. */
  readonly idLast?: number;
  readonly dontFragment: number;
  readonly ttlLow: number;
  readonly ttlHigh: number;
  readonly tos: number;
  readonly badChecksums: number;
  readonly fragments: number;
  readonly mac?: string;
  readonly vlan?: number;
}

export interface FlowFacts {
  /** The same in all records of the flow: EVE's flow_id in decimal, made of the key and the start. */
  readonly id: string;
  readonly family: 4 | 6;
  readonly proto: number;
  readonly source: EndFacts;
  readonly destination: EndFacts;
  /** First and last packet of the flow's life, microseconds since 1970. */
  readonly startUs: number;
  readonly endUs: number;
  readonly startNs?: bigint;
  /** TCP_STATE_*. */
  readonly state: number;
  /** As `stray read -Z b` prints it: FPA_. */
  readonly stateText: string;
  /** The Flgs column; facts that an older stray kept have none. */
  readonly flgs?: string;
  readonly sawSyn: boolean;
  readonly sawSynAck: boolean;
  /** The handshake was seen to its end, or its SYN-ACK was followed by something other than a reset. */
  readonly sawHandshake: boolean;
  readonly dirReason: string;
  readonly notes: readonly string[];
  readonly findings: readonly FindingName[];
  readonly firstFrame: number;
  readonly icmpErrors: number;
  readonly orig: SideFacts;
  readonly resp: SideFacts;
}

export function factsOf(record: FlowRecord): FlowFacts {
  const startNs = record.view.getBigUint64(record.flow + L.FLOW_START_OFFSET, true);
  return {
    id: String(flowId(record)),
    family: record.kind === L.KIND_IPV6 ? 6 : 4,
    proto: record.proto,
    source: { address: addressText(record, "orig"), port: record.port("orig") },
    destination: { address: addressText(record, "resp"), port: record.port("resp") },
    startUs: Number(startNs / 1000n),
    endUs: record.lastUs,
    startNs,
    state: record.tcpState,
    stateText: stateText(record, "flags-both"),
    flgs: flgsText(record),
    sawSyn: (record.flags & L.FLOW_FLAG_SYN) !== 0,
    sawSynAck: (record.flags & L.FLOW_FLAG_SYNACK) !== 0,
    sawHandshake: record.isTcp && isEstablished(record),
    dirReason: dirReasonName(record),
    notes: noteNames(record.notes),
    findings: findingNames(record.findingsLow, record.findingsHigh) as FindingName[],
    firstFrame: record.firstFrame,
    icmpErrors: record.icmpErrors,
    orig: sideFacts(record, "orig"),
    resp: sideFacts(record, "resp"),
  };
}

function sideFacts(record: FlowRecord, end: End): SideFacts {
  const at = record.direction(end);
  const bits = record.dirBits(end);
  const packets = record.packetsOfLife(end);
  const vlan = packets === 0 ? L.VLAN_NONE : record.vlan(end);
  return {
    packets,
    bytes: record.u64(at + L.DIR_BYTES_OFFSET),
    appBytes: record.u64(at + L.DIR_APP_BYTES_OFFSET),
    tcpFlags: record.tcpFlags(end),
    seqSeen: (bits & L.DIR_BIT_SEQ) !== 0,
    ackSeen: (bits & L.DIR_BIT_ACK) !== 0,
    seqFirst: record.dirU32(end, L.DIR_SEQ_FIRST_OFFSET),
    seqNext: record.dirU32(end, L.DIR_SEQ_NEXT_OFFSET),
    ackFirst: record.dirU32(end, L.DIR_ACK_FIRST_OFFSET),
    ackHigh: record.dirU32(end, L.DIR_ACK_HIGH_OFFSET),
    ackAdvances: record.dirU32(end, L.DIR_ACK_ADVANCES_OFFSET),
    retransmits: record.dirU32(end, L.DIR_RETRANSMITS_OFFSET),
    outOfOrder: record.dirU16(end, L.DIR_OUT_OF_ORDER_OFFSET),
    overlaps: record.dirU16(end, L.DIR_OVERLAPS_OFFSET),
    gaps: record.dirU16(end, L.DIR_GAPS_OFFSET),
    zeroWindows: record.dirU16(end, L.DIR_ZERO_WINDOWS_OFFSET),
    idZero: record.dirU32(end, L.DIR_ID_ZERO_OFFSET),
    idSame: record.dirU32(end, L.DIR_ID_SAME_OFFSET),
    idUp: record.dirU32(end, L.DIR_ID_UP_OFFSET),
    ...((bits & L.DIR_BIT_ID) === 0 ? {} : nonZeroId(record.dirU16(end, L.DIR_ID_LAST_OFFSET))),
    dontFragment: record.dirU32(end, L.DIR_DF_OFFSET),
    ttlLow: record.dirU8(end, L.DIR_TTL_LOW_OFFSET),
    ttlHigh: record.dirU8(end, L.DIR_TTL_HIGH_OFFSET),
    tos: record.dirU8(end, L.DIR_TOS_LAST_OFFSET),
    badChecksums: record.dirU16(end, L.DIR_BAD_CHECKSUMS_OFFSET),
    fragments: record.dirU16(end, L.DIR_FRAGMENTS_OFFSET),
    ...(hasMac(record, end) ? { mac: senderMac(record, end) } : {}),
    ...(vlan === L.VLAN_NONE ? {} : { vlan }),
  };
}

function nonZeroId(id: number): { idLast?: number } {
  return id === 0 ? {} : { idLast: id };
}

/**
 * One object a flow, in the order of time: of several intermediate records of one flow the latest stands, since its
 * numbers are of the whole life. Which of two is later is told by the last packet, then by the number of packets.
 */
export function mergeFacts(facts: Iterable<FlowFacts>): FlowFacts[] {
  const byId = new Map<string, FlowFacts>();
  for (const flow of facts) {
    const known = byId.get(flow.id);
    if (known === undefined || !isLater(known, flow)) byId.set(flow.id, flow);
  }
  return [...byId.values()].sort(inTime);
}

function isLater(a: FlowFacts, b: FlowFacts): boolean {
  if (a.endUs !== b.endUs) return a.endUs > b.endUs;
  return a.orig.packets + a.resp.packets > b.orig.packets + b.resp.packets;
}

/** By start, then by id: an order that does not depend on the order given. */
export function inTime(a: FlowFacts, b: FlowFacts): number {
  if (a.startUs !== b.startUs) return a.startUs - b.startUs;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
