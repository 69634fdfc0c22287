// Protocol and ethertype names, as ra prints them (/etc/protocols and its own short list).
// Apart because the filter reads the same names that the columns print.
// Always holds: a number without a name is printed as the decimal number.

import * as L from "../../assembly/layout.js";
import type { FlowRecord } from "./flow-record.js";

const PROTOCOLS: readonly (readonly [number, string])[] = [
  [0, "ip"],
  [1, "icmp"],
  [2, "igmp"],
  [4, "ipencap"],
  [6, "tcp"],
  [8, "egp"],
  [9, "igp"],
  [17, "udp"],
  [27, "rdp"],
  [33, "dccp"],
  [41, "ipv6"],
  [43, "ipv6-route"],
  [44, "ipv6-frag"],
  [46, "rsvp"],
  [47, "gre"],
  [50, "esp"],
  [51, "ah"],
  [58, "ipv6-icmp"],
  [59, "ipv6-no"],
  [60, "ipv6-opts"],
  [88, "eigrp"],
  [89, "ospf"],
  [94, "ipip"],
  [97, "etherip"],
  [103, "pim"],
  [108, "ipcomp"],
  [112, "vrrp"],
  [115, "l2tp"],
  [132, "sctp"],
  [135, "mobility"],
  [136, "udplite"],
  [137, "mpls-in-ip"],
];

/** Words of pcap-filter for the same protocols. */
const ALIASES: readonly (readonly [string, number])[] = [
  ["icmp6", 58],
  ["icmpv6", 58],
  ["ipip", 4],
];

const ETHERTYPES: readonly (readonly [number, string])[] = [
  [0x0800, "ip"],
  [0x0806, "arp"],
  [0x8035, "rarp"],
  [0x809b, "atalk"],
  [0x80f3, "aarp"],
  [0x8100, "802.1q"],
  [0x8137, "ipx"],
  [0x86dd, "ipv6"],
  [0x8808, "pause"],
  [0x8809, "lacp"],
  [0x8847, "mpls"],
  [0x8848, "mpls-mcast"],
  [0x8863, "pppoe-disc"],
  [0x8864, "pppoe"],
  [0x888e, "eapol"],
  [0x88a8, "802.1ad"],
  [0x88cc, "lldp"],
  [0x88e5, "macsec"],
  [0x88f7, "ptp"],
  [0x8902, "cfm"],
  [0x9000, "loopback"],
];

export const ETHERTYPE_ARP = 0x0806;
export const ETHERTYPE_RARP = 0x8035;
/** Below this a frame's type field is a length, and what is known of it is its LLC DSAP. */
export const ETHERTYPE_MIN = 1536;

const PROTOCOL_NAMES: readonly string[] = Array.from(
  { length: 256 },
  (_, number) => PROTOCOLS.find(([n]) => n === number)?.[1] ?? String(number),
);
const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ...PROTOCOLS.filter(([number]) => number !== 0).map(([number, name]) => [name, number] as const),
  ...ALIASES,
]);
const ETHERTYPE_NAMES: ReadonlyMap<number, string> = new Map(ETHERTYPES);
const ETHERTYPE_NUMBERS: ReadonlyMap<string, number> = new Map([
  ...ETHERTYPES.map(([number, name]) => [name, number] as const),
  ["ip6", 0x86dd] as const,
]);

/** Of an IP protocol: a name, or the number where there is none. */
export function protocolName(proto: number): string {
  return PROTOCOL_NAMES[proto] ?? String(proto);
}

export function protocolNumber(name: string): number | undefined {
  return PROTOCOL_NUMBERS.get(name);
}

export function ethertypeNumber(name: string): number | undefined {
  return ETHERTYPE_NUMBERS.get(name);
}

/** Ethertype of a flow that is not IP, or the DSAP of an LLC frame; 0x0800 and 0x86dd for IP. */
export function ethertypeOf(record: FlowRecord): number {
  if (record.kind === L.KIND_IPV4) return 0x0800;
  if (record.kind === L.KIND_IPV6) return 0x86dd;
  if (record.kind === L.KIND_ARP) return record.extra === 2 ? ETHERTYPE_RARP : ETHERTYPE_ARP;
  return record.extra;
}

/** The Proto column: a name, or the number where there is none or numbers are wanted (`-nn`). */
export function protocolText(record: FlowRecord, numeric = false): string {
  if (record.isIp) return numeric ? String(record.proto) : PROTOCOL_NAMES[record.proto]!;
  const ethertype = ethertypeOf(record);
  if (numeric) return String(ethertype);
  if (ethertype < ETHERTYPE_MIN) return "llc";
  return ETHERTYPE_NAMES.get(ethertype) ?? String(ethertype);
}
