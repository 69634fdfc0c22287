// The walk over a text for patterns of 1 to 3 bytes, in the stages of scan.ts: 16 pairs of bytes at once.
// Apart because it costs nothing where no pattern is so short, and is done with vectors: pairs are put in 8 groups, and a
// byte's groups are looked up by its two nibbles.
// Always holds: nothing behind `end` is read; a pattern of a single byte is found at the last byte too.

import { slotOf, visit } from "./scan-bucket";
import {
  FOLD_BITS,
  MATCHER_SHORT_OFFSET,
  SHORT_HIGH_OFFSET,
  SHORT_LOW_OFFSET,
  SHORT_NEXT_HIGH_OFFSET,
  SHORT_NEXT_LOW_OFFSET,
  SHORT_PAIRS_OFFSET,
  TABLE_BYTE,
  TABLE_PAIR,
} from "./scan-layout";
import { BLOCK_SIZE, GROUPS_BASE, HITS_BASE, NOTE_SIZE, SHORT_NOTE_SIZE, SHORT_STEP } from "./scan-notes";

const SHORT_READS: usize = 17; // bytes that are read for 16 pairs

/** As scan(), of what the filter of windows doesn't know; answers how many of `left` comparisons are left. */
export function scanShort(
  image: usize,
  matcher: usize,
  from: usize,
  start: usize,
  newFrom: usize,
  end: usize,
  left: i32,
): i32 {
  const short = matcher + <usize>load<u32>(matcher, MATCHER_SHORT_OFFSET);
  let at = from;
  while (end - at >= SHORT_READS) {
    const steps = min<usize>(BLOCK_SIZE, end - at - (SHORT_READS - SHORT_STEP)) / SHORT_STEP;
    const groups = noteShortGroups(short, at, at + steps * SHORT_STEP);
    if (groups != GROUPS_BASE) {
      const hits = noteShortHits(short, groups);
      for (let hit = HITS_BASE; hit < hits; hit += NOTE_SIZE) {
        left = visitShort(image, matcher, <usize>load<u32>(hit), start, newFrom, end, left);
        if (left < 0) return left;
      }
    }
    at += steps * SHORT_STEP;
  }
  for (; at < end; at++) {
    if (end - at >= 2 && (pairBit(short, at) & 1) == 0) continue;
    left = visitShort(image, matcher, at, start, newFrom, end, left);
    if (left < 0) return left;
  }
  return left;
}

/** Notes the groups of SHORT_STEP positions of which one may be an anchor, with a bit for each that may. */
function noteShortGroups(short: usize, at: usize, behind: usize): usize {
  const fold = i8x16.splat(0x20);
  const nibble = i8x16.splat(0x0f);
  const low = v128.load(short, SHORT_LOW_OFFSET);
  const high = v128.load(short, SHORT_HIGH_OFFSET);
  const nextLow = v128.load(short, SHORT_NEXT_LOW_OFFSET);
  const nextHigh = v128.load(short, SHORT_NEXT_HIGH_OFFSET);
  let note = GROUPS_BASE;
  for (; at < behind; at += SHORT_STEP) {
    const here = v128.or(v128.load(at), fold);
    const next = v128.or(v128.load(at, 1), fold);
    const groupsHere = v128.and(
      i8x16.swizzle(low, v128.and(here, nibble)),
      i8x16.swizzle(high, v128.and(i16x8.shr_u(here, 4), nibble)),
    );
    const groupsNext = v128.and(
      i8x16.swizzle(nextLow, v128.and(next, nibble)),
      i8x16.swizzle(nextHigh, v128.and(i16x8.shr_u(next, 4), nibble)),
    );
    const bits = i8x16.bitmask(i8x16.ne(v128.and(groupsHere, groupsNext), i8x16.splat(0)));
    store<u32>(note, <u32>at);
    store<u32>(note, <u32>bits, 4);
    note += bits != 0 ? SHORT_NOTE_SIZE : 0;
  }
  return note;
}

/** Notes the positions of the noted groups whose pair of bytes is an anchor, or begins with one. */
function noteShortHits(short: usize, groups: usize): usize {
  let note = HITS_BASE;
  for (let group = GROUPS_BASE; group < groups; group += SHORT_NOTE_SIZE) {
    const at = load<u32>(group);
    for (let bits = load<u32>(group, 4); bits != 0; bits &= bits - 1) {
      const place = at + ctz(bits);
      store<u32>(note, place);
      note += <usize>(pairBit(short, place) & 1) * NOTE_SIZE;
    }
  }
  return note;
}

/** Bit 0 is that of the two bytes at `at`. */
function pairBit(short: usize, at: usize): u32 {
  const pair = <u32>load<u16>(at) | (FOLD_BITS & 0xffff);
  return <u32>load<u8>(short + <usize>(pair >> 3), SHORT_PAIRS_OFFSET) >> (pair & 7);
}

function visitShort(
  image: usize,
  matcher: usize,
  at: usize,
  start: usize,
  newFrom: usize,
  end: usize,
  left: i32,
): i32 {
  if (end - at >= 2) {
    const pair = slotOf(matcher, TABLE_PAIR, <u32>load<u16>(at) | (FOLD_BITS & 0xffff));
    if (pair != 0) left = visit(image, matcher, pair, at, start, newFrom, end, left);
    if (left < 0) return left;
  }
  const byte = slotOf(matcher, TABLE_BYTE, <u32>load<u8>(at) | (FOLD_BITS & 0xff));
  return byte != 0 ? visit(image, matcher, byte, at, start, newFrom, end, left) : left;
}
