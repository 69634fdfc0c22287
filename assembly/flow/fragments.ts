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
  FRAGMENT_ID_OFFSET,
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
import { creditHeld, creditPacket, endRefused } from "./credit";
import { Flow } from "./flow";
import { locate } from "./table";

const IDENTITY_MASK: u64 = 0x0000ffffffffffff;

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

/** The word of a datagram's identity behind its addresses: identification, protocol, kind. */
function identity(p: Packet): u64 {
  return <u64>p.ipId | ((<u64>p.proto) << 32) | ((<u64>p.kind) << 40);
}

/**
 * A fragment of a decoded packet, its key as sent: credited, or held until its first fragment comes. Answers its flow,
 * null while it is held.
 */
export function creditFragment(p: Packet): Flow | null {
  const entry = entryFor(p.keyAt, identity(p), p.time);
  entry.last = p.time;
  if (!p.has(PACKET_BIT_LATER_FRAGMENT)) {
    const key = p.key;
    locate(p);
    const flow = creditAtOnce(p);
    if (<i32>entry.entryState == FRAGMENT_STATE_HELD) release(entry, key, 0);
    entry.key = key;
    entry.entryState = <u16>FRAGMENT_STATE_KNOWN;
    return flow;
  }
  if (<i32>entry.entryState == FRAGMENT_STATE_HELD || entry.entryState == 0) {
    hold(entry, p);
    return null;
  }
  count(COUNTER_FRAGMENTS_KNOWN);
  p.key = entry.key;
  locate(p);
  return creditAtOnce(p);
}

/** What was held may need the place of a refused flow next: its record is made at once. */
function creditAtOnce(p: Packet): Flow {
  const flow = creditPacket(p);
  endRefused(flow, p.set);
  return flow;
}

/**
 * A packet read inside the first fragment of a tunnel's datagram. The later ones have no header of the flow inside:
 * they are the tunnel's own flow's.
 */
export function creditCarrier(p: Packet): Flow {
  const entry = entryFor(p.quotedAt, p.quotedKey, p.time);
  entry.last = p.time;
  locate(p);
  const flow = creditAtOnce(p);
  if (<i32>entry.entryState == FRAGMENT_STATE_HELD) release(entry, p.quotedHash, 0);
  entry.key = p.quotedHash;
  entry.entryState = <u16>FRAGMENT_STATE_KNOWN;
  return flow;
}

function copyAddresses(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** The datagram's entry: found, or made in a free, expired, known or at last the oldest place. */
function entryFor(addresses: usize, word: u64, now: u64): Fragment {
  const set = setFor(addresses, word);
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
    if (isSame(entry, addresses, word)) {
      if (!isExpired(entry, now)) return entry;
      retire(entry);
      start(entry, addresses, word);
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
    if (!isExpired(place, now)) count(COUNTER_FRAGMENT_EVICTED);
    retire(place);
  }
  start(place, addresses, word);
  return place;
}

function setFor(addresses: usize, word: u64): u32 {
  let hash = config().seed ^ (load<u64>(addresses) * 0x9e3779b97f4a7c15) ^ load<u64>(addresses, 8);
  hash = (hash ^ (hash >> 29)) * 0xd6e8feb86659fd93;
  hash ^= load<u64>(addresses, 16) + load<u64>(addresses, 24) + rotl<u64>(word, 32);
  hash = (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15;
  return <u32>(((hash >> 32) * <u64>config().fragmentSets) >> 32) * FRAGMENT_WAYS;
}

function isSame(entry: Fragment, addresses: usize, word: u64): bool {
  const at = changetype<usize>(entry);
  const difference = v128.or(
    v128.xor(v128.load(at), v128.load(addresses)),
    v128.xor(v128.load(at, 16), v128.load(addresses, 16)),
  );
  return !v128.any_true(difference) && (load<u64>(at, FRAGMENT_ID_OFFSET) & IDENTITY_MASK) == word;
}

function isExpired(entry: Fragment, now: u64): bool {
  return now > entry.last && now - entry.last > config().fragmentNs;
}

function start(entry: Fragment, addresses: usize, word: u64): void {
  memory.fill(changetype<usize>(entry), 0, FRAGMENT_SIZE);
  copyAddresses(changetype<usize>(entry), addresses);
  store<u64>(changetype<usize>(entry), word, FRAGMENT_ID_OFFSET);
  state().fragmentsUsed += 1;
}

/** Frees the entry; what it still holds goes to a flow without ports. */
function retire(entry: Fragment): void {
  if (<i32>entry.entryState == FRAGMENT_STATE_HELD) {
    count(COUNTER_FRAGMENTS_ORPHANED, entry.heldPackets);
    const key = ((<u64>entry.proto) << 32) | ((<u64>entry.kind) << 40);
    release(entry, key, FLOW_FLAG_FRAGMENTS_ONLY);
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
  copyAddresses(p.keyAt, changetype<usize>(entry));
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
