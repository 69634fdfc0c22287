// The fragment table: ties later fragments, which carry no ports, to the flow of their first (RFC 791 3.2,
// RFC 8200 4.5). Fixed in size. Later fragments that come first are held as counts and credited when the first
// one comes; when it never does, to a flow of the two addresses without ports, marked so.

import {
  COUNTER_FRAGMENT_EVICTED,
  COUNTER_FRAGMENTS_HELD,
  COUNTER_FRAGMENTS_KNOWN,
  COUNTER_FRAGMENTS_ORPHANED,
  CREDIT_BASE,
  CREDIT_OUTER_OFFSET,
  FLOW_FLAG_FRAGMENTS_ONLY,
  FRAGMENT_FRAME_OFFSET,
  FRAGMENT_HELD_PACKETS_OFFSET,
  FRAGMENT_KEY_OFFSET,
  FRAGMENT_MAC_OFFSET,
  FRAGMENT_SIZE,
  FRAGMENT_STATE_HELD,
  FRAGMENT_STATE_KNOWN,
  FRAGMENT_TTL_LOW_OFFSET,
  FRAGMENT_WAYS,
  FRAGMENTS_BASE,
  KIND_FREE,
  PACKET_BIT_BAD_CHECKSUM,
  PACKET_BIT_DF,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IP,
  PACKET_BIT_LATER_FRAGMENT,
  PACKET_SIZE,
} from "../layout";
import { recordsFree } from "../ring/records";
import { config, count, state } from "../state";
import { Packet, resetPacket } from "../wire/packet";
import { creditHeld, creditPacket } from "./credit";
import { locate } from "./table";

/** A datagram in fragments. The addresses are as sent: source first. */
@unmanaged
class Fragment {
  source0: u64;
  source1: u64;
  destination0: u64;
  destination1: u64;
  id: u32;
  proto: u8;
  kind: u8;
  entryState: u16;
  key: u64;
  last: u64;
  first: u64;
  heldPackets: u64;
  heldBytes: u64;
  heldAppBytes: u64;
  frame: u64;
  heldDf: u32;
  heldBad: u32;
  heldNotes: u32;
  ttlLow: u8;
  ttlHigh: u8;
  tos: u8;
  padding: u8;
  vlan: u16;
  macHigh: u16;
  macLow: u32;
}

if (offsetof<Fragment>("key") != FRAGMENT_KEY_OFFSET) ERROR("Fragment drifted from layout");
if (offsetof<Fragment>("heldPackets") != FRAGMENT_HELD_PACKETS_OFFSET) ERROR("Fragment drifted from layout");
if (offsetof<Fragment>("frame") != FRAGMENT_FRAME_OFFSET) ERROR("Fragment drifted from layout");
if (offsetof<Fragment>("ttlLow") != FRAGMENT_TTL_LOW_OFFSET) ERROR("Fragment drifted from layout");
if (offsetof<Fragment>("macHigh") != FRAGMENT_MAC_OFFSET) ERROR("Fragment drifted from layout");
if (offsetof<Fragment>() > <usize>FRAGMENT_SIZE) ERROR("Fragment drifted from layout");

function entryAt(index: u32): Fragment {
  return changetype<Fragment>(<usize>FRAGMENTS_BASE + <usize>index * FRAGMENT_SIZE);
}

/** A fragment of a decoded packet, its key as sent: credited, or held until its first fragment comes. */
export function creditFragment(p: Packet): void {
  const entry = entryFor(p);
  entry.last = p.time;
  if (!p.has(PACKET_BIT_LATER_FRAGMENT)) {
    entry.key = p.key;
    const held = <i32>entry.entryState == FRAGMENT_STATE_HELD;
    entry.entryState = <u16>FRAGMENT_STATE_KNOWN;
    locate(p);
    creditPacket(p);
    if (held) release(entry, entry.key, 0);
    return;
  }
  if (<i32>entry.entryState == FRAGMENT_STATE_KNOWN) {
    count(COUNTER_FRAGMENTS_KNOWN);
    p.key = entry.key;
    locate(p);
    creditPacket(p);
    return;
  }
  hold(entry, p);
}

/** The datagram's entry: found, or made in a free, expired, known or at last the oldest place. */
function entryFor(p: Packet): Fragment {
  const set = setFor(p);
  let place = entryAt(set);
  let score: u64 = u64.MAX_VALUE;
  for (let way: u32 = 0; way < <u32>FRAGMENT_WAYS; way++) {
    const entry = entryAt(set + way);
    if (<i32>entry.kind == KIND_FREE) {
      if (score != 0) {
        score = 0;
        place = entry;
      }
      continue;
    }
    if (isSame(entry, p)) {
      if (!isExpired(entry, p.time)) return entry;
      retire(entry);
      start(entry, p);
      return entry;
    }
    // The oldest goes; one that holds fragments counts as newer than any that does not.
    const holds: u64 = <i32>entry.entryState == FRAGMENT_STATE_HELD ? (<u64>1) << 63 : 0;
    const age = (entry.last >> 1) | holds;
    if (age < score) {
      score = age;
      place = entry;
    }
  }
  if (score != 0) {
    if (!isExpired(place, p.time)) count(COUNTER_FRAGMENT_EVICTED);
    retire(place);
  }
  start(place, p);
  return place;
}

