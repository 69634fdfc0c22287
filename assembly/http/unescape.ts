// Escapes of a URI taken away in place: %XX, %uXXXX, then UTF-8 sequences longer than needed, and all of it once more,
// as servers did that decoded twice. Apart from uri.ts because it knows nothing of paths.
// Always holds: the text never gets longer; each byte has a mark that says whether an escape hid it.

import { SCRATCH_HTTP_BASE } from "../layout";
import { HttpFacts } from "./facts";
import { HTTP_MARKS_AREA_OFFSET, TRICK_DOUBLE_ENCODE, TRICK_OVERLONG_UTF8 } from "./http-layout";
import { BACKSLASH, COLON, DOT, HEX_NONE, hexOf, isAlphanumeric, PERCENT, SLASH } from "./text";

const ROUNDS: u32 = 2;
const FULL_WIDTH_FIRST: u32 = 0xff01; // U+FF01 ... U+FF5E are "!" to "~" as wide as ideographs
const FULL_WIDTH_LAST: u32 = 0xff5e;
const FULL_WIDTH_SHIFT: u32 = 0xfee0;
const NOT_ASCII: u32 = 0x80;

export const MARK_ENCODED: u32 = 1;

/** Mark of the byte at that place of the text. */
export function markAt(place: u32): u32 {
  return <u32>load<u8>(marks() + place);
}

/** Takes the escapes out of the text; answers its new size. In a query little is taken as a trick. */
export function takeEscapes(text: usize, size: u32, facts: HttpFacts, inQuery: bool): u32 {
  memory.fill(marks(), 0, size);
  for (let round: u32 = 0; round < ROUNDS; round++) {
    facts.leftPercent = 0;
    facts.leftHigh = 0;
    const again = round != 0 && !inQuery;
    size = unpercent(text, size, facts, again, inQuery);
    if (facts.leftHigh != 0) size = shorten(text, size, facts, again, inQuery);
    if (facts.leftPercent == 0) break;
  }
  return size;
}

/** One round of %XX and %uXXXX. `again` when what it decodes is encoded twice. */
function unpercent(text: usize, size: u32, facts: HttpFacts, again: bool, inQuery: bool): u32 {
  let to: u32 = 0;
  for (let from: u32 = 0; from < size; ) {
    let c = <u32>load<u8>(text + from);
    let mark = markAt(from);
    let used: u32 = 1;
    if (c == PERCENT) {
      const wide = wideEscape(text + from, size - from);
      const byte = wide == HEX_WIDE_NONE ? plainEscape(text + from, size - from) : narrowed(wide);
      if (wide != HEX_WIDE_NONE && byte >= NOT_ASCII) {
        to += putWide(text, to, wide);
        facts.leftHigh = 1;
        from += 6;
        continue;
      }
      if (byte != HEX_WIDE_NONE) {
        c = byte;
        mark = MARK_ENCODED;
        used = wide == HEX_WIDE_NONE ? 3 : 6;
        if (again && wantsNoEscape(c)) facts.tricks |= <u32>TRICK_DOUBLE_ENCODE;
        if (used == 6 && !inQuery) facts.tricks |= <u32>TRICK_OVERLONG_UTF8;
      }
      if (c == PERCENT) facts.leftPercent = 1;
    }
    if (c >= 0xc0) facts.leftHigh = 1;
    put(text, to, c, mark);
    to += 1;
    from += used;
  }
  return to;
}

const HEX_WIDE_NONE: u32 = 0xffffffff;

/** The byte of "%XX", HEX_WIDE_NONE when it is no escape. */
function plainEscape(at: usize, left: u32): u32 {
  if (left < 3) return HEX_WIDE_NONE;
  const high = hexOf(<u32>load<u8>(at, 1));
  const low = hexOf(<u32>load<u8>(at, 2));
  return high == HEX_NONE || low == HEX_NONE ? HEX_WIDE_NONE : (high << 4) | low;
}

/** The character of "%uXXXX", HEX_WIDE_NONE when it is none. */
function wideEscape(at: usize, left: u32): u32 {
  if (left < 6 || (<u32>load<u8>(at, 1) | 0x20) != 0x75) return HEX_WIDE_NONE;
  let value: u32 = 0;
  for (let i: usize = 2; i < 6; i++) {
    const digit = hexOf(<u32>load<u8>(at + i));
    if (digit == HEX_NONE) return HEX_WIDE_NONE;
    value = (value << 4) | digit;
  }
  return value;
}

/** A full-width character as the ASCII one that servers took it for. */
function narrowed(c: u32): u32 {
  return c >= FULL_WIDTH_FIRST && c <= FULL_WIDTH_LAST ? c - FULL_WIDTH_SHIFT : c;
}

