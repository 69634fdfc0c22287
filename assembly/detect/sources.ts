// What an address asked for, and what came of it: the table of sources and the sketches in each.
// Apart from the judgement (asks.ts). Always holds: fixed in size; of two hosts and two ports that a source asks most it
// knows which ports, and which hosts, were asked in vain (linear counting, Whang et al. 1990); an answer takes a bit
// back, so an error can only make a sweep look smaller. Forgotten first is who asked for little, longest ago: a flood
// of forged sources pushes out one another.

import { COUNTER_SOURCES_EVICTED, SOURCE_SIZE, SOURCES_BASE } from "../layout";
import { config, count, state } from "../state";
import { addressHash } from "./address";
import {
  COARSE_SHIFT,
  DETECT_WAYS,
  PROTECTED_ASKS,
  SOURCE_HOSTS_OFFSET,
  SOURCE_LAST_OFFSET,
  SOURCE_PORTS_OFFSET,
  SOURCE_PROBES_OFFSET,
  SOURCE_TRACKERS,
  SOURCE_TURNED_OFFSET,
  SOURCE_WINDOW_OFFSET,
  SOURCE_WINDOW_S,
  TRACKER_KEY_OFFSET,
  TRACKER_OLD_OFFSET,
  TRACKER_RECENT_OFFSET,
  TRACKER_SIZE,
  TRACKER_WEIGHT_OFFSET,
  TURN_COARSE,
} from "./detect-layout";

const WINDOW_NS: u64 = <u64>SOURCE_WINDOW_S * 1000000000;
const COUNTS_SIZE: usize = <usize>SOURCE_SIZE - <usize>SOURCE_TURNED_OFFSET;

@unmanaged
export class Source {
  a0: u64;
  a1: u64;
  last: u64;
  window: u64;
  turned: u32;
  asked: u32;
  opened: u32;
  raised: u32;
  probes: u64;
  unasked: u64;

  hosts(index: u32): Tracker {
    return changetype<Tracker>(changetype<usize>(this) + SOURCE_HOSTS_OFFSET + <usize>index * TRACKER_SIZE);
  }

  ports(index: u32): Tracker {
    return changetype<Tracker>(changetype<usize>(this) + SOURCE_PORTS_OFFSET + <usize>index * TRACKER_SIZE);
  }
}

/** One host (or port) that a source asks often, and a bit for each port (or host) asked there. */
@unmanaged
export class Tracker {
  key: u64;
  weight: u32;
  padding: u32;
  recent0: u64;
  recent1: u64;
  old0: u64;
  old1: u64;

  /** Asked a moment ago. `bit` 0 to 127. */
  ask(bit: u32): void {
    if (bit < 64) this.recent0 |= (<u64>1) << (<u64>bit);
    else this.recent1 |= (<u64>1) << (<u64>(bit - 64));
  }

  /** Asked in vain. */
  fail(bit: u32): void {
    if (bit < 64) this.old0 |= (<u64>1) << (<u64>bit);
    else this.old1 |= (<u64>1) << (<u64>(bit - 64));
  }

  /** Answered after all. */
  open(bit: u32): void {
    const mask0: u64 = bit < 64 ? ~((<u64>1) << (<u64>bit)) : u64.MAX_VALUE;
    const mask1: u64 = bit < 64 ? u64.MAX_VALUE : ~((<u64>1) << (<u64>(bit - 64)));
    this.recent0 &= mask0;
    this.recent1 &= mask1;
    this.old0 &= mask0;
    this.old1 &= mask1;
  }

  /** What was asked a while ago was asked in vain. */
  turn(): void {
    this.old0 |= this.recent0;
    this.old1 |= this.recent1;
    this.recent0 = 0;
    this.recent1 = 0;
  }

  /** How many were asked in vain, at least. */
  get inVain(): i32 {
    return <i32>(popcnt(this.old0) + popcnt(this.old1));
  }
}

if (offsetof<Source>("last") != SOURCE_LAST_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("window") != SOURCE_WINDOW_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("turned") != SOURCE_TURNED_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("probes") != SOURCE_PROBES_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>() != SOURCE_HOSTS_OFFSET) ERROR("Source drifted from layout");
if (SOURCE_HOSTS_OFFSET + SOURCE_TRACKERS * TRACKER_SIZE != SOURCE_PORTS_OFFSET)
  ERROR("Source drifted from layout");
