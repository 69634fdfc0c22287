// Turns a filter's tree into one function of a record.
// Apart from the parser so that a tree can be tested, printed and compiled each alone.
// Always holds: the function allocates nothing but what text fields need; a field that the record does not have
// makes its comparison false, whatever the operator.

import * as L from "../../assembly/layout.js";
import { hasMac } from "../record/address.js";
import { numericValue } from "../record/field-types.js";
import { fieldByName } from "../record/fields.js";
import { findingBit } from "../record/findings.js";
import type { End, FlowRecord } from "../record/flow-record.js";
import { ethertypeOf } from "../record/names.js";
import { ENCAPSULATIONS } from "../record/notes.js";
import type { AddressTest, Family, Filter, Operand, Operator, PortProtocol, Primitive, Side } from "./ast.js";
import { parseFilter } from "./parser.js";
import { STATE_WORDS } from "./states.js";

export type RecordTest = (record: FlowRecord) => boolean;

/** The test that a filter's text stands for; a blank one lets every record pass. Throws FilterError. */
export function compileFilter(text: string): RecordTest {
  const filter = parseFilter(text);
  return filter === undefined ? () => true : compile(filter);
}

export function compile(filter: Filter): RecordTest {
  switch (filter.kind) {
    case "not": {
      const operand = compile(filter.operand);
      return (record) => !operand(record);
    }
    case "and": {
      const [left, right] = [compile(filter.left), compile(filter.right)];
      return (record) => left(record) && right(record);
    }
    case "or": {
      const [left, right] = [compile(filter.left), compile(filter.right)];
      return (record) => left(record) || right(record);
    }
    default:
      return compilePrimitive(filter);
  }
}

function compilePrimitive(primitive: Primitive): RecordTest {
  switch (primitive.kind) {
    case "net":
      return compileNet(primitive);
    case "ether":
      return bySide(primitive.side, macTest(primitive.mac));
    case "port":
      return compilePort(primitive);
    case "protocol": {
      const { number, family } = primitive;
      if (family === undefined) return (record) => record.isIp && record.proto === number;
      const kind = family === "ip" ? L.KIND_IPV4 : L.KIND_IPV6;
      return (record) => record.kind === kind && record.proto === number;
    }
    case "ethertype":
      return (record) => ethertypeOf(record) === primitive.number;
    case "vlan":
      return bySide("either", vlanTest(primitive.id));
    case "encaps": {
      const bit = ENCAPSULATIONS.get(primitive.name) ?? 0;
      return (record) => (record.notes & bit) !== 0;
    }
    case "state":
      return STATE_WORDS[primitive.word]!.test;
    case "finding":
      return findingTest(findingBit(primitive.name) ?? 0);
    case "compare":
      return compileComparison(primitive.left, primitive.operator, primitive.right);
    case "text":
      return textTest(primitive.field, primitive.operator, primitive.value);
  }
}

function bySide(side: Side, test: (record: FlowRecord, end: End) => boolean): RecordTest {
  switch (side) {
    case "src":
      return (record) => test(record, "orig");
    case "dst":
      return (record) => test(record, "resp");
    case "both":
      return (record) => test(record, "orig") && test(record, "resp");
    default:
      return (record) => test(record, "orig") || test(record, "resp");
  }
}

const FAMILY_TESTS: Readonly<Record<Family, RecordTest>> = {
  ip: (record) => record.kind === L.KIND_IPV4,
  ip6: (record) => record.kind === L.KIND_IPV6,
  arp: (record) => record.kind === L.KIND_ARP && record.extra !== 2,
  rarp: (record) => record.kind === L.KIND_ARP && record.extra === 2,
};

