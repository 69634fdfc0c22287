// Values whose bits or numbers mean something, as they stand in an IPFIX record.
// Apart because encoder, decoder and documentation must agree on them.
// Always holds: in a record A is the source, which is the initiator: no flag says who began.

import * as L from "../../assembly/layout.js";

/** strayEvidenceFlags has the DIR_BIT_* of the layout, and this: a VLAN tag was seen (vlanId may be 0 then). */
export const VLAN_SEEN = 64;
/** Of DIR_BIT_*, what says which fields are there; the rest is the classifier's own while the flow lives. */
export const VALID_BITS =
  L.DIR_BIT_SEQ | L.DIR_BIT_ACK | L.DIR_BIT_DATA | L.DIR_BIT_SUM | L.DIR_BIT_ID | L.DIR_BIT_TTL;

/** The bits of strayEvidenceFlags, for the documentation. */
export const EVIDENCE_FLAGS: readonly (readonly [bit: number, meaning: string])[] = [
  [L.DIR_BIT_SEQ, "tcpSequenceNumber, strayTcpSequenceNext"],
  [L.DIR_BIT_ACK, "tcpAcknowledgementNumber, strayTcpAcknowledgementHighest"],
  [L.DIR_BIT_DATA, "data segments were seen"],
  [L.DIR_BIT_SUM, "their contents were seen"],
  [L.DIR_BIT_ID, "strayLastIpId and the counts of identifications"],
  [L.DIR_BIT_TTL, "minimumTTL, maximumTTL, ipClassOfService, strayLastClassOfService"],
  [VLAN_SEEN, "vlanId"],
];

/** The bits of strayFlowFlags, for the documentation. */
export const FLOW_FLAGS: readonly (readonly [bit: number, meaning: string])[] = [
  [L.FLOW_FLAG_SYN, "a SYN was seen"],
  [L.FLOW_FLAG_SYNACK, "a SYN-ACK was seen"],
  [L.FLOW_FLAG_HANDSHAKE, "SYN, SYN-ACK and the ACK to it were seen"],
  [L.FLOW_FLAG_FIRST_B, "the first packet came from the responder"],
  [L.FLOW_FLAG_SYNACK_B, "the SYN-ACK came from the responder"],
  [L.FLOW_FLAG_FRAGMENTS_ONLY, "later fragments whose first never came: no ports"],
  [L.FLOW_FLAG_ICMP_UNREACHABLE, "an ICMP unreachable spoke of the flow"],
  [L.FLOW_FLAG_ICMP_TIME_EXCEEDED, "an ICMP time exceeded did"],
  [L.FLOW_FLAG_ICMP_REDIRECT, "an ICMP redirect did"],
  [L.FLOW_FLAG_ICMP_OTHER, "another ICMP error did"],
  [L.FLOW_FLAG_TURNED, "the initiator is not the first sender"],
  [L.FLOW_FLAG_FIN_A, "the initiator sent FIN"],
  [L.FLOW_FLAG_FIN_B, "the responder sent FIN"],
  [L.FLOW_FLAG_ACKED, "after the SYN-ACK its receiver answered with something other than a reset"],
  [L.FLOW_FLAG_SEEN_A, "the initiator has sent"],
  [L.FLOW_FLAG_SEEN_B, "the responder has sent"],
  [L.FLOW_FLAG_SEVERAL, "more than one packet"],
  [L.FLOW_FLAG_GROUP, "begun with a packet to a group or to all"],
  [L.FLOW_FLAG_RESET_A, "the initiator sent a reset that fits where its bytes had come to"],
  [L.FLOW_FLAG_RESET_B, "the responder did"],
  [L.FLOW_FLAG_ASKED, "it asks for something, and what came of it is not known yet"],
  [L.FLOW_FLAG_RETRIED, "it asked again"],
  [L.FLOW_FLAG_TTL_TURN_A, "the initiator's TTL has no usual value"],
  [L.FLOW_FLAG_TTL_TURN_B, "the responder's has none"],
  [L.FLOW_FLAG_UNHEARD, "while one side alone was heard, it heard the other"],
  [L.FLOW_FLAG_FIN_DATA, "a FIN came with data, and no handshake before"],
  [L.FLOW_FLAG_COMPANY, "its sender repeats in vain in other flows too"],
  [L.FLOW_FLAG_DROPPED, "inline: its packets were dropped from some packet on"],
  [L.FLOW_FLAG_REJECTED, "inline: they were rejected: who sent them was told"],
  [L.FLOW_FLAG_SIMULATED, "inline: they would have been, and passed"],
];

const ENDS = [
  [L.FLOW_FLAG_FIN_A, L.FLOW_FLAG_FIN_B],
  [L.FLOW_FLAG_SEEN_A, L.FLOW_FLAG_SEEN_B],
  [L.FLOW_FLAG_RESET_A, L.FLOW_FLAG_RESET_B],
  [L.FLOW_FLAG_TTL_TURN_A, L.FLOW_FLAG_TTL_TURN_B],
] as const;
const ENDS_MASK = ENDS.flat().reduce((mask, bit) => mask | bit, 0);

/** FLOW_FLAGS as they are when end A is the initiator. */
export function orientedFlags(flags: number): number {
  if ((flags & L.FLOW_FLAG_INITIATOR_B) === 0) return flags;
  let turned = (flags & ~(L.FLOW_FLAG_INITIATOR_B | ENDS_MASK)) ^ L.FLOW_FLAG_FIRST_B;
  if ((flags & L.FLOW_FLAG_SYNACK) !== 0) turned ^= L.FLOW_FLAG_SYNACK_B;
  for (let i = 0; i < ENDS.length; i++) {
    const [a, b] = ENDS[i]!;
    turned |= ((flags & a) !== 0 ? b : 0) | ((flags & b) !== 0 ? a : 0);
  }
  return turned >>> 0;
}

/** flowEndReason (RFC 5102, section 5.11.3): idle, active timeout, end seen, forced, lack of resources. */
const IDLE_TIMEOUT = 1;
const ACTIVE_TIMEOUT = 2;
const END_SEEN = 3;
const FORCED_END = 4;
const LACK_OF_RESOURCES = 5;

const END_REASONS = new Map<number, number>([
  [L.RECORD_REASON_IDLE, IDLE_TIMEOUT],
  [L.RECORD_REASON_EVICTED, LACK_OF_RESOURCES],
  [L.RECORD_REASON_REFUSED, LACK_OF_RESOURCES],
  [L.RECORD_REASON_STATUS, ACTIVE_TIMEOUT],
  [L.RECORD_REASON_FLUSH, FORCED_END],
  [L.RECORD_REASON_REUSED, END_SEEN],
]);

export function registryEndReason(reason: number): number {
  return END_REASONS.get(reason) ?? FORCED_END;
}

/** The nearest RECORD_REASON_*, for records of other exporters; 0 when there is none. */
export function recordReason(endReason: number): number {
  for (const [reason, registry] of END_REASONS) if (registry === endReason) return reason;
  return 0;
}
