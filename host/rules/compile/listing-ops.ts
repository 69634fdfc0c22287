// One op of a program in words.
// Apart from the listing of a rule because it is a long table of codes.
// Always holds: what a rule's text says differently reads differently.

import * as L from "../../../assembly/match/rules-layout.js";
import { FINDING_NAMES } from "../../record/findings.js";
import { causeName } from "./causes.js";
import { contentText } from "./latin1.js";

export interface ListingOptions {
  /** Names of flow bits by number, as CompiledRules has them. */
  readonly flowbits?: ReadonlyMap<string, number>;
}

/** One op as it lies in the image. */
export interface ReadOp {
  readonly code: number;
  readonly flags: number;
  readonly buffer: string;
  readonly vars: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly data: Uint8Array;
  readonly mask: number;
}

const RANGE_NAMES: ReadonlyMap<number, string> = new Map([
  [L.OP_DSIZE, "dsize"],
  [L.OP_TTL, "ttl"],
  [L.OP_FRAGOFFSET, "fragoffset"],
  [L.OP_IP_PROTO, "ip_proto"],
  [L.OP_ITYPE, "itype"],
  [L.OP_ICODE, "icode"],
  [L.OP_RAW_SIZE, "raw_size"],
  [L.OP_GUARD, "guard"],
]);

const VALUE_NAMES: ReadonlyMap<number, string> = new Map([
  [L.OP_ACK, "ack"],
  [L.OP_SEQ, "seq"],
  [L.OP_WINDOW, "window"],
  [L.OP_IP_ID, "id"],
  [L.OP_TOS, "tos"],
  [L.OP_ICMP_ID, "icmp_id"],
  [L.OP_ICMP_SEQ, "icmp_seq"],
]);

const TESTS = ["", "<", ">", "=", "<=", ">=", "&", "^"];
const MODES = ["exactly", "all of", "any of", "not all of"];
const FLOWBITS = ["", "set", "unset", "toggle", "isset", "isnotset"];
const TCP_FLAGS: readonly (readonly [number, string])[] = [..."FSRPAUEC"].map((name, bit) => [
  1 << bit,
  name,
]);
const FLOW_BITS: readonly (readonly [number, string])[] = [
  [L.FLOW_IS_TO_SERVER, "to_server"],
  [L.FLOW_IS_TO_CLIENT, "to_client"],
  [L.FLOW_IS_ESTABLISHED, "established"],
  [L.FLOW_IS_NOT_ESTABLISHED, "not_established"],
];
const FRAGMENT_BITS: readonly (readonly [number, string])[] = [
  [1, "M"],
  [2, "D"],
  [4, "R"],
];
const NUMBER_BITS: readonly (readonly [number, string])[] = [
  [L.NUMBER_LITTLE, "little"],
  [L.NUMBER_STRING, "string"],
  [L.NUMBER_HEX, "hex"],
  [L.NUMBER_OCT, "oct"],
  [L.NUMBER_ALIGN4, "align4"],
  [L.NUMBER_ALIGN2, "align2"],
  [L.NUMBER_FROM_BEGINNING, "from-beginning"],
  [L.NUMBER_FROM_END, "from-end"],
];
const OP_FLAGS: readonly (readonly [number, string])[] = [
  [L.OP_FLAG_NOCASE, "nocase"],
  [L.OP_FLAG_STARTS, "startswith"],
  [L.OP_FLAG_ENDS, "endswith"],
  [L.OP_FLAG_RELATIVE, "relative"],
  [L.OP_FLAG_RETRY, "retry"],
];

/** The op in words, as close to a rule's text as can be. */
export function opText(op: ReadOp, options: ListingOptions): string {
  const not = (op.flags & L.OP_FLAG_NEGATED) !== 0 ? "not " : "";
  const words = [...wordsOf(op, options), ...namesOf(OP_FLAGS, op.flags)];
  return `${not}${words.join(" ")}`;
}

