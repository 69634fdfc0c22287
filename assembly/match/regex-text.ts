// What a regular expression asks of bytes: sets, runs of bytes of a set, literals, edges of words and lines.
// Apart from the engine because nothing here goes back or branches.
// Always holds: no byte outside [text, end) is read.

import { SCRATCH_REGEX_BASE } from "../layout";
import {
  REGEX_AT_END,
  REGEX_AT_FROM,
  REGEX_AT_LAST_LINE_END,
  REGEX_AT_LINE,
  REGEX_AT_LINE_END,
  REGEX_AT_TEXT,
  REGEX_AT_WORD_EDGE,
  REGEX_NO_RUN,
  REGEX_RUNS_OFFSET,
  REGEX_SET_ALL,
  REGEX_SET_BITS_OFFSET,
  REGEX_SET_BUT_ONE,
  REGEX_SET_BYTE_OFFSET,
  REGEX_SET_KIND_OFFSET,
} from "./regex-layout";
import { RegexRun } from "./regex-run";

const NEWLINE: u32 = 0x0a;
const SCAN_SHIFT: u32 = 4; // bytes looked at for a step

export function inSet(set: usize, byte: u32): bool {
  return ((load<u8>(set + (byte >> 3), REGEX_SET_BITS_OFFSET) >> (byte & 7)) & 1) != 0;
}

/** The first byte from `at` on that is not in the set, or the text's end; `slot` remembers the run. */
export function runEnd(run: RegexRun, set: usize, slot: u32, at: usize): usize {
  if (slot == REGEX_NO_RUN) return scanSet(run, set, at, run.end);
  const known = <usize>(SCRATCH_REGEX_BASE + REGEX_RUNS_OFFSET) + ((<usize>slot) << 3);
  const first = <usize>load<u32>(known);
  const last = <usize>load<u32>(known, 4);
  if (at >= first && at <= last) return last;
  const isBefore = at < first;
  let end = scanSet(run, set, at, isBefore ? first : run.end);
  if (isBefore && end == first) end = last;
  store<u32>(known, <u32>at);
  store<u32>(known, <u32>end, 4);
  return end;
}

/** The first byte of [at, end) that is not in the set, or `end`. */
export function scanSet(run: RegexRun, set: usize, at: usize, end: usize): usize {
  const kind = load<u8>(set, REGEX_SET_KIND_OFFSET);
  if (kind == REGEX_SET_ALL) return end;
  const first = at;
  if (kind == REGEX_SET_BUT_ONE) at = findByte(at, end, load<u8>(set, REGEX_SET_BYTE_OFFSET), 0);
  else while (at < end && inSet(set, load<u8>(at))) at++;
  run.left -= <i32>(<u32>(at - first) >> SCAN_SHIFT);
  return at;
}

/** The first place of [at, end) where (byte | mask) is `byte`, or `end`. */
export function findByte(at: usize, end: usize, byte: u32, mask: u32): usize {
  const wanted = i8x16.splat(<i8>byte);
  const masks = i8x16.splat(<i8>mask);
  while (at < end && end - at >= 16) {
    const hits = i8x16.bitmask(i8x16.eq(v128.or(v128.load(at), masks), wanted));
    if (hits != 0) return at + ctz(hits);
    at += 16;
  }
  while (at < end && (<u32>load<u8>(at) | mask) != byte) at++;
  return at;
}

/** The same for two bytes one behind the other: the place of the first. */
export function findPair(at: usize, end: usize, head: u32): usize {
  const first = i8x16.splat(<i8>head);
  const firstMask = i8x16.splat(<i8>(head >> 8));
  const second = i8x16.splat(<i8>(head >> 16));
  const secondMask = i8x16.splat(<i8>(head >> 24));
  while (at < end && end - at >= 17) {
    const one = i8x16.eq(v128.or(v128.load(at), firstMask), first);
    const two = i8x16.eq(v128.or(v128.load(at, 1), secondMask), second);
    const hits = i8x16.bitmask(v128.and(one, two));
    if (hits != 0) return at + ctz(hits);
    at += 16;
  }
  while (at + 1 < end) {
    const one = <u32>load<u8>(at) | ((head >> 8) & 0xff);
    const two = <u32>load<u8>(at, 1) | (head >> 24);
    if (one == (head & 0xff) && two == ((head >> 16) & 0xff)) return at;
    at++;
  }
  return end;
}

/** Whether the `size` bytes at `literal` are at `at`; there are as many in the text. */
export function sameBytes(at: usize, literal: usize, size: u32): bool {
  for (let i: u32 = 0; i < size; i++) {
    if (load<u8>(at + i) != load<u8>(literal + i)) return false;
  }
  return true;
}

/** The same whatever their case. */
export function sameLetters(at: usize, literal: usize, size: u32): bool {
  for (let i: u32 = 0; i < size; i++) {
    if (lower(load<u8>(at + i)) != lower(load<u8>(literal + i))) return false;
  }
  return true;
}

function lower(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** Whether the place is what `kind` (REGEX_AT_*) asks for. */
export function isAt(run: RegexRun, kind: u32, at: usize): bool {
  switch (kind) {
    case REGEX_AT_TEXT:
      return at == run.text;
    case REGEX_AT_LINE:
      return at == run.text || (at < run.end && load<u8>(at - 1) == NEWLINE);
    case REGEX_AT_END:
      return at == run.end;
    case REGEX_AT_LAST_LINE_END:
      return at == run.end || (at + 1 == run.end && load<u8>(at) == NEWLINE);
    case REGEX_AT_LINE_END:
      return at == run.end || load<u8>(at) == NEWLINE;
    case REGEX_AT_FROM:
      return at == run.from;
    default: {
      const before = at > run.text && isWord(load<u8>(at - 1));
      const behind = at < run.end && isWord(load<u8>(at));
      return (before != behind) == (kind == REGEX_AT_WORD_EDGE);
    }
  }
}

function isWord(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10 || byte == 0x5f;
}
