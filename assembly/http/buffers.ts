// What is told with an event: the buffers that rules look into, set from a head that lies in the window.
// Apart from the walk because a body's event sets its head's buffers again. Always holds: a buffer lies in the window
// or in SCRATCH_HTTP, and those of the event before are taken away first.

import { Flow } from "../flow/flow";
import { inspectState, setBuffer } from "../inspect/state";
import { SCRATCH_HTTP_BASE } from "../layout";
import {
  BUFFER_HTTP_COOKIE,
  BUFFER_HTTP_HEADER,
  BUFFER_HTTP_HOST,
  BUFFER_HTTP_METHOD,
  BUFFER_HTTP_RAW_HEADER,
  BUFFER_HTTP_RAW_HOST,
  BUFFER_HTTP_RAW_URI,
  BUFFER_HTTP_STAT_CODE,
  BUFFER_HTTP_STAT_MSG,
  BUFFER_HTTP_URI,
  BUFFER_HTTP_USER_AGENT,
  BUFFER_PAYLOAD,
} from "../match/rules-layout";
import { HttpFacts } from "./facts";
import { readFields } from "./fields";
import {
  HTTP_COOKIE_AREA_OFFSET,
  HTTP_HEADER_AREA_OFFSET,
  HTTP_HOST_AREA_OFFSET,
  HTTP_HOST_CAPACITY,
  HTTP_URI_AREA_OFFSET,
  HTTP_URI_CAPACITY,
} from "./http-layout";
import { readRequestLine, readStatusLine } from "./start-line";
import { AT_SIGN, COLON, lowerOf } from "./text";
import { normaliseUri, raiseTricks } from "./uri";

const CLOSING_BRACKET: u32 = 0x5d;

/** Takes the buffers of HTTP away, the payload stays. */
export function clearHttpBuffers(): void {
  const s = inspectState();
  s.word &= (<u32>1) << BUFFER_PAYLOAD;
}

/**
 * Sets the buffers of the head at `at`: its first line has `lineSize` bytes, all of it `headSize`. The facts are left
 * as the head has them. False when it is no head after all.
 */
export function setHead(
  at: usize,
  lineSize: u32,
  headSize: u32,
  isResponse: bool,
  flow: Flow,
  facts: HttpFacts,
): bool {
  const line = at + lineSize;
  if (isResponse) {
    if (!readStatusLine(at, line, facts)) return false;
    setBuffer(BUFFER_HTTP_STAT_CODE, facts.statusCode, 3);
    setBuffer(BUFFER_HTTP_STAT_MSG, facts.statusMessage, facts.statusMessageSize);
  } else {
    if (!readRequestLine(at, line, facts, true)) return false;
    setBuffer(BUFFER_HTTP_METHOD, at, facts.methodSize);
    setUri(flow, facts);
  }
  readFields(line, at + headSize, facts);
  if (headSize == lineSize) return true;
  setBuffer(BUFFER_HTTP_RAW_HEADER, line, headSize - lineSize);
  setBuffer(BUFFER_HTTP_HEADER, SCRATCH_HTTP_BASE + HTTP_HEADER_AREA_OFFSET, facts.headerSize);
  if (facts.cookieSize != 0) {
    setBuffer(BUFFER_HTTP_COOKIE, SCRATCH_HTTP_BASE + HTTP_COOKIE_AREA_OFFSET, facts.cookieSize);
  }
  if (isResponse) return true;
  if (facts.userAgent != 0) setBuffer(BUFFER_HTTP_USER_AGENT, facts.userAgent, facts.userAgentSize);
  if (facts.host != 0) setHost(facts.host, facts.hostSize);
  return true;
}

/** The URI as it came and as a server takes it; its tricks become findings. The absolute form's host is a host too. */
function setUri(flow: Flow, facts: HttpFacts): void {
  const area = <usize>(SCRATCH_HTTP_BASE + HTTP_URI_AREA_OFFSET);
  setBuffer(BUFFER_HTTP_RAW_URI, facts.uri, facts.uriSize);
  setBuffer(BUFFER_HTTP_URI, area, normaliseUri(facts.uri, facts.uriSize, area, HTTP_URI_CAPACITY));
  raiseTricks(flow);
  if (facts.authoritySize != 0) setHost(facts.authority, facts.authoritySize);
}

/** The host as it came, and in small letters without user and port. */
function setHost(host: usize, size: u32): void {
  setBuffer(BUFFER_HTTP_RAW_HOST, host, size);
  const area = <usize>(SCRATCH_HTTP_BASE + HTTP_HOST_AREA_OFFSET);
  let written: u32 = 0;
  let port: u32 = 0xffffffff; // place of the last colon outside of brackets
  for (let i: u32 = 0; i < size && written < <u32>HTTP_HOST_CAPACITY; i++) {
    const c = <u32>load<u8>(host + i);
    if (c == AT_SIGN) {
      written = 0;
      port = 0xffffffff;
      continue;
    }
    if (c == COLON) port = written;
    else if (c == CLOSING_BRACKET) port = 0xffffffff;
    store<u8>(area + written, <u8>lowerOf(c));
    written += 1;
  }
  setBuffer(BUFFER_HTTP_HOST, area, port < written ? port : written);
}
