// Writes a filter's tree as text again, every qualifier spelled out.
// Apart because only messages and tests need it.
// Always holds: parsing the text gives the same tree.

import ipaddr from "ipaddr.js";
import type { AddressTest, Filter, Operand, Primitive, Side } from "./ast.js";

const SIDE_WORDS: Readonly<Record<Side, string>> = {
  src: "src ",
  dst: "dst ",
  either: "",
  both: "src and dst ",
};

export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "not":
      return `not ${printOperand(filter.operand)}`;
    case "and":
    case "or": {
      const left = isChain(filter.left) && filter.left.kind !== filter.kind;
      const leftText = left ? printOperand(filter.left) : printFilter(filter.left);
      return `${leftText} ${filter.kind} ${printOperand(filter.right)}`;
    }
    default:
      return printPrimitive(filter);
  }
}

function isChain(filter: Filter): boolean {
  return filter.kind === "and" || filter.kind === "or";
}

function printOperand(filter: Filter): string {
  return isChain(filter) ? `(${printFilter(filter)})` : printFilter(filter);
}

function printPrimitive(primitive: Primitive): string {
  switch (primitive.kind) {
    case "net":
      return printNet(primitive);
    case "ether":
      return `ether ${SIDE_WORDS[primitive.side]}host ${primitive.mac.map((byte) => byte.toString(16)).join(":")}`;
    case "port": {
      const { protocol, side, low, high } = primitive;
      const start = `${protocol === undefined ? "" : `${protocol} `}${SIDE_WORDS[side]}`;
      return low === high ? `${start}port ${low}` : `${start}portrange ${low}-${high}`;
    }
    case "protocol":
      return `${primitive.family === undefined ? "" : `${primitive.family} `}proto ${primitive.number}`;
    case "ethertype":
      return `ether proto 0x${primitive.number.toString(16).padStart(4, "0")}`;
    case "vlan":
      return primitive.id === undefined ? "vlan" : `vlan ${primitive.id}`;
    case "encaps":
      return `encaps ${primitive.name}`;
    case "state":
      return primitive.word;
    case "finding":
      return primitive.name;
    case "compare":
      return `${printValue(primitive.left)} ${primitive.operator} ${printValue(primitive.right)}`;
    case "text":
      return `${primitive.field} ${primitive.operator} ${quoted(primitive.value)}`;
  }
}

function printNet({ side, family, address, prefix }: AddressTest): string {
  const start = `${family === undefined ? "" : `${family} `}${SIDE_WORDS[side]}`;
  const text = ipaddr.fromByteArray([...address]).toString();
  return prefix === address.length * 8 ? `${start}host ${text}` : `${start}net ${text}/${prefix}`;
}

function printValue(operand: Operand): string {
  return operand.kind === "number" ? String(operand.value) : operand.name;
}

function quoted(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}
