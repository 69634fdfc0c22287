// A TCP packet of a flow with a session: its payload put in order, HTTP read from what is in order, and the rules
// looked at for what is new. Apart from datagrams because a pattern may lie across segments, and a rule may wait for
// the rest of what it wants.
// Always holds: bytes in order are scanned once, with the overlap a pattern needs, bytes sent again in their packet;
// bytes ahead of their turn are scanned in their packet at once, and again in order; a rule tells the same bytes once.

import { Flow } from "../flow/flow";
import { quickHttp } from "../http/quick";
import { PACKET_BIT_SWAPPED } from "../layout";
import { beginScan } from "../match/candidates";
import { isToServer } from "../match/flow-options";
import {
  IMAGE_FLAG_BODY,
  IMAGE_FLAGS_OFFSET,
  MATCH_BIT_STREAM,
  MATCHER_PAYLOAD,
  PROTO_GROUP_TCP,
  RULE_FLAG_FLOATING,
  RULE_FLAG_PACKET_ONLY,
} from "../match/rules-layout";
import { scan } from "../match/scan";
import {
  PLACED_ALONE,
  PLACED_CONFLICT,
  PLACED_DUPLICATE,
  PLACED_HELD,
  PLACED_MORE,
  PLACED_NEW,
  place,
  placeMore,
} from "../stream/place";
import { streamOf } from "../stream/session";
import { markInspected, Stream } from "../stream/stream";
import { Packet } from "../wire/packet";
import { TCP_FIN, TCP_SYN } from "../wire/tcp";
import { lookAtHttp } from "./http";
import { isMatched, noteMatch } from "./outcome";
import { keepPending, mayWait, retryPending, waitsOn } from "./pending";
import {
  candidateAt,
  flagsOf,
  holds,
  isOfStream,
  isStreamOnly,
  listedRule,
  listSize,
  lookAtPayload,
  matcherOf,
  plainListOf,
  scanPayload,
  setPacketPayload,
} from "./rules";
import { inspectState, setPayload, setSearchFrom } from "./state";
import { isTold, isToldWithin, lastTold } from "./told";

/** More than a segment of 64 KiB fills windows of the least size. */
const PLACE_STEPS_MAX: u32 = 64;

/** Takes in a TCP packet of a session, with or without payload. `image` 0: no rules, HTTP alone. */
export function inspectSegment(image: usize, session: usize, p: Packet, flow: Flow): void {
  const fromB = p.has(PACKET_BIT_SWAPPED);
  const stream = streamOf(session, fromB);
  const placed = place(session, stream, flow, p, fromB);
  let more = placed;
  // A window too small for what comes at once is filled and looked at several times.
  for (let steps: u32 = 0; steps < PLACE_STEPS_MAX; steps++) {
    lookAtNew(image, session, stream, p, flow, (more & PLACED_NEW) != 0);
    if ((more & PLACED_MORE) == 0) break;
    more = placeMore(session, stream, flow, p, fromB);
  }
  if (p.payloadSize == 0) return;
  if ((placed & (PLACED_ALONE | PLACED_HELD)) != 0) quickHttp(flow, p);
  if (image == 0) return;
  // Sent again, it is a packet of its own: its alert shows what this one looked like.
  if ((placed & PLACED_DUPLICATE) != 0) lookAtPayload(image, p, flow, session);
  else if ((placed & (PLACED_ALONE | PLACED_CONFLICT | PLACED_HELD)) != 0)
    lookAtAlone(image, session, p, flow);
}

/** HTTP and rules for the bytes that have come into order; HTTP also when the stream ends. */
function lookAtNew(image: usize, session: usize, stream: Stream, p: Packet, flow: Flow, isNew: bool): void {
  if (isNew || (stream.window != 0 && (<u32>p.tcpFlags & TCP_FIN) != 0)) {
    const bodies = image != 0 && (<i32>load<u32>(image, IMAGE_FLAGS_OFFSET) & IMAGE_FLAG_BODY) != 0;
    lookAtHttp(image, session, stream, p, flow, isToServer(flow, p), bodies);
  }
  if (!isNew) return;
  if (image != 0) lookAtStream(image, session, stream, p, flow);
  markInspected(stream);
}

