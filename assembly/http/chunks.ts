// Bodies in chunks (RFC 9112 7.1): walked as they come, and joined again whenever they are wanted.
// Apart because walking must go on when the window has slid, joining cannot.
// Always holds: a walk goes forward only, so all walks of a body together are linear in it.

import { SCRATCH_HTTP_BASE } from "../layout";
import { HttpFacts } from "./facts";
import {
  HTTP_BIT_BROKEN,
  HTTP_BIT_ENDED,
  HTTP_BIT_TRAILER,
  HTTP_CHUNK_LINE_MAX,
  HTTP_JOINED_AREA_OFFSET,
  HTTP_JOINED_CAPACITY,
  HTTP_LENGTH_MAX,
  HTTP_TRAILER_LINE_MAX,
} from "./http-layout";
import { CR, findByte, HEX_NONE, hexOf, isBlank, LF, SEMICOLON } from "./text";
import { ahead, HttpState, textBase, textEnd, textStart } from "./window";

const LINE_WAITS: u32 = 0; // the line's end is still to come
const LINE_BROKEN: u32 = 0xffffffff;

/** Walks the chunks that are there; END goes behind the last one whose size is known, bits tell how it ended. */
export function walkChunks(h: HttpState, stream: usize, facts: HttpFacts): void {
  const base = textBase(stream);
  const end = textEnd(stream);
  const stop = textStart(stream) + (end - base);
  while (!h.has(HTTP_BIT_ENDED | HTTP_BIT_BROKEN) && ahead(end, h.end) > 0) {
    const at = textStart(stream) + (h.end - base);
    const size = h.has(HTTP_BIT_TRAILER) ? trailerLine(at, stop) : chunkLine(at, stop, facts);
    if (size == LINE_WAITS) return;
    if (size == LINE_BROKEN) {
      h.mark(HTTP_BIT_BROKEN);
      return;
    }
    if (h.has(HTTP_BIT_TRAILER)) {
      h.end += size;
      if (size <= 2 && isBlankLine(at, size)) h.mark(HTTP_BIT_ENDED);
    } else {
      h.end += size + facts.chunkSize;
      if (facts.chunkSize == 0) h.mark(HTTP_BIT_TRAILER);
    }
  }
}

/** Joins the chunks in [at, end) into the joined area; answers how many bytes. */
export function joinChunks(at: usize, end: usize, facts: HttpFacts): u32 {
  const area = <usize>(SCRATCH_HTTP_BASE + HTTP_JOINED_AREA_OFFSET);
  let joined: u32 = 0;
  while (at < end) {
    const size = chunkLine(at, end, facts);
    if (size == LINE_WAITS || size == LINE_BROKEN || facts.chunkSize == 0) break;
    at += size;
    let more = facts.chunkSize;
    if (more > <u32>(end - at)) more = <u32>(end - at);
    if (more > <u32>HTTP_JOINED_CAPACITY - joined) more = <u32>HTTP_JOINED_CAPACITY - joined;
    memory.copy(area + joined, at, more);
    joined += more;
    at += <usize>facts.chunkSize;
  }
  return joined;
}

/** Size of the line that announces a chunk, the line end of the chunk before included; its value goes to the facts. */
function chunkLine(at: usize, end: usize, facts: HttpFacts): u32 {
  const start = at;
  if (end - at > <usize>HTTP_CHUNK_LINE_MAX) end = at + HTTP_CHUNK_LINE_MAX;
  const isCut = end - at == HTTP_CHUNK_LINE_MAX;
  if (at < end && load<u8>(at) == <u8>CR) at += 1;
  if (at < end && load<u8>(at) == <u8>LF) at += 1;
  let value: u64 = 0;
  let digits: u32 = 0;
  while (at < end) {
    const digit = hexOf(<u32>load<u8>(at));
    if (digit == HEX_NONE) break;
    value = (value << 4) | <u64>digit;
    if (value > <u64>HTTP_LENGTH_MAX) return LINE_BROKEN;
    digits += 1;
    at += 1;
  }
  if (at < end) {
    const c = <u32>load<u8>(at);
    if (digits == 0 || !(c == CR || c == LF || c == SEMICOLON || isBlank(c))) return LINE_BROKEN;
    at = findByte(at, end, LF);
  }
  if (at == end) return isCut ? LINE_BROKEN : LINE_WAITS;
  facts.chunkSize = <u32>value;
  return <u32>(at + 1 - start);
}

function trailerLine(at: usize, end: usize): u32 {
  const isCut = end - at > <usize>HTTP_TRAILER_LINE_MAX;
  if (isCut) end = at + HTTP_TRAILER_LINE_MAX;
  const lineEnd = findByte(at, end, LF);
  if (lineEnd == end) return isCut ? LINE_BROKEN : LINE_WAITS;
  return <u32>(lineEnd + 1 - at);
}

function isBlankLine(at: usize, size: u32): bool {
  return size == 1 || load<u8>(at) == <u8>CR;
}
