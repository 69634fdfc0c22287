// What of a stream's window is there: bytes in order up to FILLED, and ranges behind holes.
// Apart from place.ts because it speaks of places in the window only, not of sequence numbers.
// Always holds: bytes that are there stay as they came first; a range that touches what is in order joins it.

import { COUNTER_STREAM_BYTES } from "../layout";
import { count } from "../state";
import { sameBytes } from "./bytes";
import { breakText, Stream } from "./stream";
import { STREAM_RANGE_CAPACITY, STREAM_RANGES_OFFSET } from "./stream-layout";

/** In the answer of weave(): some byte is another than the one that was there. */
export const WOVEN_CONFLICT: u32 = 0x80000000;
/** In the answer of weave(): how many bytes were new. */
export const WOVEN_FRESH: u32 = 0x7fffffff;

function rangeAt(stream: Stream, index: u32): usize {
  return changetype<usize>(stream) + STREAM_RANGES_OFFSET + ((<usize>index) << 2);
}

export function rangeFrom(stream: Stream, index: u32): u32 {
  return <u32>load<u16>(rangeAt(stream, index));
}

export function rangeTo(stream: Stream, index: u32): u32 {
  return <u32>load<u16>(rangeAt(stream, index), 2);
}

function setRange(stream: Stream, index: u32, from: u32, to: u32): void {
  store<u32>(rangeAt(stream, index), from | (to << 16));
}

/** Place behind the last byte that is there. */
export function lastByte(stream: Stream): u32 {
  return stream.rangeCount != 0 ? rangeTo(stream, stream.rangeCount - 1) : stream.filled;
}

/** Copies the bytes of [at, end), none before FILLED, from `source` to where nothing is yet, and compares the others. */
export function weave(stream: Stream, at: u32, end: u32, source: usize): u32 {
  const window = stream.textStart;
  const from = source - at;
  let cursor = at;
  let fresh: u32 = 0;
  let same = true;
  const ranges = stream.rangeCount;
  for (let index: u32 = 0; index < ranges && cursor < end; index++) {
    const to = rangeTo(stream, index);
    if (to <= cursor) continue;
    const hole = min(end, rangeFrom(stream, index));
    if (cursor < hole) {
      memory.copy(window + cursor, from + cursor, hole - cursor);
      fresh += hole - cursor;
      cursor = hole;
    }
    const stop = min(end, to);
    if (cursor < stop) {
      if (!sameBytes(window + cursor, from + cursor, stop - cursor)) same = false;
      cursor = stop;
    }
  }
  if (cursor < end) {
    memory.copy(window + cursor, from + cursor, end - cursor);
    fresh += end - cursor;
  }
  return same ? fresh : fresh | WOVEN_CONFLICT;
}

/** The range [at, end), behind a hole, would be one more than are tracked. */
export function isOneTooMany(stream: Stream, at: u32, end: u32): bool {
  const ranges = stream.rangeCount;
  if (ranges < <u32>STREAM_RANGE_CAPACITY) return false;
  for (let index: u32 = 0; index < ranges; index++) {
    if (at <= rangeTo(stream, index) && end >= rangeFrom(stream, index)) return false;
  }
  return true;
}

/** Takes [at, end) into what is there. A range behind a hole must not be one too many. */
export function join(stream: Stream, at: u32, end: u32): void {
  if (at <= stream.filled) {
    if (end > stream.filled) extend(stream, end);
    absorb(stream);
    return;
  }
  let kept: u32 = 0;
  let before: u32 = 0; // ranges that lie before it and do not touch it
  const ranges = stream.rangeCount;
  for (let index: u32 = 0; index < ranges; index++) {
    const from = rangeFrom(stream, index);
    const to = rangeTo(stream, index);
    if (to < at) before += 1;
    else if (from <= end) {
      at = min(at, from);
      end = max(end, to);
      continue;
    }
    setRange(stream, kept, from, to);
    kept += 1;
  }
  for (let index = kept; index > before; index--) {
    setRange(stream, index, rangeFrom(stream, index - 1), rangeTo(stream, index - 1));
  }
  setRange(stream, before, at, end);
  stream.rangeCount = kept + 1;
}

/** The bytes up to there are in order. */
function extend(stream: Stream, filled: u32): void {
  const more = filled - stream.filled;
  stream.filled = filled;
  stream.total = more > 0xffffffff - stream.total ? 0xffffffff : stream.total + more;
  count(COUNTER_STREAM_BYTES, more);
}

/** Ranges that what is in order has reached are in order too. */
function absorb(stream: Stream): void {
  while (stream.rangeCount != 0 && rangeFrom(stream, 0) <= stream.filled) {
    const to = rangeTo(stream, 0);
    if (to > stream.filled) extend(stream, to);
    dropFirst(stream);
    stream.age = 0;
  }
}

function dropFirst(stream: Stream): void {
  const left = stream.rangeCount - 1;
  memory.copy(rangeAt(stream, 0), rangeAt(stream, 1), left << 2);
  stream.rangeCount = left;
}

/** Moves the window on by `shift` bytes, all of them in order and inspected. */
export function slide(stream: Stream, shift: u32): void {
  const end = lastByte(stream);
  memory.copy(stream.textStart, stream.textStart + shift, end - shift);
  stream.base += shift;
  stream.filled -= shift;
  stream.inspected -= shift;
  moveRanges(stream, shift);
}

function moveRanges(stream: Stream, shift: u32): void {
  const ranges = stream.rangeCount;
  for (let index: u32 = 0; index < ranges; index++) {
    setRange(stream, index, rangeFrom(stream, index) - shift, rangeTo(stream, index) - shift);
  }
}

/** Makes room for `more` bytes before the first; they are in order then, and everything is to be inspected again. */
export function pushBack(stream: Stream, more: u32): void {
  memory.copy(stream.textStart + more, stream.textStart, lastByte(stream));
  moveRanges(stream, 0 - more);
  stream.base -= more;
  extend(stream, stream.filled + more);
  stream.inspected = 0;
}

/**
 * Passes over everything before `to`, a place behind FILLED and not behind the first range: the window begins there.
 * What is in order must have been inspected.
 */
export function passTo(stream: Stream, to: u32): void {
  if (stream.rangeCount != 0) {
    memory.copy(stream.textStart, stream.textStart + to, lastByte(stream) - to);
    moveRanges(stream, to);
  }
  stream.base += to;
  stream.filled = 0;
  stream.inspected = 0;
  stream.age = 0;
  breakText(stream);
  absorb(stream);
}
