// Places in detection's sets of eight: a tag each, so that who is not there is seen without a look at eight entries; and
// of sources and targets a mark each, of when it was last used and whether it is kept, so that nobody else needs a look
// when one has to go. Tags lie beside tags in memory that stays in the cache.
// Apart because several tables are kept so. Always holds: tag and mark are written whenever an entry is taken or used; a
// free place goes first, then the longest unused that is not kept, then the longest unused.

import { PLACE_MARK_SIZE, PLACE_TAG_SIZE } from "../layout";
import { COARSE_SHIFT, DETECT_WAYS } from "./detect-layout";

const KEPT: u32 = 1;
/** Units of age that are told apart, 2^28 of about a second: beyond it all are as old. */
const AGE_MAX: i32 = 0xfffffff;
const KEPT_WORTH: i32 = 0x40000000;
export const FOR_EVER: i32 = i32.MAX_VALUE;

/** Number of the first place of the set that the hash leads to, in a table of `limit` places. */
export function setFor(limit: u32, hash: u64): u32 {
  const sets = limit / DETECT_WAYS;
  return <u32>(((hash >> 32) * <u64>sets) >> 32) * DETECT_WAYS;
}

/** Of a hash that led to its set by its high half; 0 is a free place's. */
function tagOf(hash: u64): u16 {
  return <u16>hash | 1;
}

/** A bit for each place of the set whose tag is the hash's. */
export function candidatesIn(tags: usize, set: u32, hash: u64): u32 {
  return placesLike(tags, set, tagOf(hash));
}

function placesLike(tags: usize, set: u32, tag: u16): u32 {
  const lanes = i16x8.eq(v128.load(tags + <usize>set * PLACE_TAG_SIZE), i16x8.splat(<i16>tag));
  return <u32>i16x8.bitmask(lanes);
}

export function takePlace(tags: usize, place: u32, hash: u64): void {
  store<u16>(tags + <usize>place * PLACE_TAG_SIZE, tagOf(hash));
}

export function isFree(tags: usize, place: u32): bool {
  return load<u16>(tags + <usize>place * PLACE_TAG_SIZE) == 0;
}

/** Used at that time. */
export function markPlace(marks: usize, place: u32, time: u64, kept: bool): void {
  store<u32>(marks + <usize>place * PLACE_MARK_SIZE, ((<u32>(time >> COARSE_SHIFT)) << 1) | <u32>kept);
}

/** The place of the set that a newcomer takes. What was last used more than `keptFor` units ago is not kept. */
export function leastPlace(tags: usize, marks: usize, set: u32, now: u64, keptFor: i32): u32 {
  const free = placesLike(tags, set, 0);
  if (free != 0) return set + ctz(free);
  const at = marks + <usize>set * PLACE_MARK_SIZE;
  const clock = i32x4.splat(<i32>((<u32>(now >> COARSE_SHIFT)) << 1));
  const longest = i32x4.splat(keptFor);
  const low = worths(v128.load(at), clock, longest);
  const high = worths(v128.load(at, 16), clock, longest);
  let least = i32x4.min_s(low, high);
  least = i32x4.min_s(least, v128.shuffle<i32>(least, least, 2, 3, 0, 1));
  least = i32x4.min_s(least, v128.shuffle<i32>(least, least, 1, 0, 3, 2));
  const equal = i16x8.narrow_i32x4_s(i32x4.eq(low, least), i32x4.eq(high, least));
  return set + ctz(<u32>i16x8.bitmask(equal));
}

/** Loads the set's tags and marks. */
export function touchSet(tags: usize, marks: usize, set: u32): u64 {
  return load<u64>(tags + <usize>set * PLACE_TAG_SIZE) + load<u64>(marks + <usize>set * PLACE_MARK_SIZE);
}

/** The place that the hash has, or will probably take. */
export function likelyPlace(tags: usize, marks: usize, set: u32, hash: u64, now: u64): u32 {
  const mask = candidatesIn(tags, set, hash);
  return mask != 0 ? set + ctz(mask) : leastPlace(tags, marks, set, now, FOR_EVER);
}

/** The longer unused, the less, and what is kept before the rest. A use still to come: the clock was set back. */
function worths(marks: v128, clock: v128, longest: v128): v128 {
  const kept = i32x4.splat(KEPT);
  const age = i32x4.shr_s(i32x4.sub(clock, v128.andnot(marks, kept)), 1);
  const most = i32x4.splat(AGE_MAX);
  const bounded = i32x4.max_s(i32x4.min_s(age, most), i32x4.neg(most));
  const isKept = v128.and(i32x4.neg(v128.and(marks, kept)), i32x4.le_s(i32x4.abs(age), longest));
  return i32x4.sub(v128.and(isKept, i32x4.splat(KEPT_WORTH)), bounded);
}

/** The first line of an entry that is taken anew. */
export function clearLine(at: usize): void {
  const zero = i64x2.splat(0);
  v128.store(at, zero);
  v128.store(at, zero, 16);
  v128.store(at, zero, 32);
  v128.store(at, zero, 48);
}
