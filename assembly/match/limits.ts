// How often a rule may speak: thresholds, detection and event filters, suppressions (Snort's manual, 3.8 and 2.4),
// and the rate that bounds every rule. Apart from matching because a match is counted whether it is told or not.
// Always holds: counts live in a table of fixed size; one that is pushed out begins anew, and that is counted.

import { inspectState } from "../inspect/state";
import {
  COUNTER_ALERTS_FILTERED,
  COUNTER_ALERTS_LIMITED,
  COUNTER_ALERTS_SUPPRESSED,
  COUNTER_THRESHOLDS_EVICTED,
  PACKET_BIT_SWAPPED,
  THRESHOLD_SIZE,
  THRESHOLDS_BASE,
} from "../layout";
import { config, count } from "../state";
import { Packet } from "../wire/packet";
import { inAddressSet } from "./groups";
import {
  LIMIT_BOTH,
  LIMIT_COUNT_OFFSET,
  LIMIT_DETECTION,
  LIMIT_LIMIT,
  LIMIT_SECONDS_OFFSET,
  LIMIT_SET_OFFSET,
  LIMIT_SIZE,
  LIMIT_SUPPRESS,
  LIMIT_TRACK_OFFSET,
  LIMIT_TYPE_OFFSET,
  RULE_LIMIT_COUNT_OFFSET,
  RULE_LIMITS_OFFSET,
  RULE_STATE_FILTERED_OFFSET,
  RULE_STATE_LIMITED_OFFSET,
  RULE_STATE_REFILLED_OFFSET,
  RULE_STATE_TOKENS_OFFSET,
  TRACK_BOTH,
  TRACK_DESTINATION,
  TRACK_NONE,
  TRACK_RULE,
  TRACK_SOURCE,
} from "./rules-layout";

/** A count of one limit and the addresses it is kept for. */
@unmanaged
class Threshold {
  limit: u32; // address of the LIMIT, 0 = free
  generation: u32;
  start: u64; // ns
  last: u64; // ns
  hits: u32;
  padding: u32;
  first0: u64;
  first1: u64;
  second0: u64;
  second1: u64;
}

if (offsetof<Threshold>() > <usize>THRESHOLD_SIZE) ERROR("Threshold drifted from layout");

const WAYS: u32 = 8;
const NS_PER_SECOND: u64 = 1000000000;
const NS_PER_MILLITOKEN: u64 = 1000000; // at one alert a second
const MILLI: u64 = 1000;

/** Whether a match is one at all: a rule with a detection filter matches only above its count. */
export function passesFilters(image: usize, rule: usize, ruleState: usize, p: Packet): bool {
  return passes(image, rule, ruleState, p, true);
}

/** Whether a match may become an alert: every limit of the rule is asked, in order, and counts the match. */
export function withinLimits(image: usize, rule: usize, ruleState: usize, p: Packet): bool {
  return passes(image, rule, ruleState, p, false);
}

function passes(image: usize, rule: usize, ruleState: usize, p: Packet, filters: bool): bool {
  const limits = load<u32>(rule, RULE_LIMIT_COUNT_OFFSET);
  let at = image + load<u32>(rule, RULE_LIMITS_OFFSET);
  for (let i: u32 = 0; i < limits; i++, at += LIMIT_SIZE) {
    const isFilter = <i32>load<u8>(at, LIMIT_TYPE_OFFSET) == LIMIT_DETECTION;
    if (isFilter != filters || allows(image, at, p)) continue;
    bump(ruleState, RULE_STATE_FILTERED_OFFSET);
    count(
      <i32>load<u8>(at, LIMIT_TYPE_OFFSET) == LIMIT_SUPPRESS
        ? COUNTER_ALERTS_SUPPRESSED
        : COUNTER_ALERTS_FILTERED,
    );
    return false;
  }
  return true;
}

/** Whether the rule's rate leaves room for one more alert: a bucket of tokens, filled by packet time. */
export function withinRate(ruleState: usize, time: u64): bool {
  const rate = <u64>config().alertRate;
  if (rate == 0) return true;
  const full = <u64>config().alertBurst * MILLI;
  const refilled = load<u64>(ruleState, RULE_STATE_REFILLED_OFFSET);
  let tokens = refilled == 0 ? full : <u64>load<u32>(ruleState, RULE_STATE_TOKENS_OFFSET);
  if (refilled != 0 && time > refilled) {
    const elapsed = time - refilled;
    const units = elapsed / NS_PER_MILLITOKEN;
    tokens = units > full ? full : min(full, tokens + units * rate);
    // What is left of a unit stays for the next time.
    store<u64>(ruleState, time - (elapsed % NS_PER_MILLITOKEN), RULE_STATE_REFILLED_OFFSET);
  } else if (refilled == 0) {
    store<u64>(ruleState, time == 0 ? 1 : time, RULE_STATE_REFILLED_OFFSET);
  } else if (refilled - time > NS_PER_SECOND) {
    store<u64>(ruleState, time == 0 ? 1 : time, RULE_STATE_REFILLED_OFFSET); // the clock was set back
  }
  const allowed = tokens >= MILLI;
  store<u32>(ruleState, <u32>(allowed ? tokens - MILLI : tokens), RULE_STATE_TOKENS_OFFSET);
  if (!allowed) {
    bump(ruleState, RULE_STATE_LIMITED_OFFSET);
    count(COUNTER_ALERTS_LIMITED);
  }
  return allowed;
}

