// Connections asked of an address and port and never opened: SYN floods.
// Apart from the sources because a flood's sources are forged: only its target stays. Always holds: fixed in size;
// counted is what had a turn's time; who asks again is a stack of its own and no flood (RFC 6298 2.1), and what is
// refused or opened is none either.

import { Flow } from "../flow/flow";
import {
  COUNTER_TARGETS_EVICTED,
  FINDING_SYN_FLOOD,
  TARGET_MARKS_BASE,
  TARGET_SIZE,
  TARGET_TAGS_BASE,
  TARGETS_BASE,
} from "../layout";
import { config, count, state } from "../state";
import { addressHash } from "./address";
import {
  COARSE_SHIFT,
  SYN_FLOOD_MIN,
  SYN_FLOOD_SHARE,
  TARGET_BEFORE_OFFSET,
  TARGET_MIDDLE_OFFSET,
  TARGET_OLD_OFFSET,
  TARGET_OPENED_OFFSET,
  TARGET_PORT_OFFSET,
  TARGET_RAISED_OFFSET,
  TARGET_RECENT_OFFSET,
  TARGET_TURNED_OFFSET,
  TARGET_WINDOW_OFFSET,
  TARGET_WINDOW_S,
  TURN_COARSE,
} from "./detect-layout";
import {
  candidatesIn,
  FOR_EVER,
  isFree,
  leastPlace,
  likelyPlace,
  markPlace,
  setFor,
  takePlace,
  touchSet,
} from "./places";
import { raise } from "./raise";

@unmanaged
class Target {
  a0: u64;
  a1: u64;
  port: u32;
  window: u32;
  turned: u32;
  before: u32;
  recent: u32;
  middle: u32;
  old: u32;
  opened: u32;
  raised: u32;
}

if (offsetof<Target>("port") != TARGET_PORT_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("window") != TARGET_WINDOW_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("turned") != TARGET_TURNED_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("before") != TARGET_BEFORE_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("recent") != TARGET_RECENT_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("middle") != TARGET_MIDDLE_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("old") != TARGET_OLD_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("opened") != TARGET_OPENED_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>("raised") != TARGET_RAISED_OFFSET) ERROR("Target drifted from layout");
if (offsetof<Target>() > <usize>TARGET_SIZE) ERROR("Target drifted from layout");

function entryAt(index: u32): Target {
  return changetype<Target>(<usize>TARGETS_BASE + <usize>index * TARGET_SIZE);
}

export function targetHash(a0: u64, a1: u64, port: u32): u64 {
  return addressHash(a0, a1 ^ ((<u64>port) << 16));
}

function setOf(hash: u64): u32 {
  return setFor(config().targetLimit, hash);
}

function find(set: u32, hash: u64, a0: u64, a1: u64, port: u32): Target | null {
  for (let mask = candidatesIn(TARGET_TAGS_BASE, set, hash); mask != 0; mask &= mask - 1) {
    const entry = entryAt(set + ctz(mask));
    if (entry.a0 == a0 && entry.a1 == a1 && entry.port == port) return entry;
  }
  return null;
}

/** A place: free, else of the target that was asked longest ago, one that was flooded last. */
function claim(set: u32, hash: u64): Target {
  const place = leastPlace(TARGET_TAGS_BASE, TARGET_MARKS_BASE, set, state().clock, FOR_EVER);
  if (isFree(TARGET_TAGS_BASE, place)) state().targets += 1;
  else count(COUNTER_TARGETS_EVICTED);
  takePlace(TARGET_TAGS_BASE, place, hash);
  return entryAt(place);
}

/** Loads what is asked to find the target of that hash, or its place. */
export function touchTargetSet(hash: u64): u64 {
  return touchSet(TARGET_TAGS_BASE, TARGET_MARKS_BASE, setOf(hash));
}

/** Loads what askTarget() will need. */
export function touchTarget(hash: u64): u64 {
  const place = likelyPlace(TARGET_TAGS_BASE, TARGET_MARKS_BASE, setOf(hash), hash, state().clock);
  return load<u64>(changetype<usize>(entryAt(place)));
}

function mark(target: Target, time: u64): void {
  const place = <u32>(changetype<usize>(target) - TARGETS_BASE) / TARGET_SIZE;
  markPlace(TARGET_MARKS_BASE, place, time, target.raised != 0);
}

/** A SYN that begins a flow to that address and port, whose targetHash() is `hash`. */
export function askTarget(flow: Flow, hash: u64, a0: u64, a1: u64, port: u32, time: u64): void {
  const now = coarse(time);
  const set = setOf(hash);
  let target = find(set, hash, a0, a1, port);
  if (target == null) {
    target = claim(set, hash);
    target.a0 = a0;
    target.a1 = a1;
    target.port = port;
    beginWindow(target, now);
  } else if (abs<i32>(now - target.window) >= TARGET_WINDOW_S) {
    beginWindow(target, now);
  } else if (<i32>(now - target.turned) >= TURN_COARSE) {
    turn(target, now);
  }
  target.recent += 1;
  mark(target, time);
  if (target.raised != 0 || target.old < <u32>SYN_FLOOD_MIN) return;
  if (target.old < target.opened * SYN_FLOOD_SHARE) return;
  target.raised = 1;
  mark(target, time);
  raise(flow, FINDING_SYN_FLOOD);
}

function coarse(time: u64): u32 {
  return <u32>(time >> COARSE_SHIFT);
}

function beginWindow(target: Target, now: u32): void {
  target.window = now;
  target.turned = now;
  target.before = now;
  target.recent = 0;
  target.middle = 0;
  target.old = 0;
  target.opened = 0;
  target.raised = 0;
}

function turn(target: Target, now: u32): void {
  target.old += target.middle;
  target.middle = target.recent;
  target.recent = 0;
  target.before = target.turned;
  target.turned = now;
}

/** A flow that asked there, at that time, was opened, refused, or asked again: it is no part of a flood. */
export function settleTarget(a0: u64, a1: u64, port: u32, asked: u64, isOpened: bool): void {
  const hash = targetHash(a0, a1, port);
  const target = find(setOf(hash), hash, a0, a1, port);
  if (target == null) return;
  if (isOpened) target.opened += 1;
  const at = coarse(asked);
  if (<i32>(at - target.turned) >= 0) target.recent -= <u32>(target.recent != 0);
  else if (<i32>(at - target.before) >= 0) target.middle -= <u32>(target.middle != 0);
  else if (<i32>(at - target.window) >= 0) target.old -= <u32>(target.old != 0);
}
