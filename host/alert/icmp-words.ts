// ICMP and ICMPv6 messages in the words of Snort's text alerts.
// Apart because the names are data (RFC 792, 950, 1256; RFC 4443, 4861; IANA's lists).
// Always holds: a type or code without a name is told by its numbers alone.

interface IcmpWords {
  readonly name: string;
  /** By code; what they say follows the name. */
  readonly codes?: readonly string[];
  /** Has an identifier and a sequence number. */
  readonly isQuery?: true;
  /** Quotes the packet it is about. */
  readonly isError?: true;
}

const UNREACHABLE = [
  "NETWORK UNREACHABLE",
  "HOST UNREACHABLE",
  "PROTOCOL UNREACHABLE",
  "PORT UNREACHABLE",
  "FRAGMENTATION NEEDED, DF SET",
  "SOURCE ROUTE FAILED",
  "NETWORK UNKNOWN",
  "HOST UNKNOWN",
  "SOURCE HOST ISOLATED",
  "NETWORK PROHIBITED",
  "HOST PROHIBITED",
  "NETWORK UNREACHABLE FOR TOS",
  "HOST UNREACHABLE FOR TOS",
  "ADMINISTRATIVELY PROHIBITED",
  "HOST PRECEDENCE VIOLATION",
  "PRECEDENCE CUTOFF",
];

const ICMP: Readonly<Record<number, IcmpWords>> = {
  0: { name: "ECHO REPLY", isQuery: true },
  3: { name: "DESTINATION UNREACHABLE", codes: UNREACHABLE, isError: true },
  4: { name: "SOURCE QUENCH", isError: true },
  5: {
    name: "REDIRECT",
    codes: ["NETWORK", "HOST", "TOS AND NETWORK", "TOS AND HOST"],
    isError: true,
  },
  8: { name: "ECHO", isQuery: true },
  9: { name: "ROUTER ADVERTISEMENT" },
  10: { name: "ROUTER SOLICITATION" },
  11: { name: "TTL EXCEEDED", codes: ["IN TRANSIT", "IN REASSEMBLY"], isError: true },
  12: {
    name: "PARAMETER PROBLEM",
    codes: ["POINTER", "OPTION MISSING", "BAD LENGTH"],
    isError: true,
  },
  13: { name: "TIMESTAMP REQUEST", isQuery: true },
  14: { name: "TIMESTAMP REPLY", isQuery: true },
  15: { name: "INFO REQUEST", isQuery: true },
  16: { name: "INFO REPLY", isQuery: true },
  17: { name: "ADDRESS MASK REQUEST", isQuery: true },
  18: { name: "ADDRESS MASK REPLY", isQuery: true },
};

const ICMP6: Readonly<Record<number, IcmpWords>> = {
  1: {
    name: "DESTINATION UNREACHABLE",
    codes: [
      "NO ROUTE",
      "ADMINISTRATIVELY PROHIBITED",
      "BEYOND SCOPE OF SOURCE",
      "ADDRESS UNREACHABLE",
      "PORT UNREACHABLE",
      "SOURCE POLICY FAILED",
      "ROUTE REJECTED",
    ],
    isError: true,
  },
  2: { name: "PACKET TOO BIG", isError: true },
  3: { name: "HOP LIMIT EXCEEDED", codes: ["IN TRANSIT", "IN REASSEMBLY"], isError: true },
  4: {
    name: "PARAMETER PROBLEM",
    codes: ["BAD HEADER FIELD", "UNKNOWN NEXT HEADER", "UNKNOWN OPTION"],
    isError: true,
  },
  128: { name: "ECHO", isQuery: true },
  129: { name: "ECHO REPLY", isQuery: true },
  130: { name: "MULTICAST LISTENER QUERY" },
  131: { name: "MULTICAST LISTENER REPORT" },
  132: { name: "MULTICAST LISTENER DONE" },
  133: { name: "ROUTER SOLICITATION" },
  134: { name: "ROUTER ADVERTISEMENT" },
  135: { name: "NEIGHBOR SOLICITATION" },
  136: { name: "NEIGHBOR ADVERTISEMENT" },
  137: { name: "REDIRECT" },
  143: { name: "MULTICAST LISTENER REPORT V2" },
};

const NONE: IcmpWords = { name: "" };

export function icmpWords(version: 4 | 6, type: number): IcmpWords {
  return (version === 4 ? ICMP : ICMP6)[type] ?? NONE;
}

/** `DESTINATION UNREACHABLE: PORT UNREACHABLE`; empty when neither has a name. */
export function icmpText({ name, codes }: IcmpWords, code: number): string {
  const detail = codes?.[code];
  return detail === undefined ? name : `${name}: ${detail}`;
}
