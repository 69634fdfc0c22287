// From an anchor seen in the text to the patterns that are really there.
// Apart from the walk over the text because it is off the fast path and compares exactly.
// Always holds: nothing outside [start, end) is read; a pattern found is not compared again in the same scan.

import { inspectState } from "../inspect/state";
import { COUNTER_PATTERNS } from "../layout";
import { count } from "../state";
import { addCandidates } from "./candidates";
import {
  ENTRY_AT_OFFSET,
  ENTRY_COUNT_OFFSET,
  ENTRY_FIRST_OFFSET,
  ENTRY_LENGTH_OFFSET,
  ENTRY_SIZE,
  MATCHER_TABLES_OFFSET,
  SLOT_ANCHOR_OFFSET,
  SLOT_COUNT_OFFSET,
  SLOT_FIRST_OFFSET,
  SLOT_LIVE_OFFSET,
  SLOT_SIZE,
  SLOT_STAMP_OFFSET,
  TABLE_FACTOR_OFFSET,
  TABLE_PROBES_OFFSET,
  TABLE_SHIFT_OFFSET,
  TABLE_SIZE,
  TABLE_SLOT_MASK_OFFSET,
  TABLE_SLOTS_OFFSET,
} from "./scan-layout";

const ONES: u64 = 0x0101010101010101;

/**
 * The slot of an anchor (little-endian, folded) in a table (TABLE_*), 0 = no pattern has it.
 */
export function slotOf(matcher: usize, table: i32, anchor: u32): usize {
  const header = matcher + MATCHER_TABLES_OFFSET + <usize>table * TABLE_SIZE;
  const offset = load<u32>(header, TABLE_SLOTS_OFFSET);
  if (offset == 0) return 0;
  const slots = matcher + <usize>offset;
  const mask = load<u32>(header, TABLE_SLOT_MASK_OFFSET);
  let place = (anchor * load<u32>(header, TABLE_FACTOR_OFFSET)) >> load<u32>(header, TABLE_SHIFT_OFFSET);
  for (let probes = load<u32>(header, TABLE_PROBES_OFFSET); probes != 0; probes--) {
    const slot = slots + <usize>place * SLOT_SIZE;
    if (load<u32>(slot, SLOT_FIRST_OFFSET) == 0) return 0;
    if (load<u32>(slot, SLOT_ANCHOR_OFFSET) == anchor) return slot;
    place = (place + 1) & mask;
  }
  return 0;
}

/**
 * Compares the patterns of a slot whose anchor begins at `at`; those that lie within [start, end) and end behind newFrom
 * make their rules candidates. Answers how many comparisons are left of `left`, below 0 = broken off.
 */
export function visit(
  image: usize,
  matcher: usize,
  slot: usize,
  at: usize,
  start: usize,
  newFrom: usize,
  end: usize,
  left: i32,
): i32 {
  const stamp = inspectState().stamp;
  const isNew = load<u32>(slot, SLOT_STAMP_OFFSET) != stamp;
  let live = isNew ? load<u16>(slot, SLOT_COUNT_OFFSET) : load<u16>(slot, SLOT_LIVE_OFFSET);
  const first = matcher + <usize>load<u32>(slot, SLOT_FIRST_OFFSET);
  let entry = first;
  let behind = first + <usize>live * ENTRY_SIZE;
  while (entry < behind) {
    if (--left < 0) break;
    if (!isAt(entry, at, start, newFrom, end)) {
      entry += ENTRY_SIZE;
      continue;
    }
    count(COUNTER_PATTERNS);
    addCandidates(image, load<u32>(entry, ENTRY_FIRST_OFFSET), load<u32>(entry, ENTRY_COUNT_OFFSET));
    behind -= ENTRY_SIZE;
    exchange(entry, behind);
    live--;
    store<u16>(slot, live, SLOT_LIVE_OFFSET);
    store<u32>(slot, stamp, SLOT_STAMP_OFFSET);
  }
  return left;
}

function isAt(entry: usize, at: usize, start: usize, newFrom: usize, end: usize): bool {
  const before = <usize>load<u8>(entry, ENTRY_AT_OFFSET);
  const length = <usize>load<u8>(entry, ENTRY_LENGTH_OFFSET);
  if (at - start < before) return false;
  const begin = at - before;
  if (end - begin < length || begin + length <= newFrom) return false;
  return isSame(begin, entry, length);
}

/** Whether the text is the pattern, whose letters are in lower case. Longer ones are read in two parts that overlap. */
function isSame(text: usize, pattern: usize, length: usize): bool {
  if (length >= 16) {
    return isSame16(text, pattern) && isSame16(text + length - 16, pattern + length - 16);
  }
  if (length >= 8) {
    const rest = length - 8;
    return (
      lower(load<u64>(text)) == load<u64>(pattern) &&
      lower(load<u64>(text + rest)) == load<u64>(pattern + rest)
    );
  }
  if (length >= 4) {
    const rest = length - 4;
    return (
      lower(load<u32>(text)) == load<u32>(pattern) &&
      lower(load<u32>(text + rest)) == load<u32>(pattern + rest)
    );
  }
  for (let i: usize = 0; i < length; i++) {
    if (lower(load<u8>(text + i)) != load<u8>(pattern + i)) return false;
  }
  return true;
}

function isSame16(text: usize, pattern: usize): bool {
  const v = v128.load(text);
  const isUpper = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x41)), i8x16.splat(26));
  const folded = v128.or(v, v128.and(isUpper, i8x16.splat(0x20)));
  return i8x16.all_true(i8x16.eq(folded, v128.load(pattern)));
}

/** Eight bytes with those from A to Z in lower case, and no other changed. */
function lower(v: u64): u64 {
  const low = v & (0x7f * ONES);
  const fromA = low + 0x3f * ONES; // bit 7 of each byte: at least A
  const aboveZ = low + 0x25 * ONES;
  return v + ((fromA & ~aboveZ & ~v & (0x80 * ONES)) >> 2);
}

function exchange(a: usize, b: usize): void {
  if (a == b) return;
  for (let i: usize = 0; i < <usize>ENTRY_SIZE; i += 16) {
    const kept = v128.load(a + i);
    v128.store(a + i, v128.load(b + i));
    v128.store(b + i, kept);
  }
}
