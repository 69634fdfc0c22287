// Contents, regular expressions and isdataat: the ops that look for bytes and say where the next one looks.
// Apart from the ops that read numbers because these can be taken back: each may find its next occurrence.
//
// Where the manuals of Snort 2.9 and Suricata agree, as they do there; where not, as said:
// - offset and depth count from the buffer's first byte; a match lies whole within [offset, offset + depth).
// - distance and within count from the cursor; a match lies whole within [cursor + distance, cursor + distance +
//   within): `distance:4; within:4` is one place for a content of four bytes. Both engines do so. A region that begins
//   before the buffer is cut there, its end stays.
// - A negated content must not be in its region; an empty region or a buffer that is not there has nothing in it
//   (Suricata; Snort lets it fail). It never moves the cursor.
// - isdataat:N needs a byte at N, relative or not (Snort). Suricata's relative one is content with one byte less:
//   read its way, Snort's `isdataat:!0,relative` would never hold; read this way, Suricata's `!1` still holds at the end.
// - A relative regular expression sees the text from the cursor on, and `^` is there.

import { bufferAddress, bufferLength, inspectState, searchFrom } from "../inspect/state";
import { COUNTER_REGEX_LIMIT, COUNTERS_BASE } from "../layout";
import { findBytes } from "./find-bytes";
import { Op, operand, operandOrZero, originOf, pushChoice, takeMatch, Walk } from "./program";
import { regexMatch, regexStart } from "./regex";
import { REGEX_START_FROM, REGEX_START_OFFSET, REGEX_START_TEXT } from "./regex-layout";
import {
  BUFFER_PAYLOAD,
  OP_FLAG_ENDS,
  OP_FLAG_NOCASE,
  OP_FLAG_RETRY,
  OP_FLAG_STARTS,
  OP_VAR_A,
  OP_VAR_B,
  OPERAND_NONE,
} from "./rules-layout";

const SEARCH_SHIFT: u32 = 4; // bytes searched for one step of the budget

/** From the beginning of its region. The buffer was entered and is there. */
export function matchContent(walk: Walk, op: Op, index: u32): bool {
  if (!op.isNegated) return nextContent(walk, op, index, floorOf(walk, op));
  const from = regionStart(walk, op);
  const to = regionEnd(walk, op);
  return search(walk, op, from, to) == 0;
}

/** What lies before was told of already. A relative op looks behind one that does not. */
function floorOf(walk: Walk, op: Op): u32 {
  return op.isRelative || walk.buffer != <u32>BUFFER_PAYLOAD ? 0 : searchFrom();
}

/** The first occurrence at or after the address `from`, taken; false when its region has none any more. */
export function nextContent(walk: Walk, op: Op, index: u32, from: u32): bool {
  const to = regionEnd(walk, op);
  const at = search(walk, op, max<u32>(regionStart(walk, op), from), to);
  if (at == 0) return false;
  const size = op.dataSize;
  if (op.has(OP_FLAG_RETRY) && at + size < to) pushChoice(walk, index, at + 1);
  takeMatch(walk, at + size);
  return true;
}

/**
 * Whether it is final that the content finds no (other) place, though earlier ones could be moved. While only contents
 * with fixed operands have moved the cursor, it was here with its lowest value first, and what comes behind depends on
 * nothing but the place found. A higher cursor leaves a content that is bounded by the buffer's end alone none but
 * places already tried; one that counts from the beginning has the same places again.
 */
export function isFinal(walk: Walk, op: Op): bool {
  if (walk.isSteady == 0 || op.isNegated || op.vars != 0) return false;
  return !op.isRelative || op.b == OPERAND_NONE;
}

/** The bytes are somewhere in the op's buffer. It needs not be the current one, and the cursor stays. */
export function matchGuard(walk: Walk, op: Op): bool {
  const start = bufferAddress(<u32>op.buffer);
  const size = bufferLength(<u32>op.buffer);
  if (start == 0 || size < op.dataSize) return false;
  inspectState().budget -= <i32>(1 + (size >> SEARCH_SHIFT));
  const data = <usize>walk.image + <usize>op.data;
  return findBytes(start, start + size, data, op.dataSize, op.has(OP_FLAG_NOCASE)) != 0;
}

/** Whether the buffer has the content's bytes in no place at all. */
export function isNowhere(walk: Walk, op: Op): bool {
  return !op.isNegated && search(walk, op, walk.start, walk.end) == 0;
}

