// The words of a filter that ask for a flow's state.
// Apart as one table: parser, compiler and docs/filter.md (held against it by a test) read it.
// Always holds: a word takes no value; it is true or false of every record.

import * as L from "../../assembly/layout.js";
import { isMidstream, isOneWay } from "../record/direction.js";
import type { End, FlowRecord } from "../record/flow-record.js";
import { hasIcmpId } from "../record/icmp.js";
import { isEstablished, TCP_FIN, TCP_RST } from "../record/state.js";

type Test = (record: FlowRecord) => boolean;

const hasFlag =
  (flag: number): Test =>
  (record) =>
    (record.flags & flag) !== 0;
const hasTcpFlag =
  (flag: number): Test =>
  (record) =>
    record.isTcp && (record.tcpFlagsBoth & flag) !== 0;
const hasNote =
  (note: number): Test =>
  (record) =>
    (record.notes & note) !== 0;
const eitherEnd =
  (test: (record: FlowRecord, end: End) => boolean): Test =>
  (record) =>
    test(record, "orig") || test(record, "resp");

export const STATE_WORDS: Readonly<Record<string, { meaning: string; test: Test }>> = {
  syn: { meaning: "a SYN was seen", test: hasFlag(L.FLOW_FLAG_SYN) },
  synack: { meaning: "a SYN-ACK was seen", test: hasFlag(L.FLOW_FLAG_SYNACK) },
  established: { meaning: "the TCP handshake was completed", test: (r) => r.isTcp && isEstablished(r) },
  midstream: { meaning: "TCP without SYN and SYN-ACK", test: isMidstream },
  fin: { meaning: "either side sent FIN", test: hasTcpFlag(TCP_FIN) },
  rst: { meaning: "either side sent RST", test: hasTcpFlag(TCP_RST) },
  oneway: { meaning: "one side never sent a packet", test: isOneWay },
  retrans: {
    meaning: "segments were sent again",
    test: eitherEnd((r, end) => r.isTcp && r.dirU32(end, L.DIR_RETRANSMITS_OFFSET) > 0),
  },
  outoforder: {
    meaning: "segments filled a gap later",
    test: eitherEnd((r, end) => r.isTcp && r.dirU16(end, L.DIR_OUT_OF_ORDER_OFFSET) > 0),
  },
  winshut: {
    meaning: "a window was closed (0)",
    test: eitherEnd((r, end) => r.isTcp && r.dirU16(end, L.DIR_ZERO_WINDOWS_OFFSET) > 0),
  },
  frag: { meaning: "fragments were seen", test: hasNote(L.NOTE_FRAGMENT) },
  fragonly: { meaning: "later fragments whose first never came", test: hasFlag(L.FLOW_FLAG_FRAGMENTS_ONLY) },
  badsum: {
    meaning: "a checksum was wrong",
    test: hasNote(L.NOTE_BAD_IP_CHECKSUM + L.NOTE_BAD_L4_CHECKSUM),
  },
  unreach: { meaning: "an ICMP unreachable spoke of the flow", test: hasFlag(L.FLOW_FLAG_ICMP_UNREACHABLE) },
  timexed: {
    meaning: "an ICMP time exceeded spoke of the flow",
    test: hasFlag(L.FLOW_FLAG_ICMP_TIME_EXCEEDED),
  },
  redirect: { meaning: "an ICMP redirect spoke of the flow", test: hasFlag(L.FLOW_FLAG_ICMP_REDIRECT) },
  echo: { meaning: "an ICMP echo", test: (r) => hasIcmpId(r) && isEcho(r) },
  multicast: { meaning: "either address is a multicast address", test: eitherEnd(isMulticast) },
  broadcast: { meaning: "either address is the broadcast address", test: eitherEnd(isBroadcast) },
};

/** Other spellings, ra's and Snort's. */
export const STATE_ALIASES: Readonly<Record<string, string>> = {
  est: "established",
  con: "established",
  reset: "rst",
  fragment: "frag",
};

function isEcho(record: FlowRecord): boolean {
  return record.kind === L.KIND_IPV6 || record.portA === 8 || record.portA === 0;
}

function isMulticast(record: FlowRecord, end: End): boolean {
  const at = record.addressAt(end);
  switch (record.kind) {
    case L.KIND_IPV4:
      return record.bytes[at + 12]! >> 4 === 14;
    case L.KIND_IPV6:
      return record.bytes[at] === 0xff;
    case L.KIND_MAC:
      return (record.bytes[at + 10]! & 1) !== 0 && !isBroadcast(record, end);
    default:
      return false;
  }
}

function isBroadcast(record: FlowRecord, end: End): boolean {
  const at = record.addressAt(end) + 12;
  if (record.kind !== L.KIND_IPV4 && record.kind !== L.KIND_MAC) return false;
  const isAllOnes = record.u32(at) === 0xffffffff;
  return isAllOnes && (record.kind === L.KIND_IPV4 || record.u16(at - 2) === 0xffff);
}
