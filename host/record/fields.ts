// The one table of fields: what `-s`, `--json`, `--csv` and filters know of a flow record.
// Apart, and longer than other files, because everything that prints or documents a record reads it:
// docs/record-fields.md is held against it by a test.
// Always holds: names are ra's where ra has the field; the order is that of JSON and CSV.

import * as L from "../../assembly/layout.js";
import { addressText, senderMac } from "./address.js";
import { dirConfidence, dirReasonName, dirSymbol } from "./direction.js";
import { type Field, list, number, seconds, text, time } from "./field-types.js";
import { findingNames } from "./findings.js";
import { flgsText } from "./flgs.js";
import { type End, type FlowRecord, PROTO_ESP } from "./flow-record.js";
import { hasIcmpId } from "./icmp.js";
import { hasIpId, ipIdBehaviour } from "./ip-id.js";
import { ethertypeOf, protocolText } from "./names.js";
import { noteNames, reasonName } from "./notes.js";
import { stateText, tcpFlagsText } from "./state.js";
import { verdictOf } from "./verdict.js";

const ABSENT = Number.NaN;

const SIDES = [
  { end: "orig", s: "s", S: "S", Src: "Src", who: "initiator" },
  { end: "resp", s: "d", S: "D", Src: "Dst", who: "responder" },
] as const;
type Side = (typeof SIDES)[number];

/** A field for either side, the initiator's first. */
function bothSides(make: (side: Side) => Field): Field[] {
  return SIDES.map(make);
}

/** A field of the whole flow, then of either side. */
function totalAndSides(
  name: string,
  headers: readonly [total: string, orig: string, resp: string],
  width: number,
  unit: string,
  meaning: string,
  value: (record: FlowRecord, end: End) => number,
): Field[] {
  return [
    number(
      [headers[0], width, name],
      unit,
      `${meaning}, both ways`,
      (r) => value(r, "orig") + value(r, "resp"),
    ),
    number([headers[1], width, `s${name}`], unit, `${meaning}, from the initiator`, (r) => value(r, "orig")),
    number([headers[2], width, `d${name}`], unit, `${meaning}, from the responder`, (r) => value(r, "resp")),
  ];
}

const tcpOnly = (r: FlowRecord, value: number): number => (r.isTcp ? value : ABSENT);
const has = (r: FlowRecord, end: End, bit: number): boolean => (r.dirBits(end) & bit) !== 0;
const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;

/** A TCP counter of one direction, absent for other protocols. */
function tcpCounters(
  name: string,
  header: string,
  meaning: string,
  value: (r: FlowRecord, end: End) => number,
): Field[] {
  return bothSides(({ end, s, S, who }) =>
    number([`${S}${header}`, 8, `${s}${name}`], "count", `${meaning} (${who}; TCP)`, (r) =>
      tcpOnly(r, value(r, end)),
    ),
  );
}

function portField(header: string, name: string, end: End, meaning: string): Field {
  const value = (r: FlowRecord) => {
    const port = r.port(end);
    return port < 0 ? ABSENT : port;
  };
  const isSpi = (r: FlowRecord) => r.proto === PROTO_ESP && r.isIp;
  const field = number([header, 6, name], "", meaning, value, (r) => {
    const port = r.port(end);
    return port < 0 ? "" : isSpi(r) ? hex(port, 8) : String(port);
  });
  return { ...field, align: "left" };
}

const handshake = (r: FlowRecord, flags: number, us: number): number =>
  r.isTcp && (r.flags & flags) === flags ? us : ABSENT;
const SYN_PAIR = L.FLOW_FLAG_SYN | L.FLOW_FLAG_SYNACK;
const THREE_WAY = SYN_PAIR | L.FLOW_FLAG_HANDSHAKE;
const synackUs = (r: FlowRecord): number => r.u32(r.flow + L.FLOW_SYNACK_US_OFFSET);
const ackdatUs = (r: FlowRecord): number => r.u32(r.flow + L.FLOW_ACKDAT_US_OFFSET);

