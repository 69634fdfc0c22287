// What a filter means, as a tree.
// Apart because parser, compiler and printer meet here and nowhere else.
// Always holds: every primitive is complete (shorthand lists are written out); numbers are in range.

export type Side = "src" | "dst" | "either" | "both";

/** Restricts a host or net to one family: IPv4, IPv6, ARP or RARP flows. */
export type Family = "ip" | "ip6" | "arp" | "rarp";

export type PortProtocol = "tcp" | "udp" | "sctp";

export type Operator = "<" | "<=" | ">" | ">=" | "=" | "!=";

export type Operand = { kind: "number"; value: number } | { kind: "field"; name: string };

export interface AddressTest {
  kind: "net";
  side: Side;
  family?: Family;
  /** 4 or 16 bytes, no bit set behind the prefix. */
  address: readonly number[];
  /** Bits; 32 or 128 for a host. */
  prefix: number;
}

export type Primitive =
  | AddressTest
  | { kind: "ether"; side: Side; mac: readonly number[] }
  | { kind: "port"; side: Side; protocol?: PortProtocol; low: number; high: number }
  | { kind: "protocol"; number: number; family?: "ip" | "ip6" }
  | { kind: "ethertype"; number: number }
  | { kind: "vlan"; id?: number }
  | { kind: "encaps"; name: string }
  | { kind: "state"; word: string }
  | { kind: "finding"; name: string }
  | { kind: "compare"; left: Operand; operator: Operator; right: Operand }
  | { kind: "text"; field: string; operator: "=" | "!="; value: string };

export type Filter =
  | Primitive
  | { kind: "not"; operand: Filter }
  | { kind: "and" | "or"; left: Filter; right: Filter };
