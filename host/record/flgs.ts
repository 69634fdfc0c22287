// The Flgs column: ten characters, each place a kind of event, as in ra(1).
// Apart because the letters are ra's; docs/record-fields.md lists them and where stray differs.
// Always holds: ten characters; a place without an event is a space.

import * as L from "../../assembly/layout.js";
import { isMidstream, isOneWay } from "./direction.js";
import type { FlowRecord } from "./flow-record.js";

const ENCAPSULATION_LETTERS: readonly (readonly [number, string])[] = [
  [L.NOTE_VLAN | L.NOTE_QINQ, "v"],
  [L.NOTE_MPLS, "m"],
  [L.NOTE_PPPOE, "p"],
  [L.NOTE_PPP, "p"],
  [L.NOTE_WIFI, "w"],
  [L.NOTE_GRE, "G"],
  [L.NOTE_IPIP, "P"],
  [L.NOTE_VXLAN, "x"],
  [L.NOTE_AH, "a"],
];

const ENCAPSULATION_MASK = ENCAPSULATION_LETTERS.reduce((mask, [bits]) => mask | bits, 0);
const ECN_MASK = 64 | 128;
const BLANK = "          ";

export function flgsText(record: FlowRecord): string {
  const text = ` ${encapsulation(record.notes)}${icmp(record)}${tcpPlaces(record)}${fragments(record)}${
    (record.notes & L.NOTE_IP_OPTIONS) !== 0 ? "O" : " "
  }  `;
  return text === BLANK ? BLANK : text;
}

/** Place 1: the one encapsulation around the flow, `*` for several. Plain Ethernet is not worth a letter. */
function encapsulation(notes: number): string {
  if ((notes & ENCAPSULATION_MASK) === 0) return " ";
  let letter = " ";
  for (const [bits, own] of ENCAPSULATION_LETTERS) {
    if ((notes & bits) === 0) continue;
    if (letter !== " " && letter !== own) return "*";
    letter = own;
  }
  return letter;
}

/** Place 2: ICMP errors that spoke of the flow. */
function icmp(record: FlowRecord): string {
  if ((record.flags & L.FLOW_FLAG_ICMP_UNREACHABLE) !== 0) return "U";
  if ((record.flags & L.FLOW_FLAG_ICMP_REDIRECT) !== 0) return "R";
  if ((record.flags & L.FLOW_FLAG_ICMP_TIME_EXCEEDED) !== 0) return "T";
  return (record.flags & L.FLOW_FLAG_ICMP_OTHER) !== 0 ? "I" : " ";
}

/** Places 3 to 5: loss and order, window closure, ECN. */
function tcpPlaces(record: FlowRecord): string {
  if (!record.isTcp) return "   ";
  return (
    loss(record) +
    bySide(
      record.dirU16("orig", L.DIR_ZERO_WINDOWS_OFFSET) > 0,
      record.dirU16("resp", L.DIR_ZERO_WINDOWS_OFFSET) > 0,
      "@SD",
    ) +
    bySide(hasEcn(record, "orig"), hasEcn(record, "resp"), "Ext")
  );
}

// One side alone, picked up in mid-stream, cannot be judged: whether a repeat means loss depends on the
// acknowledgements, and nobody saw them. ra leaves the place empty there, and so do we; sretrans has the count.
function loss(record: FlowRecord): string {
  if (isMidstream(record) && isOneWay(record)) return " ";
  const retrans = bySide(
    record.dirU32("orig", L.DIR_RETRANSMITS_OFFSET) > 0,
    record.dirU32("resp", L.DIR_RETRANSMITS_OFFSET) > 0,
    "*sd",
  );
  if (retrans !== " ") return retrans;
  const order = bySide(
    record.dirU16("orig", L.DIR_OUT_OF_ORDER_OFFSET) > 0,
    record.dirU16("resp", L.DIR_OUT_OF_ORDER_OFFSET) > 0,
    "&ir",
  );
  if (order !== " ") return order;
  return record.dirU16("orig", L.DIR_GAPS_OFFSET) + record.dirU16("resp", L.DIR_GAPS_OFFSET) > 0 ? "g" : " ";
}

// ECE or CWR on packets; a SYN with both only offers ECN, which the union cannot tell apart.
function hasEcn(record: FlowRecord, end: "orig" | "resp"): boolean {
  return (record.tcpFlags(end) & ECN_MASK) !== 0;
}

/** Place 6. */
function fragments(record: FlowRecord): string {
  if ((record.notes & L.NOTE_FRAGMENT_OVERLAP) !== 0) return "V";
  if ((record.flags & L.FLOW_FLAG_FRAGMENTS_ONLY) !== 0) return "f";
  return (record.notes & L.NOTE_FRAGMENT) !== 0 ? "F" : " ";
}

/** `letters`: both sides, the source, the destination. */
function bySide(isOrig: boolean, isResp: boolean, letters: string): string {
  if (!isOrig && !isResp) return " ";
  return letters[isOrig ? (isResp ? 0 : 1) : 2]!;
}
