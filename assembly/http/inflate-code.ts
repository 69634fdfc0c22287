// A Huffman code of deflate (RFC 1951 3.2.2): built from the lengths of its symbols' codes, and decoded.
// Apart because there are three of them. Codes of up to ten bits are found in one look; longer ones, which are rare,
// by counting on from there. Always holds: a code that says more than there can be is refused, one that says less has
// bits that are no symbol.

import {
  INFLATE_CODE_COUNTS_OFFSET,
  INFLATE_CODE_FAST_OFFSET,
  INFLATE_CODE_NEXT_OFFSET,
  INFLATE_CODE_SHIFT_OFFSET,
  INFLATE_CODE_SYMBOLS_OFFSET,
  INFLATE_FAST_CAPACITY,
} from "./http-layout";
import { Inflate } from "./inflate-bits";

export const CODE_BITS_MAX: u32 = 15;
export const SYMBOL_BROKEN: u32 = 0xffff;
const FAST_BITS: u32 = 10;
const FAST_MASK: u32 = INFLATE_FAST_CAPACITY - 1;
const COUNTS_SIZE: usize = 32;
const LENGTH_MASK: u32 = 15;
const SYMBOL_SHIFT: u32 = 4;

/** Builds the code at `code` from `symbols` lengths, a byte each; false when they say too much. */
export function buildCode(code: usize, lengths: usize, symbols: u32): bool {
  const counts = code + INFLATE_CODE_COUNTS_OFFSET;
  memory.fill(counts, 0, COUNTS_SIZE);
  memory.fill(code + INFLATE_CODE_FAST_OFFSET, 0, INFLATE_FAST_CAPACITY * 2);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const at = counts + ((<usize>load<u8>(lengths + symbol)) << 1);
    store<u16>(at, load<u16>(at) + 1);
  }
  store<u16>(counts, 0);
  let left: i32 = 1;
  for (let length: u32 = 1; length <= CODE_BITS_MAX; length++) {
    left = (left << 1) - <i32>load<u16>(counts + (length << 1));
    if (left < 0) return false;
  }
  placeSymbols(code, lengths, symbols);
  return true;
}

/** Puts the symbols in the order of their codes, and the short ones into the fast table. */
function placeSymbols(code: usize, lengths: usize, symbols: u32): void {
  let first: u32 = 0; // the first code of this length
  let place: u32 = 0; // and its symbol's place
  for (let length: u32 = 1; length <= CODE_BITS_MAX; length++) {
    const count = <u32>load<u16>(code + INFLATE_CODE_COUNTS_OFFSET + (length << 1));
    store<u16>(code + INFLATE_CODE_NEXT_OFFSET + (length << 1), <u16>first);
    store<u16>(code + INFLATE_CODE_SHIFT_OFFSET + (length << 1), <u16>(place - first));
    place += count;
    first = (first + count) << 1;
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length = <u32>load<u8>(lengths + symbol);
    if (length == 0) continue;
    const at = code + INFLATE_CODE_NEXT_OFFSET + (length << 1);
    const bits = <u32>load<u16>(at);
    store<u16>(at, <u16>(bits + 1));
    const shift = <u32>load<u16>(code + INFLATE_CODE_SHIFT_OFFSET + (length << 1));
    store<u16>(code + INFLATE_CODE_SYMBOLS_OFFSET + (((bits + shift) & 0xffff) << 1), <u16>symbol);
    if (length <= FAST_BITS) fillFast(code, bits, length, symbol);
  }
}

/** Every ten bits that begin with the code, whose first bit is the lowest. */
function fillFast(code: usize, bits: u32, length: u32, symbol: u32): void {
  let reversed: u32 = 0;
  for (let i: u32 = 0; i < length; i++) reversed |= ((bits >> i) & 1) << (length - 1 - i);
  for (let at = reversed; at <= FAST_MASK; at += 1 << length) {
    store<u16>(code + INFLATE_CODE_FAST_OFFSET + (at << 1), <u16>((symbol << SYMBOL_SHIFT) | length));
  }
}

/** The next symbol, SYMBOL_BROKEN when the bits are none. Fewer than fifteen bits held: the input ends. */
export function decodeNext(s: Inflate, code: usize): u32 {
  const fast = <u32>load<u16>(code + INFLATE_CODE_FAST_OFFSET + ((<usize>s.hold & FAST_MASK) << 1));
  if (fast == 0) return decodeLong(s, code);
  const length = fast & LENGTH_MASK;
  if (length > s.held) return endOfInput(s);
  s.hold >>= length;
  s.held -= length;
  return fast >> SYMBOL_SHIFT;
}

function decodeLong(s: Inflate, code: usize): u32 {
  let bits: u32 = 0;
  let first: u32 = 0;
  let place: u32 = 0;
  for (let length: u32 = 1; length <= CODE_BITS_MAX; length++) {
    if (length > s.held) return endOfInput(s);
    bits |= <u32>(s.hold >> (length - 1)) & 1;
    const count = <u32>load<u16>(code + INFLATE_CODE_COUNTS_OFFSET + (length << 1));
    if (bits < first + count) {
      s.hold >>= length;
      s.held -= length;
      return <u32>load<u16>(code + INFLATE_CODE_SYMBOLS_OFFSET + ((place + bits - first) << 1));
    }
    place += count;
    first = (first + count) << 1;
    bits <<= 1;
  }
  return SYMBOL_BROKEN;
}

function endOfInput(s: Inflate): u32 {
  s.isShort = 1;
  return SYMBOL_BROKEN;
}
