// Inflating (RFC 1951), and the wrappings gzip (RFC 1952) and zlib (RFC 1950), of a body as far as it is there.
// Apart because it knows nothing of HTTP. Checksums are not looked at: what a browser would show matters.
// Always holds: input is read within its bounds, output stays in its area, and the work has a bound; damaged input
// gives what was decoded before the damage.

import { SCRATCH_HTTP_BASE } from "../layout";
import { HttpFacts } from "./facts";
import {
  HTTP_DECODED_AREA_OFFSET,
  HTTP_DECODED_CAPACITY,
  HTTP_ENCODING_GZIP,
  HTTP_INFLATE_AREA_OFFSET,
  INFLATE_BLOCK_WORK,
  INFLATE_DISTANCES_OFFSET,
  INFLATE_LITERALS_OFFSET,
  INFLATE_STORED_WORK,
  INFLATE_WORK_MAX,
} from "./http-layout";
import { Inflate, refill, takeBits } from "./inflate-bits";
import { CODE_BITS_MAX, decodeNext, SYMBOL_BROKEN } from "./inflate-code";
import { fixedCodes, readDynamicCodes } from "./inflate-tables";

export const INFLATED_WHOLE: u32 = 0;
export const INFLATED_SHORT: u32 = 1; // the input goes on
export const INFLATED_FULL: u32 = 2; // more than is kept, or more work than is done
export const INFLATED_BROKEN: u32 = 3;

const GZIP_HEADER: usize = 10;
const GZIP_TRAILER: usize = 8;
const GZIP_MAGIC: u32 = 0x8b1f;
const GZIP_CRC: u32 = 2;
const GZIP_EXTRA: u32 = 4;
const GZIP_NAME: u32 = 8;
const GZIP_COMMENT: u32 = 16;
const DEFLATE_METHOD: u32 = 8;
const MEMBERS_MAX: u32 = 64;
const END_OF_BLOCK: u32 = 256;

/** Decodes the `size` bytes at `at` into the decoded area; the facts get the size. Answers INFLATED_*. */
export function inflateBody(at: usize, size: u32, encoding: u32, facts: HttpFacts): u32 {
  const s = changetype<Inflate>(SCRATCH_HTTP_BASE + HTTP_INFLATE_AREA_OFFSET);
  s.next = <u32>at;
  s.end = <u32>at + size;
  s.out = SCRATCH_HTTP_BASE + HTTP_DECODED_AREA_OFFSET;
  s.outStart = s.out;
  s.outEnd = s.out + HTTP_DECODED_CAPACITY;
  facts.work = INFLATE_WORK_MAX;
  const result = encoding == HTTP_ENCODING_GZIP ? inflateMembers(s, facts) : inflateZlib(s, facts);
  facts.decodedSize = s.out - s.outStart;
  return result;
}

/** Members of a gzip file, one behind the other; what follows the last and is none is left alone. */
function inflateMembers(s: Inflate, facts: HttpFacts): u32 {
  for (let member: u32 = 0; member < MEMBERS_MAX; member++) {
    const header = skipGzipHeader(s);
    if (header != INFLATED_WHOLE) return member != 0 && header == INFLATED_BROKEN ? INFLATED_WHOLE : header;
    const result = inflateBlocks(s, facts);
    if (result != INFLATED_WHOLE) return result;
    s.next = s.end - s.next > <u32>GZIP_TRAILER ? s.next + <u32>GZIP_TRAILER : s.end;
    if (s.next == s.end) return INFLATED_WHOLE;
  }
  return INFLATED_FULL;
}

function skipGzipHeader(s: Inflate): u32 {
  let at = <usize>s.next;
  const end = <usize>s.end;
  if (end - at >= 2 && <u32>load<u16>(at) != GZIP_MAGIC) return INFLATED_BROKEN;
  if (end - at < GZIP_HEADER) return INFLATED_SHORT;
  const flags = <u32>load<u8>(at, 3);
  if (<u32>load<u8>(at, 2) != DEFLATE_METHOD) return INFLATED_BROKEN;
  at += GZIP_HEADER;
  if ((flags & GZIP_EXTRA) != 0) {
    if (end - at < 2) return INFLATED_SHORT;
    const extra = <usize>load<u16>(at) + 2;
    if (end - at < extra) return INFLATED_SHORT;
    at += extra;
  }
  if ((flags & GZIP_NAME) != 0) at = skipText(at, end);
  if ((flags & GZIP_COMMENT) != 0) at = skipText(at, end);
  if ((flags & GZIP_CRC) != 0) at += 2;
  if (at >= end) return INFLATED_SHORT;
  s.next = <u32>at;
  return INFLATED_WHOLE;
}

function skipText(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != 0) at += 1;
  return at + 1;
}

/** Content-Encoding deflate means zlib's wrapping; many servers leave it out. */
function inflateZlib(s: Inflate, facts: HttpFacts): u32 {
  if (s.end - s.next < 2) return INFLATED_SHORT;
  const method = <u32>load<u8>(s.next);
  const flags = <u32>load<u8>(s.next, 1);
  if ((method & 0x0f) == DEFLATE_METHOD && ((method << 8) | flags) % 31 == 0) {
    if ((flags & 0x20) != 0) return INFLATED_BROKEN; // a dictionary that nobody has
    s.next += 2;
  }
  return inflateBlocks(s, facts);
}

