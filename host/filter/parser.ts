// Reads pcap-filter's language, spoken of flows, into a tree: recursive descent, one function a rule.
// Apart from lexer and compiler; docs/filter.md has the grammar.
// Always holds: `and` and `or` have equal precedence and associate to the left, as in pcap-filter; a value that
// stands alone behind them takes the qualifiers of the primitive before; errors tell the column.

import { fieldByName } from "../record/fields.js";
import { findingBit } from "../record/findings.js";
import { ethertypeNumber, protocolNumber } from "../record/names.js";
import { ENCAPSULATIONS } from "../record/notes.js";
import type { Family, Filter, PortProtocol, Primitive, Side } from "./ast.js";
import { comparison, operatorOf } from "./comparison.js";
import { type Token, tokenize } from "./lexer.js";
import { STATE_ALIASES, STATE_WORDS } from "./states.js";
import {
  fail,
  hostAddress,
  looksLikeAddress,
  macAddress,
  network,
  portRange,
  wholeNumber,
} from "./values.js";

/** Reads a value's token as a primitive with the qualifiers already read. */
type ValueReader = (token: Token) => Primitive;

interface Qualifiers {
  family?: Family;
  protocol?: PortProtocol;
  ether?: true;
  side: Side;
  /** Of the first qualifier, for messages. */
  start: Token;
}

/** Nested parentheses and negations; more would only be an attack on the stack. */
const DEPTH_MAX = 256;
const AND = new Set(["and", "&&"]);
const OR = new Set(["or", "||"]);
const SIDES = new Set(["src", "dst"]);
const TYPES = new Set(["host", "net", "port", "portrange", "proto"]);
const FAMILIES: Readonly<Record<string, Family>> = {
  ip: "ip",
  ipv4: "ip",
  ip6: "ip6",
  ipv6: "ip6",
  arp: "arp",
  rarp: "rarp",
};
const PORT_PROTOCOLS = new Set(["tcp", "udp", "sctp"]);
/** Encapsulations that are keywords of their own; the others go with `encaps`. */
const ENCAPSULATION_WORDS: Readonly<Record<string, string>> = {
  mpls: "mpls",
  pppoe: "pppoe",
  pppoes: "pppoe",
  vxlan: "vxlan",
};

/** The tree of `text`, or undefined when it is blank: every record passes. Throws FilterError. */
export function parseFilter(text: string): Filter | undefined {
  const tokens = tokenize(text);
  if (tokens[0]!.kind === "end") return undefined;
  return new Parser(tokens).whole();
}

class Parser {
  private at = 0;
  private depth = 0;
  private last: ValueReader | undefined;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Filter {
    const filter = this.expression();
    if (this.peek().kind !== "end") fail(`"and", "or" or the end`, this.peek());
    return filter;
  }

  // expression = term { ("and" | "or") term }
  private expression(): Filter {
    return this.chain(() => this.term());
  }

  private chain(operand: () => Filter): Filter {
    let left = operand();
    for (;;) {
      const kind = this.take(AND) ? "and" : this.take(OR) ? "or" : undefined;
      if (kind === undefined) return left;
      left = { kind, left, right: operand() };
    }
  }

  // term = "not" term | "(" expression ")" | primitive
  private term(): Filter {
    return this.negatedOrGrouped(
      () => this.term(),
      () => this.expression(),
      () => this.primitive(),
    );
  }

  private negatedOrGrouped(negated: () => Filter, grouped: () => Filter, plain: () => Filter): Filter {
    const token = this.peek();
    if (this.depth >= DEPTH_MAX) fail(`at most ${DEPTH_MAX} nested parentheses and negations`, token);
    this.depth++;
    let filter: Filter;
    if (this.takeText("not") || this.takeText("!")) {
      filter = { kind: "not", operand: negated() };
    } else if (this.takeText("(")) {
      filter = grouped();
      if (!this.takeText(")")) fail(`")"`, this.peek());
    } else {
      filter = plain();
    }
    this.depth--;
    return filter;
  }

