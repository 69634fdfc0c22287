// The lines of a head: the few fields that matter are found, and all but cookies are copied with one kind of line end
// (RFC 9112 5). Apart because it knows lines, not streams.
// Always holds: what is copied fits its area; a field that comes twice counts as it came first, cookies are joined.

import { SCRATCH_HTTP_BASE } from "../layout";
import { HttpFacts } from "./facts";
import {
  HTTP_COOKIE_AREA_OFFSET,
  HTTP_ENCODING_DEFLATE,
  HTTP_ENCODING_GZIP,
  HTTP_ENCODING_NONE,
  HTTP_HEAD_CAPACITY,
  HTTP_HEADER_AREA_OFFSET,
  HTTP_HEADER_CAPACITY,
  HTTP_LENGTH_MAX,
} from "./http-layout";
import { COLON, COMMA, CR, findByte, isBlank, isDigit, LF, SPACE, skipBlanks, trimEnd } from "./text";

// Pieces of names in small letters, as they lie in memory.
const HOST: u32 = 0x74736f68;
const COOK: u32 = 0x6b6f6f63;
const IE: u32 = 0x6569;
const NT: u32 = 0x746e;
const TH: u32 = 0x6874;
const LENG: u32 = 0x676e656c;
const SET_COOK: u64 = 0x6b6f6f632d746573;
const USER_AGE: u64 = 0x6567612d72657375;
const CONTENT: u64 = 0x2d746e65746e6f63; // "content-"
const ENCODING: u64 = 0x676e69646f636e65;
const TRANSFER: u64 = 0x726566736e617274;
const GZIP: u32 = 0x70697a67;
const DEFL: u32 = 0x6c666564;
const CHUN: u32 = 0x6e756863;
const HYPHEN: u32 = 0x2d;
const SMALL: u32 = 0x20202020;
const SMALL_16: u32 = 0x2020;
const SMALL_64: u64 = 0x2020202020202020;

/** Reads the lines in [at, end) that follow the first one. */
export function readFields(at: usize, end: usize, facts: HttpFacts): void {
  clearFields(facts);
  let inCookie = false;
  while (at < end) {
    const lineEnd = findByte(at, end, LF);
    const textEnd = trimEnd(at, lineEnd);
    const isFolded = at < textEnd && isBlank(<u32>load<u8>(at));
    if (!isFolded) inCookie = readField(at, textEnd, facts);
    else if (inCookie) addText(at, textEnd, facts);
    if (!inCookie) copyLine(at, lineEnd, lineEnd != end, facts);
    at = lineEnd + 1;
  }
}

function clearFields(facts: HttpFacts): void {
  facts.host = 0;
  facts.hostSize = 0;
  facts.userAgent = 0;
  facts.userAgentSize = 0;
  facts.cookieSize = 0;
  facts.headerSize = 0;
  facts.length = 0;
  facts.hasLength = 0;
  facts.chunked = 0;
  facts.encoding = HTTP_ENCODING_NONE;
}

/** Takes what matters from one line; answers whether it is a cookie's. */
function readField(at: usize, end: usize, facts: HttpFacts): bool {
  const colon = findByte(at, end, COLON);
  if (colon == end) return false;
  const size = trimEnd(at, colon) - at;
  const value = skipBlanks(colon + 1, end);
  if (size == 4) {
    if ((load<u32>(at) | SMALL) == HOST && facts.host == 0) {
      facts.host = <u32>value;
      facts.hostSize = <u32>(end - value);
    }
  } else if (size == 6) {
    if ((load<u32>(at) | SMALL) == COOK && (<u32>load<u16>(at, 4) | SMALL_16) == IE)
      return addCookie(value, end, facts);
  } else if (size == 10) {
    const first = load<u64>(at) | SMALL_64;
    const rest = <u32>load<u16>(at, 8) | SMALL_16;
    if (first == SET_COOK && rest == IE) return addCookie(value, end, facts);
    if (first == USER_AGE && rest == NT && facts.userAgent == 0) {
      facts.userAgent = <u32>value;
      facts.userAgentSize = <u32>(end - value);
    }
  } else if (size >= 14 && size <= 17) {
    readFraming(at, size, value, end, facts);
  }
  return false;
}