function inflateBlocks(s: Inflate, facts: HttpFacts): u32 {
  s.hold = 0;
  s.held = 0;
  s.isShort = 0;
  for (;;) {
    const isLast = takeBits(s, 1);
    const kind = takeBits(s, 2);
    if (s.isShort != 0) return INFLATED_SHORT;
    const work: u32 = kind == 0 ? INFLATE_STORED_WORK : INFLATE_BLOCK_WORK;
    if (facts.work < work) return INFLATED_FULL;
    facts.work -= work;
    let result: u32 = INFLATED_BROKEN;
    if (kind == 0) {
      result = copyStored(s, facts);
    } else if (kind == 1) {
      fixedCodes(changetype<usize>(s));
      result = inflateCodes(s, facts);
    } else if (kind == 2) {
      const isRead = readDynamicCodes(s);
      if (s.isShort != 0) return INFLATED_SHORT;
      result = isRead ? inflateCodes(s, facts) : INFLATED_BROKEN;
    }
    if (result != INFLATED_WHOLE) return result;
    if (isLast != 0) break;
  }
  s.next -= s.held >> 3; // whole bytes that were taken too early
  s.held = 0;
  s.hold = 0;
  return INFLATED_WHOLE;
}

function copyStored(s: Inflate, facts: HttpFacts): u32 {
  takeBits(s, s.held & 7);
  const size = takeBits(s, 16);
  const inverse = takeBits(s, 16);
  if (s.isShort != 0) return INFLATED_SHORT;
  if ((size ^ inverse) != 0xffff) return INFLATED_BROKEN;
  s.next -= s.held >> 3;
  s.held = 0;
  s.hold = 0;
  const left = s.end - s.next;
  const room = roomOf(s, facts);
  const taken = min(min(size, left), room);
  memory.copy(s.out, s.next, taken);
  s.out += taken;
  s.next += taken;
  facts.work -= taken;
  if (taken == size) return INFLATED_WHOLE;
  return taken == room ? INFLATED_FULL : INFLATED_SHORT;
}

/** Bytes that may still be written. */
function roomOf(s: Inflate, facts: HttpFacts): u32 {
  return min(s.outEnd - s.out, facts.work);
}

/** Literals and copies up to the end of the block. */
function inflateCodes(s: Inflate, facts: HttpFacts): u32 {
  const literals = changetype<usize>(s) + INFLATE_LITERALS_OFFSET;
  const start = s.out;
  const limit = start + roomOf(s, facts);
  let result: u32 = COPIED;
  while (result == COPIED) {
    if (s.held < CODE_BITS_MAX) refill(s);
    const symbol = decodeNext(s, literals);
    if (symbol < END_OF_BLOCK) {
      if (s.out == limit) {
        result = INFLATED_FULL;
      } else {
        store<u8>(s.out, <u8>symbol);
        s.out += 1;
      }
    } else if (symbol == END_OF_BLOCK) {
      result = INFLATED_WHOLE;
    } else {
      result = symbol == SYMBOL_BROKEN ? INFLATED_BROKEN : copyBack(s, symbol, limit);
    }
  }
  facts.work -= s.out - start;
  return s.isShort != 0 ? INFLATED_SHORT : result;
}

const COPIED: u32 = 4;

/** Copies bytes of the output that came before. */
function copyBack(s: Inflate, symbol: u32, limit: u32): u32 {
  const length = lengthOf(s, symbol - END_OF_BLOCK - 1);
  if (s.held < CODE_BITS_MAX) refill(s);
  const code = decodeNext(s, changetype<usize>(s) + INFLATE_DISTANCES_OFFSET);
  if (length == 0 || code >= 30) return INFLATED_BROKEN;
  const distance = distanceOf(s, code);
  if (s.isShort != 0) return INFLATED_SHORT;
  if (distance > s.out - s.outStart) return INFLATED_BROKEN;
  const size = min(length, limit - s.out);
  const from = s.out - distance;
  if (distance >= size) memory.copy(s.out, from, size);
  else if (distance == 1) memory.fill(s.out, load<u8>(from), size);
  else for (let i: u32 = 0; i < size; i++) store<u8>(s.out + i, load<u8>(from + i));
  s.out += size;
  return size == length ? COPIED : INFLATED_FULL;
}

/** Length of a copy, 0 for a code that is none (RFC 1951 3.2.5: the tables there follow this rule). */
function lengthOf(s: Inflate, code: u32): u32 {
  if (code < 8) return code + 3;
  if (code == 28) return 258;
  if (code > 28) return 0;
  const extra = (code >> 2) - 1;
  return 3 + ((4 + (code & 3)) << extra) + takeBits(s, extra);
}

function distanceOf(s: Inflate, code: u32): u32 {
  if (code < 4) return code + 1;
  const extra = (code >> 1) - 1;
  return 1 + ((2 + (code & 1)) << extra) + takeBits(s, extra);
}
