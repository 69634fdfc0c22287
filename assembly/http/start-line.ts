// The first line of a message: is it one, and what is in it (RFC 9112 3 and 4, tolerant as servers are).
// Apart because the packet-only look and the stream parser ask the same. Always holds: what is found lies in the line.

import { HttpFacts } from "./facts";
import { HTTP_METHOD_MAX } from "./http-layout";
import { BACKSLASH, DOT, isBlank, isDigit, PERCENT, SLASH, SPACE, skipBlanks, TAB, trimEnd } from "./text";

// First four characters of the methods that are known, as they lie in memory.
const GET: u32 = 0x20544547;
const POST: u32 = 0x54534f50;
const HEAD: u32 = 0x44414548;
const PUT: u32 = 0x20545550;
const DELETE: u32 = 0x454c4544;
const OPTIONS: u32 = 0x4954504f;
const TRACE: u32 = 0x43415254; // and TRACK
const CONNECT: u32 = 0x4e4e4f43;
const PATCH: u32 = 0x43544150;
const PROPFIND: u32 = 0x504f5250; // and PROPPATCH
const SEARCH: u32 = 0x52414553;
const MKCOL: u32 = 0x4f434b4d;
const MOVE: u32 = 0x45564f4d;
const COPY: u32 = 0x59504f43;
const LOCK: u32 = 0x4b434f4c;
const UNLOCK: u32 = 0x4f4c4e55;
const DEBUG: u32 = 0x55424544;
const PRI: u32 = 0x20495250; // HTTP/2 begins so, and is none of this
const HTTP: u32 = 0x50545448;
const VERSION_SIZE: usize = 8; // HTTP/x.y

// Letters that begin a known method: a bit each, from A.
const FIRST_LETTERS: u32 =
  (1 << 2) |
  (1 << 3) |
  (1 << 6) |
  (1 << 7) |
  (1 << 11) |
  (1 << 12) |
  (1 << 14) |
  (1 << 15) |
  (1 << 18) |
  (1 << 19) |
  (1 << 20);

export const LOOK_NO: u32 = 0;
export const LOOK_MAYBE: u32 = 1; // more bytes are needed
export const LOOK_REQUEST: u32 = 2;
export const LOOK_RESPONSE: u32 = 3;

/** Whether four bytes begin a known method; nearly all other payload is told by its first byte. */
export function isMethodWord(word: u32): bool {
  const letter = (word & 0xff) - 0x41;
  if (letter > 20 || ((FIRST_LETTERS >> letter) & 1) == 0) return false;
  if (word == GET || word == POST || word == HEAD || word == PUT) return true;
  if (word == DELETE || word == OPTIONS || word == TRACE || word == CONNECT || word == PATCH) return true;
  if (word == PROPFIND || word == SEARCH || word == MKCOL || word == MOVE || word == COPY) return true;
  return word == LOCK || word == UNLOCK || word == DEBUG;
}

/** What the bytes in [at, end) look like: the beginning of a request, of a response, or neither. */
export function look(at: usize, end: usize): u32 {
  const response = lookForResponse(at, end);
  if (response == LOOK_RESPONSE) return response;
  const token = methodSize(at, end);
  if (at + token == end) return token <= <usize>HTTP_METHOD_MAX ? LOOK_MAYBE : LOOK_NO;
  if (token < 3 || token > <usize>HTTP_METHOD_MAX || !isBlank(<u32>load<u8>(at + token))) return response;
  return end - at < 4 || load<u32>(at) != PRI ? LOOK_REQUEST : LOOK_NO;
}

/** Whether the bytes in [at, end) are "HTTP/" and a digit, or may become that. */
export function lookForResponse(at: usize, end: usize): u32 {
  for (let i: u32 = 0; i < 6; i++) {
    if (at + i == end) return LOOK_MAYBE;
    const c = <u32>load<u8>(at + i);
    if (i < 4 ? c != ((HTTP >> (i << 3)) & 0xff) : i == 4 ? c != SLASH : !isDigit(c)) return LOOK_NO;
  }
  return LOOK_RESPONSE;
}

