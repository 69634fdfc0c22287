// The flow table: set-associative, fixed in size, bounded work a packet.
// A set is a pair of cache lines: thirty-two tags, and thirty-two metas (class and coarse time of each way), so that a
// lookup, the choice of a victim and the sweep read those lines and touch a slot only when it matters. Fewer ways
// would fill some sets long before the table is full.
// Always holds: a way whose class is CLASS_SINGLE or more holds a live flow that has made no final record.

import { rememberFlow } from "../detect/recents";
import {
  CLASS_ESTABLISHED,
  CLASS_FREE,
  CLASS_GHOST,
  CLASS_SINGLE,
  COUNTER_FLOWS_CREATED,
  FLOW_SIZE,
  FLOWS_BASE,
  META_AGE_MAX,
  META_CLASS_MASK,
  META_CLOCK_SHIFT,
  META_TIME_MASK,
  META_TIME_SHIFT,
  PACKET_BIT_SWAPPED,
  RECORD_REASON_EVICTED,
  RECORD_REASON_FLUSH,
  RECORD_REASON_IDLE,
  SET_META_OFFSET,
  SET_SIZE,
  SET_WAYS,
  TAGS_BASE,
} from "../layout";
import { emit, recordsFree } from "../ring/records";
import { classAge, config, count, state } from "../state";
import { Packet } from "../wire/packet";
import { Flow } from "./flow";
import { canonicalise, copyKey, hashKey, keysEqual } from "./key";

export const NO_WAY: i32 = -1;
const CLASS_SHIFT: i32 = 13;
export const SWEEP_UNFINISHED: u32 = 0xffffffff;

/** Brings the packet's key into canonical order and finds its set. */
export function locate(p: Packet): void {
  if (canonicalise(p.keyAt)) p.mark(PACKET_BIT_SWAPPED);
  p.hash = hashKey(p.keyAt, config().seed);
  p.set = setOf(p.hash);
}

/** Index of the key's set: the low half of the hash, scaled to the number of sets. */
export function setOf(hash: u64): u32 {
  return <u32>(((hash & 0xffffffff) * <u64>config().flowSets) >> 32);
}

export function tagOf(hash: u64): u32 {
  return <u32>(hash >> 48);
}

export function setLine(set: u32): usize {
  return <usize>TAGS_BASE + <usize>set * SET_SIZE;
}

export function slotOf(set: u32, way: i32): Flow {
  return changetype<Flow>(<usize>FLOWS_BASE + (<usize>set * SET_WAYS + <usize>way) * FLOW_SIZE);
}

function metaAt(line: usize, way: i32): usize {
  return line + SET_META_OFFSET + ((<usize>way) << 1);
}

export function classAt(line: usize, way: i32): u32 {
  return <u32>load<u16>(metaAt(line, way)) & META_CLASS_MASK;
}

function coarse(time: u64): u32 {
  return <u32>(time >> META_CLOCK_SHIFT) & META_TIME_MASK;
}

/** Ways of the set whose tag is this one, a bit each. */
export function candidates(line: usize, tag: u32): u32 {
  const wanted = i16x8.splat(<i16>tag);
  return bitmask(
    i16x8.eq(v128.load(line), wanted),
    i16x8.eq(v128.load(line, 16), wanted),
    i16x8.eq(v128.load(line, 32), wanted),
    i16x8.eq(v128.load(line, 48), wanted),
  );
}

/** A bit for each of thirty-two lanes that are all ones or all zeros. */
function bitmask(a: v128, b: v128, c: v128, d: v128): u32 {
  return (
    <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(a, b)) | ((<u32>i8x16.bitmask(i8x16.narrow_i16x8_s(c, d))) << 16)
  );
}

/** The way that holds the packet's flow, live or a ghost; or NO_WAY. The way that was touched ahead is tried first. */
export function findFor(p: Packet): i32 {
  const way = p.way;
  if (way >= 0 && keysEqual(changetype<usize>(slotOf(p.set, way)), p.keyAt)) {
    if (classAt(setLine(p.set), way) != CLASS_FREE) return way;
  }
  return find(p.set, tagOf(p.hash), p.keyAt);
}

