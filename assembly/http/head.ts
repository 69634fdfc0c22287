// Heads: the first line, the lines up to the blank one, and what they say of the body (RFC 9112 2 to 6).
// Apart from bodies because a head is scanned, a body is counted. Always holds: a byte is scanned for the end of a head
// once; a head that is too long, or that the sender left unfinished, is told as far as it goes.

import { Flow } from "../flow/flow";
import { COUNTER_HTTP_HEADER_LIMIT, COUNTER_HTTP_REQUESTS, COUNTER_HTTP_RESPONSES } from "../layout";
import { count } from "../state";
import { windowRoom } from "../stream/stream";
import { clearHttpBuffers, setHead } from "./buffers";
import { HttpFacts } from "./facts";
import {
  HTTP_AGAIN,
  HTTP_BIT_COUNTED,
  HTTP_BIT_LINE_SENT,
  HTTP_BIT_RESPONSE,
  HTTP_BIT_SEEN,
  HTTP_EVENT_NONE,
  HTTP_EVENT_REQUEST,
  HTTP_EVENT_REQUEST_LINE,
  HTTP_EVENT_RESPONSE,
  HTTP_FRAMING_CHUNKED,
  HTTP_FRAMING_CLOSE,
  HTTP_FRAMING_LENGTH,
  HTTP_FRAMING_LOST,
  HTTP_HEAD_CAPACITY,
  HTTP_LENGTH_MAX,
  HTTP_PHASE_BODY,
  HTTP_PHASE_IDLE,
  HTTP_PHASE_LOST,
} from "./http-layout";
import { readRequestLine, readStatusLine } from "./start-line";
import { CR, findByte, LF } from "./text";
import { ahead, HttpState, isEnding, textBase, textEnd, textStart } from "./window";

const STATUS_FIRST: u32 = 200; // those below are followed by another head
const STATUS_NO_CONTENT: u32 = 204;
const STATUS_NOT_MODIFIED: u32 = 304;

/** A step in a head: its event, or HTTP_EVENT_NONE to wait for more, or HTTP_AGAIN. */
export function readHead(h: HttpState, stream: usize, flow: Flow, facts: HttpFacts): u32 {
  const base = textBase(stream);
  const end = textEnd(stream);
  if (ahead(base, h.scanned) > 0 || ahead(h.scanned, end) > 0) {
    // A hole, or what led the window here was no part of the stream: the text goes on elsewhere.
    h.phase = <u8>HTTP_PHASE_IDLE;
    h.message = base;
    return HTTP_AGAIN;
  }
  if (ahead(base, h.message) > 0) {
    count(COUNTER_HTTP_HEADER_LIMIT);
    return lose(h, end);
  }
  const at = textStart(stream) + (h.message - base);
  const there = end - h.message;
  const limit = at + (there < <u32>HTTP_HEAD_CAPACITY ? there : <u32>HTTP_HEAD_CAPACITY);
  if (h.lineSize == 0 && !readLine(h, at, limit, facts)) return lose(h, end);
  if (h.lineSize != 0 && h.headSize == 0) findBlankLine(h, at, limit);
  if (h.headSize != 0) return finish(h, at, flow, facts);
  const size = <u32>(limit - at);
  if (size == <u32>HTTP_HEAD_CAPACITY) {
    count(COUNTER_HTTP_HEADER_LIMIT);
    h.phase = <u8>HTTP_PHASE_BODY;
    h.framing = <u8>HTTP_FRAMING_LOST;
    return tellCut(h, at, size, flow, facts);
  }
  if (isDue(h, size) && (isEnding(stream, flow) || mayBeLost(size, end - base))) {
    h.sent = end;
    return tellCut(h, at, size, flow, facts);
  }
  if (h.lineSize == 0 || h.has(HTTP_BIT_LINE_SENT | HTTP_BIT_RESPONSE)) return HTTP_EVENT_NONE;
  h.mark(HTTP_BIT_LINE_SENT);
  clearHttpBuffers();
  countOnce(h);
  return setHead(at, h.lineSize, h.lineSize, false, flow, facts) ? HTTP_EVENT_REQUEST_LINE : HTTP_EVENT_NONE;
}

function lose(h: HttpState, end: u32): u32 {
  h.phase = <u8>HTTP_PHASE_LOST;
  h.message = end;
  return HTTP_EVENT_NONE;
}

