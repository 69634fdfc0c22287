// What a session's rules have told already, so that bytes seen in their packet and again in their stream give one
// alert. Apart from the limits, which the operator sets. Always holds: the latest ALERTED_CAPACITY are remembered.

import {
  ALERTED_CAPACITY,
  SESSION_ALERTED_HAND_OFFSET,
  SESSION_ALERTED_OFFSET,
} from "../stream/stream-layout";

/** The side that sent the bytes: both may come to the same sequence numbers. */
const FROM_B: u32 = 0x80000000;

function placeAt(session: usize, place: u32): usize {
  return session + SESSION_ALERTED_OFFSET + ((<usize>place) << 3);
}

/** A rule's index is kept with one added: zero is an empty place. */
function keyOf(rule: u32, fromB: bool): u32 {
  return (rule + 1) | (fromB ? FROM_B : 0);
}

/** Whether the rule has told of that side's bytes that end before `seq`; if not, it has from now on. */
export function isTold(session: usize, rule: u32, fromB: bool, seq: u32): bool {
  const word = <u64>keyOf(rule, fromB) | ((<u64>seq) << 32);
  for (let i: u32 = 0; i < <u32>ALERTED_CAPACITY; i++)
    if (load<u64>(placeAt(session, i)) == word) return true;
  const hand = load<u32>(session, SESSION_ALERTED_HAND_OFFSET);
  store<u64>(placeAt(session, hand % ALERTED_CAPACITY), word);
  store<u32>(session, hand + 1, SESSION_ALERTED_HAND_OFFSET);
  return false;
}

/** Whether the rule has told of bytes of that side that end behind `from` and not behind `to`. */
export function isToldWithin(session: usize, rule: u32, fromB: bool, from: u32, to: u32): bool {
  const key = keyOf(rule, fromB);
  for (let i: u32 = 0; i < <u32>ALERTED_CAPACITY; i++) {
    if (load<u32>(placeAt(session, i)) != key) continue;
    if (load<u32>(placeAt(session, i), 4) - from - 1 < to - from) return true;
  }
  return false;
}

/** The furthest place, from `base` to `size` behind it, before which bytes were told of; `base` without one. */
export function lastTold(session: usize, rule: u32, fromB: bool, base: u32, size: u32): u32 {
  const key = keyOf(rule, fromB);
  let furthest: u32 = 0;
  for (let i: u32 = 0; i < <u32>ALERTED_CAPACITY; i++) {
    if (load<u32>(placeAt(session, i)) != key) continue;
    const ahead = load<u32>(placeAt(session, i), 4) - base;
    if (ahead <= size && ahead > furthest) furthest = ahead;
  }
  return base + furthest;
}