/** The way that holds the key, live or a ghost; or NO_WAY. */
export function find(set: u32, tag: u32, key: usize): i32 {
  const line = setLine(set);
  let mask = candidates(line, tag);
  while (mask != 0) {
    const way = ctz(mask);
    if (classAt(line, way) != CLASS_FREE && keysEqual(changetype<usize>(slotOf(set, way)), key)) return way;
    mask &= mask - 1;
  }
  return NO_WAY;
}

/**
 * A way for a newcomer: a free one, else the lowest class, among equals the longest idle; its record is made
 * first. NO_WAY when all are established flows that spoke within the protected time.
 */
export function claim(set: u32, tag: u32, now: u64): i32 {
  const line = setLine(set);
  const way = leastWay(set, now);
  const victim = classAt(line, way);
  if (victim >= <u32>CLASS_SINGLE) {
    const flow = slotOf(set, way);
    if (victim == CLASS_ESTABLISHED && (now <= flow.last || now - flow.last < config().protectNs))
      return NO_WAY;
    emit(flow, RECORD_REASON_EVICTED, set);
    if (config().detects) rememberFlow(flow);
  } else {
    if (victim == <u32>CLASS_GHOST && config().detects) rememberFlow(slotOf(set, way));
    const s = state();
    s.flowsUsed += 1;
    if (s.flowsUsed > s.flowsPeak) s.flowsPeak = s.flowsUsed;
  }
  store<u16>(line + ((<usize>way) << 1), <u16>tag);
  return way;
}

/** The way of the set that is worth least. */
export function leastWay(set: u32, now: u64): i32 {
  const line = setLine(set);
  const clock = i16x8.splat(<i16>coarse(now));
  const a = scores(v128.load(line, SET_META_OFFSET), clock);
  const b = scores(v128.load(line, SET_META_OFFSET + 16), clock);
  const c = scores(v128.load(line, SET_META_OFFSET + 32), clock);
  const d = scores(v128.load(line, SET_META_OFFSET + 48), clock);
  let least = i16x8.min_u(i16x8.min_u(a, b), i16x8.min_u(c, d));
  least = i16x8.min_u(least, v128.shuffle<i16>(least, least, 4, 5, 6, 7, 0, 1, 2, 3));
  least = i16x8.min_u(least, v128.shuffle<i16>(least, least, 2, 3, 0, 1, 6, 7, 4, 5));
  least = i16x8.min_u(least, v128.shuffle<i16>(least, least, 1, 0, 3, 2, 5, 4, 7, 6));
  return ctz(bitmask(i16x8.eq(a, least), i16x8.eq(b, least), i16x8.eq(c, least), i16x8.eq(d, least)));
}

/**
 * What eight ways are worth: class in the top three bits, below it how recently the way was used. An age of more
 * than half the coarse clock is a time still to come (the clock was set back), and counts as just now.
 */
function scores(metas: v128, clock: v128): v128 {
  const all = i16x8.splat(<i16>META_TIME_MASK);
  const age = v128.and(i16x8.sub(clock, i16x8.shr_u(metas, META_TIME_SHIFT)), all);
  const past = v128.and(age, i16x8.le_u(age, i16x8.splat(<i16>META_AGE_MAX)));
  return v128.or(i16x8.shl(metas, CLASS_SHIFT), i16x8.sub(all, past));
}

/** Makes the slot an empty flow of that key. */
export function clear(flow: Flow, key: usize): void {
  const at = changetype<usize>(flow);
  const zero = i64x2.splat(0);
  for (let offset: usize = 0; offset < <usize>FLOW_SIZE; offset += 64) {
    v128.store(at + offset, zero);
    v128.store(at + offset, zero, 16);
    v128.store(at + offset, zero, 32);
    v128.store(at + offset, zero, 48);
  }
  copyKey(at, key);
  count(COUNTER_FLOWS_CREATED);
}

/** Writes the way's class and time after its flow took a packet. */
export function touch(set: u32, way: i32, flow: Flow): void {
  const flowClass = <u32>flow.flowClass;
  store<u16>(metaAt(setLine(set), way), <u16>(flowClass | (coarse(flow.last) << META_TIME_SHIFT)));
}