/** Fields that say how the body is sent. */
function readFraming(at: usize, size: usize, value: usize, end: usize, facts: HttpFacts): void {
  const first = load<u64>(at) | SMALL_64;
  if (first == CONTENT) {
    if (size == 14) {
      if ((load<u32>(at, 8) | SMALL) == LENG && (<u32>load<u16>(at, 12) | SMALL_16) == TH)
        readLength(value, end, facts);
    } else if (size == 16 && (load<u64>(at, 8) | SMALL_64) == ENCODING) {
      facts.encoding = encodingOf(value, end);
    }
  } else if (first == TRANSFER && size == 17) {
    if (<u32>load<u8>(at, 8) == HYPHEN && (load<u64>(at, 9) | SMALL_64) == ENCODING) {
      if (hasWord(value, end, CHUN)) facts.chunked = 1;
    }
  }
}

function readLength(at: usize, end: usize, facts: HttpFacts): void {
  if (facts.hasLength != 0 || at == end || !isDigit(<u32>load<u8>(at))) return;
  let length: u64 = 0;
  while (at < end && isDigit(<u32>load<u8>(at)) && length <= <u64>HTTP_LENGTH_MAX) {
    length = length * 10 + <u64>load<u8>(at) - 0x30;
    at += 1;
  }
  facts.hasLength = 1;
  facts.length = length > <u64>HTTP_LENGTH_MAX ? <u32>HTTP_LENGTH_MAX + 1 : <u32>length;
}

/** Also of "x-gzip"; anything else is left as it is. */
function encodingOf(at: usize, end: usize): u32 {
  if (hasWord(at, end, GZIP)) return HTTP_ENCODING_GZIP;
  return hasWord(at, end, DEFL) ? HTTP_ENCODING_DEFLATE : HTTP_ENCODING_NONE;
}

/** Whether those four small letters are anywhere in the value, in any case. */
function hasWord(at: usize, end: usize, word: u32): bool {
  for (; at + 4 <= end; at++) {
    if ((load<u32>(at) | SMALL) == word) return true;
  }
  return false;
}

/** Joins the cookie to those before it with ", ". */
function addCookie(at: usize, end: usize, facts: HttpFacts): bool {
  const size = facts.cookieSize;
  if (size != 0 && size + 2 <= <u32>HTTP_HEAD_CAPACITY) {
    const to = <usize>(SCRATCH_HTTP_BASE + HTTP_COOKIE_AREA_OFFSET) + size;
    store<u8>(to, <u8>COMMA);
    store<u8>(to, <u8>SPACE, 1);
    facts.cookieSize = size + 2;
  }
  addText(at, end, facts);
  return true;
}

/** Appends to the cookies what fits. */
function addText(at: usize, end: usize, facts: HttpFacts): void {
  const size = facts.cookieSize;
  const more = min(<u32>(end - at), <u32>HTTP_HEAD_CAPACITY - size);
  memory.copy(<usize>(SCRATCH_HTTP_BASE + HTTP_COOKIE_AREA_OFFSET) + size, at, more);
  facts.cookieSize = size + more;
}

/** Copies the line [at, end) to the header area; with a line end when it had one. */
function copyLine(at: usize, end: usize, isWhole: bool, facts: HttpFacts): void {
  if (isWhole && end > at && load<u8>(end - 1) == <u8>CR) end -= 1;
  const to = <usize>(SCRATCH_HTTP_BASE + HTTP_HEADER_AREA_OFFSET) + facts.headerSize;
  const left = <u32>HTTP_HEADER_CAPACITY - facts.headerSize;
  const size = <u32>(end - at);
  if (size + 2 > left) return;
  memory.copy(to, at, size);
  if (isWhole) {
    store<u8>(to + size, <u8>CR);
    store<u8>(to + size, <u8>LF, 1);
  }
  facts.headerSize += isWhole ? size + 2 : size;
}
