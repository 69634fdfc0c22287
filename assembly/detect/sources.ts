// What an address asked for, and what came of it: the table of sources, and the time in it.
// Apart from the sketches (trackers.ts) and from the judgement (asks.ts). Always holds: fixed in size; what is older than
// the window does not count, but that much was opened before counts half each window: who is cut off from the net is no
// scanner. Forgotten first is who asked for little, longest ago: a flood of forged sources pushes out one another.

import { COUNTER_SOURCES_EVICTED, SOURCE_SIZE, SOURCES_BASE } from "../layout";
import { config, count, state } from "../state";
import { addressHash } from "./address";
import {
  COARSE_SHIFT,
  DETECT_WAYS,
  LEAK_WINDOWS,
  PROTECTED_ASKS,
  PROTECTED_UNASKED,
  SOURCE_HOSTS_OFFSET,
  SOURCE_LAST_OFFSET,
  SOURCE_LEAKS_OFFSET,
  SOURCE_PORTS_OFFSET,
  SOURCE_PROBES_OFFSET,
  SOURCE_TRACKERS,
  SOURCE_TURNED_OFFSET,
  SOURCE_WINDOW_OFFSET,
  SOURCE_WINDOW_S,
  TRACKER_SIZE,
  TURN_COARSE,
} from "./detect-layout";
import { Tracker } from "./trackers";

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
  raised: u16;
  leaks: u16;
  probes: u64;
  unasked: u64;

  /** It did more than a forged source does. */
  get isProtected(): bool {
    return (
      this.asked >= <u32>PROTECTED_ASKS || this.leaks != 0 || <i32>popcnt(this.unasked) >= PROTECTED_UNASKED
    );
  }

  hosts(index: u32): Tracker {
    return changetype<Tracker>(changetype<usize>(this) + SOURCE_HOSTS_OFFSET + <usize>index * TRACKER_SIZE);
  }

  ports(index: u32): Tracker {
    return changetype<Tracker>(changetype<usize>(this) + SOURCE_PORTS_OFFSET + <usize>index * TRACKER_SIZE);
  }
}

if (offsetof<Source>("last") != SOURCE_LAST_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("window") != SOURCE_WINDOW_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("turned") != SOURCE_TURNED_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("leaks") != SOURCE_LEAKS_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("probes") != SOURCE_PROBES_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>() != SOURCE_HOSTS_OFFSET) ERROR("Source drifted from layout");
if (SOURCE_HOSTS_OFFSET + SOURCE_TRACKERS * TRACKER_SIZE != SOURCE_PORTS_OFFSET)
  ERROR("Source drifted from layout");
if (SOURCE_PORTS_OFFSET + SOURCE_TRACKERS * TRACKER_SIZE != SOURCE_SIZE) ERROR("Source drifted from layout");
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
  } else if (apart(time, entry.window) > WINDOW_NS) {
    beginWindow(entry, time);
  }
  // 0 is a free place's.
  entry.last = time | 1;
  return entry;
}

function beginWindow(source: Source, time: u64): void {
  const windows = min<u64>(apart(time, source.window) / WINDOW_NS, 31);
  const opened = source.opened >> <u32>windows;
  // That there was one leak is remembered for longer: filters leak seldom.
  const leaks = windows < <u64>LEAK_WINDOWS ? min<u16>(source.leaks, 1) : <u16>0;
  memory.fill(changetype<usize>(source) + SOURCE_TURNED_OFFSET, 0, COUNTS_SIZE);
  source.opened = opened;
  source.leaks = leaks;
  source.window = time;
  source.turned = coarse(time);
}

/** Either way: the clock may have been set back. */
function apart(a: u64, b: u64): u64 {
  return a > b ? a - b : b - a;
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
    const isOver = apart(time, entry.last) > WINDOW_NS;
    const isWorth = !isOver && entry.isProtected;
    const worth = (entry.last >> 1) | (isWorth ? (<u64>1) << 63 : 0);
    if (worth < least) {
      least = worth;
      best = entry;
    }
  }
  count(COUNTER_SOURCES_EVICTED);
  return best;
}

/** What was asked so long ago that an answer would have come, was asked in vain. At each ask of the source. */
export function turn(source: Source, time: u64): void {
  const now = coarse(time);
  if (<i32>(now - source.turned) < TURN_COARSE) return;
  source.turned = now;
  for (let i: u32 = 0; i < <u32>SOURCE_TRACKERS; i++) {
    source.hosts(i).turn();
    source.ports(i).turn();
  }
}