/** Looks for the end of the first line; false when the line is there and is no HTTP. */
function readLine(h: HttpState, at: usize, limit: usize, facts: HttpFacts): bool {
  const lineEnd = findByte(at + (h.scanned - h.message), limit, LF);
  if (lineEnd == limit) {
    h.scanned = h.message + <u32>(limit - at);
    return true;
  }
  const isResponse = h.has(HTTP_BIT_RESPONSE);
  const isRead = isResponse ? readStatusLine(at, lineEnd, facts) : readRequestLine(at, lineEnd, facts, true);
  if (!isRead) return false;
  h.lineSize = <u32>(lineEnd + 1 - at);
  h.scanned = h.message + h.lineSize;
  // HTTP/0.9: there is nothing but the line.
  if (facts.versioned == 0) h.headSize = h.lineSize;
  return true;
}

/** Looks for the line that ends the head; any line end will do. */
function findBlankLine(h: HttpState, at: usize, limit: usize): void {
  let from = at + (h.scanned - h.message);
  for (;;) {
    const found = findByte(from, limit, LF);
    if (found == limit) break;
    const before = <u32>load<u8>(found - 1);
    if (before == LF || (before == CR && load<u8>(found - 2) == <u8>LF)) {
      h.headSize = <u32>(found + 1 - at);
      break;
    }
    from = found + 1;
  }
  h.scanned = h.message + (h.headSize != 0 ? h.headSize : <u32>(limit - at));
}

/** Whether the head has grown by a quarter since it was told unfinished. */
function isDue(h: HttpState, size: u32): bool {
  const told = h.sent - h.message;
  return size > told && size - told >= told >> 2;
}

/** Whether the window may move on over the head's beginning before the head ends: half of the text is kept then. */
function mayBeLost(size: u32, text: u32): bool {
  const room = windowRoom();
  return size > room >> 1 && text > room - (room >> 2);
}

/** The head is whole: it is told, and how its body will be found is kept. */
function finish(h: HttpState, at: usize, flow: Flow, facts: HttpFacts): u32 {
  clearHttpBuffers();
  countOnce(h);
  const isResponse = h.has(HTTP_BIT_RESPONSE);
  setHead(at, h.lineSize, h.headSize, isResponse, flow, facts);
  h.phase = <u8>HTTP_PHASE_BODY;
  h.body = h.message + h.headSize;
  h.end = h.body;
  h.sent = h.body;
  h.encoding = <u8>facts.encoding;
  h.framing = <u8>framingOf(isResponse, facts);
  if (h.framing == <u8>HTTP_FRAMING_LENGTH) h.end += facts.length;
  return isResponse ? HTTP_EVENT_RESPONSE : HTTP_EVENT_REQUEST;
}

/** How the body is sent (RFC 9112 6.3). What the request was is not known here. */
function framingOf(isResponse: bool, facts: HttpFacts): i32 {
  if (isResponse) {
    const status = facts.status;
    if (status < STATUS_FIRST || status == STATUS_NO_CONTENT || status == STATUS_NOT_MODIFIED) {
      facts.length = 0;
      return HTTP_FRAMING_LENGTH;
    }
  }
  if (facts.chunked != 0) return HTTP_FRAMING_CHUNKED;
  if (facts.hasLength != 0 && facts.length <= <u32>HTTP_LENGTH_MAX) return HTTP_FRAMING_LENGTH;
  if (isResponse || facts.hasLength != 0) return HTTP_FRAMING_CLOSE;
  facts.length = 0;
  return HTTP_FRAMING_LENGTH;
}

/** Tells a head that is not whole. */
function tellCut(h: HttpState, at: usize, size: u32, flow: Flow, facts: HttpFacts): u32 {
  const isResponse = h.has(HTTP_BIT_RESPONSE);
  clearHttpBuffers();
  if (!setHead(at, h.lineSize != 0 ? h.lineSize : size, size, isResponse, flow, facts))
    return HTTP_EVENT_NONE;
  countOnce(h);
  return isResponse ? HTTP_EVENT_RESPONSE : HTTP_EVENT_REQUEST;
}

function countOnce(h: HttpState): void {
  if (h.has(HTTP_BIT_COUNTED)) return;
  h.mark(HTTP_BIT_COUNTED | HTTP_BIT_SEEN);
  count(h.has(HTTP_BIT_RESPONSE) ? COUNTER_HTTP_RESPONSES : COUNTER_HTTP_REQUESTS);
}