  private primitive(): Filter {
    const compared = this.comparison();
    if (compared) return compared;
    const token = this.peek();
    if (token.kind !== "word") fail(`a primitive such as "host", "port" or "tcp"`, token);
    if (SIDES.has(token.text) || TYPES.has(token.text))
      return this.qualified({ side: "either", start: token });
    if (Object.hasOwn(FAMILIES, token.text)) return this.family(FAMILIES[token.text]!);
    if (PORT_PROTOCOLS.has(token.text)) return this.portProtocol(token.text as PortProtocol);
    if (token.text === "ether") return this.ether();
    return this.word() ?? this.bareValue();
  }

  private comparison(): Filter | undefined {
    const [first, second, third] = [this.peek(), this.peek(1), this.peek(2)];
    if (operatorOf(second) !== undefined && first.kind === "word") {
      this.at += 3;
      return comparison(first, second, third);
    }
    // ra's way: `src pkts gt 2`.
    if (!SIDES.has(first.text) || operatorOf(third) === undefined) return undefined;
    const name = first.text.charAt(0) + second.text;
    if (fieldByName(name) === undefined) return undefined;
    const value = this.peek(3);
    this.at += 4;
    return comparison({ ...second, text: name }, third, value);
  }

  // "ip" [ side ] [ type ] value, or "ip" alone
  private family(family: Family): Filter {
    const start = this.next();
    const ethertype: Primitive = { kind: "ethertype", number: ethertypeNumber(family)! };
    const following = this.peek().text;
    if ((family === "ip" || family === "ip6") && (following === "multicast" || following === "broadcast")) {
      this.next();
      return { kind: "and", left: ethertype, right: { kind: "state", word: following } };
    }
    return this.hasQualifier() ? this.qualified({ family, side: "either", start }) : ethertype;
  }

  private portProtocol(protocol: PortProtocol): Filter {
    const start = this.next();
    if (this.hasQualifier()) return this.qualified({ protocol, side: "either", start });
    return { kind: "protocol", number: protocolNumber(protocol)! };
  }

  private ether(): Filter {
    const start = this.next();
    if (!this.hasQualifier()) fail(`"host", "src", "dst" or "proto" behind "ether"`, this.peek());
    return this.qualified({ ether: true, side: "either", start });
  }

  private hasQualifier(): boolean {
    const { text } = this.peek();
    return (SIDES.has(text) || TYPES.has(text)) && operatorOf(this.peek(1)) === undefined;
  }

  private qualified(qualifiers: Qualifiers): Filter {
    const hasSide = SIDES.has(this.peek().text);
    if (hasSide) qualifiers.side = this.side();
    const type = TYPES.has(this.peek().text) ? this.next().text : undefined;
    if (type === undefined && !hasSide) fail("a qualifier", this.peek());
    if (hasSide && type === "proto") fail(`"host", "net", "port" or "portrange"`, this.peek(-1));
    this.last = this.reader(qualifiers, type);
    return this.values();
  }

  // side = "src" | "dst" | "src or dst" | "src and dst" (either order)
  private side(): Side {
    const first = this.next().text as "src" | "dst";
    const [join, second] = [this.peek().text, this.peek(1).text];
    if (!SIDES.has(second) || second === first || !(AND.has(join) || OR.has(join))) return first;
    this.at += 2;
    return AND.has(join) ? "both" : "either";
  }

  /** What reads the values that follow these qualifiers. */
  private reader(qualifiers: Qualifiers, type: string | undefined): ValueReader {
    const { side, family, protocol, ether, start } = qualifiers;
    if (type === "proto") return this.protocolReader(qualifiers);
    if (ether) {
      if (type !== undefined && type !== "host")
        fail(`"host", "src", "dst" or "proto" behind "ether"`, start);
      return (token) => ({ kind: "ether", side, mac: macAddress(token) });
    }
    if (type === "port" || type === "portrange") {
      if (family !== undefined) fail(`"tcp", "udp" or "sctp" before "${type}"`, start);
      const of = protocol === undefined ? {} : { protocol };
      return (token) => ({ kind: "port", side, ...of, ...portRange(token, type === "portrange") });
    }
    if (protocol !== undefined) {
      fail(`"port" or "portrange" behind "${protocol}" (or "${protocol} and host …")`, this.peek(-1));
    }
    const of = family === undefined ? {} : { family };
    return (token) => ({ kind: "net", side, ...of, ...this.addressOf(token, type, family) });
  }

