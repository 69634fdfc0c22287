// Fragments put together into datagrams before anything is matched (RFC 791 3.2, RFC 8200 4.5), in a fixed pool.
// Apart from flow/fragments.ts because that ties fragments to flows and keeps no bytes, and works without inspection.
// Always holds: an entry answered by collectFragment() is free already; its bytes stay until the next fragment.

import { inspectState } from "../inspect/state";
import {
  COUNTER_DATAGRAMS,
  COUNTER_DATAGRAMS_CUT,
  COUNTER_DATAGRAMS_EVICTED,
  COUNTER_DATAGRAMS_OVERLAP,
  DATAGRAM_DATA_SIZE,
  DATAGRAM_SIZE,
  DATAGRAMS_BASE,
  KIND_FREE,
  KIND_IPV4,
  NOTE_BAD_IP_CHECKSUM,
  NOTE_FRAGMENT_OVERLAP,
  NOTE_LENGTH_LIES,
  PACKET_BIT_DF,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IP,
  PACKET_BIT_IPV4,
  PACKET_BIT_LAST_FRAGMENT,
  PACKET_BIT_UNCHECKABLE,
  PACKET_SIZE,
  SCRATCH_PACKET_BASE,
} from "../layout";
import { config, count } from "../state";
import { Packet } from "../wire/packet";
import { addFragment, Datagram, endDatagram } from "./datagram";
import { claimedPart, fragmentPart, partProtocol } from "./fragment-part";
import {
  DATAGRAM_OFFSET_MAX,
  DATAGRAM_UNIT_SIZE,
  DATAGRAM_UNITS_OFFSET,
  DATAGRAM_UNITS_SIZE,
} from "./stream-layout";

export { datagramPacket } from "./datagram-packet";

// What a receiver drops must not take the place of what it keeps.
const UNSOUND_NOTES: u32 = NOTE_LENGTH_LIES | NOTE_BAD_IP_CHECKSUM;
// Kept of the fragments' own bits.
const KEPT_BITS: i32 = PACKET_BIT_DF | PACKET_BIT_IP | PACKET_BIT_IPV4 | PACKET_BIT_UNCHECKABLE;

function entryAt(index: u32): Datagram {
  return changetype<Datagram>(<usize>DATAGRAMS_BASE + <usize>index * DATAGRAM_SIZE);
}

/** For init(): no datagram is known. */
export function initDatagrams(): void {
  const s = inspectState();
  for (let index: u32 = 0; index < s.datagramsUsed; index++) entryAt(index).kind = <u8>KIND_FREE;
  s.datagramsUsed = 0;
}

/**
 * Takes a fragment in, its key as sent; 0, or the address of the datagram that it completes, for datagramPacket().
 * A fragment that lies over another with other bytes gets NOTE_FRAGMENT_OVERLAP.
 */
export function collectFragment(p: Packet): usize {
  if (!p.has(PACKET_BIT_FRAGMENT) || (p.notes & UNSOUND_NOTES) != 0) return 0;
  const part = fragmentPart(p);
  if (part == 0 || part >= <usize>p.end) return 0;
  const offset = p.fragmentOffset;
  const claimed = claimedPart(p, part);
  // Beyond the largest datagram, nothing can belong; behind what is kept, only the end is told.
  if (offset + claimed > <u32>DATAGRAM_OFFSET_MAX) return 0;
  const last = p.has(PACKET_BIT_LAST_FRAGMENT);
  const entry = entryFor(p, offset < <u32>DATAGRAM_DATA_SIZE);
  if (changetype<usize>(entry) == 0) return 0;
  entry.last = p.time;
  entry.bits |= <u16>(<i32>p.bits & KEPT_BITS);
  let size = min(claimed, p.end - <u32>part);
  // Only the last fragment's length need not be a multiple of 8, and only when all of it was captured.
  if (!last || size < claimed) size -= size % DATAGRAM_UNIT_SIZE;
  let same = last ? endDatagram(entry, offset + claimed) : true;
  if (offset == 0 && entry.next == 0) {
    entry.next = <u8>partProtocol(p);
    entry.ttl = p.ttl;
    entry.tos = p.tos;
  }
  if (!addFragment(entry, offset, part, size)) same = false;
  if (!same) {
    p.note(NOTE_FRAGMENT_OVERLAP);
    count(COUNTER_DATAGRAMS_OVERLAP);
  }
  return entry.isWhole ? complete(entry, p) : 0;
}

/** The datagram is there: its place is free for the next, its bytes are looked at before that comes. */
function complete(entry: Datagram, p: Packet): usize {
  count(COUNTER_DATAGRAMS);
  if (entry.total == 0 || entry.total > <u32>DATAGRAM_DATA_SIZE) count(COUNTER_DATAGRAMS_CUT);
  memory.copy(SCRATCH_PACKET_BASE, changetype<usize>(p), PACKET_SIZE);
  entry.kind = <u8>KIND_FREE;
  return changetype<usize>(entry);
}

/** The entry of the fragment's datagram; made when there is none and `make`, 0 otherwise. At most 64 are looked at. */
function entryFor(p: Packet, make: bool): Datagram {
  const s = inspectState();
  const proto = p.kind == <u8>KIND_IPV4 ? partProtocol(p) : 0;
  let free = changetype<Datagram>(0);
  let oldest = free;
  for (let index: u32 = 0; index < s.datagramsUsed; index++) {
    const entry = entryAt(index);
    if (<i32>entry.kind == KIND_FREE) {
      free = entry;
    } else if (isSame(entry, p, proto)) {
      if (!isExpired(entry, p.time)) return entry;
      entry.kind = <u8>KIND_FREE;
      free = entry;
    } else if (changetype<usize>(oldest) == 0 || entry.last < oldest.last) {
      oldest = entry;
    }
  }
  if (!make) return changetype<Datagram>(0);
  if (changetype<usize>(free) == 0) {
    if (s.datagramsUsed < config().datagramLimit) {
      free = entryAt(s.datagramsUsed);
      s.datagramsUsed += 1;
    } else {
      free = oldest;
      if (!isExpired(oldest, p.time)) count(COUNTER_DATAGRAMS_EVICTED);
    }
  }
  begin(free, p, proto);
  return free;
}

function isSame(entry: Datagram, p: Packet, proto: u32): bool {
  if (entry.id != p.ipId || entry.kind != p.kind || <u32>entry.proto != proto) return false;
  return (
    entry.source0 == p.addressA0 &&
    entry.source1 == p.addressA1 &&
    entry.destination0 == p.addressB0 &&
    entry.destination1 == p.addressB1
  );
}

function isExpired(entry: Datagram, now: u64): bool {
  return now > entry.last && now - entry.last > config().fragmentNs;
}

function begin(entry: Datagram, p: Packet, proto: u32): void {
  memory.fill(changetype<usize>(entry), 0, DATAGRAM_UNITS_OFFSET + DATAGRAM_UNITS_SIZE);
  entry.source0 = p.addressA0;
  entry.source1 = p.addressA1;
  entry.destination0 = p.addressB0;
  entry.destination1 = p.addressB1;
  entry.id = p.ipId;
  entry.kind = p.kind;
  entry.proto = <u8>proto;
}
