// Puts the payload of a TCP segment where it belongs in its stream (RFC 9293 3.4). First come, first kept: what a
// receiver would take instead is not guessed. Apart from put.ts because here is what is placed at all, and when a hole
// is not waited for any longer.
// Always holds: no byte that was not captured is handed out; the bytes handed out follow one another without a hole
// unless STREAM_BIT_GAP tells; nothing is given up before it was handed out, unless its window is taken.

import { Flow } from "../flow/flow";
import { INSPECT_BASE, NOTE_BAD_L4_CHECKSUM, NOTE_LENGTH_LIES, PACKET_BIT_FRAGMENT } from "../layout";
import { INSPECT_JUDGED_OFFSET, INSPECT_WRONG_OFFSET } from "../match/rules-layout";
import { Packet } from "../wire/packet";
import { TCP_RST } from "../wire/tcp";
import { isDue } from "./due";
import { passHole, put, seeDepth } from "./put";
import { leaveWindow, Stream } from "./stream";
import { PLACED_ALONE, PLACED_DEPTH, PLACED_MORE, PLACED_NEW, STREAM_BIT_DEPTH } from "./stream-layout";

export {
  PLACED_ALONE,
  PLACED_CONFLICT,
  PLACED_DEPTH,
  PLACED_DUPLICATE,
  PLACED_HELD,
  PLACED_MORE,
  PLACED_NEW,
} from "./stream-layout";

const OFFLOADED_SHARE: u64 = 4;
const JUDGED_MAX: u32 = 1048576;

// What placeMore() tells: everything else was told by place().
const MORE_MASK: u32 = PLACED_NEW | PLACED_DEPTH | PLACED_MORE;

/**
 * Places the segment's payload in its stream; PLACED_*. What was in order before counts as inspected. With PLACED_MORE
 * call placeMore() when the new bytes have been inspected.
 * Segments without payload may be given too: a FIN or RST ends the waiting for what is missing.
 */
export function place(_session: usize, stream: Stream, flow: Flow, p: Packet, fromB: bool): u32 {
  if (stream.rangeCount != 0 && p.payloadSize != 0) stream.age += 1;
  return step(stream, flow, p, fromB, true);
}

/**
 * Goes on with the same segment: bytes for which the window had no room, or a range behind a hole that is now passed
 * over. Each call takes bytes in or passes a hole, so there is an end.
 */
export function placeMore(_session: usize, stream: Stream, flow: Flow, p: Packet, fromB: bool): u32 {
  return step(stream, flow, p, fromB, false) & MORE_MASK;
}

function step(stream: Stream, flow: Flow, p: Packet, fromB: bool, first: bool): u32 {
  stream.inspected = stream.filled;
  if (stream.has(STREAM_BIT_DEPTH)) {
    leaveWindow(stream);
    return p.payloadSize != 0 ? seeDepth(first) : 0;
  }
  let placed: u32 = isSound(p) ? put(stream, flow, p, fromB, first) : PLACED_ALONE;
  if (stream.rangeCount != 0 && isDue(stream, flow, p, fromB)) {
    if (stream.inspected == stream.filled) {
      passHole(stream);
      if (stream.rangeCount != 0 && isDue(stream, flow, p, fromB)) placed |= PLACED_MORE;
    } else {
      placed |= PLACED_MORE;
    }
  }
  if (stream.inspected != stream.filled) placed |= PLACED_NEW;
  return placed;
}

/** A receiver would take it: what it would not must not stand where the real bytes belong. A fragment waits. */
function isSound(p: Packet): bool {
  const isOffload = isOffloaded(p);
  if ((<u32>p.tcpFlags & TCP_RST) != 0 || p.has(PACKET_BIT_FRAGMENT)) return false;
  if ((p.notes & <u32>NOTE_LENGTH_LIES) != 0) return false;
  return (p.notes & <u32>NOTE_BAD_L4_CHECKSUM) == 0 || p.merged != 0 || isOffload;
}

/**
 * So many checksums are wrong that the capture must be a sender's own, whose card fills them in: then they say nothing.
 * Who would have a wrong one believed has to send a quarter of all that is seen. Counted here, packet by packet: the
 * counters of the decoder are a batch ahead.
 */
function isOffloaded(p: Packet): bool {
  const at = <usize>INSPECT_BASE;
  let judged = load<u32>(at, INSPECT_JUDGED_OFFSET) + 1;
  let wrong = load<u32>(at, INSPECT_WRONG_OFFSET) + <u32>((p.notes & <u32>NOTE_BAD_L4_CHECKSUM) != 0);
  if (judged > JUDGED_MAX) {
    judged >>= 1;
    wrong >>= 1;
  }
  store<u32>(at, judged, INSPECT_JUDGED_OFFSET);
  store<u32>(at, wrong, INSPECT_WRONG_OFFSET);
  return <u64>wrong * OFFLOADED_SHARE > <u64>judged;
}
