// Who of our networks is there: the table of addresses that have shown themselves, and what is dark because of it.
// Apart because it is asked for by findings, by the host (lists, explanations) and by inline policy.
// Always holds: fixed in size, sets of DETECT_WAYS; who was told from outside is never pushed out by who was heard, nor
// who has proved alive by who only sent (a sender may be forged); nothing is called dark while learning, nor where
// nobody of ours was ever heard to converse, or only one direction passes (a one-way tap), unless it was told to be
// unused.

import {
  ALIVE_SIZE,
  ALIVE_TAGS_BASE,
  ALIVES_BASE,
  COUNTER_ALIVES_EVICTED,
  HOME_SIZE,
  HOMES_BASE,
} from "../layout";
import { config, count, state } from "../state";
import { addressHash } from "./address";
import {
  ALIVE_HOW_ANSWERED,
  ALIVE_HOW_GIVEN,
  ALIVE_HOW_OFFSET,
  ALIVE_HOW_SENT,
  ALIVE_LAST_OFFSET,
  ALIVE_SINCE_OFFSET,
  DARKNESS_ALIVE,
  DARKNESS_DARK,
  DARKNESS_FOREIGN,
  DARKNESS_GROUP,
  DARKNESS_UNKNOWN,
  DETECT_WAYS,
  HOME_KIND_OFFSET,
  HOME_KIND_UNUSED,
  HOME_KIND_USED,
  HOME_LEARN_UNTIL_OFFSET,
  HOME_MASK_OFFSET,
  HOME_PREFIX_OFFSET,
} from "./detect-layout";
import { candidatesIn, setFor, takePlace } from "./places";
import { seesOneWay } from "./sight";

const SECOND_NS: u64 = 1000000000;
/** A network of IPv4 with fewer addresses than four has no broadcast (RFC 3021). */
const BROADCAST_PREFIX_MAX: u32 = 96 + 30;
const IPV4_PREFIX: u32 = 96;

@unmanaged
class Alive {
  a0: u64;
  a1: u64;
  last: u64;
  since: u32;
  how: u32;
}

if (offsetof<Alive>("last") != ALIVE_LAST_OFFSET) ERROR("Alive drifted from layout");
if (offsetof<Alive>("since") != ALIVE_SINCE_OFFSET) ERROR("Alive drifted from layout");
if (offsetof<Alive>("how") != ALIVE_HOW_OFFSET) ERROR("Alive drifted from layout");
if (offsetof<Alive>() != ALIVE_SIZE) ERROR("Alive drifted from layout");

@unmanaged
class Home {
  net0: u64;
  net1: u64;
  mask0: u64;
  mask1: u64;
  prefix: u32;
  kind: u32;
  learnUntil: u64;
}

if (offsetof<Home>("mask0") != HOME_MASK_OFFSET) ERROR("Home drifted from layout");
if (offsetof<Home>("prefix") != HOME_PREFIX_OFFSET) ERROR("Home drifted from layout");
if (offsetof<Home>("learnUntil") != HOME_LEARN_UNTIL_OFFSET) ERROR("Home drifted from layout");
if (offsetof<Home>("kind") != HOME_KIND_OFFSET) ERROR("Home drifted from layout");
if (offsetof<Home>() > <usize>HOME_SIZE) ERROR("Home drifted from layout");

/** The most exact network that has the address, null when none does. */
function homeOf(a0: u64, a1: u64): Home | null {
  const size = config().homeCount;
  let best: Home | null = null;
  let prefix: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const home = changetype<Home>(<usize>HOMES_BASE + <usize>i * HOME_SIZE);
    if ((a0 & home.mask0) != home.net0 || (a1 & home.mask1) != home.net1) continue;
    if (best != null && home.prefix < prefix) continue;
    best = home;
    prefix = home.prefix;
  }
  return best;
}

function entryAt(index: u32): Alive {
  return changetype<Alive>(<usize>ALIVES_BASE + <usize>index * ALIVE_SIZE);
}

function setOf(hash: u64): u32 {
  return setFor(config().aliveLimit, hash);
}

function find(hash: u64, a0: u64, a1: u64): Alive | null {
  const set = setOf(hash);
  for (let mask = candidatesIn(ALIVE_TAGS_BASE, set, hash); mask != 0; mask &= mask - 1) {
    const entry = entryAt(set + ctz(mask));
    // The host takes places back by their HOW.
    if (entry.how != 0 && entry.a0 == a0 && entry.a1 == a1) return entry;
  }
  return null;
}

