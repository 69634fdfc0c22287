// A request's URI as a server takes it, and the tricks in it. Apart from the parser because a single packet, without
// any stream, is looked at by the same code.
// Always holds: the result is never longer than what came, and nothing outside of the two places is touched.
//
// The path is what stands before the first "?" as it came: its escapes are taken away (unescape.ts), "\" is "/",
// "//" is "/", "." and ".." segments are folded; at the root ".." stays there. The query's escapes are taken away too,
// and nothing else. The absolute form (http://host/path) gives its path; the host is kept beside.
//
// Traversal, exactly: a ".." segment that climbs above where the path began; or one with a dot, or a slash beside it,
// that came by an escape or as a backslash; or "..;" in front of parameters. Plain ".." inside the path is no finding.
// Overlong, exactly: in the path, a sequence of proper UTF-8 form longer than needed for an ASCII character, a two-byte
// one of any form for . / \ % : or NUL, or %uXXXX for an ASCII or full-width character; in the query, a slash made so
// behind "..". Encoded twice, exactly: in the path, an escape that appears when escapes were decoded once, for a
// character that needs none or that steers a path.

import { raise } from "../detect/raise";
import { Flow } from "../flow/flow";
import {
  COUNTER_HTTP_URI_LIMIT,
  FINDING_HTTP_DOUBLE_ENCODE,
  FINDING_HTTP_OVERLONG_UTF8,
  FINDING_HTTP_TRAVERSAL,
} from "../layout";
import { count } from "../state";
import { HttpFacts, httpFacts } from "./facts";
import {
  HTTP_SCHEME_MAX,
  HTTP_URI_CAPACITY,
  TRICK_DOUBLE_ENCODE,
  TRICK_OVERLONG_UTF8,
  TRICK_TRAVERSAL,
} from "./http-layout";
import { BACKSLASH, COLON, DOT, findByte, isAlphanumeric, PERCENT, QUESTION, SEMICOLON, SLASH } from "./text";
import { markAt, takeEscapes } from "./unescape";

/** Writes the URI of `size` bytes at `from` to `to`, normalised; answers its size. See uriTricks(). */
export function normaliseUri(from: usize, size: u32, to: usize, capacity: u32): u32 {
  const facts = httpFacts();
  facts.tricks = 0;
  if (capacity > <u32>HTTP_URI_CAPACITY) capacity = HTTP_URI_CAPACITY;
  if (size > capacity) {
    count(COUNTER_HTTP_URI_LIMIT);
    size = capacity;
  }
  const skipped = skipAuthority(from, size, facts);
  const end = from + size;
  const start = from + skipped;
  const query = findByte(start, end, QUESTION);
  let written = <u32>(query - start);
  memory.copy(to, start, written);
  if (skipped != 0 && written == 0) {
    store<u8>(to, <u8>SLASH);
    written = 1;
  }
  if (!isPlain(to, written)) written = fold(to, takeEscapes(to, written, facts, false), facts);
  if (query == end) return written;
  const rest = <u32>(end - query);
  memory.copy(to + written, query, rest);
  return written + (isEscaped(to + written, rest) ? takeEscapes(to + written, rest, facts, true) : rest);
}

/** TRICK_* of the URI that was normalised last. */
export function uriTricks(): u32 {
  return httpFacts().tricks;
}

/** The findings of the URI that was normalised last. */
export function raiseTricks(flow: Flow): void {
  const tricks = uriTricks();
  if (tricks == 0) return;
  if ((tricks & <u32>TRICK_TRAVERSAL) != 0) raise(flow, FINDING_HTTP_TRAVERSAL);
  if ((tricks & <u32>TRICK_OVERLONG_UTF8) != 0) raise(flow, FINDING_HTTP_OVERLONG_UTF8);
  if ((tricks & <u32>TRICK_DOUBLE_ENCODE) != 0) raise(flow, FINDING_HTTP_DOUBLE_ENCODE);
}