/** Without a family: IPv6 flows for IPv6 addresses; IPv4, ARP and RARP flows for IPv4 ones. */
function compileNet({ side, family, address, prefix }: AddressTest): RecordTest {
  const isIpv6 = address.length === 16;
  const first = isIpv6 ? 0 : 12;
  const masks = address.map((_, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return 0xff & (0xff00 >> kept);
  });
  const size = Math.ceil(prefix / 8);
  const test = bySide(side, (record, end) => {
    const at = record.addressAt(end) + first;
    for (let i = 0; i < size; i++) {
      if ((record.bytes[at + i]! & masks[i]!) !== address[i]) return false;
    }
    return true;
  });
  const isOfFamily =
    family !== undefined
      ? FAMILY_TESTS[family]
      : isIpv6
        ? FAMILY_TESTS.ip6
        : (record: FlowRecord) => record.kind === L.KIND_IPV4 || record.kind === L.KIND_ARP;
  return (record) => isOfFamily(record) && test(record);
}

/** The MAC that an end's first packet came from; in flows that are not IP, the end's own address. */
function macTest(mac: readonly number[]) {
  return (record: FlowRecord, end: End): boolean => {
    const isMacFlow = record.kind === L.KIND_MAC;
    if (!isMacFlow && !hasMac(record, end)) return false;
    const at = isMacFlow ? record.addressAt(end) + 10 : record.direction(end) + L.DIR_MAC_OFFSET;
    for (let i = 0; i < 6; i++) if (record.bytes[at + i] !== mac[i]) return false;
    return true;
  };
}

const PROTOCOL_OF: Readonly<Record<PortProtocol, number>> = { tcp: 6, udp: 17, sctp: 132 };

function compilePort(port: { side: Side; protocol?: PortProtocol; low: number; high: number }): RecordTest {
  const { side, protocol, low, high } = port;
  const inRange = bySide(side, (record, end) => {
    const number = record.portOf(end);
    return number >= low && number <= high;
  });
  // Later fragments alone have no ports; their record says 0.
  const hasPorts: RecordTest = (record) =>
    record.hasPorts && (record.flags & L.FLOW_FLAG_FRAGMENTS_ONLY) === 0;
  if (protocol === undefined) return (record) => hasPorts(record) && inRange(record);
  const number = PROTOCOL_OF[protocol];
  return (record) => record.proto === number && hasPorts(record) && inRange(record);
}

function vlanTest(id: number | undefined) {
  return (record: FlowRecord, end: End): boolean => {
    if (record.packetsOfLife(end) === 0) return false;
    const vlan = record.vlan(end);
    return id === undefined ? vlan !== L.VLAN_NONE : vlan === id;
  };
}

function findingTest(bit: number): RecordTest {
  const mask = 1 << (bit & 31);
  return bit < 32
    ? (record) => (record.findingsLow & mask) !== 0
    : (record) => (record.findingsHigh & mask) !== 0;
}

function compileComparison(left: Operand, operator: Operator, right: Operand): RecordTest {
  const [a, b] = [operandValue(left), operandValue(right)];
  switch (operator) {
    case "<":
      return (record) => a(record) < b(record);
    case "<=":
      return (record) => a(record) <= b(record);
    case ">":
      return (record) => a(record) > b(record);
    case ">=":
      return (record) => a(record) >= b(record);
    case "=":
      return (record) => a(record) === b(record);
    default:
      // NaN, an absent field, is neither smaller nor greater: false.
      return (record) => a(record) < b(record) || a(record) > b(record);
  }
}

function operandValue(operand: Operand): (record: FlowRecord) => number {
  if (operand.kind === "number") return () => operand.value;
  const field = fieldByName(operand.name);
  const value = field && numericValue(field);
  if (value === undefined) throw new TypeError(`not a numeric field: ${operand.name}`);
  return value;
}

/** Text equals without regard to case; a list has the name, or has it not. Absent text never matches. */
function textTest(name: string, operator: "=" | "!=", value: string): RecordTest {
  const field = fieldByName(name);
  const wantsEqual = operator === "=";
  if (field?.type === "list") return (record) => field.value(record).includes(value) === wantsEqual;
  if (field?.type !== "text") throw new TypeError(`not a text field: ${name}`);
  return (record) => {
    const text = field.value(record, PLAIN_STYLE);
    return text !== "" && (text.toLowerCase() === value) === wantsEqual;
  };
}

const PLAIN_STYLE = { state: "word", numericProto: false, time: String, timeWidth: 0 } as const;
