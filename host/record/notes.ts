// Names of a flow's NOTE_* bits: the encapsulations passed through and the oddities of its packets; and the
// words for why a record was made.
// Apart because columns and filters share them.
// Always holds: every NOTE_* of the layout has one name.

import * as L from "../../assembly/layout.js";

export const NOTE_BITS: readonly (readonly [name: string, bit: number])[] = [
  ["vlan", L.NOTE_VLAN],
  ["qinq", L.NOTE_QINQ],
  ["mpls", L.NOTE_MPLS],
  ["pppoe", L.NOTE_PPPOE],
  ["ppp", L.NOTE_PPP],
  ["wifi", L.NOTE_WIFI],
  ["gre", L.NOTE_GRE],
  ["ipip", L.NOTE_IPIP],
  ["vxlan", L.NOTE_VXLAN],
  ["ah", L.NOTE_AH],
  ["ip-options", L.NOTE_IP_OPTIONS],
  ["fragment", L.NOTE_FRAGMENT],
  ["fragment-tiny", L.NOTE_FRAGMENT_TINY],
  ["fragment-overlap", L.NOTE_FRAGMENT_OVERLAP],
  ["truncated", L.NOTE_TRUNCATED],
  ["bad-header", L.NOTE_BAD_HEADER],
  ["bad-ip-checksum", L.NOTE_BAD_IP_CHECKSUM],
  ["bad-l4-checksum", L.NOTE_BAD_L4_CHECKSUM],
  ["length-lies", L.NOTE_LENGTH_LIES],
  ["offloaded", L.NOTE_OFFLOADED],
  ["merged", L.NOTE_MERGED],
  ["pickup", L.NOTE_PICKUP],
  ["evicted-before", L.NOTE_EVICTED_BEFORE],
  ["loss", L.NOTE_LOSS],
];

/** The notes that say a packet was wrapped in something: what `encaps NAME` of a filter knows. */
export const ENCAPSULATIONS: ReadonlyMap<string, number> = new Map(NOTE_BITS.slice(0, 10));

export function noteNames(notes: number): string[] {
  const names: string[] = [];
  if (notes === 0) return names;
  for (const [name, bit] of NOTE_BITS) if ((notes & bit) !== 0) names.push(name);
  return names;
}

const REASON_NAMES = ["", "idle", "evicted", "refused", "status", "flush", "reused", "live"] as const;

export function reasonName(reason: number): string {
  return REASON_NAMES[reason] ?? `reason-${reason}`;
}
