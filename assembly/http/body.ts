// Bodies: how far one is, when it is told, and what rules see of it.
// Apart from heads because a body is told several times, as it grows. Always holds: what a body costs in all is a small
// multiple of one look at it, since it is told when it has grown by a quarter (of the window at most), and at its end.

import { Flow } from "../flow/flow";
import { setBuffer } from "../inspect/state";
import { COUNTER_HTTP_BODY_LIMIT, COUNTER_HTTP_DECODE_FAILED, SCRATCH_HTTP_BASE } from "../layout";
import { BUFFER_FILE_DATA, BUFFER_HTTP_CLIENT_BODY } from "../match/rules-layout";
import { count } from "../state";
import { windowRoom } from "../stream/stream";
import { clearHttpBuffers, setHead } from "./buffers";
import { joinChunks, walkChunks } from "./chunks";
import { HttpFacts } from "./facts";
import {
  HTTP_AGAIN,
  HTTP_BIT_BROKEN,
  HTTP_BIT_END_SENT,
  HTTP_BIT_ENDED,
  HTTP_BIT_FAILED,
  HTTP_BIT_LIMITED,
  HTTP_BIT_RESPONSE,
  HTTP_DECODED_AREA_OFFSET,
  HTTP_ENCODING_NONE,
  HTTP_EVENT_NONE,
  HTTP_EVENT_REQUEST_BODY,
  HTTP_EVENT_RESPONSE_BODY,
  HTTP_FRAMING_CHUNKED,
  HTTP_FRAMING_LENGTH,
  HTTP_FRAMING_LOST,
  HTTP_JOINED_AREA_OFFSET,
  HTTP_PHASE_IDLE,
  HTTP_PHASE_LOST,
} from "./http-layout";
import { INFLATED_BROKEN, INFLATED_FULL, INFLATED_SHORT, inflateBody } from "./inflate";
import { LOOK_MAYBE, LOOK_NO, LOOK_RESPONSE, lookForResponse } from "./start-line";
import { ahead, HttpState, isEnding, textBase, textEnd, textStart } from "./window";

const RESPONSE_MARK: i32 = 6; // bytes of "HTTP/1": no body begins so, the answer to HEAD is followed by it

/** A step in a body: its event, HTTP_EVENT_NONE to wait for more, HTTP_AGAIN when the next message is to be looked at. */
export function readBody(h: HttpState, stream: usize, flow: Flow, facts: HttpFacts, wanted: bool): u32 {
  const end = textEnd(stream);
  if (h.framing == <u8>HTTP_FRAMING_LOST) return lose(h, end);
  const isChunked = h.framing == <u8>HTTP_FRAMING_CHUNKED;
  const isLength = h.framing == <u8>HTTP_FRAMING_LENGTH;
  if (h.has(HTTP_BIT_RESPONSE) && h.sent == h.body) {
    const other = otherMessage(h, stream);
    if (other == LOOK_RESPONSE) return beginAnew(h, h.body);
    if (other == LOOK_MAYBE && !isEnding(stream, flow)) return HTTP_EVENT_NONE;
  }
  if (isChunked) {
    if (ahead(textBase(stream), h.end) > 0 && !h.has(HTTP_BIT_ENDED)) return beginAnew(h, textBase(stream));
    walkChunks(h, stream, facts);
  }
  const isOver = isLength ? ahead(end, h.end) >= 0 : isChunked && h.has(HTTP_BIT_ENDED);
  const isBroken = isChunked && h.has(HTTP_BIT_BROKEN);
  const last = isOver ? h.end : end;
  const isEnd = !isOver && !h.has(HTTP_BIT_END_SENT) && isEnding(stream, flow);
  const isLast = isOver || isBroken || isEnd;
  if (wanted && isDue(h, last, isLast)) {
    h.sent = last;
    if (isEnd) h.mark(HTTP_BIT_END_SENT);
    if (tell(h, stream, flow, facts, last, isLast)) {
      return h.has(HTTP_BIT_RESPONSE) ? HTTP_EVENT_RESPONSE_BODY : HTTP_EVENT_REQUEST_BODY;
    }
  }
  if (isOver) return beginAnew(h, h.end);
  if (!isBroken) return HTTP_EVENT_NONE;
  failOnce(h);
  return lose(h, end);
}

