// When a hole in a stream is not waited for any longer, and how far ahead a segment may lie.
// Apart from place.ts because it asks the other side's evidence. Always holds: what one side alone shows is enough.

import { Flow } from "../flow/flow";
import { DIR_BIT_ACK, FLOW_FLAG_SYN, FLOW_FLAG_SYNACK, WINDOW_SCALE_NONE } from "../layout";
import { Packet } from "../wire/packet";
import { TCP_FIN, TCP_RST, TCP_SYN } from "../wire/tcp";
import { rangeFrom } from "./ranges";
import { Stream } from "./stream";
import { STREAM_AGE_MAX, STREAM_JUMP_MAX, STREAM_SLACK } from "./stream-layout";

const SCALE_MAX: u32 = 14; // RFC 7323 2.3

/** The stream's first hole, before a range that waits, is passed over with this packet of its side. */
export function isDue(stream: Stream, flow: Flow, p: Packet, fromB: bool): bool {
  if (stream.age >= <u32>STREAM_AGE_MAX) return true;
  const flags = <u32>p.tcpFlags;
  if ((flags & TCP_RST) != 0) return true;
  const from = stream.base + rangeFrom(stream, 0);
  // The last segment may just have overtaken the one before it.
  if ((flags & TCP_FIN) != 0) {
    const own = p.payloadSize != 0 && p.tcpSeq + <u32>((flags & TCP_SYN) != 0) == from;
    if (!own) return true;
  }
  // The receiver has what was not captured.
  const receiver = flow.direction(!fromB);
  return receiver.has(DIR_BIT_ACK) && receiver.ackHigh - from <= <u32>STREAM_JUMP_MAX;
}

/** The receiver said that it takes bytes up to `end`, or has not been heard. */
export function isOffered(flow: Flow, fromB: bool, end: u32): bool {
  const receiver = flow.direction(!fromB);
  if (!receiver.has(DIR_BIT_ACK)) return true;
  let scale = SCALE_MAX;
  if (flow.has(FLOW_FLAG_SYN) && flow.has(FLOW_FLAG_SYNACK)) {
    // Both must have sent the option.
    const none = <u8>WINDOW_SCALE_NONE;
    const both = receiver.windowScale != none && flow.direction(fromB).windowScale != none;
    scale = both ? <u32>receiver.windowScale : 0;
  }
  const offered = receiver.ackHigh + ((<u32>receiver.window) << scale) + STREAM_SLACK;
  return <i32>(end - offered) <= 0;
}
