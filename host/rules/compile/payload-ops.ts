// Ops that look into a buffer and move or follow the cursor: contents, regular expressions, bytes as numbers.
// Apart from the tests of headers because these depend on one another and keep the order of the rule's text.
// Always holds: a content given without case is kept in lower case.

import * as L from "../../../assembly/match/rules-layout.js";
import {
  type ContentOption,
  type NumberMode,
  type RegexOption,
  type RuleOption,
  RuleRefusal,
} from "../model.js";
import { literalOf } from "../regex/literal.js";
import { regexReach } from "../regex/reach.js";
import { bufferNumber } from "./buffers.js";
import { lowerBytes } from "./latin1.js";
import { makeOp, type Op, Operands, signed, unsigned, type Variables } from "./op.js";

export const CONTENT_MAX = 2048;
// Bytes of a number, and digits of one that is written out.
const BINARY_MAX = 8;
const DIGITS_MAX = 23;
/**
 * When a text has grown, an expression that found nothing so far is looked for in what is new and so many bytes before:
 * a longer match that began earlier is not seen across the border of segments.
 */
const REACH_MAX = 1024;

type OptionOf<Kind extends RuleOption["kind"]> = Extract<RuleOption, { kind: Kind }>;

export function contentOp(option: ContentOption, variables: Variables): Op {
  const { bytes, offset, depth, distance, within } = option;
  if (bytes.length === 0 || bytes.length > CONTENT_MAX) {
    throw new RuleRefusal(`expected a content of 1 to ${CONTENT_MAX} bytes, found ${bytes.length}`);
  }
  const relative = distance !== undefined || within !== undefined;
  if (relative && (offset !== undefined || depth !== undefined)) {
    throw new RuleRefusal(
      "a content goes either from the beginning (offset, depth) or from the last match (distance, within), " +
        "found both on one: leave out one pair",
    );
  }
  const operands = new Operands(variables);
  const a = relative
    ? operands.take(distance, L.OP_VAR_A, "distance")
    : operands.take(offset, L.OP_VAR_A, "offset");
  const b = relative
    ? operands.take(within, L.OP_VAR_B, "within")
    : operands.take(depth, L.OP_VAR_B, "depth");
  const flags =
    (option.negated ? L.OP_FLAG_NEGATED : 0) |
    (relative ? L.OP_FLAG_RELATIVE : 0) |
    (option.nocase ? L.OP_FLAG_NOCASE : 0) |
    (option.startsWith ? L.OP_FLAG_STARTS : 0) |
    (option.endsWith ? L.OP_FLAG_ENDS : 0);
  const data = { bytes: option.nocase ? lowerBytes(bytes) : bytes, alignment: 1 };
  return makeOp(L.OP_CONTENT, {
    flags,
    buffer: bufferNumber(option.buffer),
    vars: operands.vars,
    a,
    b,
    data,
  });
}

export function regexOp(option: RegexOption, compile: (pattern: string, flags: string) => Uint8Array): Op {
  const program = compile(option.pattern, option.flags);
  const reach = isPinned(option)
    ? L.OPERAND_NONE
    : Math.min(REACH_MAX, regexReach(option.pattern, option.flags));
  return makeOp(L.OP_REGEX, {
    flags: (option.negated ? L.OP_FLAG_NEGATED : 0) | (option.relative ? L.OP_FLAG_RELATIVE : 0),
    buffer: bufferNumber(option.buffer),
    a: L.OPERAND_NONE,
    b: reach,
    data: { bytes: program, alignment: 8 },
    isPinned: isPinned(option),
  });
}

/** Bytes without which the expression can't match, to be looked for before anything else is tried. */
export function guardOp({ pattern, flags, negated, buffer }: RegexOption): Op | undefined {
  const literal = negated ? undefined : literalOf(pattern, flags);
  if (literal === undefined) return undefined;
  return makeOp(L.OP_GUARD, {
    flags: literal.nocase ? L.OP_FLAG_NOCASE : 0,
    buffer: bufferNumber(buffer),
    data: { bytes: literal.bytes, alignment: 1 },
  });
}

