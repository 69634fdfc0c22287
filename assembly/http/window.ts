// The text of a stream as the HTTP parser reads it, and the parser's state in the stream.
// Apart so that one file alone knows where a stream keeps its bytes.
// Always holds: [textStart, textStart + textSize) are the bytes in order, the first has sequence number textBase.

import { Flow } from "../flow/flow";
import { SESSION_SIZE, SESSIONS_BASE } from "../layout";
import {
  SESSION_STREAM_B_OFFSET,
  STREAM_BASE_OFFSET,
  STREAM_FILLED_OFFSET,
  STREAM_HTTP_OFFSET,
  STREAM_HTTP_SIZE,
  STREAM_WINDOW_OFFSET,
} from "../stream/stream-layout";
import { TCP_FIN, TCP_RST } from "../wire/tcp";
import { HTTP_BITS_OFFSET, HTTP_MESSAGE_OFFSET, HTTP_SENT_OFFSET, HTTP_STATE_SIZE } from "./http-layout";

@unmanaged
export class HttpState {
  phase: u8;
  framing: u8;
  encoding: u8;
  spare: u8;
  bits: u32;
  message: u32;
  scanned: u32;
  lineSize: u32;
  headSize: u32;
  body: u32;
  end: u32;
  sent: u32;

  has(bit: i32): bool {
    return (this.bits & <u32>bit) != 0;
  }

  mark(bit: i32): void {
    this.bits |= <u32>bit;
  }
}

if (offsetof<HttpState>("bits") != HTTP_BITS_OFFSET) ERROR("HttpState drifted from layout");
if (offsetof<HttpState>("message") != HTTP_MESSAGE_OFFSET) ERROR("HttpState drifted from layout");
if (offsetof<HttpState>("sent") != HTTP_SENT_OFFSET) ERROR("HttpState drifted from layout");
if (HTTP_STATE_SIZE != STREAM_HTTP_SIZE) ERROR("HttpState does not fit a stream");

export function httpState(stream: usize): HttpState {
  return changetype<HttpState>(stream + STREAM_HTTP_OFFSET);
}

export function textStart(stream: usize): usize {
  return <usize>load<u32>(stream, STREAM_WINDOW_OFFSET);
}

/** Bytes in order; none when the stream has no window. */
export function textSize(stream: usize): u32 {
  return textStart(stream) == 0 ? 0 : load<u32>(stream, STREAM_FILLED_OFFSET);
}

/** Sequence number of the first byte of the text. */
export function textBase(stream: usize): u32 {
  return load<u32>(stream, STREAM_BASE_OFFSET);
}

/** Sequence number behind the last byte of the text. */
export function textEnd(stream: usize): u32 {
  return textBase(stream) + textSize(stream);
}

/** How far sequence number `a` is behind `b`; negative when it is before it. */
export function ahead(a: u32, b: u32): i32 {
  return <i32>(a - b);
}

/** Whether the sender said that nothing follows. Segments before that may still be missing. */
export function isEnding(stream: usize, flow: Flow): bool {
  const fromB = (stream - <usize>SESSIONS_BASE) % SESSION_SIZE == SESSION_STREAM_B_OFFSET;
  return (<u32>flow.direction(fromB).tcpFlags & (TCP_FIN | TCP_RST)) != 0;
}
