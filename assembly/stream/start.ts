// Where a stream begins: behind its SYN when that was seen, else at the first bytes that were.
// Apart from place.ts because it asks the flow's evidence, once. Always holds: START is where BASE was at first, or
// before it when earlier bytes were put in front of a stream that was picked up in its middle.

import { Direction, Flow } from "../flow/flow";
import { DIR_BIT_SEQ } from "../layout";
import { config } from "../state";
import { Packet } from "../wire/packet";
import { TCP_SYN } from "../wire/tcp";
import { lastByte, pushBack } from "./ranges";
import { forgetHttp, Stream, windowRoom } from "./stream";
import {
  STREAM_BIT_HOLED,
  STREAM_BIT_MIDSTREAM,
  STREAM_BIT_STARTED,
  STREAM_JUMP_MAX,
  STREAM_PREPENDS_MAX,
} from "./stream-layout";

/** Begins the stream with its first segment; `seq` is the sequence number of that segment's first byte. */
export function start(stream: Stream, flow: Flow, p: Packet, seq: u32, fromB: bool): void {
  const d = flow.direction(fromB);
  let first = seq;
  stream.mark(STREAM_BIT_STARTED);
  if (followsSyn(d, p)) first = d.seqFirst + 1;
  else if ((<u32>p.tcpFlags & TCP_SYN) == 0) stream.mark(STREAM_BIT_MIDSTREAM);
  stream.start = first;
  stream.base = first;
}

/** The direction began with a SYN, and these are its first bytes, or the first that came. */
function followsSyn(d: Direction, p: Packet): bool {
  if ((<u32>p.tcpFlags & TCP_SYN) != 0) return false;
  if (!d.has(DIR_BIT_SEQ) || (<u32>d.tcpFlags & TCP_SYN) == 0) return false;
  const ahead = p.tcpSeq - d.seqFirst;
  // At the SYN's own number only a keep-alive can be: any more, and the SYN was not first.
  if (ahead == 0) return p.payloadSize == 1;
  if (ahead > <u32>STREAM_JUMP_MAX) return false;
  return ahead == 1 || d.appBytes == <u64>p.appBytes;
}

/**
 * Puts bytes that come late in front of a stream that was picked up in its middle; only where they touch it, nothing
 * of it has left the window, and not often. False when they cannot go there.
 */
export function prepend(stream: Stream, p: Packet, seq: u32, size: u32): bool {
  const more = stream.base - seq;
  if (!stream.has(STREAM_BIT_MIDSTREAM) || stream.has(STREAM_BIT_HOLED)) return false;
  if (stream.base != stream.start || stream.window == 0) return false;
  if (more > size || more > windowRoom() - lastByte(stream)) return false;
  if (<u32>stream.prepends >= <u32>STREAM_PREPENDS_MAX) return false;
  const depth = config().streamDepth;
  if (depth != 0 && more >= depth - stream.total) return false;
  stream.prepends += 1;
  pushBack(stream, more);
  memory.copy(stream.textStart, <usize>p.payload, more);
  stream.start = seq;
  // A message may begin before what was taken for the beginning.
  forgetHttp(stream);
  return true;
}