/** It says something of its subject's beginning, which for a relative one is behind the last match. */
export function isPinned({ pattern, flags }: RegexOption): boolean {
  return flags.includes("A") || /\^|\\[AGbB]|\(\?<[=!]/.test(pattern.replaceAll("[^", "["));
}

export function isdataatOp(option: OptionOf<"isdataat">, variables: Variables): Op {
  const operands = new Operands(variables);
  const a = operands.take(option.at, L.OP_VAR_A, "isdataat");
  return makeOp(L.OP_ISDATAAT, { ...placed(option), vars: operands.vars, a });
}

const TESTS: Readonly<Record<OptionOf<"byte_test">["operator"], number>> = {
  "<": L.TEST_LESS,
  ">": L.TEST_GREATER,
  "=": L.TEST_EQUAL,
  "<=": L.TEST_LESS_EQUAL,
  ">=": L.TEST_GREATER_EQUAL,
  "&": L.TEST_AND,
  "^": L.TEST_XOR,
};

export function byteTestOp(option: OptionOf<"byte_test">, variables: Variables): Op {
  const operands = new Operands(variables);
  const c = operands.take(option.value, L.OP_VAR_C, "the value of byte_test", unsigned);
  const d = operands.take(option.offset, L.OP_VAR_D, "the offset of byte_test");
  return makeOp(L.OP_BYTE_TEST, {
    ...placed(option),
    vars: operands.vars,
    a: width(option),
    b: TESTS[option.operator],
    c,
    d,
    e: numberBits(option.mode),
    mask: unsigned(option.bitmask, "the bitmask of byte_test"),
  });
}

export function byteJumpOp(option: OptionOf<"byte_jump">, variables: Variables): Op {
  const operands = new Operands(variables);
  const c = operands.take(option.postOffset, L.OP_VAR_C, "post_offset");
  const d = operands.take(option.offset, L.OP_VAR_D, "the offset of byte_jump");
  const from = {
    here: 0,
    beginning: L.NUMBER_FROM_BEGINNING,
    end: L.NUMBER_FROM_END,
  }[option.from];
  return makeOp(L.OP_BYTE_JUMP, {
    ...placed(option),
    vars: operands.vars,
    a: width(option),
    b: signed(option.multiplier, "the multiplier of byte_jump"),
    c,
    d,
    e: numberBits(option.mode) | alignBits(option.align) | from,
    mask: unsigned(option.bitmask, "the bitmask of byte_jump"),
  });
}

export function byteExtractOp(option: OptionOf<"byte_extract">, variables: Variables): Op {
  const operands = new Operands(variables);
  const d = operands.take(option.offset, L.OP_VAR_D, "the offset of byte_extract");
  return makeOp(L.OP_BYTE_EXTRACT, {
    ...placed(option),
    vars: operands.vars,
    a: width(option),
    b: variables.define(option.variable),
    c: signed(option.multiplier, "the multiplier of byte_extract"),
    d,
    e: numberBits(option.mode) | alignBits(option.align),
    mask: unsigned(option.bitmask, "the bitmask of byte_extract"),
  });
}

function placed(
  option: OptionOf<"isdataat" | "byte_test" | "byte_jump" | "byte_extract">,
): Pick<Op, "flags" | "buffer"> {
  const negated = "negated" in option && option.negated;
  return {
    flags: (negated ? L.OP_FLAG_NEGATED : 0) | (option.relative ? L.OP_FLAG_RELATIVE : 0),
    buffer: bufferNumber(option.buffer),
  };
}

function width({ kind, bytes, mode }: OptionOf<"byte_test" | "byte_jump" | "byte_extract">): number {
  const most = mode.string ? DIGITS_MAX : BINARY_MAX;
  // A byte_jump of no bytes goes by its post_offset alone.
  const least = kind === "byte_jump" ? 0 : 1;
  if (Number.isInteger(bytes) && bytes >= least && bytes <= most) return bytes;
  throw new RuleRefusal(`expected ${kind} of ${least} to ${most} bytes, found ${bytes}`);
}

function numberBits({ little, string, base }: NumberMode): number {
  const digits = base === 16 ? L.NUMBER_HEX : base === 8 ? L.NUMBER_OCT : 0;
  return (little ? L.NUMBER_LITTLE : 0) | (string ? L.NUMBER_STRING | digits : 0);
}

function alignBits(align: 0 | 2 | 4): number {
  return align === 4 ? L.NUMBER_ALIGN4 : align === 2 ? L.NUMBER_ALIGN2 : 0;
}
