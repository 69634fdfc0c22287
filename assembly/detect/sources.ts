// What an address asked for, and what came of it: the table of sources, and the time in it.
// Apart from the sketches (trackers.ts) and from the judgement (asks.ts). Always holds: fixed in size; what is older than
// the window does not count, but that much was opened before counts half each window: who is cut off from the net is no
// scanner. Forgotten first is who asked for little, longest ago: a flood of forged sources pushes out one another.

import {
  COUNTER_SOURCES_EVICTED,
  SOURCE_MARKS_BASE,
  SOURCE_SIZE,
  SOURCE_TAGS_BASE,
  SOURCES_BASE,
} from "../layout";
import { config, count, state } from "../state";
import { addressHash } from "./address";
import {
  COARSE_SHIFT,
  LEAK_WINDOWS,
  PROTECTED_ASKS,
  PROTECTED_UNASKED,
  SOURCE_ASKED_OFFSET,
  SOURCE_FIRST_HOST_OFFSET,
  SOURCE_FIRST_OFFSET,
  SOURCE_HOSTS_OFFSET,
  SOURCE_LEAKS_OFFSET,
  SOURCE_PORTS_OFFSET,
  SOURCE_PROBES_OFFSET,
  SOURCE_RAISED_OFFSET,
  SOURCE_TRACKERS,
  SOURCE_TRACKS_OFFSET,
  SOURCE_TURNED_OFFSET,
  SOURCE_WINDOW_OFFSET,
  SOURCE_WINDOW_S,
  TRACKER_SIZE,
  TRACKER_STRIDE_SIZE,
  TURN_COARSE,
} from "./detect-layout";
import {
  candidatesIn,
  clearLine,
  isFree,
  leastPlace,
  markPlace,
  setFor,
  takePlace,
  touchSet,
} from "./places";
import { trackerAt } from "./trackers";

const WINDOW_NS: u64 = <u64>SOURCE_WINDOW_S * 1000000000;
const WINDOW_COARSE: i32 = <i32>(WINDOW_NS >> COARSE_SHIFT);

@unmanaged
export class Source {
  a0: u64;
  a1: u64;
  window: u64;
  turned: u32;
  first: u32;
  firstHost: u64;
  asked: u16;
  opened: u16;
  raised: u8;
  tracks: u8;
  leaks: u16;
  probes: u64;
  unasked: u64;

  /** It did more than a forged source does. */
  get isProtected(): bool {
    return (
      <i32>this.asked >= PROTECTED_ASKS || this.leaks != 0 || <i32>popcnt(this.unasked) >= PROTECTED_UNASKED
    );
  }
}

if (offsetof<Source>("window") != SOURCE_WINDOW_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("turned") != SOURCE_TURNED_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("first") != SOURCE_FIRST_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("firstHost") != SOURCE_FIRST_HOST_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("asked") != SOURCE_ASKED_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("raised") != SOURCE_RAISED_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("leaks") != SOURCE_LEAKS_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("tracks") != SOURCE_TRACKS_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>("probes") != SOURCE_PROBES_OFFSET) ERROR("Source drifted from layout");
if (offsetof<Source>() != SOURCE_HOSTS_OFFSET) ERROR("Source drifted from layout");
if (SOURCE_HOSTS_OFFSET + TRACKER_SIZE != SOURCE_PORTS_OFFSET) ERROR("Source drifted from layout");
if (SOURCE_PORTS_OFFSET + TRACKER_SIZE != SOURCE_HOSTS_OFFSET + TRACKER_STRIDE_SIZE)
  ERROR("Source drifted from layout");
if (SOURCE_HOSTS_OFFSET + SOURCE_TRACKERS * TRACKER_STRIDE_SIZE != SOURCE_SIZE)
  ERROR("Source drifted from layout");

function entryAt(index: u32): Source {
  return changetype<Source>(<usize>SOURCES_BASE + <usize>index * SOURCE_SIZE);
}

function setOf(hash: u64): u32 {
  return setFor(config().sourceLimit, hash);
}

/** The address's place, null when it has none. */
export function findSource(a0: u64, a1: u64): Source | null {
  const hash = addressHash(a0, a1);
  return findIn(setOf(hash), hash, a0, a1);
}

