// One segment's bytes into its stream: those that came before compared, the others woven in where they belong.
// Apart from place.ts, which decides what is placed at all and when a hole is given up.
// Always holds: each byte of the segment is in the window, or before it, or told as left (PLACED_MORE, PLACED_DEPTH,
// PLACED_ALONE); the window slides over inspected bytes only.

import { raise } from "../detect/raise";
import { Flow } from "../flow/flow";
import {
  COUNTER_STREAM_CONFLICTS,
  COUNTER_STREAM_DEPTH,
  COUNTER_STREAM_DUPLICATE,
  COUNTER_STREAM_GAPS,
  COUNTER_STREAM_HELD,
  COUNTER_STREAM_RANGES,
  FINDING_OVERLAP_CONFLICT,
} from "../layout";
import { config, count } from "../state";
import { Packet } from "../wire/packet";
import { TCP_SYN } from "../wire/tcp";
import { sameBytes } from "./bytes";
import { isOffered } from "./due";
import { isOneTooMany, join, passTo, rangeFrom, WOVEN_CONFLICT, WOVEN_FRESH, weave } from "./ranges";
import { depthLeft, makeRoom, useWindow } from "./room";
import { prepend, start } from "./start";
import { forgetHttp, Stream, windowRoom } from "./stream";
import {
  PLACED_ALONE,
  PLACED_CONFLICT,
  PLACED_DEPTH,
  PLACED_DUPLICATE,
  PLACED_HELD,
  PLACED_MORE,
  STREAM_BIT_DEPTH,
  STREAM_BIT_HOLED,
  STREAM_BIT_STARTED,
  STREAM_JUMP_MAX,
  STREAM_STRAYS_MAX,
} from "./stream-layout";

/** Places the payload; PLACED_* but for PLACED_NEW. `first`: counted and compared, not only gone on with. */
export function put(stream: Stream, flow: Flow, p: Packet, fromB: bool, first: bool): u32 {
  const size = p.payloadSize;
  const seq = p.tcpSeq + <u32>((<u32>p.tcpFlags & TCP_SYN) != 0);
  if (!stream.has(STREAM_BIT_STARTED)) {
    if (size == 0) return 0;
    start(stream, flow, p, seq, fromB);
  }
  const ahead = <i32>(seq - stream.next);
  if (ahead > STREAM_JUMP_MAX || ahead < -STREAM_JUMP_MAX) return PLACED_ALONE;
  if (passCut(stream, p, seq + size) || size == 0) return 0;
  // A keep-alive's one byte may be any (RFC 9293 3.8.4).
  if (size == 1 && ahead == -1) return duplicate(first);
  let placed = ahead < 0 ? putOld(stream, p, seq, size, first) : 0;
  // What putOld() left: bytes behind those in order.
  const old = <i32>(stream.next - seq) > 0 ? min(stream.next - seq, size) : 0;
  if (old < size) {
    // Bytes put before the first are inspected before the window may slide.
    if (stream.inspected != stream.filled) placed |= PLACED_MORE;
    else placed |= putNext(stream, flow, p, fromB, seq + old, <usize>p.payload + old, size - old, first);
  }
  if ((placed & PLACED_CONFLICT) != 0) {
    raise(flow, FINDING_OVERLAP_CONFLICT);
    if (first) count(COUNTER_STREAM_CONFLICTS);
  }
  return placed;
}

/** The bytes of a segment that lie before the next in order: before the window, or compared with those in it. */
function putOld(stream: Stream, p: Packet, seq: u32, size: u32, first: bool): u32 {
  const skip = <i32>(stream.base - seq) > 0 ? stream.base - seq : 0;
  if (skip != 0 && first && prepend(stream, p, seq, size))
    return skip < size ? compare(stream, p, seq, size) : 0;
  if (skip >= size) {
    if (returns(stream, seq, first)) return 0;
    // Seen before, unless a hole was passed over or it is older than the start.
    return isUnseen(stream, seq) ? PLACED_ALONE : duplicate(first);
  }
  let placed: u32 = skip != 0 && isUnseen(stream, seq) ? PLACED_ALONE : 0;
  if (first) placed |= compare(stream, p, seq + skip, size - skip);
  if (<i32>(seq + size - stream.next) <= 0) placed |= duplicate(first);
  return placed;
}

/** The bytes of [seq, seq + size) that are in order already, against the segment's. */
function compare(stream: Stream, p: Packet, seq: u32, size: u32): u32 {
  const there = min(size, stream.next - seq);
  const source = <usize>p.payload + (p.payloadSize - size);
  return sameBytes(stream.textStart + (seq - stream.base), source, there) ? 0 : PLACED_CONFLICT;
}