/** What is new in the stream: patterns, the rules they belong to, and the rules that waited. */
function lookAtStream(image: usize, session: usize, stream: Stream, p: Packet, flow: Flow): void {
  beginScan();
  const matcher = matcherOf(image, MATCHER_PAYLOAD + PROTO_GROUP_TCP);
  if (matcher != 0) scan(image, matcher, stream.textStart, stream.newFrom, stream.textEnd);
  const s = inspectState();
  for (let i: u32 = 0; i < s.candidates; i++) {
    const index = candidateAt(i);
    if (isMatched(index) || waitsOn(image, stream, index)) continue;
    if (tryRule(image, index, session, stream, p, flow)) continue;
    if (mayWait()) keepPending(stream, index);
  }
  retryPending(image, session, stream, p, flow);
  const list = plainListOf(image, p);
  const size = listSize(list);
  for (let i: u32 = 0; i < size; i++) {
    const index = listedRule(image, list, i);
    if (isOfStream(image, index) && !isMatched(index)) tryStream(image, index, session, stream, p, flow);
  }
}

/** Tries a rule in the packet, then in the stream; false when the stream may still bring what it wants. */
function tryRule(image: usize, index: u32, session: usize, stream: Stream, p: Packet, flow: Flow): bool {
  if ((flagsOf(image, index) & RULE_FLAG_FLOATING) != 0 && isWithin(stream, p)) {
    // What does not hold in the stream does not in a part of it.
    setStreamPayload(stream);
    if (!holds(image, index, p, flow, session)) return false;
  }
  if (!isStreamOnly(image, index) && p.payloadSize != 0) {
    setPacketPayload(p);
    if (holds(image, index, p, flow, session) && tellPacket(image, index, session, p)) return true;
  }
  if ((flagsOf(image, index) & RULE_FLAG_PACKET_ONLY) != 0) return true;
  return tryStream(image, index, session, stream, p, flow);
}

/** Whether all of the packet's payload is in the window, in order. */
function isWithin(stream: Stream, p: Packet): bool {
  const seq = p.tcpSeq + ((<u32>p.tcpFlags & TCP_SYN) != 0 ? 1 : 0);
  const from = seq - stream.base;
  return from <= stream.filled && stream.filled - from >= p.payloadSize;
}

/** Makes the stream's bytes in order the payload. */
export function setStreamPayload(stream: Stream): void {
  setPayload(stream.textStart, stream.filled, stream.base - stream.start);
}

/** Tries a rule in the bytes in order; true when it held. The first match may be an old one: then behind the last told. */
export function tryStream(
  image: usize,
  index: u32,
  session: usize,
  stream: Stream,
  p: Packet,
  flow: Flow,
): bool {
  const fromB = p.has(PACKET_BIT_SWAPPED);
  setStreamPayload(stream);
  if (!holds(image, index, p, flow, session)) return false;
  // What came before its turn was told in its own packet.
  if (isToldWithin(session, index, fromB, stream.base + stream.inspected, stream.next)) return true;
  if (!isTold(session, index, fromB, seqInStream(stream))) {
    noteMatch(image, index, MATCH_BIT_STREAM);
    return true;
  }
  const last = lastTold(session, index, fromB, stream.base, stream.filled);
  setSearchFrom(<u32>stream.textStart + (last - stream.base));
  const held = holds(image, index, p, flow, session);
  setSearchFrom(0);
  if (held && !isTold(session, index, fromB, seqInStream(stream))) noteMatch(image, index, MATCH_BIT_STREAM);
  return held;
}

/** A packet that is not in order, or brings other bytes than came before: looked at by itself. */
function lookAtAlone(image: usize, session: usize, p: Packet, flow: Flow): void {
  scanPayload(image, p);
  const s = inspectState();
  for (let i: u32 = 0; i < s.candidates; i++) {
    const index = candidateAt(i);
    if (isMatched(index) || isStreamOnly(image, index) || !holds(image, index, p, flow, session)) continue;
    tellPacket(image, index, session, p);
  }
}

/** The rule holds in the packet's own payload: noted, and true, when these bytes were not told already. */
function tellPacket(image: usize, index: u32, session: usize, p: Packet): bool {
  if (isTold(session, index, p.has(PACKET_BIT_SWAPPED), seqInPacket(p))) return false;
  noteMatch(image, index, 0);
  return true;
}

/** Sequence number behind the bytes that the rule's last content matched in the packet. */
function seqInPacket(p: Packet): u32 {
  const end = inspectState().matchEnd;
  const seq = p.tcpSeq + ((<u32>p.tcpFlags & TCP_SYN) != 0 ? 1 : 0);
  return end == 0 ? seq : seq + (end - p.payload);
}

function seqInStream(stream: Stream): u32 {
  const end = inspectState().matchEnd;
  return end == 0 ? stream.base + stream.filled : stream.base + (end - <u32>stream.textStart);
}