export function bump(at: usize, offset: usize): void {
  store<u64>(at + offset, load<u64>(at + offset) + 1);
}

function allows(image: usize, limit: usize, p: Packet): bool {
  const type = <i32>load<u8>(limit, LIMIT_TYPE_OFFSET);
  if (type == LIMIT_SUPPRESS) return !isSuppressed(image, limit, p);
  const most = load<u32>(limit, LIMIT_COUNT_OFFSET);
  const entry = entryFor(limit, p);
  if (isOver(entry, p.time)) {
    entry.start = p.time;
    entry.hits = 0;
  }
  entry.last = p.time;
  if (entry.hits != 0xffffffff) entry.hits += 1;
  if (type == LIMIT_DETECTION) return entry.hits > most;
  if (type == LIMIT_LIMIT) return entry.hits <= most;
  if (type == LIMIT_BOTH) return entry.hits == most;
  if (entry.hits < most) return false;
  entry.hits = 0;
  return true;
}

/** Its seconds have passed, or the clock was set back. Packets a little out of order are within them. */
function isOver(entry: Threshold, time: u64): bool {
  if (time < entry.start) return entry.start - time > NS_PER_SECOND;
  return time - entry.start >= <u64>load<u32>(<usize>entry.limit, LIMIT_SECONDS_OFFSET) * NS_PER_SECOND;
}

function isSuppressed(image: usize, limit: usize, p: Packet): bool {
  const set = <u32>load<u16>(limit, LIMIT_SET_OFFSET);
  const track = <i32>load<u8>(limit, LIMIT_TRACK_OFFSET);
  if (set == 0 || track == TRACK_NONE || track == TRACK_RULE) return true;
  const kind = <u32>p.kind;
  if (track == TRACK_SOURCE) return inAddressSet(image, set, sourceAt(p), kind);
  if (track == TRACK_DESTINATION) return inAddressSet(image, set, destinationAt(p), kind);
  return inAddressSet(image, set, sourceAt(p), kind) || inAddressSet(image, set, destinationAt(p), kind);
}

function sourceAt(p: Packet): usize {
  return p.keyAt + (p.has(PACKET_BIT_SWAPPED) ? 16 : 0);
}

function destinationAt(p: Packet): usize {
  return p.keyAt + (p.has(PACKET_BIT_SWAPPED) ? 0 : 16);
}

/** The count of that limit for the packet's addresses: found, or begun in a free or the longest unused place. */
function entryFor(limit: usize, p: Packet): Threshold {
  const track = <i32>load<u8>(limit, LIMIT_TRACK_OFFSET);
  const source = sourceAt(p);
  const destination = destinationAt(p);
  const usesSource = track == TRACK_SOURCE || track == TRACK_BOTH;
  const usesDestination = track == TRACK_DESTINATION || track == TRACK_BOTH;
  const first0 = usesSource ? load<u64>(source) : 0;
  const first1 = usesSource ? load<u64>(source, 8) : 0;
  const second0 = usesDestination ? load<u64>(destination) : 0;
  const second1 = usesDestination ? load<u64>(destination, 8) : 0;
  const generation = inspectState().generation;
  const set = setOf(<u64>limit, first0 ^ rotl<u64>(second0, 17), first1 ^ rotl<u64>(second1, 29));
  let place = entryAt(set);
  let oldest: u64 = u64.MAX_VALUE;
  for (let way: u32 = 0; way < WAYS; way++) {
    const entry = entryAt(set + way);
    const isFree = entry.limit == 0 || entry.generation != generation;
    if (!isFree && entry.limit == <u32>limit && entry.first0 == first0 && entry.first1 == first1) {
      if (entry.second0 == second0 && entry.second1 == second1) return entry;
    }
    // A count whose time is over is no loss.
    const age = isFree || isOver(entry, p.time) ? 0 : entry.last | 1;
    if (age < oldest) {
      oldest = age;
      place = entry;
    }
  }
  if (oldest != 0) count(COUNTER_THRESHOLDS_EVICTED);
  place.limit = <u32>limit;
  place.generation = generation;
  place.start = p.time;
  place.hits = 0;
  place.first0 = first0;
  place.first1 = first1;
  place.second0 = second0;
  place.second1 = second1;
  return place;
}

function setOf(limit: u64, a: u64, b: u64): u32 {
  let hash = config().seed ^ (limit * 0x9e3779b97f4a7c15) ^ a;
  hash = (hash ^ (hash >> 29)) * 0xd6e8feb86659fd93;
  hash ^= b;
  hash = (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15;
  const sets = config().thresholdLimit / WAYS;
  return <u32>(((hash >> 32) * <u64>sets) >> 32) * WAYS;
}

function entryAt(index: u32): Threshold {
  return changetype<Threshold>(<usize>THRESHOLDS_BASE + <usize>index * THRESHOLD_SIZE);
}