/** Bytes of "scheme://authority" at the start, 0 when there is none; the authority goes to the facts. */
function skipAuthority(from: usize, size: u32, facts: HttpFacts): u32 {
  facts.authority = 0;
  facts.authoritySize = 0;
  let at: u32 = 0;
  while (at < size && at < <u32>HTTP_SCHEME_MAX && isSchemePart(<u32>load<u8>(from + at))) at += 1;
  if (at == 0 || at + 3 > size) return 0;
  const mark = load<u8>(from + at) == <u8>COLON && load<u16>(from + at, 1) == 0x2f2f; // "//"
  if (!mark) return 0;
  at += 3;
  facts.authority = <u32>from + at;
  const begin = at;
  while (at < size) {
    const c = <u32>load<u8>(from + at);
    if (c == SLASH || c == QUESTION || c == BACKSLASH) break;
    at += 1;
  }
  facts.authoritySize = at - begin;
  return at;
}

function isSchemePart(c: u32): bool {
  return isAlphanumeric(c) || c == 0x2b || c == 0x2d || c == DOT;
}

/** Whether the path is as it will be: most are, and are only copied. */
function isPlain(text: usize, size: u32): bool {
  let before: u32 = 0;
  for (let at: u32 = 0; at < size; at++) {
    const c = <u32>load<u8>(text + at);
    if (c == PERCENT || c == BACKSLASH || c >= 0x80) return false;
    if ((c == SLASH && before == SLASH) || (c == DOT && (before == SLASH || at == 0))) return false;
    before = c;
  }
  return true;
}

function isEscaped(text: usize, size: u32): bool {
  for (let at: u32 = 0; at < size; at++) {
    const c = <u32>load<u8>(text + at);
    if (c == PERCENT || c >= 0xc0) return true;
  }
  return false;
}

function isSlash(c: u32): bool {
  return c == SLASH || c == BACKSLASH;
}

/** Whether the slash was hidden: by an escape, or by leaning the other way. */
function isHidden(text: usize, at: u32): bool {
  return markAt(at) != 0 || load<u8>(text + at) == <u8>BACKSLASH;
}

/** Folds segments in place; answers the new size. A step back undoes bytes that a step forth wrote: linear. */
function fold(text: usize, size: u32, facts: HttpFacts): u32 {
  let to: u32 = 0;
  let from: u32 = 0;
  let hidden = false;
  if (size != 0 && isSlash(<u32>load<u8>(text))) {
    hidden = isHidden(text, 0);
    store<u8>(text, <u8>SLASH);
    to = 1;
    from = 1;
  }
  const root = to;
  let segment = to;
  for (; from <= size; from++) {
    const atEnd = from == size;
    if (!atEnd && !isSlash(<u32>load<u8>(text + from))) {
      if (markAt(from) != 0) hidden = true;
      store<u8>(text + to, load<u8>(text + from));
      to += 1;
      continue;
    }
    const slashHidden = !atEnd && isHidden(text, from);
    const dots = dotsOf(text + segment, to - segment);
    if (dots == DOTS_TWO) {
      if (hidden || slashHidden || segment == root) facts.tricks |= <u32>TRICK_TRAVERSAL;
      to = parentOf(text, segment, root);
    } else if (dots == DOTS_ONE) {
      to = segment;
    } else if (to != segment) {
      if (dots == DOTS_PARAMETERS) facts.tricks |= <u32>TRICK_TRAVERSAL;
      if (!atEnd) {
        store<u8>(text + to, <u8>SLASH);
        to += 1;
      }
    }
    segment = to;
    hidden = slashHidden || (hidden && dots == DOTS_NOTHING);
  }
  return to;
}

const DOTS_NONE: u32 = 0; // an ordinary segment
const DOTS_ONE: u32 = 1;
const DOTS_TWO: u32 = 2;
const DOTS_PARAMETERS: u32 = 3; // "..;" and more: some servers take it for ".."
const DOTS_NOTHING: u32 = 4; // an empty segment

function dotsOf(segment: usize, size: u32): u32 {
  if (size == 0) return DOTS_NOTHING;
  if (load<u8>(segment) != <u8>DOT) return DOTS_NONE;
  if (size == 1) return DOTS_ONE;
  if (load<u8>(segment, 1) != <u8>DOT) return DOTS_NONE;
  if (size == 2) return DOTS_TWO;
  return load<u8>(segment, 2) == <u8>SEMICOLON ? DOTS_PARAMETERS : DOTS_NONE;
}

/** Where the segment before the one at `segment` begins; the root has none before it. */
function parentOf(text: usize, segment: u32, root: u32): u32 {
  if (segment <= root) return root;
  let at = segment - 1;
  while (at > root && load<u8>(text + at - 1) != <u8>SLASH) at -= 1;
  return at;
}
