// stray's own information elements: the evidence and findings that no standard element speaks of.
// Apart because their numbers and names are a promise: files are read back, and by others, for years.
// Always holds: a number or a name never changes its meaning or moves; new ones are added. What a file calls them
// it says itself (type information, RFC 5610): readers go by the names, whatever the enterprise number is.

import * as L from "../../assembly/layout.js";
import { type Element, own } from "./element.js";
import { CODE, DESTINATION, inDirection, inFlow, inHeader, SOURCE, special } from "./place.js";
import type { Semantics, Units } from "./wire.js";

type Kind = readonly [Semantics, Units];
const ID: Kind = ["identifier", "none"];
const FLAGS: Kind = ["flags", "none"];
const VALUE: Kind = ["quantity", "none"];
const NS: Kind = ["quantity", "nanoseconds"];
const US: Kind = ["quantity", "microseconds"];
const PACKETS: Kind = ["totalCounter", "packets"];
const TIMES: Kind = ["totalCounter", "none"];

export const OWN_ELEMENTS = [
  own(
    1,
    "strayRecordSequence",
    "unsigned64",
    ID,
    inHeader(L.RECORD_SEQUENCE_OFFSET, 8),
    "number of the record, from 1, counted by each worker",
  ),
  own(
    2,
    "strayFirstFrame",
    "unsigned64",
    ID,
    inFlow(L.FLOW_FIRST_FRAME_OFFSET, 8),
    "number of the flow's first packet, from 1",
  ),
  own(
    3,
    "strayRecordReason",
    "unsigned8",
    ID,
    inHeader(L.RECORD_REASON_OFFSET, 1),
    "why the record was made: 1 idle, 2 evicted, 3 refused, 4 status, 5 flush, 6 reused",
  ),
  own(
    4,
    "strayDirectionReason",
    "unsigned8",
    ID,
    inFlow(L.FLOW_DIR_REASON_OFFSET, 1),
    "why source is the initiator: 0 first packet, 1 SYN, 2 SYN-ACK, 3 learnt, 4 answer",
  ),
  own(
    5,
    "strayTcpState",
    "unsigned8",
    ID,
    inFlow(L.FLOW_STATE_OFFSET, 1),
    "0 none, 1 SYN sent, 2 SYN acked, 3 established, 4 midstream, 5 closing, 6 closed, 7 reset",
  ),
  own(
    6,
    "strayFlowFlags",
    "unsigned32",
    FLAGS,
    special(CODE.flowFlags),
    "what was seen of the flow, a bit each",
  ),
  own(
    7,
    "strayNotes",
    "unsigned32",
    FLAGS,
    inFlow(L.FLOW_NOTES_OFFSET, 4),
    "encapsulations and oddities of its packets, a bit each",
  ),
  own(
    8,
    "strayFindings",
    "unsigned64",
    FLAGS,
    inFlow(L.FLOW_FINDINGS_OFFSET, 8),
    "findings raised, a bit each",
  ),
  own(
    9,
    "strayIcmpErrorCount",
    "unsigned16",
    PACKETS,
    inFlow(L.FLOW_ICMP_ERRORS_OFFSET, 2),
    "ICMP errors that spoke of the flow",
  ),
  own(
    10,
    "strayFlowStartNanosecondsPart",
    "unsigned32",
    NS,
    special(CODE.startPart),
    "to add to flowStartMilliseconds",
  ),
  own(
    11,
    "strayFlowEndNanosecondsPart",
    "unsigned32",
    NS,
    special(CODE.endPart),
    "to add to flowEndMilliseconds",
  ),
  own(
    12,
    "strayIcmpIdentifier",
    "unsigned16",
    ID,
    inFlow(L.FLOW_EXTRA_OFFSET, 2),
    "identifier of an ICMP echo and the like",
  ),
  own(
    13,
    "strayIcmpFirstType",
    "unsigned8",
    ID,
    inFlow(L.FLOW_ICMP_TYPE_OFFSET, 1),
    "type of the first ICMP packet as it was sent",
  ),
  own(14, "straySynAckTime", "unsigned32", US, inFlow(L.FLOW_SYNACK_US_OFFSET, 4), "SYN to SYN-ACK"),
  own(15, "strayAckDataTime", "unsigned32", US, inFlow(L.FLOW_ACKDAT_US_OFFSET, 4), "SYN-ACK to ACK"),

  own(
    20,
    "strayEvidenceFlags",
    "unsigned8",
    FLAGS,
    special(CODE.evidenceFlags),
    "which evidence of this direction is valid, a bit each",
  ),
  own(
    21,
    "strayLastClassOfService",
    "unsigned8",
    ID,
    inDirection(L.DIR_TOS_LAST_OFFSET, 1),
    "TOS or traffic class of the last packet",
  ),
  own(
    22,
    "strayLastIpId",
    "unsigned16",
    ID,
    inDirection(L.DIR_ID_LAST_OFFSET, 2),
    "IPv4 identification of the last packet",
  ),
  own(
    23,
    "strayZeroIpIdCount",
    "unsigned32",
    PACKETS,
    inDirection(L.DIR_ID_ZERO_OFFSET, 4),
    "packets whose IPv4 identification is 0",
  ),
  own(
    24,
    "straySameIpIdCount",
    "unsigned32",
    PACKETS,
    inDirection(L.DIR_ID_SAME_OFFSET, 4),
    "packets with the identification of the one before, 0 left out",
  ),
  own(
    25,
    "strayRisingIpIdCount",
    "unsigned32",
    PACKETS,
    inDirection(L.DIR_ID_UP_OFFSET, 4),
    "packets with an identification 1 to 1024 above the one before",
  ),
  own(
    26,
    "strayDontFragmentCount",
    "unsigned32",
    PACKETS,
    inDirection(L.DIR_DF_OFFSET, 4),
    "packets with don't-fragment",
  ),
  own(
    27,
    "strayFirstSourceMacAddress",
    "macAddress",
    ["default", "none"],
    special(CODE.firstMac),
    "source MAC address of the direction's first packet",
  ),

  own(
    30,
    "strayTcpSequenceNext",
    "unsigned32",
    VALUE,
    inDirection(L.DIR_SEQ_NEXT_OFFSET, 4),
    "highest sequence number sent, plus one",
  ),
  own(
    31,
    "strayTcpAcknowledgementHighest",
    "unsigned32",
    VALUE,
    inDirection(L.DIR_ACK_HIGH_OFFSET, 4),
    "highest acknowledgement sent",
  ),
  own(
    32,
    "strayTcpRetransmitCount",
    "unsigned32",
    PACKETS,
    inDirection(L.DIR_RETRANSMITS_OFFSET, 4),
    "segments that brought nothing new",
  ),
  own(
    33,
    "strayTcpAckAdvanceCount",
    "unsigned32",
    TIMES,
    inDirection(L.DIR_ACK_ADVANCES_OFFSET, 4),
    "times the acknowledgement went forward",
  ),

  own(40, "strayFragmentCount", "unsigned16", PACKETS, inDirection(L.DIR_FRAGMENTS_OFFSET, 2), "fragments"),
  own(
    41,
    "strayBadChecksumCount",
    "unsigned16",
    PACKETS,
    inDirection(L.DIR_BAD_CHECKSUMS_OFFSET, 2),
    "packets with a wrong checksum",
  ),
  own(
    42,
    "strayTcpZeroWindowCount",
    "unsigned16",
    PACKETS,
    inDirection(L.DIR_ZERO_WINDOWS_OFFSET, 2),
    "packets with a window of 0",
  ),
  own(
    43,
    "strayTcpOutOfOrderCount",
    "unsigned16",
    PACKETS,
    inDirection(L.DIR_OUT_OF_ORDER_OFFSET, 2),
    "segments that filled a gap later",
  ),
  own(
    44,
    "strayTcpOverlapCount",
    "unsigned16",
    PACKETS,
    inDirection(L.DIR_OVERLAPS_OFFSET, 2),
    "segments sent again with other bytes",
  ),
  own(
    45,
    "strayTcpGapCount",
    "unsigned16",
    TIMES,
    inDirection(L.DIR_GAPS_OFFSET, 2),
    "times that bytes were jumped over",
  ),

  own(
    50,
    "strayLifeStartMilliseconds",
    "dateTimeMilliseconds",
    ["default", "none"],
    special(CODE.lifeMs),
    "first packet of the flow's whole life",
  ),
  own(
    51,
    "strayLifeStartNanosecondsPart",
    "unsigned32",
    NS,
    special(CODE.lifePart),
    "to add to strayLifeStartMilliseconds",
  ),
  own(
    52,
    "strayEarlierRecordCount",
    "unsigned16",
    ["totalCounter", "none"],
    inFlow(L.FLOW_STATUS_COUNT_OFFSET, 2),
    "records made of the flow before this one",
  ),
  // Not packetTotalCount: nfdump 1.7 takes the elements of a list for the record's own, and loses the ports and bytes
  // of a record that has both delta and total counts.
  own(
    53,
    "strayInitiatorLifePacketCount",
    "unsigned64",
    PACKETS,
    special(CODE.packetsOfLife, SOURCE),
    "packets from the initiator in the flow's whole life",
  ),
  own(
    54,
    "strayResponderLifePacketCount",
    "unsigned64",
    PACKETS,
    special(CODE.packetsOfLife, DESTINATION),
    "packets from the responder in the flow's whole life",
  ),
] as const satisfies readonly Element[];

export type OwnName = (typeof OWN_ELEMENTS)[number]["name"];