function findIn(set: u32, hash: u64, a0: u64, a1: u64): Source | null {
  for (let mask = candidatesIn(SOURCE_TAGS_BASE, set, hash); mask != 0; mask &= mask - 1) {
    const entry = entryAt(set + ctz(mask));
    if (entry.a0 == a0 && entry.a1 == a1) return entry;
  }
  return null;
}

/**
 * The address's place, made when it has none; what is older than the window is forgotten. Whoever counts something in it
 * marks it after that.
 */
export function sourceFor(a0: u64, a1: u64, time: u64): Source {
  return sourceOf(addressHash(a0, a1), a0, a1, time);
}

/** The same where its addressHash() is known. */
export function sourceOf(hash: u64, a0: u64, a1: u64, time: u64): Source {
  const set = setOf(hash);
  let entry = findIn(set, hash, a0, a1);
  if (entry == null) {
    entry = claim(set, hash);
    begin(entry, a0, a1, time);
  } else if (apart(time, entry.window) > WINDOW_NS) {
    beginWindow(entry, time);
  }
  return entry;
}

/** Loads what is asked to find the address of that hash, or its place. */
export function touchSourceSet(hash: u64): u64 {
  return touchSet(SOURCE_TAGS_BASE, SOURCE_MARKS_BASE, setOf(hash));
}

/** Loads what sourceFor() will need, and the trackers that somebody who asked before has or takes. */
export function touchSource(hash: u64): u64 {
  const set = setOf(hash);
  const known = candidatesIn(SOURCE_TAGS_BASE, set, hash);
  if (known == 0) {
    return load<u64>(
      changetype<usize>(
        entryAt(leastPlace(SOURCE_TAGS_BASE, SOURCE_MARKS_BASE, set, state().clock, WINDOW_COARSE)),
      ),
    );
  }
  const at = changetype<usize>(entryAt(set + ctz(known)));
  return (
    load<u64>(at) + load<u64>(at, SOURCE_HOSTS_OFFSET) + load<u64>(at, SOURCE_PORTS_OFFSET + TRACKER_SIZE - 8)
  );
}

/** Trackers are left as they are: they are emptied when they are taken. */
function begin(source: Source, a0: u64, a1: u64, time: u64): void {
  clearLine(changetype<usize>(source));
  source.a0 = a0;
  source.a1 = a1;
  source.window = time;
  source.turned = coarse(time);
}

function beginWindow(source: Source, time: u64): void {
  const windows = min<u64>(apart(time, source.window) / WINDOW_NS, 31);
  const opened = <u16>(<u32>source.opened >> <u32>windows);
  // That there was one leak is remembered for longer: filters leak seldom.
  const leaks = windows < <u64>LEAK_WINDOWS ? min<u16>(source.leaks, 1) : <u16>0;
  begin(source, source.a0, source.a1, time);
  source.opened = opened;
  source.leaks = leaks;
}

/** It was heard at that time; who did more than a forged source does is kept before others. */
export function markSource(source: Source, time: u64): void {
  const place = <u32>(changetype<usize>(source) - SOURCES_BASE) / SOURCE_SIZE;
  markPlace(SOURCE_MARKS_BASE, place, time, source.isProtected);
}

/** Either way: the clock may have been set back. */
function apart(a: u64, b: u64): u64 {
  return a > b ? a - b : b - a;
}

function coarse(time: u64): u32 {
  return <u32>(time >> COARSE_SHIFT);
}

/** A free place, else who asked for little before who asked for more, the longest silent first. */
function claim(set: u32, hash: u64): Source {
  const place = leastPlace(SOURCE_TAGS_BASE, SOURCE_MARKS_BASE, set, state().clock, WINDOW_COARSE);
  if (isFree(SOURCE_TAGS_BASE, place)) state().sources += 1;
  else count(COUNTER_SOURCES_EVICTED);
  takePlace(SOURCE_TAGS_BASE, place, hash);
  return entryAt(place);
}

/** What was asked so long ago that an answer would have come, was asked in vain. At each ask of the source. */
export function turn(source: Source, time: u64): void {
  const now = coarse(time);
  if (<i32>(now - source.turned) < TURN_COARSE) return;
  source.turned = now;
  for (let tracks = <u32>source.tracks; tracks != 0; tracks &= tracks - 1) {
    trackerAt(source, ctz(tracks)).turn();
  }
}
