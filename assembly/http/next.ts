// HTTP/0.9 to 1.1 in the text of a stream, one message after the other (RFC 9112): where each begins.
// Apart from heads and bodies because here is only what leads from one to the next.
// Always holds: a call makes a bounded number of steps; what is not HTTP costs a look at its first bytes, each time
// that something new comes. Either direction may carry either kind: a stream without its beginning may be the wrong
// way round. A message that lies behind a hole is found where the text goes on.

import { Flow } from "../flow/flow";
import { Stream } from "../stream/stream";
import { STREAM_BIT_GAP } from "../stream/stream-layout";
import { readBody } from "./body";
import { httpFacts } from "./facts";
import { readHead } from "./head";
import {
  HTTP_AGAIN,
  HTTP_BIT_BEGUN,
  HTTP_BIT_RESPONSE,
  HTTP_BIT_SEEN,
  HTTP_EVENT_NONE,
  HTTP_PHASE_BODY,
  HTTP_PHASE_HEAD,
  HTTP_PHASE_IDLE,
  HTTP_PHASE_LOST,
  HTTP_STEPS_MAX,
} from "./http-layout";
import { isKnownMethod, LOOK_MAYBE, LOOK_NO, LOOK_REQUEST, LOOK_RESPONSE, look } from "./start-line";
import { CR, LF } from "./text";
import { ahead, HttpState, httpState, textBase, textEnd, textSize, textStart } from "./window";

const OF_STREAM: u32 = HTTP_BIT_BEGUN | HTTP_BIT_SEEN;

/**
 * The next thing that the stream's text shows: HTTP_EVENT_*, its buffers set. To be called until HTTP_EVENT_NONE,
 * whenever there is new text, and when the sender ends. `wantsBodies`: bodies are told, not only passed over.
 */
export function nextHttp(stream: Stream, flow: Flow, isToServer: bool, wantsBodies: bool): u32 {
  const at = changetype<usize>(stream);
  if (textSize(at) == 0) return HTTP_EVENT_NONE;
  const h = httpState(at);
  const facts = httpFacts();
  if (!h.has(HTTP_BIT_BEGUN)) {
    h.mark(HTTP_BIT_BEGUN);
    h.message = textBase(at);
  }
  stream.bits &= ~(<u32>STREAM_BIT_GAP); // sequence numbers tell of holes
  for (let step = 0; step < HTTP_STEPS_MAX; step++) {
    let event: u32 = HTTP_AGAIN;
    const phase = <i32>h.phase;
    if (phase == HTTP_PHASE_IDLE) event = lookForMessage(h, at, isToServer);
    else if (phase == HTTP_PHASE_HEAD) event = readHead(h, at, flow, facts);
    else if (phase == HTTP_PHASE_BODY) event = readBody(h, at, flow, facts, wantsBodies);
    else if (ahead(textEnd(at), h.message) > 0) h.phase = <u8>HTTP_PHASE_IDLE;
    else return HTTP_EVENT_NONE;
    if (event != HTTP_AGAIN) return event;
  }
  return HTTP_EVENT_NONE;
}

/** Whether a message was found in the stream. */
export function hasHttp(stream: Stream): bool {
  return httpState(changetype<usize>(stream)).has(HTTP_BIT_SEEN);
}

/** Looks whether a message begins at MESSAGE, or where the text begins when that is later. */
function lookForMessage(h: HttpState, stream: usize, isToServer: bool): u32 {
  const base = textBase(stream);
  const end = textEnd(stream);
  if (ahead(base, h.message) > 0) h.message = base;
  if (ahead(end, h.message) <= 0) return HTTP_EVENT_NONE;
  const stop = textStart(stream) + (end - base);
  let at = textStart(stream) + (h.message - base);
  while (at < stop && isLineEnd(<u32>load<u8>(at))) at += 1;
  h.message = base + <u32>(at - textStart(stream));
  if (at == stop) return HTTP_EVENT_NONE;
  let found = look(at, stop);
  if (found == LOOK_MAYBE) return HTTP_EVENT_NONE;
  if (found == LOOK_REQUEST && !isToServer && !isKnownMethod(at, stop)) found = LOOK_NO;
  if (found == LOOK_NO) {
    h.phase = <u8>HTTP_PHASE_LOST;
    h.message = end;
    return HTTP_EVENT_NONE;
  }
  h.phase = <u8>HTTP_PHASE_HEAD;
  h.bits = (h.bits & OF_STREAM) | (found == LOOK_RESPONSE ? HTTP_BIT_RESPONSE : 0);
  h.scanned = h.message;
  h.sent = h.message;
  h.lineSize = 0;
  h.headSize = 0;
  return HTTP_AGAIN;
}

function isLineEnd(c: u32): bool {
  return c == CR || c == LF;
}