function wordsOf(op: ReadOp, options: ListingOptions): string[] {
  const range = RANGE_NAMES.get(op.code);
  if (range !== undefined) return [range, `${op.a}..${op.b}`];
  const value = VALUE_NAMES.get(op.code);
  if (value !== undefined) return [value, String(op.a >>> 0)];
  switch (op.code) {
    case L.OP_CONTENT:
      return ["content", op.buffer, `"${contentText(op.data)}"`, ...placeWords(op)];
    case L.OP_REGEX:
      return ["pcre", op.buffer, `${op.data.length} bytes`];
    case L.OP_ISDATAAT:
      return ["isdataat", op.buffer, operand(op, op.a, L.OP_VAR_A)];
    case L.OP_BSIZE:
      return ["size", op.buffer, `${op.a}..${op.b}`];
    case L.OP_BYTE_TEST:
      return ["byte_test", ...numberWords(op), TESTS[op.b]!, operand(op, op.c, L.OP_VAR_C, true)];
    case L.OP_BYTE_JUMP: {
      const times = op.b === 1 ? [] : [`times ${op.b}`];
      return ["byte_jump", ...numberWords(op), ...times, `plus ${operand(op, op.c, L.OP_VAR_C)}`];
    }
    case L.OP_BYTE_EXTRACT:
      return ["byte_extract", ...numberWords(op), ...(op.c === 1 ? [] : [`times ${op.c}`]), `-> v${op.b}`];
    case L.OP_FLAGS:
      return ["flags", ...bitWords(op, TCP_FLAGS)];
    case L.OP_FRAGBITS:
      return ["fragbits", ...bitWords(op, FRAGMENT_BITS)];
    case L.OP_FLOW:
      return ["flow", ...namesOf(FLOW_BITS, op.a)];
    case L.OP_FLOWBITS:
      return ["flowbits", FLOWBITS[op.a]!, flowbitNames(op, options).join(op.c === 1 ? " | " : " & ")];
    case L.OP_IPOPTS:
      return ["ipopts", op.a === L.IPOPTS_ANY ? "any" : String(op.a)];
    case L.OP_SAMEIP:
      return ["sameip"];
    case L.OP_FINDING:
      return ["finding", FINDING_NAMES[op.a] ?? `finding-${op.a}`];
    case L.OP_CAUSE:
      return ["cause", causeName(op.a)];
    default:
      return [`op ${op.code}`];
  }
}

function placeWords(op: ReadOp): string[] {
  const isRelative = (op.flags & L.OP_FLAG_RELATIVE) !== 0;
  const words: string[] = [];
  const [from, to] = isRelative ? ["distance", "within"] : ["offset", "depth"];
  if (op.a !== L.OPERAND_NONE || (op.vars & L.OP_VAR_A) !== 0)
    words.push(`${from} ${operand(op, op.a, L.OP_VAR_A)}`);
  if (op.b !== L.OPERAND_NONE || (op.vars & L.OP_VAR_B) !== 0)
    words.push(`${to} ${operand(op, op.b, L.OP_VAR_B)}`);
  return words;
}

/** Where a number is taken from, and how it is written. */
function numberWords(op: ReadOp): string[] {
  const masked = op.mask === 0 ? [] : [`mask 0x${op.mask.toString(16)}`];
  const at = `${op.a} bytes at ${operand(op, op.d, L.OP_VAR_D)}`;
  return [op.buffer, at, ...namesOf(NUMBER_BITS, op.e), ...masked];
}

function operand(op: ReadOp, value: number, bit: number, isUnsigned = false): string {
  if ((op.vars & bit) !== 0) return `v${value}`;
  return String(isUnsigned ? value >>> 0 : value);
}

function bitWords(op: ReadOp, names: readonly (readonly [number, string])[]): string[] {
  const bits = (value: number) => namesOf(names, value).join("") || "none";
  return [MODES[op.b]!, bits(op.a), ...(op.c === 0 ? [] : [`besides ${bits(op.c)}`])];
}

function flowbitNames({ data, b }: ReadOp, { flowbits }: ListingOptions): string[] {
  const names = new Map([...(flowbits ?? [])].map(([name, number]) => [number, name]));
  return Array.from({ length: b }, (_, index) => {
    const number = data[index * 2]! + data[index * 2 + 1]! * 256;
    return names.get(number) ?? `#${number}`;
  });
}

/** Names of the bits that are set. */
export function namesOf(table: readonly (readonly [number, string])[], bits: number): string[] {
  return table.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}
