// The sketches in a source: of two hosts that it asks most in vain, which ports; of two ports, which hosts.
// Apart from the table of sources, which gives them their places. Always holds: fixed in size; a bit a port, or a host, by
// a seeded hash (linear counting, Whang, Vander-Zanden and Taylor 1990), so that different ones may share a bit but one
// never has two; an answer takes the bit back: an error can only make a sweep look smaller.

import {
  SOURCE_HOSTS_OFFSET,
  SOURCE_PORTS_OFFSET,
  SOURCE_TRACKERS,
  TRACKER_BITS,
  TRACKER_GAIN,
  TRACKER_KEY_OFFSET,
  TRACKER_MIDDLE0_OFFSET,
  TRACKER_MIDDLE1_OFFSET,
  TRACKER_OLD0_OFFSET,
  TRACKER_OLD1_OFFSET,
  TRACKER_RECENT0_OFFSET,
  TRACKER_RECENT1_OFFSET,
  TRACKER_SIZE,
  TRACKER_STRIDE_SIZE,
  TRACKER_WEIGHT_MAX,
  TRACKER_WEIGHT_OFFSET,
} from "./detect-layout";
import { Source } from "./sources";

/** A host, or a port, and a bit for each port, or host, asked there. */
@unmanaged
export class Tracker {
  key: u64;
  weight: u32;
  recent1: u32;
  recent0: u64;
  middle0: u64;
  old0: u64;
  middle1: u32;
  old1: u32;

  /** Asked a moment ago. */
  ask(bit: u32): void {
    this.recent0 |= lowMask(bit);
    this.recent1 |= highMask(bit);
  }

  /** Asked in vain. */
  fail(bit: u32): void {
    this.old0 |= lowMask(bit);
    this.old1 |= highMask(bit);
  }

  /** Answered after all. */
  open(bit: u32): void {
    const low = ~lowMask(bit);
    const high = ~highMask(bit);
    this.recent0 &= low;
    this.middle0 &= low;
    this.old0 &= low;
    this.recent1 &= high;
    this.middle1 &= high;
    this.old1 &= high;
    this.weight = this.weight > <u32>TRACKER_GAIN ? this.weight - TRACKER_GAIN : 0;
  }

  has(bit: u32): bool {
    const low = (this.recent0 | this.middle0 | this.old0) & lowMask(bit);
    return low != 0 || ((this.recent1 | this.middle1 | this.old1) & highMask(bit)) != 0;
  }

  /** What was asked before the latest turn was asked in vain. */
  turn(): void {
    this.old0 |= this.middle0;
    this.old1 |= this.middle1;
    this.middle0 = this.recent0;
    this.middle1 = this.recent1;
    this.recent0 = 0;
    this.recent1 = 0;
  }

  /** How many were asked in vain, at least. */
  get inVain(): i32 {
    return <i32>popcnt(this.old0) + <i32>popcnt(this.old1);
  }
}

if (offsetof<Tracker>("key") != TRACKER_KEY_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("weight") != TRACKER_WEIGHT_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("recent1") != TRACKER_RECENT1_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("recent0") != TRACKER_RECENT0_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("middle0") != TRACKER_MIDDLE0_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("old0") != TRACKER_OLD0_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("middle1") != TRACKER_MIDDLE1_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>("old1") != TRACKER_OLD1_OFFSET) ERROR("Tracker drifted from layout");
if (offsetof<Tracker>() != TRACKER_SIZE) ERROR("Tracker drifted from layout");

function lowMask(bit: u32): u64 {
  return bit < 64 ? (<u64>1) << (<u64>bit) : 0;
}

function highMask(bit: u32): u32 {
  return bit < 64 ? 0 : (<u32>1) << (bit - 64);
}

/** The bit that a hash stands for. */
export function bitOf(hash: u64): u32 {
  return <u32>(((hash >> 32) * TRACKER_BITS) >> 32);
}

/** Trackers of hosts have the first bits of TRACKS, trackers of ports those behind. */
export function trackerAt(source: Source, bit: u32): Tracker {
  const isHost = bit < <u32>SOURCE_TRACKERS;
  const first = isHost ? SOURCE_HOSTS_OFFSET : SOURCE_PORTS_OFFSET - SOURCE_TRACKERS * TRACKER_STRIDE_SIZE;
  return changetype<Tracker>(changetype<usize>(source) + first + <usize>bit * TRACKER_STRIDE_SIZE);
}

export function hostFor(source: Source, key: u64): Tracker | null {
  return trackerFor(source, 0, key);
}

export function portFor(source: Source, key: u64): Tracker | null {
  return trackerFor(source, SOURCE_TRACKERS, key);
}

/** Null when there is none of that key. */
export function hostOf(source: Source, key: u64): Tracker | null {
  return trackerOf(source, 0, key);
}

export function portOf(source: Source, key: u64): Tracker | null {
  return trackerOf(source, SOURCE_TRACKERS, key);
}

/**
 * The tracker of that key among two, or one that takes its place. Each ask weighs TRACKER_GAIN and each answer takes as
 * much away, each ask of another key 1: so what is asked in vain again and again keeps its place, among others, and
 * what is answered does not. Null while both are kept.
 */
function trackerFor(source: Source, first: u32, key: u64): Tracker | null {
  const known = trackerOf(source, first, key);
  if (known != null) {
    known.weight = min<u32>(known.weight + TRACKER_GAIN, TRACKER_WEIGHT_MAX);
    return known;
  }
  const a = trackerAt(source, first);
  if (!isInUse(source, first) || a.weight == 0) return take(source, first, key);
  const b = trackerAt(source, first + 1);
  if (!isInUse(source, first + 1) || b.weight == 0) return take(source, first + 1, key);
  a.weight -= 1;
  b.weight -= 1;
  return null;
}

function trackerOf(source: Source, first: u32, key: u64): Tracker | null {
  const a = trackerAt(source, first);
  if (isInUse(source, first) && a.key == key) return a;
  const b = trackerAt(source, first + 1);
  return isInUse(source, first + 1) && b.key == key ? b : null;
}

function isInUse(source: Source, bit: u32): bool {
  return (<u32>source.tracks & ((<u32>1) << bit)) != 0;
}

function take(source: Source, bit: u32, key: u64): Tracker {
  source.tracks |= <u8>((<u32>1) << bit);
  const tracker = trackerAt(source, bit);
  tracker.key = key;
  tracker.weight = TRACKER_GAIN;
  tracker.recent1 = 0;
  tracker.recent0 = 0;
  tracker.middle0 = 0;
  tracker.old0 = 0;
  tracker.middle1 = 0;
  tracker.old1 = 0;
  return tracker;
}
