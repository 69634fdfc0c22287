// The walk over a text that finds the patterns of a matcher, many at once.
// Apart from the comparison because this is the fast path. It goes in stages, a block of text at a time: of each position
// one bit of a filter is looked at, which stays in the nearest cache; where a group of positions shows one, it is noted,
// without a branch that the processor would guess wrong; noted groups are taken apart by a second filter in the same
// way; only what is left, nearly all of it true, is looked up.
// Always holds: nothing outside [start, end) is read; work is bounded by the bytes and by a number of comparisons.

import { inspectState } from "../inspect/state";
import { COUNTER_BUDGET } from "../layout";
import { count } from "../state";
import { slotOf, visit } from "./scan-bucket";
import {
  FILTER_BIT_SHIFT,
  FILTER_FACTOR,
  FILTER_SECOND_FACTOR,
  FILTER_SECOND_ROTATION,
  FILTER_WORD_SHIFT,
  FOLD_BITS,
  MATCHER_FILTER_MASK_OFFSET,
  MATCHER_FILTER_OFFSET,
  MATCHER_SHORT_OFFSET,
  PATTERN_MAX,
  SCAN_COMPARES_A_BYTE,
  SCAN_COMPARES_BASE,
  TABLE_WINDOW,
} from "./scan-layout";
import { BLOCK_SIZE, GROUPS_BASE, HITS_BASE, NOTE_SIZE, STEP } from "./scan-notes";
import { scanShort } from "./scan-short";

export { beginScan } from "./candidates";

const FOLD_BITS_TWICE: u64 = 0x2020202020202020;
const STEP_READS: usize = 8; // bytes that are read for STEP windows

/**
 * Makes the rules of every pattern that lies within [start, end) and whose last byte is at newFrom or behind it
 * candidates. Comparisons are taken from INSPECT.budget, which must have been set.
 */
export function scan(image: usize, matcher: usize, start: usize, newFrom: usize, end: usize): void {
  const s = inspectState();
  if (newFrom < start) newFrom = start;
  if (newFrom >= end || s.budget < 0) return;
  const from = newFrom - start >= <usize>PATTERN_MAX ? newFrom - (PATTERN_MAX - 1) : start;
  const allowed = min<i32>(s.budget, SCAN_COMPARES_BASE + SCAN_COMPARES_A_BYTE * <i32>(end - from));
  let left = allowed;
  if (load<u32>(matcher, MATCHER_FILTER_OFFSET) != 0) {
    left = scanWindows(image, matcher, from, start, newFrom, end, left);
  }
  if (left >= 0 && load<u32>(matcher, MATCHER_SHORT_OFFSET) != 0) {
    left = scanShort(image, matcher, from, start, newFrom, end, left);
  }
  s.budget -= allowed - left;
  if (left < 0) count(COUNTER_BUDGET);
}

/** The patterns of 4 bytes or more. */
function scanWindows(
  image: usize,
  matcher: usize,
  from: usize,
  start: usize,
  newFrom: usize,
  end: usize,
  left: i32,
): i32 {
  const filter = matcher + <usize>load<u32>(matcher, MATCHER_FILTER_OFFSET);
  const mask = load<u32>(matcher, MATCHER_FILTER_MASK_OFFSET);
  let at = from;
  while (end - at >= STEP_READS) {
    const steps = min<usize>(BLOCK_SIZE, end - at - (STEP_READS - STEP)) / STEP;
    const groups = noteGroups(filter, mask, at, at + steps * STEP);
    if (groups != GROUPS_BASE) {
      const hits = noteHits(filter, mask, groups);
      for (let hit = HITS_BASE; hit < hits; hit += NOTE_SIZE) {
        left = visitWindow(image, matcher, <usize>load<u32>(hit), start, newFrom, end, left);
        if (left < 0) return left;
      }
    }
    at += steps * STEP;
  }
  for (; end - at >= 4; at++) {
    left = visitWindow(image, matcher, at, start, newFrom, end, left);
    if (left < 0) return left;
  }
  return left;
}

/** Notes the groups of STEP windows between `at` and `behind` of which the filter knows one; answers the end of the notes. */
function noteGroups(filter: usize, mask: u32, at: usize, behind: usize): usize {
  let note = GROUPS_BASE;
  for (; at < behind; at += STEP) {
    const v = load<u64>(at) | FOLD_BITS_TWICE;
    const bits =
      filterBit(filter, mask, <u32>v) |
      filterBit(filter, mask, <u32>(v >> 8)) |
      filterBit(filter, mask, <u32>(v >> 16)) |
      filterBit(filter, mask, <u32>(v >> 24));
    store<u32>(note, <u32>at);
    note += <usize>(bits & 1) * NOTE_SIZE;
  }
  return note;
}

/** Notes the windows of the noted groups that both filters know; answers the end of the notes. */
function noteHits(filter: usize, mask: u32, groups: usize): usize {
  let note = HITS_BASE;
  for (let group = GROUPS_BASE; group < groups; group += NOTE_SIZE) {
    const at = load<u32>(group);
    const v = load<u64>(at) | FOLD_BITS_TWICE;
    for (let i: u32 = 0; i < <u32>STEP; i++) {
      const window = <u32>(v >> ((<u64>i) << 3));
      store<u32>(note, at + i);
      note += <usize>(filterBit(filter, mask, window) & secondBit(filter, mask, window) & 1) * NOTE_SIZE;
    }
  }
  return note;
}

/** Bit 0 is the filter's for that window; a shift takes the lowest five bits of its count. */
function filterBit(filter: usize, mask: u32, window: u32): u32 {
  const hash = window * FILTER_FACTOR;
  return load<u32>(filter + <usize>((hash >> FILTER_WORD_SHIFT) & mask)) >> (hash >> FILTER_BIT_SHIFT);
}

function secondBit(filter: usize, mask: u32, window: u32): u32 {
  const hash = rotl<u32>(window, FILTER_SECOND_ROTATION) * FILTER_SECOND_FACTOR;
  const second = filter + <usize>mask + 4;
  return load<u32>(second + <usize>((hash >> FILTER_WORD_SHIFT) & mask)) >> (hash >> FILTER_BIT_SHIFT);
}

function visitWindow(
  image: usize,
  matcher: usize,
  at: usize,
  start: usize,
  newFrom: usize,
  end: usize,
  left: i32,
): i32 {
  const slot = slotOf(matcher, TABLE_WINDOW, load<u32>(at) | FOLD_BITS);
  return slot != 0 ? visit(image, matcher, slot, at, start, newFrom, end, left) : left;
}
