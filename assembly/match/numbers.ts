// byte_test, byte_jump and byte_extract: bytes or digits of a buffer as a number, compared, jumped by or kept.
// Apart from contents because there is one place to look at, and nothing to try again.
//
// As the manuals of Snort 2.9 have it; where they leave room:
// - Bytes that are not all in the buffer, or digits that are not there, fail the op, negated or not.
// - Digits may stand behind blanks and one plus sign, hexadecimal ones behind 0x, and end with the first other byte;
//   what stands behind them is what the cursor or a jump goes on from. A number too large is the largest one.
// - A bit mask is applied first, the result shifted down by the mask's trailing zeros; then the multiplier; then the
//   rounding up to a multiple of 2 or 4; then the place that the jump is from; then post_offset.
// - byte_extract moves the cursor behind what it read (Snort does, Suricata does not say). Variables have 32 bits: more
//   is the most they hold.
// Always holds: sums are of 64 bits and cannot wrap; a cursor stays within its buffer.

import { Op, operand, operandOrZero, originOf, setVariable, variable, Walk } from "./program";
import {
  NUMBER_ALIGN2,
  NUMBER_ALIGN4,
  NUMBER_FROM_BEGINNING,
  NUMBER_FROM_END,
  NUMBER_HEX,
  NUMBER_LITTLE,
  NUMBER_OCT,
  NUMBER_STRING,
  OP_VAR_A,
  OP_VAR_C,
  OP_VAR_D,
  TEST_AND,
  TEST_EQUAL,
  TEST_GREATER,
  TEST_GREATER_EQUAL,
  TEST_LESS,
  TEST_LESS_EQUAL,
  TEST_XOR,
} from "./rules-layout";

const BINARY_MAX: u32 = 8;
const STRING_MAX: u32 = 23;
const WORD_MAX: u64 = 0xffffffff;
const NOWHERE: u32 = 0;

/** The number compared with C. */
export function matchByteTest(walk: Walk, op: Op): bool {
  const at = placeOf(walk, op);
  if (at == NOWHERE || numberEnd(op, at) == NOWHERE) return false;
  const value = masked(op, numberAt(op, at));
  const other = <u64>((<i32>op.vars & OP_VAR_C) != 0 ? variable(<u32>op.c) : <u32>op.c);
  return isTrue(op.b, value, other) != op.isNegated;
}

function isTrue(test: i32, value: u64, other: u64): bool {
  switch (test) {
    case TEST_LESS:
      return value < other;
    case TEST_GREATER:
      return value > other;
    case TEST_EQUAL:
      return value == other;
    case TEST_LESS_EQUAL:
      return value <= other;
    case TEST_GREATER_EQUAL:
      return value >= other;
    case TEST_AND:
      return (value & other) != 0;
    case TEST_XOR:
      return (value ^ other) != 0;
    default:
      return false;
  }
}

/** The cursor goes on by the number; up to the buffer's end, no further. */
export function matchByteJump(walk: Walk, op: Op): bool {
  const at = placeOf(walk, op);
  if (at == NOWHERE) return false;
  let base = <i64>at;
  let jump: i64 = 0;
  // A jump of no bytes goes by its post_offset alone.
  if (operand(op, op.a, OP_VAR_A) != 0) {
    const end = numberEnd(op, at);
    if (end == NOWHERE) return false;
    base = <i64>end;
    jump = <i64>scaled(op, masked(op, numberAt(op, at)), op.b);
  }
  if ((op.e & NUMBER_FROM_BEGINNING) != 0) base = <i64>walk.start - <i64>walk.skipped;
  else if ((op.e & NUMBER_FROM_END) != 0) base = <i64>walk.end;
  const target = base + jump + operandOrZero(op, op.c, OP_VAR_C);
  if (target < <i64>walk.start || target > <i64>walk.end) return false;
  walk.cursor = <u32>target;
  walk.isSteady = 0;
  return true;
}