/** Writes a character from U+0080 to U+FFFF in UTF-8; answers how many bytes. */
function putWide(text: usize, to: u32, c: u32): u32 {
  if (c < 0x800) {
    put(text, to, 0xc0 | (c >> 6), MARK_ENCODED);
    put(text, to + 1, 0x80 | (c & 0x3f), MARK_ENCODED);
    return 2;
  }
  put(text, to, 0xe0 | (c >> 12), MARK_ENCODED);
  put(text, to + 1, 0x80 | ((c >> 6) & 0x3f), MARK_ENCODED);
  put(text, to + 2, 0x80 | (c & 0x3f), MARK_ENCODED);
  return 3;
}

/** Sequences of several bytes that stand for an ASCII character become that character. */
function shorten(text: usize, size: u32, facts: HttpFacts, again: bool, inQuery: bool): u32 {
  let to: u32 = 0;
  for (let from: u32 = 0; from < size; ) {
    let c = <u32>load<u8>(text + from);
    let mark = markAt(from);
    let used: u32 = 1;
    if (c >= 0xc0) {
      const long = c < 0xe0 ? shortOfTwo(text, from, size) : shortOfMany(text, from, size);
      if (long < NOT_ASCII) {
        used = c < 0xe0 ? 2 : sequenceSize(c);
        const proper = (<u32>load<u8>(text + from + used - 1) & 0xc0) == 0x80;
        c = long;
        mark = MARK_ENCODED;
        if (inQuery ? climbs(text, to, c) : proper || steers(c)) facts.tricks |= <u32>TRICK_OVERLONG_UTF8;
        if (again && steers(c)) facts.tricks |= <u32>TRICK_DOUBLE_ENCODE;
        if (c == PERCENT) facts.leftPercent = 1;
      }
    }
    put(text, to, c, mark);
    to += 1;
    from += used;
  }
  return to;
}

/**
 * C0 or C1 and a second byte, whose low six bits count: IIS looked at no more. A second byte from C0 on is left alone
 * (Korean and Chinese text is full of them), and so is a letter that nobody encoded (Latin-1).
 */
function shortOfTwo(text: usize, from: u32, size: u32): u32 {
  const first = <u32>load<u8>(text + from);
  if (first > 0xc1 || from + 1 >= size) return NOT_ASCII;
  const second = <u32>load<u8>(text + from + 1);
  if (second >= 0xc0 || (second < 0x80 && markAt(from + 1) == 0)) return NOT_ASCII;
  return ((first & 1) << 6) | (second & 0x3f);
}

/** E0 80 80 ... FC 80 80 80 80 80: three to six bytes for what one says (RFC 2279 allowed up to six). */
function shortOfMany(text: usize, from: u32, size: u32): u32 {
  const first = <u32>load<u8>(text + from);
  const bytes = sequenceSize(first);
  if (bytes == 0 || from + bytes > size) return NOT_ASCII;
  for (let i: u32 = 1; i + 2 < bytes; i++) {
    if (<u32>load<u8>(text + from + i) != 0x80) return NOT_ASCII;
  }
  const high = <u32>load<u8>(text + from + bytes - 2);
  const low = <u32>load<u8>(text + from + bytes - 1);
  if ((high & 0xfe) != 0x80 || (low & 0xc0) != 0x80) return NOT_ASCII;
  return ((high & 1) << 6) | (low & 0x3f);
}

/** Bytes of a sequence that begins with that byte and has no value bits in it, 0 for any other byte. */
function sequenceSize(first: u32): u32 {
  if (first == 0xe0) return 3;
  if (first == 0xf0) return 4;
  if (first == 0xf8) return 5;
  return first == 0xfc ? 6 : 0;
}

/** Whether a server's path can turn on that character. */
function steers(c: u32): bool {
  return c == DOT || c == SLASH || c == BACKSLASH || c == PERCENT || c == COLON || c == 0;
}

/** Whether a slash of either kind follows two dots. */
function climbs(text: usize, to: u32, c: u32): bool {
  if ((c != SLASH && c != BACKSLASH) || to < 2) return false;
  return <u32>load<u8>(text + to - 1) == DOT && <u32>load<u8>(text + to - 2) == DOT;
}

/** Characters that need no escape (RFC 3986 2.3), and those that steer a path: nobody honest encodes them twice. */
function wantsNoEscape(c: u32): bool {
  if (isAlphanumeric(c) || c == DOT || c == SLASH || c == BACKSLASH || c == PERCENT) return true;
  return c == 0x2d || c == 0x5f || c == 0x7e;
}

function put(text: usize, to: u32, c: u32, mark: u32): void {
  store<u8>(text + to, <u8>c);
  store<u8>(marks() + to, <u8>mark);
}

function marks(): usize {
  return <usize>(SCRATCH_HTTP_BASE + HTTP_MARKS_AREA_OFFSET);
}