/** An address has shown itself: kept when it is ours. `how` ALIVE_HOW_*. */
export function hear(a0: u64, a1: u64, time: u64, how: u32): void {
  if (config().homeCount != 0 && homeOf(a0, a1) != null) learn(a0, a1, time, how);
}

/** Both ends of a flow have spoken. */
export function hearConversation(a0: u64, a1: u64, b0: u64, b1: u64, time: u64): void {
  if (config().homeCount == 0) return;
  const isA = homeOf(a0, a1) != null;
  const isB = homeOf(b0, b1) != null;
  if (isA) learn(a0, a1, time, ALIVE_HOW_ANSWERED);
  if (isB) learn(b0, b1, time, ALIVE_HOW_ANSWERED);
  if (isA || isB) state().conversations += 1;
}

/** Keeps the address, wherever it is. */
export function learn(a0: u64, a1: u64, time: u64, how: u32): void {
  const hash = addressHash(a0, a1);
  let entry = find(hash, a0, a1);
  if (entry == null) {
    entry = claim(setOf(hash), how);
    if (entry == null) return;
    takePlace(ALIVE_TAGS_BASE, <u32>(changetype<usize>(entry) - ALIVES_BASE) / ALIVE_SIZE, hash);
    // The host reads beside us: a place without a HOW is none.
    entry.how = 0;
    entry.a0 = a0;
    entry.a1 = a1;
    entry.last = time;
    entry.since = <u32>(time / SECOND_NS);
    entry.how = how;
    return;
  }
  if (time > entry.last) entry.last = time;
  entry.how |= how;
}

const WORTH_EXPIRED: u32 = 0;
const WORTH_SENT: u32 = 1;
const WORTH_PROVED: u32 = 2;
const WORTH_GIVEN: u32 = 3;

function worthOf(how: u32): u32 {
  if ((how & ALIVE_HOW_GIVEN) != 0) return WORTH_GIVEN;
  return how == <u32>ALIVE_HOW_SENT ? WORTH_SENT : WORTH_PROVED;
}

function isExpired(entry: Alive): bool {
  const aliveNs = config().aliveNs;
  const clock = state().clock;
  return aliveNs != 0 && clock > entry.last && clock - entry.last > aliveNs;
}

/** A free place, else of those worth no more than the newcomer the least, longest unheard; null where all are worth more. */
function claim(set: u32, how: u32): Alive | null {
  let victim: Alive | null = null;
  let least = worthOf(how);
  for (let way: u32 = 0; way < <u32>DETECT_WAYS; way++) {
    const entry = entryAt(set + way);
    if (entry.how == 0) {
      state().alives += 1;
      return entry;
    }
    const worth = isExpired(entry) ? WORTH_EXPIRED : worthOf(entry.how);
    if (worth > least || (victim != null && worth == least && entry.last >= victim.last)) continue;
    least = worth;
    victim = entry;
  }
  count(COUNTER_ALIVES_EVICTED);
  return victim;
}

/** What is known of the address: DARKNESS_*. */
export function darkness(a0: u64, a1: u64): u32 {
  const home = homeOf(a0, a1);
  if (home == null) return DARKNESS_FOREIGN;
  if (<i32>home.kind == HOME_KIND_USED) return DARKNESS_ALIVE;
  if (<i32>home.kind == HOME_KIND_UNUSED) return DARKNESS_DARK;
  const s = state();
  const c = config();
  const entry = find(addressHash(a0, a1), a0, a1);
  if (entry != null && !isExpired(entry)) return DARKNESS_ALIVE;
  if (isEdge(home, a1)) return DARKNESS_GROUP;
  if (s.conversations == 0 || seesOneWay()) return DARKNESS_UNKNOWN;
  const isLearning =
    s.clock < home.learnUntil || (s.clock >= s.firstTime && s.clock - s.firstTime < c.learnNs);
  return isLearning ? DARKNESS_UNKNOWN : DARKNESS_DARK;
}

/** The first or last address of an IPv4 network (RFC 1122 3.2.1.3). */
function isEdge(home: Home, a1: u64): bool {
  if (home.prefix < IPV4_PREFIX || home.prefix > BROADCAST_PREFIX_MAX) return false;
  const host = a1 & ~home.mask1;
  return host == 0 || host == ~home.mask1;
}