function lose(h: HttpState, end: u32): u32 {
  h.phase = <u8>HTTP_PHASE_LOST;
  h.message = end;
  return HTTP_EVENT_NONE;
}

function beginAnew(h: HttpState, message: u32): u32 {
  h.phase = <u8>HTTP_PHASE_IDLE;
  h.message = message;
  return HTTP_AGAIN;
}

/** Whether another response stands where the body should: what followed the answer to HEAD. LOOK_*. */
function otherMessage(h: HttpState, stream: usize): u32 {
  const place = ahead(h.body, textBase(stream));
  const left = ahead(textEnd(stream), h.body);
  if (place < 0 || left <= 0) return LOOK_NO;
  const at = textStart(stream) + <usize>place;
  const size = left < RESPONSE_MARK ? left : RESPONSE_MARK;
  if (left < RESPONSE_MARK && ahead(h.end, h.body) == left && h.framing == <u8>HTTP_FRAMING_LENGTH)
    return LOOK_NO;
  return lookForResponse(at, at + <usize>size);
}

/**
 * Whether the body up to `last` is to be told: it is complete, or has grown enough since it was told, so that nothing of
 * it leaves the window untold.
 */
function isDue(h: HttpState, last: u32, isLast: bool): bool {
  const more = ahead(last, h.sent);
  if (more <= 0) return false;
  const told = ahead(h.sent, h.body);
  return isLast || more >= min(told, <i32>windowRoom()) >> 2;
}

/** Sets the buffers of the body's event; false when nothing of it can be shown. */
function tell(h: HttpState, stream: usize, flow: Flow, facts: HttpFacts, last: u32, isLast: bool): bool {
  const base = textBase(stream);
  const text = textStart(stream);
  let from = h.body;
  if (ahead(base, from) > 0) {
    limitOnce(h);
    // What was compressed or in chunks cannot be read from its middle.
    if (h.framing == <u8>HTTP_FRAMING_CHUNKED || h.encoding != <u8>HTTP_ENCODING_NONE) return false;
    from = base;
  }
  const size = ahead(last, from);
  if (size <= 0) return false;
  clearHttpBuffers();
  const isResponse = h.has(HTTP_BIT_RESPONSE);
  if (ahead(base, h.message) <= 0) {
    setHead(text + (h.message - base), h.lineSize, h.headSize, isResponse, flow, facts);
  }
  return setBody(h, text + (from - base), <u32>size, isResponse, isLast, facts);
}

function setBody(h: HttpState, at: usize, size: u32, isResponse: bool, isLast: bool, facts: HttpFacts): bool {
  if (h.framing == <u8>HTTP_FRAMING_CHUNKED) {
    size = joinChunks(at, at + size, facts);
    at = SCRATCH_HTTP_BASE + HTTP_JOINED_AREA_OFFSET;
  }
  if (size == 0) return false;
  if (!isResponse) {
    setBuffer(BUFFER_HTTP_CLIENT_BODY, at, size);
    return true;
  }
  if (h.encoding != <u8>HTTP_ENCODING_NONE) {
    const result = inflateBody(at, size, h.encoding, facts);
    if (result == INFLATED_FULL) limitOnce(h);
    if (result == INFLATED_BROKEN || (isLast && result == INFLATED_SHORT)) failOnce(h);
    // Not compressed at all, whatever the head says: seen as it is.
    if (facts.decodedSize != 0 || result != INFLATED_BROKEN) {
      at = SCRATCH_HTTP_BASE + HTTP_DECODED_AREA_OFFSET;
      size = facts.decodedSize;
    }
  }
  if (size == 0) return false;
  setBuffer(BUFFER_FILE_DATA, at, size);
  return true;
}

function limitOnce(h: HttpState): void {
  if (h.has(HTTP_BIT_LIMITED)) return;
  h.mark(HTTP_BIT_LIMITED);
  count(COUNTER_HTTP_BODY_LIMIT);
}

function failOnce(h: HttpState): void {
  if (h.has(HTTP_BIT_FAILED)) return;
  h.mark(HTTP_BIT_FAILED);
  count(COUNTER_HTTP_DECODE_FAILED);
}
