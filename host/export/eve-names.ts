// Suricata's words for what a flow record says: protocols, states, reasons.
// Apart because consumers of EVE compare these words; ours are under `stray`.
// Always holds: every record has a word; what Suricata has no word for keeps ours.

import * as L from "../../assembly/layout.js";
import type { FlowRecord } from "../record/flow-record.js";
import { protocolText } from "../record/names.js";
import { reasonName } from "../record/notes.js";
import { TCP_FIN } from "../record/state.js";

/** IANA's names, as Suricata spells them. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  0: "HOPOPT",
  1: "ICMP",
  2: "IGMP",
  4: "IP-in-IP",
  6: "TCP",
  8: "EGP",
  9: "IGP",
  17: "UDP",
  27: "RDP",
  33: "DCCP",
  41: "IPv6",
  43: "IPv6-Route",
  44: "IPv6-Frag",
  46: "RSVP",
  47: "GRE",
  50: "ESP",
  51: "AH",
  58: "IPv6-ICMP",
  59: "IPv6-NoNxt",
  60: "IPv6-Opts",
  88: "EIGRP",
  89: "OSPF",
  94: "OS",
  97: "ETHERIP",
  103: "PIM",
  108: "IPComp",
  112: "VRRP",
  115: "L2TP",
  132: "SCTP",
  135: "Mobility",
  136: "UDPLite",
  137: "MPLS-in-IP",
};

const PROTOCOL_TEXTS: readonly string[] = Array.from(
  { length: 256 },
  (_, number) => PROTOCOLS[number] ?? String(number).padStart(3, "0"),
);

/** `TCP`; three digits for a protocol without a name; the ethertype's name in capitals for what is not IP. */
export function eveProto(record: FlowRecord): string {
  return record.isIp ? PROTOCOL_TEXTS[record.proto]! : protocolText(record).toUpperCase();
}

/** The same of an IP protocol's number. */
export function ipProtoText(proto: number): string {
  return PROTOCOL_TEXTS[proto & 255]!;
}

const isTwoWay = (record: FlowRecord): boolean =>
  record.packetsOfLife("orig") > 0 && record.packetsOfLife("resp") > 0;

/** `new`, `established` or `closed`. */
export function eveFlowState(record: FlowRecord): string {
  if (record.isTcp) {
    switch (record.tcpState) {
      case L.TCP_STATE_SYN_SENT:
      case L.TCP_STATE_SYN_ACKED:
        return "new";
      case L.TCP_STATE_ESTABLISHED:
      case L.TCP_STATE_CLOSING:
        return "established";
      case L.TCP_STATE_CLOSED:
      case L.TCP_STATE_RESET:
        return "closed";
    }
  }
  return isTwoWay(record) ? "established" : "new";
}

/** Suricata's TCP session state; `none` for one side of a conversation whose handshake was not seen. */
export function eveTcpState(record: FlowRecord): string {
  switch (record.tcpState) {
    case L.TCP_STATE_SYN_SENT:
      return "syn_sent";
    case L.TCP_STATE_SYN_ACKED:
      return "syn_recv";
    case L.TCP_STATE_ESTABLISHED:
      return "established";
    case L.TCP_STATE_MIDSTREAM:
      return isTwoWay(record) ? "established" : "none";
    case L.TCP_STATE_CLOSING:
      return (record.tcpFlags("orig") & TCP_FIN) !== 0 ? "fin_wait1" : "close_wait";
    case L.TCP_STATE_CLOSED:
    case L.TCP_STATE_RESET:
      return "closed";
    default:
      return "none";
  }
}

/** Why the record was made; `active` is ours: the flow goes on. */
export function eveReason(reason: number): string {
  switch (reason) {
    case L.RECORD_REASON_IDLE:
      return "timeout";
    case L.RECORD_REASON_EVICTED:
    case L.RECORD_REASON_REFUSED:
      return "forced";
    case L.RECORD_REASON_STATUS:
      return "active";
    case L.RECORD_REASON_FLUSH:
      return "shutdown";
    case L.RECORD_REASON_REUSED:
      return "tcp_reuse";
    default:
      return reasonName(reason);
  }
}

/** The answer's type by the question's (RFC 792, 950, 1256; RFC 4443, 4861), for exchanges that have one. */
const ICMP_ANSWERS: Readonly<Record<number, number>> = { 8: 0, 10: 9, 13: 14, 15: 16, 17: 18 };
const ICMP6_ANSWERS: Readonly<Record<number, number>> = { 128: 129, 133: 134, 135: 136 };

/** Type of the answer that was seen, or undefined. */
export function icmpAnswer(record: FlowRecord): number | undefined {
  if (record.packetsOfLife("resp") === 0) return undefined;
  return (record.kind === L.KIND_IPV6 ? ICMP6_ANSWERS : ICMP_ANSWERS)[record.portA];
}
