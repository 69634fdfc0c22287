// ICMP's words for the State column, as in ra(1).
// Apart because it is a table of two protocols, long and flat.
// Always holds: a flow is named by its request's type; the reply's word is used when only the reply was seen.

import { type FlowRecord, PROTO_ICMP6 } from "./flow-record.js";

const UNREACHABLE_CODES = [
  "URN",
  "URH",
  "URO",
  "URP",
  "URF",
  "URS",
  "URNU",
  "URHU",
  "URISO",
  "URNPRO",
  "URHPRO",
  "URNTOS",
  "URHTOS",
  "URFIL",
  "URPRE",
  "URCUT",
] as const;

const ICMP_WORDS: ReadonlyMap<number, string> = new Map([
  [0, "ECR"],
  [4, "SRC"],
  [5, "RED"],
  [8, "ECO"],
  [9, "RTA"],
  [10, "RTS"],
  [11, "TXD"],
  [12, "PAR"],
  [13, "TST"],
  [14, "TSR"],
  [15, "IRQ"],
  [16, "IRR"],
  [17, "MAS"],
  [18, "MSR"],
]);

/** ICMPv6 destination unreachable, RFC 4443 section 3.1, in ra's words for the nearest ICMPv4 code. */
const UNREACHABLE6_CODES = ["URN", "URNPRO", "URN", "URH", "URP", "URFIL", "URH"] as const;

const ICMP6_WORDS: ReadonlyMap<number, string> = new Map([
  [2, "PTB"],
  [3, "TXD"],
  [4, "PAR"],
  [128, "ECO"],
  [129, "ECR"],
  [130, "MRQ"],
  [131, "MHR"],
  [132, "MHR"],
  [133, "NRS"],
  [134, "NRA"],
  [135, "NNS"],
  [136, "NNA"],
  [137, "RED"],
  [143, "MHR"],
]);

export function icmpState(record: FlowRecord): string {
  const isAnswerOnly = record.packetsOfLife("orig") === 0;
  const type = isAnswerOnly ? record.icmpTypeFirst : record.portA;
  const code = record.portB & 0xff;
  if (record.proto === PROTO_ICMP6) {
    if (type === 1) return UNREACHABLE6_CODES[code] ?? "UNK";
    return ICMP6_WORDS.get(type) ?? "UNK";
  }
  if (type === 3) return UNREACHABLE_CODES[code] ?? "UNK";
  return ICMP_WORDS.get(type) ?? "UNK";
}

/** The flow is an ICMP exchange with an identifier in `extra`. */
export function hasIcmpId(record: FlowRecord): boolean {
  if (!record.isIcmp) return false;
  if (record.proto === PROTO_ICMP6) return record.portA === 128 || record.portA === 129;
  const type = record.portA;
  return type === 0 || type === 8 || (type >= 13 && type <= 18);
}
