// Who began a flow, how that is known and how sure it is, and the arrow of the Dir column.
// Apart because the arrow's rules (argus') and the confidence table are policy, not layout.
// Always holds: the arrow depends on the packets that the record counts, never on ports.

import * as L from "../../assembly/layout.js";
import type { FlowRecord } from "./flow-record.js";

const REASON_NAMES = ["first-packet", "syn", "synack", "learnt", "answer"] as const;

/** How sure each reason is. A table of its own: nothing else in stray weighs a direction. */
export const DIRECTION_CONFIDENCE = {
  /** The SYN itself was seen. */
  syn: 1.0,
  /** Only the answer to it: its receiver asked. A forged or scanning SYN-ACK would say the same. */
  synack: 0.9,
  /** Kept from an earlier record of the same flow, which may have been a first packet's guess. */
  learnt: 0.8,
  /** An echo or ARP reply: its receiver asked. */
  answer: 0.8,
  /** The first packet seen, and the protocol has no handshake: usually the asker. */
  firstPacket: 0.7,
  /** The first packet seen of a TCP conversation already running: a coin toss. */
  firstPacketMidstream: 0.5,
} as const;

export function dirReasonName(record: FlowRecord): string {
  return REASON_NAMES[record.dirReason] ?? `reason-${record.dirReason}`;
}

/** 0 to 1. */
export function dirConfidence(record: FlowRecord): number {
  switch (record.dirReason) {
    case L.DIR_REASON_SYN:
      return DIRECTION_CONFIDENCE.syn;
    case L.DIR_REASON_SYNACK:
      return DIRECTION_CONFIDENCE.synack;
    case L.DIR_REASON_LEARNT:
      return DIRECTION_CONFIDENCE.learnt;
    case L.DIR_REASON_ANSWER:
      return DIRECTION_CONFIDENCE.answer;
    default:
      return record.isTcp ? DIRECTION_CONFIDENCE.firstPacketMidstream : DIRECTION_CONFIDENCE.firstPacket;
  }
}

/** `->`, `<-`, `<->`; `?>`, `<?`, `<?>` for TCP without SYN or SYN-ACK; `who`, `tel` for ARP and RARP. */
export function dirSymbol(record: FlowRecord): string {
  if (record.kind === L.KIND_ARP) return record.extra === 2 ? "tel" : "who";
  const hasOrig = record.packets("orig") > 0;
  const hasResp = record.packets("resp") > 0;
  if (record.isTcp) {
    if (hasHandshakePacket(record)) return "->";
    return hasResp ? (hasOrig ? "<?>" : "<?") : "?>";
  }
  return hasResp ? (hasOrig ? "<->" : "<-") : "->";
}

/** A SYN or a SYN-ACK, without FIN, RST, PSH or URG, was seen. */
export function hasHandshakePacket(record: FlowRecord): boolean {
  return (record.flags & (L.FLOW_FLAG_SYN | L.FLOW_FLAG_SYNACK)) !== 0;
}

/** TCP, and neither SYN nor SYN-ACK was ever seen. */
export function isMidstream(record: FlowRecord): boolean {
  return record.isTcp && !hasHandshakePacket(record);
}

/** One end of the conversation never sent a packet in the flow's life. */
export function isOneWay(record: FlowRecord): boolean {
  return record.packetsOfLife("orig") === 0 || record.packetsOfLife("resp") === 0;
}