  private addressOf(token: Token, type: string | undefined, family: Family | undefined) {
    const isNet = type === "net" || (type === undefined && token.text.includes("/"));
    const hasMask = type === "net" && this.takeText("mask");
    const value = isNet ? network(token, hasMask ? this.next() : undefined) : hostAddress(token);
    if (family !== undefined && (family === "ip6") !== (value.address.length === 16)) {
      fail(family === "ip6" ? "an IPv6 address" : "an IPv4 address", token);
    }
    return value;
  }

  private protocolReader({ family, protocol, ether, start }: Qualifiers): ValueReader {
    if (protocol !== undefined || family === "arp" || family === "rarp") {
      fail(`"ip", "ip6" or "ether" before "proto"`, start);
    }
    if (ether) {
      return (token) => ({
        kind: "ethertype",
        number: ethertypeNumber(token.text) ?? wholeNumber(token, "an ethertype", 0, 65535),
      });
    }
    const of = family === undefined ? {} : { family };
    return (token) => ({
      kind: "protocol",
      number: protocolNumber(token.text) ?? wholeNumber(token, "a protocol's name or a number", 0, 255),
      ...of,
    });
  }

  // values = value | "(" value { ("and" | "or") value } ")"
  private values(): Filter {
    if (this.peek().text !== "(") return this.value();
    const valueList = (): Filter => this.chain(value);
    const value = (): Filter => this.negatedOrGrouped(value, valueList, () => this.value());
    return value();
  }

  private value(): Primitive {
    return this.last!(this.next());
  }

  /** A word that is a primitive by itself. */
  private word(): Filter | undefined {
    const token = this.peek();
    const filter = this.wordOf(token);
    if (filter === undefined) return undefined;
    this.next();
    if (token.text === "vlan" && /^\d/.test(this.peek().text)) {
      return { kind: "vlan", id: wholeNumber(this.next(), "a VLAN id", 0, 4095) };
    }
    if (token.text !== "encaps") return filter;
    const name = this.next();
    if (!ENCAPSULATIONS.has(name.text)) fail(`one of ${[...ENCAPSULATIONS.keys()].join(", ")}`, name);
    return { kind: "encaps", name: name.text };
  }

  private wordOf({ text }: Token): Filter | undefined {
    if (text === "vlan") return { kind: "vlan" };
    if (text === "encaps") return { kind: "encaps", name: "" };
    if (Object.hasOwn(ENCAPSULATION_WORDS, text)) return { kind: "encaps", name: ENCAPSULATION_WORDS[text]! };
    const state = Object.hasOwn(STATE_ALIASES, text) ? STATE_ALIASES[text]! : text;
    if (Object.hasOwn(STATE_WORDS, state)) return { kind: "state", word: state };
    if (findingBit(text) !== undefined) return { kind: "finding", name: text };
    if (text === "icmp" || text === "igmp") {
      return { kind: "protocol", number: protocolNumber(text)!, family: "ip" };
    }
    if (text === "icmp6" || text === "icmpv6" || text === "ipv6-icmp") {
      return { kind: "protocol", number: 58, family: "ip6" };
    }
    const number = protocolNumber(text);
    return number === undefined ? undefined : { kind: "protocol", number };
  }

  /** A value alone: with the qualifiers of the primitive before, or an address as if `host` stood there. */
  private bareValue(): Filter {
    const token = this.next();
    if (this.last !== undefined) return this.last(token);
    if (!looksLikeAddress(token.text)) fail(`a primitive such as "host", "port" or "tcp"`, token);
    this.last = this.reader({ side: "either", start: token }, undefined);
    return this.last(token);
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at++;
    return token;
  }

  private take(words: ReadonlySet<string>): boolean {
    const token = this.peek();
    if (token.kind === "string" || !words.has(token.text)) return false;
    this.at++;
    return true;
  }

  private takeText(text: string): boolean {
    const token = this.peek();
    if (token.kind === "string" || token.text !== text) return false;
    this.at++;
    return true;
  }
}