function search(walk: Walk, op: Op, from: u32, to: u32): u32 {
  const size = op.dataSize;
  if (from > to || to - from < size) return 0;
  const data = <usize>walk.image + <usize>op.data;
  const at = <u32>findBytes(<usize>from, <usize>to, data, size, op.has(OP_FLAG_NOCASE));
  const searched = (at == 0 ? to : at + size) - from;
  inspectState().budget -= <i32>(1 + (searched >> SEARCH_SHIFT));
  return at;
}

/** Address of the first byte that a match may begin with; behind the end when there is none. */
function regionStart(walk: Walk, op: Op): u32 {
  const base = originOf(walk, op) + operandOrZero(op, op.a, OP_VAR_A);
  if (base > <i64>walk.end) return walk.end + 1;
  const start = clip(walk, base);
  if (!op.has(OP_FLAG_ENDS) || walk.end - walk.start < op.dataSize) return start;
  // The one place left for what must end with the buffer.
  return max<u32>(start, walk.end - op.dataSize);
}

/** Address behind the last byte of a match. */
function regionEnd(walk: Walk, op: Op): u32 {
  let end = <i64>walk.end;
  if (op.b != OPERAND_NONE || (<i32>op.vars & OP_VAR_B) != 0) {
    const base = originOf(walk, op) + operandOrZero(op, op.a, OP_VAR_A);
    end = min(end, base + operand(op, op.b, OP_VAR_B));
  }
  if (op.has(OP_FLAG_STARTS)) end = min(end, <i64>walk.start - <i64>walk.skipped + <i64>op.dataSize);
  // Short of the buffer's end, nothing ends with it.
  if (op.has(OP_FLAG_ENDS) && end < <i64>walk.end) return walk.start;
  return clip(walk, end);
}

function clip(walk: Walk, address: i64): u32 {
  return <u32>min(max(address, <i64>walk.start), <i64>walk.end);
}

/** The buffer was entered and is there. */
export function matchRegex(walk: Walk, op: Op, index: u32): bool {
  return op.isNegated ? isAbsent(walk, op) : nextRegex(walk, op, index, floorOf(walk, op));
}

/** A search that was broken off has not shown that nothing is there. */
function isAbsent(walk: Walk, op: Op): bool {
  const limits = <usize>COUNTERS_BASE + COUNTER_REGEX_LIMIT * 8;
  const before = load<u64>(limits);
  const text = textOf(walk, op);
  if (isBehindStart(walk, op)) return true;
  const end = regexMatch(programOf(walk, op), <usize>text, walk.end - text, 0);
  return end < 0 && load<u64>(limits) == before;
}

/** The leftmost match that starts at or after the address `from`, taken. The expression takes its steps itself. */
export function nextRegex(walk: Walk, op: Op, index: u32, from: u32): bool {
  const text = textOf(walk, op);
  const program = programOf(walk, op);
  const size = walk.end - text;
  const skipped = from > text ? from - text : 0;
  if (skipped > size || isBehindStart(walk, op)) return false;
  const end = regexMatch(program, <usize>text, size, skipped);
  if (end < 0) return false;
  const next = regexStart() + 1;
  // One that matches where its search begins has no second place.
  const isMovable = <i32>load<u32>(program, REGEX_START_OFFSET) != REGEX_START_FROM;
  if (isMovable && op.has(OP_FLAG_RETRY) && next <= size) pushChoice(walk, index, text + next);
  takeMatch(walk, text + <u32>end);
  walk.isSteady = 0;
  return true;
}

/** It holds at the buffer's first byte alone, which has left the window. */
function isBehindStart(walk: Walk, op: Op): bool {
  if (walk.skipped == 0 || (op.isRelative && walk.cursor != walk.start)) return false;
  const start = <i32>load<u32>(programOf(walk, op), REGEX_START_OFFSET);
  return start == REGEX_START_TEXT || start == REGEX_START_FROM;
}

function programOf(walk: Walk, op: Op): usize {
  return <usize>walk.image + <usize>op.data;
}

function textOf(walk: Walk, op: Op): u32 {
  return op.isRelative ? walk.cursor : walk.start;
}

/** A byte at that place of the buffer. */
export function matchIsDataAt(walk: Walk, op: Op): bool {
  const at = originOf(walk, op) + operandOrZero(op, op.a, OP_VAR_A);
  return (at >= <i64>walk.start - <i64>walk.skipped && at < <i64>walk.end) != op.isNegated;
}

/** The buffer's size is from A to B. */
export function matchBufferSize(op: Op, buffer: u32): bool {
  if (bufferAddress(buffer) == 0) return false;
  const size = <i64>bufferLength(buffer);
  return (size >= <i64>op.a && size <= <i64>op.b) != op.isNegated;
}