function setFor(p: Packet): u32 {
  let hash = config().seed ^ (p.addressA0 * 0x9e3779b97f4a7c15) ^ p.addressA1;
  hash = (hash ^ (hash >> 29)) * 0xd6e8feb86659fd93;
  hash ^= p.addressB0 + p.addressB1 + ((<u64>p.ipId) << 32) + <u64>p.proto;
  hash = (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15;
  return <u32>(((hash >> 32) * <u64>config().fragmentSets) >> 32) * FRAGMENT_WAYS;
}

function isSame(entry: Fragment, p: Packet): bool {
  return (
    entry.id == p.ipId &&
    entry.proto == p.proto &&
    entry.kind == p.kind &&
    entry.source1 == p.addressA1 &&
    entry.destination1 == p.addressB1 &&
    entry.source0 == p.addressA0 &&
    entry.destination0 == p.addressB0
  );
}

function isExpired(entry: Fragment, now: u64): bool {
  return now > entry.last && now - entry.last > config().fragmentNs;
}

function start(entry: Fragment, p: Packet): void {
  memory.fill(changetype<usize>(entry), 0, FRAGMENT_SIZE);
  entry.source0 = p.addressA0;
  entry.source1 = p.addressA1;
  entry.destination0 = p.addressB0;
  entry.destination1 = p.addressB1;
  entry.id = p.ipId;
  entry.proto = p.proto;
  entry.kind = p.kind;
  state().fragmentsUsed += 1;
}

/** Frees the entry; what it still holds goes to a flow without ports. */
function retire(entry: Fragment): void {
  if (<i32>entry.entryState == FRAGMENT_STATE_HELD) {
    count(COUNTER_FRAGMENTS_ORPHANED, entry.heldPackets);
    release(entry, ((<u64>entry.proto) << 32) | ((<u64>entry.kind) << 40), FLOW_FLAG_FRAGMENTS_ONLY);
  }
  entry.kind = <u8>KIND_FREE;
  entry.entryState = 0;
  state().fragmentsUsed -= 1;
}

function hold(entry: Fragment, p: Packet): void {
  if (entry.heldPackets == 0) {
    entry.entryState = <u16>FRAGMENT_STATE_HELD;
    entry.first = p.time;
    entry.frame = state().packetIndex;
    entry.ttlLow = p.ttl;
    entry.ttlHigh = p.ttl;
    entry.tos = p.tos;
    entry.vlan = p.vlan;
    entry.macLow = p.smacHigh;
    entry.macHigh = <u16>p.macMiddle;
  }
  if (p.time < entry.first) entry.first = p.time;
  if (p.ttl < entry.ttlLow) entry.ttlLow = p.ttl;
  if (p.ttl > entry.ttlHigh) entry.ttlHigh = p.ttl;
  entry.heldPackets += 1;
  entry.heldBytes += p.counted;
  entry.heldAppBytes += p.appBytes;
  if (p.has(PACKET_BIT_DF)) entry.heldDf += 1;
  if (p.has(PACKET_BIT_BAD_CHECKSUM)) entry.heldBad += 1;
  entry.heldNotes |= p.notes;
  state().fragmentPending += 1;
  count(COUNTER_FRAGMENTS_HELD);
}

/** Credits the held fragments to the flow of that key word, as one packet that stands for them. */
function release(entry: Fragment, key: u64, flags: u32): void {
  const packets = entry.heldPackets;
  const p = resetPacket(CREDIT_BASE + CREDIT_OUTER_OFFSET + PACKET_SIZE, entry.first, 0, 0, 0, 0);
  p.addressA0 = entry.source0;
  p.addressA1 = entry.source1;
  p.addressB0 = entry.destination0;
  p.addressB1 = entry.destination1;
  p.key = key;
  p.counted = 0;
  p.ttl = entry.ttlLow;
  p.tos = entry.tos;
  p.vlan = entry.vlan;
  p.smacHigh = entry.macLow;
  p.macMiddle = <u32>entry.macHigh;
  p.notes = entry.heldNotes;
  p.mark(PACKET_BIT_IP | PACKET_BIT_FRAGMENT | PACKET_BIT_LATER_FRAGMENT);
  if (entry.heldDf != 0) p.mark(PACKET_BIT_DF);
  if (entry.heldBad != 0) p.mark(PACKET_BIT_BAD_CHECKSUM);
  locate(p);
  const moreDf = entry.heldDf != 0 ? entry.heldDf - 1 : 0;
  const moreBad = entry.heldBad != 0 ? entry.heldBad - 1 : 0;
  creditHeld(
    p,
    packets - 1,
    entry.heldBytes,
    entry.heldAppBytes,
    moreDf,
    moreBad,
    entry.ttlHigh,
    flags,
    entry.frame,
  );
  state().fragmentPending -= <u32>packets;
  entry.heldPackets = 0;
}

/** Looks at one entry and retires it when its time is over: the sweep's share of a packet. */
export function sweepFragments(): void {
  const s = state();
  if (s.fragmentsUsed == 0) return;
  const entries = config().fragmentSets * FRAGMENT_WAYS;
  const entry = entryAt(s.fragmentHand);
  s.fragmentHand = s.fragmentHand + 1 < entries ? s.fragmentHand + 1 : 0;
  if (<i32>entry.kind != KIND_FREE && isExpired(entry, s.clock)) retire(entry);
}

/** Retires every entry; 1 while the ring of records is too full to go on. */
export function flushFragments(): u32 {
  const entries = config().fragmentSets * FRAGMENT_WAYS;
  for (let index: u32 = 0; index < entries && state().fragmentsUsed != 0; index++) {
    if (recordsFree() < 4) return 1;
    const entry = entryAt(index);
    if (<i32>entry.kind != KIND_FREE) retire(entry);
  }
  return 0;
}