/** The number is kept in variable B. */
export function matchByteExtract(walk: Walk, op: Op): bool {
  const at = placeOf(walk, op);
  if (at == NOWHERE) return false;
  const end = numberEnd(op, at);
  if (end == NOWHERE) return false;
  setVariable(<u32>op.b, <u32>min(scaled(op, masked(op, numberAt(op, at)), op.c), WORD_MAX));
  walk.cursor = end;
  walk.isSteady = 0;
  return true;
}

/** Address of the number when all its bytes are in the buffer, else NOWHERE. */
function placeOf(walk: Walk, op: Op): u32 {
  const size = operand(op, op.a, OP_VAR_A);
  const most = (op.e & NUMBER_STRING) != 0 ? STRING_MAX : BINARY_MAX;
  const at = originOf(walk, op) + operandOrZero(op, op.d, OP_VAR_D);
  if (size < 0 || size > <i64>most || at < <i64>walk.start || at + size > <i64>walk.end) return NOWHERE;
  return <u32>at;
}

/** Address behind the number, NOWHERE when there is none. */
function numberEnd(op: Op, at: u32): u32 {
  const end = at + <u32>operand(op, op.a, OP_VAR_A);
  if ((op.e & NUMBER_STRING) == 0) return end > at ? end : NOWHERE;
  const first = digitsAt(op, at, end);
  let last = first;
  while (last < end && digit(<u32>load<u8>(<usize>last)) < baseOf(op)) last++;
  return last > first ? last : NOWHERE;
}

/** The number there; the caller has seen by numberEnd() that it is one. */
function numberAt(op: Op, at: u32): u64 {
  const end = at + <u32>operand(op, op.a, OP_VAR_A);
  let value: u64 = 0;
  if ((op.e & NUMBER_STRING) != 0) {
    const base = baseOf(op);
    for (let i = digitsAt(op, at, end); i < end; i++) {
      const more = digit(<u32>load<u8>(<usize>i));
      if (more >= base) break;
      if (value > (u64.MAX_VALUE - <u64>more) / <u64>base) return u64.MAX_VALUE;
      value = value * <u64>base + <u64>more;
    }
  } else if ((op.e & NUMBER_LITTLE) != 0) {
    for (let i = end; i > at; i--) value = (value << 8) | <u64>load<u8>(<usize>i - 1);
  } else {
    for (let i = at; i < end; i++) value = (value << 8) | <u64>load<u8>(<usize>i);
  }
  return value;
}

/** Where the digits begin: behind blanks, a plus sign, and the 0x of hexadecimal ones. */
function digitsAt(op: Op, at: u32, end: u32): u32 {
  let i = at;
  while (i < end && isBlank(<u32>load<u8>(<usize>i))) i++;
  if (i < end && load<u8>(<usize>i) == 0x2b) i++;
  if ((op.e & NUMBER_HEX) != 0 && i + 2 < end && load<u8>(<usize>i) == 0x30) {
    const isPrefix = (<u32>load<u8>(<usize>i + 1) | 0x20) == 0x78;
    if (isPrefix && digit(<u32>load<u8>(<usize>i + 2)) < 16) i += 2;
  }
  return i;
}

function isBlank(byte: u32): bool {
  return byte == 0x20 || byte - 9 < 5;
}

function baseOf(op: Op): u32 {
  return (op.e & NUMBER_HEX) != 0 ? 16 : (op.e & NUMBER_OCT) != 0 ? 8 : 10;
}

/** What the digit says, 255 when it is none of any base. */
function digit(byte: u32): u32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 255;
}

function masked(op: Op, value: u64): u64 {
  const mask = op.dataSize;
  return mask == 0 ? value : (value & <u64>mask) >> <u64>ctz(mask);
}

/** Multiplied and rounded up; what is beyond 32 bits counts as just that, for it is beyond any buffer. */
function scaled(op: Op, value: u64, multiplier: i32): u64 {
  const product = min(value, WORD_MAX) * <u64>max(multiplier, 1);
  if ((op.e & NUMBER_ALIGN4) != 0) return (product + 3) & ~3;
  if ((op.e & NUMBER_ALIGN2) != 0) return (product + 1) & ~1;
  return product;
}