if (SOURCE_PORTS_OFFSET + SOURCE_TRACKERS * TRACKER_SIZE != SOURCE_SIZE) ERROR("Source drifted from layout");
if (offsetof<Tracker>("key") != TRACKER_KEY_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("weight") != TRACKER_WEIGHT_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("recent0") != TRACKER_RECENT_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("old0") != TRACKER_OLD_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>() != TRACKER_SIZE) ERROR("Tracker drifted from layout");

function entryAt(index: u32): Source {
  return changetype<Source>(<usize>SOURCES_BASE + <usize>index * SOURCE_SIZE);
}

function setFor(a0: u64, a1: u64): u32 {
  const sets = config().sourceLimit / DETECT_WAYS;
  return <u32>(((addressHash(a0, a1) >> 32) * <u64>sets) >> 32) * DETECT_WAYS;
}

/** The address's place, null when it has none. */
export function findSource(a0: u64, a1: u64): Source | null {
  const set = setFor(a0, a1);
  for (let way: u32 = 0; way < <u32>DETECT_WAYS; way++) {
    const entry = entryAt(set + way);
    if (entry.last != 0 && entry.a0 == a0 && entry.a1 == a1) return entry;
  }
  return null;
}

/** The address's place, made when it has none; what is older than the window is forgotten. */
export function sourceFor(a0: u64, a1: u64, time: u64): Source {
  let entry = findSource(a0, a1);
  if (entry == null) {
    entry = claim(setFor(a0, a1), time);
    memory.fill(changetype<usize>(entry), 0, SOURCE_SIZE);
    entry.a0 = a0;
    entry.a1 = a1;
    entry.window = time;
    entry.turned = coarse(time);
  } else if (time > entry.window && time - entry.window > WINDOW_NS) {
    memory.fill(changetype<usize>(entry) + SOURCE_TURNED_OFFSET, 0, COUNTS_SIZE);
    entry.window = time;
    entry.turned = coarse(time);
  }
  // 0 is a free place's.
  entry.last = time | 1;
  return entry;
}

function coarse(time: u64): u32 {
  return <u32>(time >> COARSE_SHIFT);
}

/** A free place, else who asked for little before who asked for more, the longest silent first. */
function claim(set: u32, time: u64): Source {
  let best = entryAt(set);
  let least: u64 = u64.MAX_VALUE;
  for (let way: u32 = 0; way < <u32>DETECT_WAYS; way++) {
    const entry = entryAt(set + way);
    if (entry.last == 0) {
      state().sources += 1;
      return entry;
    }
    const isOver = time > entry.last && time - entry.last > WINDOW_NS;
    const isWorth = !isOver && (entry.asked >= <u32>PROTECTED_ASKS || entry.unasked != 0);
    const worth = (entry.last >> 1) | (isWorth ? (<u64>1) << 63 : 0);
    if (worth < least) {
      least = worth;
      best = entry;
    }
  }
  count(COUNTER_SOURCES_EVICTED);
  return best;
}

/** What was asked so long ago that an answer would have come, was asked in vain. */
export function turn(source: Source, time: u64): void {
  const now = coarse(time);
  if (<i32>(now - source.turned) < TURN_COARSE) return;
  source.turned = now;
  for (let i: u32 = 0; i < <u32>SOURCE_TRACKERS; i++) {
    source.hosts(i).turn();
    source.ports(i).turn();
  }
}

/**
 * The tracker of that key among two, or one that takes its place: the most frequent keys keep theirs (Misra and Gries
 * 1982). Null while others do. `first` is the address of the first of them.
 */
export function trackerFor(first: usize, key: u64): Tracker | null {
  const a = changetype<Tracker>(first);
  const b = changetype<Tracker>(first + TRACKER_SIZE);
  if (a.key == key || b.key == key) {
    const known = a.key == key ? a : b;
    known.weight += 1;
    return known;
  }
  if (a.weight == 0) return take(a, key);
  if (b.weight == 0) return take(b, key);
  a.weight -= 1;
  b.weight -= 1;
  return null;
}

function take(tracker: Tracker, key: u64): Tracker {
  memory.fill(changetype<usize>(tracker), 0, TRACKER_SIZE);
  tracker.key = key;
  tracker.weight = 1;
  return tracker;
}

/** The tracker of that key, null when there is none. */
export function trackerOf(first: usize, key: u64): Tracker | null {
  const a = changetype<Tracker>(first);
  if (a.key == key) return a;
  const b = changetype<Tracker>(first + TRACKER_SIZE);
  return b.key == key ? b : null;
}