/** Makes the final record; the way stays as a ghost until its place is needed. */
function finish(set: u32, way: i32, reason: i32): void {
  const line = setLine(set);
  const flow = slotOf(set, way);
  emit(flow, reason, set);
  flow.flowClass = <u8>CLASS_GHOST;
  const meta = metaAt(line, way);
  store<u16>(meta, <u16>((<u32>load<u16>(meta) & ~(<u32>META_CLASS_MASK)) | CLASS_GHOST));
  state().flowsUsed -= 1;
}

/** The flow has been silent for longer than its timeout. */
export function isIdle(flow: Flow, now: u64): bool {
  const last = flow.last;
  // The shortest timeout of all decides nearly every time, without asking what the flow is.
  if (now <= last || now - last <= state().shortestTimeoutNs) return false;
  return now - last > flow.timeout(config());
}

/**
 * One set of the expiry sweep, for at most `recordsMax` records. Records made; SWEEP_UNFINISHED when more were due,
 * and the next call goes on there.
 */
export function sweepSet(recordsMax: u32): u32 {
  const s = state();
  const set = s.sweepSet;
  const line = setLine(set);
  let records: u32 = 0;
  let mask = oldWays(line, s.clock) & (0xffffffff << s.sweepWay);
  while (mask != 0) {
    const way = ctz(mask);
    mask &= mask - 1;
    if (!isIdle(slotOf(set, way), s.clock)) continue;
    if (records >= recordsMax) {
      s.sweepWay = way;
      return SWEEP_UNFINISHED;
    }
    finish(set, way, RECORD_REASON_IDLE);
    records += 1;
  }
  s.sweepWay = 0;
  s.sweepSet = set + 1 < config().flowSets ? set + 1 : 0;
  return records;
}

/** Live ways old enough, by their class, to be looked at. */
function oldWays(line: usize, now: u64): u32 {
  const clock = i16x8.splat(<i16>coarse(now));
  const least = i16x8.splat(<i16>classAge(CLASS_FREE));
  let mask = bitmask(
    oldLanes(v128.load(line, SET_META_OFFSET), clock, least),
    oldLanes(v128.load(line, SET_META_OFFSET + 16), clock, least),
    oldLanes(v128.load(line, SET_META_OFFSET + 32), clock, least),
    oldLanes(v128.load(line, SET_META_OFFSET + 48), clock, least),
  );
  let old: u32 = 0;
  while (mask != 0) {
    const way = ctz(mask);
    mask &= mask - 1;
    const meta = <u32>load<u16>(metaAt(line, way));
    const age = (coarse(now) - (meta >> META_TIME_SHIFT)) & META_TIME_MASK;
    if (age >= classAge(meta & META_CLASS_MASK)) old |= (<u32>1) << way;
  }
  return old;
}

/** Live, and at least `least` coarse units old. */
function oldLanes(metas: v128, clock: v128, least: v128): v128 {
  const ages = i16x8.splat(<i16>META_TIME_MASK);
  const age = v128.and(i16x8.sub(clock, i16x8.shr_u(metas, META_TIME_SHIFT)), ages);
  const flowClass = v128.and(metas, i16x8.splat(<i16>META_CLASS_MASK));
  return v128.and(i16x8.gt_u(flowClass, i16x8.splat(<i16>CLASS_GHOST)), i16x8.ge_u(age, least));
}

/** Records live flows in table order, from where the last call stopped; 1 while some are left. */
export function flushTable(): u32 {
  const s = state();
  const slots = config().flowSets * SET_WAYS;
  while (s.flushSlot < slots) {
    if (recordsFree() == 0) return 1;
    flushOne(s.flushSlot);
    s.flushSlot += 1;
  }
  s.flushSlot = 0;
  return 0;
}

/** Records the flow of that slot, if a live one is there. */
export function flushOne(slot: u32): void {
  const set = slot / SET_WAYS;
  const way = <i32>(slot % SET_WAYS);
  if (classAt(setLine(set), way) >= <u32>CLASS_SINGLE) finish(set, way, RECORD_REASON_FLUSH);
}