/** Bytes that are next in order or ahead of it. */
function putNext(
  stream: Stream,
  flow: Flow,
  p: Packet,
  fromB: bool,
  seq: u32,
  source: usize,
  size: u32,
  first: bool,
): u32 {
  if (seq != stream.next && !isOffered(flow, fromB, seq + size)) {
    if (<u32>stream.strays < <u32>STREAM_STRAYS_MAX) {
      if (first) stream.strays += 1;
      return PLACED_ALONE;
    }
  }
  stream.strays = 0;
  useWindow(stream);
  const room = windowRoom();
  if (seq - stream.base + size > room) {
    makeRoom(stream, seq - stream.base, size, room);
    if (seq != stream.next && seq - stream.base + size > room) {
      // It lies too far ahead: what waits behind holes goes first, then the window begins with it.
      if (stream.rangeCount != 0) {
        passHole(stream);
        return PLACED_MORE;
      }
      count(COUNTER_STREAM_GAPS);
      passTo(stream, seq - stream.base);
    }
  }
  const deep = depthLeft(stream);
  if (deep <= seq - stream.base) return seeDepth(first);
  if (seq != stream.next) {
    if (isOneTooMany(stream, seq - stream.base, min(seq - stream.base + size, deep))) {
      count(COUNTER_STREAM_RANGES);
      count(COUNTER_STREAM_GAPS);
      // The first hole ends at a range, or at this segment when that lies in it.
      passTo(stream, min(seq - stream.base, rangeFrom(stream, 0)));
    }
    if (stream.rangeCount == 0) stream.age = 0;
  }
  return take(stream, p, seq, source, size, first);
}

/** Weaves the bytes in as far as room and depth allow. */
function take(stream: Stream, p: Packet, seq: u32, source: usize, size: u32, first: bool): u32 {
  const at = seq - stream.base;
  const room = min(at + size, windowRoom());
  const end = min(room, depthLeft(stream));
  const held = at > stream.filled;
  const woven = weave(stream, at, end, source);
  join(stream, at, end);
  let placed: u32 = (woven & WOVEN_CONFLICT) != 0 ? PLACED_CONFLICT : 0;
  if (end < room) placed |= seeDepth(first);
  if (config().streamDepth != 0 && stream.total >= config().streamDepth) stream.mark(STREAM_BIT_DEPTH);
  else if (room < at + size) placed |= PLACED_MORE;
  else if (p.appBytes > p.payloadSize && stream.next == seq + size) placed |= PLACED_MORE;
  if ((woven & WOVEN_FRESH) == 0) {
    if ((placed & (PLACED_MORE | PLACED_DEPTH)) == 0) placed |= duplicate(first);
  } else if (held) {
    placed |= PLACED_HELD;
    if (first) count(COUNTER_STREAM_HELD);
  }
  return placed;
}

/** Bytes before the window that were not handed out: behind a hole passed over, or before the stream's start. */
function isUnseen(stream: Stream, seq: u32): bool {
  return stream.has(STREAM_BIT_HOLED) || <i32>(seq - stream.start) < 0;
}

function duplicate(first: bool): u32 {
  if (first) count(COUNTER_STREAM_DUPLICATE);
  return PLACED_DUPLICATE;
}

export function seeDepth(first: bool): u32 {
  if (first) count(COUNTER_STREAM_DEPTH);
  return PLACED_DEPTH;
}

/**
 * Several segments in a row lay before the window, though a hole was passed over: the one that led it here was not of
 * this conversation. The window goes back.
 */
function returns(stream: Stream, seq: u32, first: bool): bool {
  if (!first || !stream.has(STREAM_BIT_HOLED) || stream.rangeCount != 0) return false;
  if (<u32>stream.strays < <u32>STREAM_STRAYS_MAX) {
    stream.strays += 1;
    return false;
  }
  count(COUNTER_STREAM_GAPS);
  passTo(stream, seq - stream.base);
  forgetHttp(stream);
  return true;
}

/** Bytes of this segment were not captured: the stream goes on behind them, at once. `end` is behind those that were. */
function passCut(stream: Stream, p: Packet, end: u32): bool {
  if (p.appBytes <= p.payloadSize || end != stream.next) return false;
  let to = stream.filled + (p.appBytes - p.payloadSize);
  if (stream.rangeCount != 0) to = min(to, rangeFrom(stream, 0));
  count(COUNTER_STREAM_GAPS);
  passTo(stream, to);
  return true;
}

/** Passes over the first hole; there is a range behind it. */
export function passHole(stream: Stream): void {
  count(COUNTER_STREAM_GAPS);
  passTo(stream, rangeFrom(stream, 0));
}