/** Capital letters, "-" and "_" at `at`, at most one more than a method may have. */
function methodSize(at: usize, end: usize): usize {
  const start = at;
  const stop = at + HTTP_METHOD_MAX + 1;
  if (end > stop) end = stop;
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c - 0x41 >= 26 && c != 0x2d && c != 0x5f) break;
    at += 1;
  }
  return at - start;
}

/**
 * Finds method and URI of the request line in [at, end), that begins as look() wants it. `whole` when the line's end
 * is there: then a method that is not known needs HTTP/x.y behind the URI. False when it is no HTTP.
 */
export function readRequestLine(at: usize, end: usize, facts: HttpFacts, whole: bool): bool {
  const size = methodSize(at, end);
  facts.methodSize = <u32>size;
  const uri = skipBlanks(at + size, end);
  end = trimEnd(uri, end);
  if (uri == end) return false;
  let last = end;
  while (last > uri && !isBlank(<u32>load<u8>(last - 1))) last -= 1;
  facts.versioned = 0;
  if (last > uri) {
    if (isVersion(last, end)) {
      facts.versioned = 1;
      end = trimEnd(uri, last);
    } else if (isOtherVersion(last, end)) {
      return false;
    }
  }
  facts.uri = <u32>uri;
  facts.uriSize = <u32>(end - uri);
  const known = isKnownMethod(at, end);
  return facts.versioned != 0 || (known && (!whole || isPath(<u32>load<u8>(uri))));
}

/** What HTTP/0.9 can ask for begins so: other protocols have commands of the same names. */
function isPath(first: u32): bool {
  return first == SLASH || first == BACKSLASH || first == PERCENT || first == DOT || (first | 0x20) == 0x68;
}

/** Whether the bytes in [at, end) begin with a method that is known. */
export function isKnownMethod(at: usize, end: usize): bool {
  return end - at >= 4 && isMethodWord(asWord(at));
}

/** The first four bytes; a tab behind a method of three letters is as good as a space. */
function asWord(at: usize): u32 {
  const word = load<u32>(at);
  return word >> 24 == TAB ? (word & 0xffffff) | (SPACE << 24) : word;
}

/** "HTTP/" and a digit, in letters of any case. */
function isVersion(at: usize, end: usize): bool {
  if (end - at < VERSION_SIZE - 2 || end - at > VERSION_SIZE + 2) return false;
  if ((load<u32>(at) & 0xdfdfdfdf) != HTTP) return false;
  return load<u8>(at, 4) == <u8>SLASH && isDigit(<u32>load<u8>(at, 5));
}

/** Another protocol's name, slash and digit: RTSP/1.0, SIP/2.0, ICAP/1.0. */
function isOtherVersion(at: usize, end: usize): bool {
  const name = methodSize(at, end);
  if (name < 2 || name > 8 || end - at < name + 2) return false;
  return load<u8>(at + name) == <u8>SLASH && isDigit(<u32>load<u8>(at + name + 1));
}

/** Finds the parts of the status line in [at, end), that begins with HTTP/ and a digit. */
export function readStatusLine(at: usize, end: usize, facts: HttpFacts): bool {
  facts.versioned = 1;
  end = trimEnd(at, end);
  let code = at;
  while (code < end && !isBlank(<u32>load<u8>(code))) code += 1;
  code = skipBlanks(code, end);
  let value: u32 = 0;
  let digits: usize = 0;
  while (digits < 3 && code + digits < end && isDigit(<u32>load<u8>(code + digits))) {
    value = value * 10 + <u32>load<u8>(code + digits) - 0x30;
    digits += 1;
  }
  if (digits != 3) return false;
  const message = skipBlanks(code + 3, end);
  facts.status = value;
  facts.statusCode = <u32>code;
  facts.statusMessage = <u32>message;
  facts.statusMessageSize = <u32>(end - message);
  return true;
}