export const FIELDS: readonly Field[] = [
  time(["Start_Time", 18, "stime"], "first packet", (r) => r.startUs),
  time(["Last_Time", 18, "ltime"], "last packet", (r) => r.lastUs),
  seconds(["Dur", 11, "dur"], "last packet less first", (r) => Math.max(0, r.lastUs - r.startUs)),
  text(["Flgs", 10, "flgs"], "left", "ten places of flags, listed below", flgsText, true),
  text(
    ["Type", 9, "proto"],
    "right",
    "protocol, or ethertype of what is not IP; a number where there is no name",
    (r, style) => protocolText(r, style.numericProto),
  ),
  text(["SrcAddr", 18, "saddr"], "right", "initiator's IP address, or MAC address of what is not IP", (r) =>
    addressText(r, "orig"),
  ),
  portField("Sport", "sport", "orig", "initiator's port; ICMP: the request's type"),
  text(["Dir", 5, "dir"], "center", "who sent, and whether the initiator is known: see below", dirSymbol),
  text(["DstAddr", 18, "daddr"], "right", "responder's address", (r) => addressText(r, "resp")),
  portField("Dport", "dport", "resp", "responder's port; ICMP: code; ESP: SPI"),
  number(["IcmpId", 6, "icmp_id"], "", "identifier of an ICMP echo (and the like)", (r) =>
    hasIcmpId(r) ? r.extra : ABSENT,
  ),
  ...totalAndSides("pkts", ["TotPkt", "SrcPkt", "Dstpkt"], 8, "packets", "packets", (r, end) =>
    r.packets(end),
  ),
  ...totalAndSides(
    "bytes",
    ["TotBytes", "SrcBytes", "DstBytes"],
    10,
    "bytes",
    "length on the wire",
    (r, end) => r.wireBytes(end),
  ),
  ...totalAndSides(
    "appbytes",
    ["TAppBytes", "SAppBytes", "DAppBytes"],
    10,
    "bytes",
    "application bytes as the IP header claims them, repeats included",
    (r, end) => r.appBytes(end),
  ),
  text(
    ["Status", 9, "state"],
    "left",
    "state of the conversation; TCP flags with -Z, history with -z",
    (r, style) => stateText(r, style.state),
  ),
  ...bothSides(({ end, s, S, who }) =>
    text([`${S}Flags`, 8, `${s}flags`], "left", `TCP flags the ${who} sent, in the order FSRPAUEC`, (r) =>
      r.isTcp ? tcpFlagsText(r.tcpFlags(end)) : "",
    ),
  ),
  text(
    ["DirReason", 12, "dir_reason"],
    "left",
    "why the initiator is taken for it: syn, synack, first-packet, learnt, answer",
    dirReasonName,
  ),
  number(["Conf", 4, "dir_conf"], "0..1", "how sure that is", dirConfidence),
  ...bothSides(({ end, s, who }) =>
    number([`${s}Ttl`, 4, `${s}ttl`], "", `lowest TTL or hop limit of the ${who}'s packets`, (r) =>
      has(r, end, L.DIR_BIT_TTL) ? r.dirU8(end, L.DIR_TTL_LOW_OFFSET) : ABSENT,
    ),
  ),
  ...bothSides(({ end, s, who }) =>
    number([`${s}TtlHi`, 6, `${s}ttl_high`], "", `highest TTL or hop limit of the ${who}'s packets`, (r) =>
      has(r, end, L.DIR_BIT_TTL) ? r.dirU8(end, L.DIR_TTL_HIGH_OFFSET) : ABSENT,
    ),
  ),
  ...bothSides(({ end, s, who }) =>
    number([`${s}Tos`, 4, `${s}tos`], "", `TOS or traffic class of the ${who}'s last packet`, (r) =>
      has(r, end, L.DIR_BIT_TTL) ? r.dirU8(end, L.DIR_TOS_LAST_OFFSET) : ABSENT,
    ),
  ),
  ...bothSides(({ end, s, who }) =>
    number(
      [`${s}IpId`, 7, `${s}ipid`],
      "",
      `IPv4 identification of the ${who}'s last packet (hexadecimal in the table)`,
      (r) => (hasIpId(r, end) ? r.dirU16(end, L.DIR_ID_LAST_OFFSET) : ABSENT),
      (r) => (hasIpId(r, end) ? hex(r.dirU16(end, L.DIR_ID_LAST_OFFSET), 4) : ""),
    ),
  ),
  ...bothSides(({ end, s, S, who }) =>
    text(
      [`${S}IdKind`, 11, `${s}ipid_kind`],
      "left",
      `how the ${who} chooses IDs: zero, constant, counting-up, random, mixed, single`,
      (r) => ipIdBehaviour(r, end) ?? "",
    ),
  ),
  ...bothSides(({ end, s, S, who }) =>
    number([`${S}IdZero`, 7, `${s}ipid_zero`], "packets", `packets of the ${who} whose ID is 0`, (r) =>
      hasIpId(r, end) ? r.dirU32(end, L.DIR_ID_ZERO_OFFSET) : ABSENT,
    ),
  ),
  ...bothSides(({ end, s, S, who }) =>
    number(
      [`${S}IdSame`, 7, `${s}ipid_same`],
      "packets",
      `packets of the ${who} with the ID of the one before, 0 left out`,
      (r) => (hasIpId(r, end) ? r.dirU32(end, L.DIR_ID_SAME_OFFSET) : ABSENT),
    ),
  ),
  ...bothSides(({ end, s, S, who }) =>
    number(
      [`${S}IdUp`, 7, `${s}ipid_up`],
      "packets",
      `packets of the ${who} with an ID 1 to 1024 above the one before`,
      (r) => (hasIpId(r, end) ? r.dirU32(end, L.DIR_ID_UP_OFFSET) : ABSENT),
    ),
  ),
  ...bothSides(({ end, s, S, who }) =>
    number([`${S}Df`, 7, `${s}df`], "packets", `packets of the ${who} with don't-fragment`, (r) =>
      hasIpId(r, end) ? r.dirU32(end, L.DIR_DF_OFFSET) : ABSENT,
    ),
  ),
  text(["SrcMac", 17, "smac"], "left", "source MAC of the initiator's first packet", (r) =>
    senderMac(r, "orig"),
  ),
  text(["DstMac", 17, "dmac"], "left", "source MAC of the responder's first packet", (r) =>
    senderMac(r, "resp"),
  ),
  ...bothSides(({ end, s, who }) =>
    number([`${s}Vlan`, 6, `${s}vlan`], "", `outermost VLAN id of the ${who}'s first packet`, (r) =>
      r.packetsOfLife(end) > 0 && r.vlan(end) !== L.VLAN_NONE ? r.vlan(end) : ABSENT,
    ),
  ),
  seconds(["TcpRtt", 10, "tcprtt"], "SYN to the ACK that ends the handshake", (r) =>
    handshake(r, THREE_WAY, synackUs(r) + ackdatUs(r)),
  ),
  seconds(["SynAck", 10, "synack"], "SYN to SYN-ACK", (r) => handshake(r, SYN_PAIR, synackUs(r))),
  seconds(["AckDat", 10, "ackdat"], "SYN-ACK to ACK", (r) => handshake(r, THREE_WAY, ackdatUs(r))),
  ...tcpCounters("loss", "Loss", "repeated segments and gaps", (r, end) => r.loss(end)),
  ...tcpCounters("retrans", "Retr", "segments that brought nothing new", (r, end) =>
    r.dirU32(end, L.DIR_RETRANSMITS_OFFSET),
  ),
  ...tcpCounters("gaps", "Gaps", "times that bytes were jumped over", (r, end) =>
    r.dirU16(end, L.DIR_GAPS_OFFSET),
  ),
  ...tcpCounters("ooo", "OutOrd", "segments that filled a gap later", (r, end) =>
    r.dirU16(end, L.DIR_OUT_OF_ORDER_OFFSET),
  ),
  ...tcpCounters("overlap", "Overl", "segments sent again with other bytes", (r, end) =>
    r.dirU16(end, L.DIR_OVERLAPS_OFFSET),
  ),
  ...tcpCounters("ackadv", "AckAdv", "times the acknowledgement went forward", (r, end) =>
    r.dirU32(end, L.DIR_ACK_ADVANCES_OFFSET),
  ),
  ...bothSides(({ end, s, Src, who }) =>
    number(
      [`${Src}Win`, 8, `${s}win`],
      "bytes",
      `last TCP window of the ${who}, scaled when both ends scale`,
      (r) => tcpOnly(r, r.packetsOfLife(end) > 0 ? r.window(end) : ABSENT),
    ),
  ),
  ...tcpCounters("zerowin", "ZeroWin", "packets with a window of 0", (r, end) =>
    r.dirU16(end, L.DIR_ZERO_WINDOWS_OFFSET),
  ),
  ...bothSides(({ end, s, S, who }) =>
    number([`${S}Frag`, 7, `${s}frag`], "packets", `fragments from the ${who}`, (r) =>
      r.isIp ? r.dirU16(end, L.DIR_FRAGMENTS_OFFSET) : ABSENT,
    ),
  ),
  ...bothSides(({ end, s, S, who }) =>
    number([`${S}BadSum`, 7, `${s}badsum`], "packets", `packets of the ${who} with a wrong checksum`, (r) =>
      r.isIp ? r.dirU16(end, L.DIR_BAD_CHECKSUMS_OFFSET) : ABSENT,
    ),
  ),
  number(["IcmpErr", 7, "icmp_errors"], "packets", "ICMP errors that spoke of the flow", (r) =>
    r.isIp ? r.icmpErrors : ABSENT,
  ),
  number(["EthType", 7, "ethertype"], "", "ethertype; for an LLC frame, the DSAP", ethertypeOf, (r) =>
    hex(ethertypeOf(r), 4),
  ),
  list(["Notes", 16, "notes"], "encapsulations and oddities of its packets", (r) => noteNames(r.notes)),
  list(["Findings", 16, "findings"], "names of the findings raised", (r) =>
    findingNames(r.findingsLow, r.findingsHigh),
  ),
  text(
    ["Verdict", 10, "verdict"],
    "left",
    "what became of its packets inline: drop, reject, would-drop (a simulation: they passed); nothing where they passed",
    (r) => verdictOf(r) ?? "",
  ),
  text(
    ["Reason", 8, "reason"],
    "left",
    "why the record was made: idle, evicted, refused, status (the flow goes on), flush, reused, live (a look at the table)",
    (r) => reasonName(r.reason),
  ),
  number(["Seq", 8, "seq"], "", "number of the record, from 1", (r) => r.sequence),
  number(["Frame", 8, "frame"], "", "number of the flow's first packet, from 1", (r) => r.firstFrame),
];

const BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name, field]));

/** The field of that name, in any case of letters, or undefined. */
export function fieldByName(name: string): Field | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** The letter's columns. */
export const DEFAULT_FIELD_NAMES: readonly string[] = [
  "stime",
  "flgs",
  "proto",
  "saddr",
  "sport",
  "dir",
  "daddr",
  "dport",
  "spkts",
  "dpkts",
  "sappbytes",
  "dappbytes",
  "state",
];
