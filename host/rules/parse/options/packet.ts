// Options that ask for fields of a packet: sizes, IP, TCP and ICMP headers.
// Apart because none of them looks at what a packet carries.
// Always holds: numbers fit the field they are compared with; ranges are inclusive in the model, however written.

import { protocolNumber } from "../../../record/names.js";
import type { NumberRange } from "../../model.js";
import type { RuleDraft } from "../draft.js";
import { parts } from "../lexer.js";
import { numberRange, OPEN_END, plainNumber, type RangeRules } from "../numbers.js";
import { meant, refuse, shown } from "../problems.js";
import type { OptionEntry } from "./entry.js";
import { flagBits, fragmentBits } from "./flag-bits.js";

type RangeKind = "dsize" | "ttl" | "itype" | "icode" | "fragoffset";
type ValueKind = "ack" | "seq" | "window" | "id" | "tos" | "icmp_id" | "icmp_seq";

const U16_MAX = 65_535;
const U32_MAX = 4_294_967_295;
const RANGE_FORMS = "N, <N, >N, <=N, >=N, !N, N-M or N<>M";

export const PACKET_OPTIONS: readonly OptionEntry[] = [
  range("dsize", "Bytes of payload of the packet itself", { most: U16_MAX, top: OPEN_END, inclusive: true }),
  {
    name: "urilen",
    form: `urilen:${RANGE_FORMS}[,norm or ,raw]`,
    meaning: "Length of the URI, as it came unless `norm` is written; N<>M with N and M themselves",
    value: "needed",
    read: readUriLength,
  },
  range("ttl", "Time to live, or hop limit; also -N and N-", { most: 255, inclusive: false }),
  value("tos", "Type of service, or traffic class", 255),
  value("id", "Identification of the IPv4 header", U16_MAX),
  {
    name: "ipopts",
    form: "ipopts:rr, eol, nop, ts, sec, esec, lsrr, lsrre, ssrr, satid or any",
    meaning: "The IPv4 header has that option, or any",
    value: "needed",
    read: readIpOption,
  },
  {
    name: "fragbits",
    form: "fragbits:[+ * or !]BITS",
    meaning:
      "Bits `M` more fragments, `D` don't fragment, `R` reserved: exactly these, `+` and others, `*` any, `!` none",
    value: "needed",
    read: (draft, value) => {
      for (const bits of fragmentBits(value)) draft.add({ kind: "fragbits", ...bits });
    },
  },
  range("fragoffset", "Fragment offset in units of 8 bytes", { most: 8191, inclusive: false }),
  {
    name: "ip_proto",
    form: "ip_proto:[! < or >]NUMBER or NAME",
    meaning: "Protocol of the IP header",
    value: "needed",
    read: readIpProtocol,
  },
  {
    name: "sameip",
    form: "sameip",
    meaning: "Source and destination are the same address",
    value: "none",
    read: (draft) => draft.add({ kind: "sameip" }),
  },
  {
    name: "flags",
    form: "flags:[+ * or !]FLAGS[,MASK]",
    meaning:
      "TCP flags `F S R P A U`, `C` (or `1`) CWR, `E` (or `2`) ECE, `0` none: exactly these, `+` and others, `*` any, " +
      "`!` none. Flags of MASK are not looked at",
    value: "needed",
    read: (draft, value) => {
      for (const bits of flagBits(value)) draft.add({ kind: "flags", ...bits });
    },
  },
  value("seq", "TCP sequence number", U32_MAX),
  value("ack", "TCP acknowledgement number", U32_MAX),
  value("window", "TCP window as sent", U16_MAX),
  range("itype", "ICMP type", { most: 255, inclusive: false }),
  range("icode", "ICMP code", { most: 255, inclusive: false }),
  value("icmp_id", "Identifier of an ICMP echo", U16_MAX),
  value("icmp_seq", "Sequence number of an ICMP echo", U16_MAX),
];

function range(kind: RangeKind, meaning: string, rules: RangeRules): OptionEntry {
  const ends = rules.inclusive ? "with" : "without";
  return {
    name: kind,
    form: `${kind}:${RANGE_FORMS}`,
    meaning: `${meaning}; N<>M ${ends} N and M themselves`,
    value: "needed",
    read: (draft, text) => draft.add({ kind, ...numberRange(kind, text, rules) }),
  };
}

function value(kind: ValueKind, meaning: string, most: number): OptionEntry {
  return {
    name: kind,
    form: `${kind}:[!]N`,
    meaning,
    value: "needed",
    read: (draft, text) => draft.add({ kind, ...plainNumber(kind, text, most) }),
  };
}

function readUriLength(draft: RuleDraft, text: string): void {
  const [length = "", form = "raw", ...more] = parts(text);
  if (more.length > 0 || (form !== "raw" && form !== "norm"))
    refuse("urilen:N, urilen:N,norm or urilen:N,raw", shown(text));
  const range = numberRange("urilen", length, { most: U16_MAX, top: OPEN_END, inclusive: true });
  draft.add({ kind: form === "norm" ? "urilen" : "rawurilen", ...range });
}

/** RFC 791 3.1 and RFC 1108; 132 is Snort's second loose source route. */
const IP_OPTIONS: ReadonlyMap<string, number | "any"> = new Map<string, number | "any">([
  ["rr", 7],
  ["eol", 0],
  ["nop", 1],
  ["ts", 68],
  ["sec", 130],
  ["esec", 133],
  ["lsrr", 131],
  ["lsrre", 132],
  ["ssrr", 137],
  ["satid", 136],
  ["any", "any"],
]);

function readIpOption(draft: RuleDraft, text: string): void {
  const option = IP_OPTIONS.get(text.toLowerCase());
  const names = [...IP_OPTIONS.keys()];
  if (option === undefined) refuse(`one of ${names.join(", ")} for ipopts`, shown(text), meant(text, names));
  draft.add({ kind: "ipopts", option });
}

function readIpProtocol(draft: RuleDraft, text: string): void {
  const operator = /^[!<>]/.exec(text)?.[0] ?? "";
  const name = text.slice(operator.length).trim();
  const number = /^\d+$/.test(name) ? name : protocolNumber(name.toLowerCase());
  if (number === undefined) refuse("the name or number of a protocol for ip_proto", shown(text));
  const read: NumberRange = numberRange("ip_proto", `${operator}${number}`, { most: 255, inclusive: false });
  draft.add({ kind: "ip_proto", ...read });
}
