// Overlay of a datagram being put together, and the taking in of a fragment's bytes.
// Apart from datagrams.ts because it knows neither packets nor the pool. Bytes are kept by units of 8, as fragments
// are cut (RFC 791 3.2). Always holds: bytes that are there stay as they came first; a unit counts when all of it came.

import { DATAGRAM_DATA_SIZE, DATAGRAM_HEADER_SIZE } from "../layout";
import { sameBytes } from "./bytes";
import {
  DATAGRAM_BITS_OFFSET,
  DATAGRAM_DESTINATION_OFFSET,
  DATAGRAM_HAVE_OFFSET,
  DATAGRAM_ID_OFFSET,
  DATAGRAM_KIND_OFFSET,
  DATAGRAM_LAST_OFFSET,
  DATAGRAM_NEXT_OFFSET,
  DATAGRAM_TOTAL_OFFSET,
  DATAGRAM_UNIT_SIZE,
  DATAGRAM_UNITS_OFFSET,
  DATAGRAM_UNITS_SIZE,
} from "./stream-layout";

@unmanaged
export class Datagram {
  source0: u64;
  source1: u64;
  destination0: u64;
  destination1: u64;
  id: u32;
  proto: u8;
  kind: u8;
  next: u8;
  ttl: u8;
  last: u64;
  total: u32;
  have: u32;
  tos: u8;
  padding: u8;
  bits: u16;

  get data(): usize {
    return changetype<usize>(this) + DATAGRAM_HEADER_SIZE;
  }

  /** Bytes that are kept: all, or as many as there is room for; while the last fragment is not seen, that room. */
  get kept(): u32 {
    return this.total != 0 ? min(this.total, <u32>DATAGRAM_DATA_SIZE) : <u32>DATAGRAM_DATA_SIZE;
  }

  get isWhole(): bool {
    return this.have == (this.kept + DATAGRAM_UNIT_SIZE - 1) / DATAGRAM_UNIT_SIZE;
  }
}

if (offsetof<Datagram>("destination0") != DATAGRAM_DESTINATION_OFFSET) ERROR("Datagram drifted from layout");
if (offsetof<Datagram>("id") != DATAGRAM_ID_OFFSET) ERROR("Datagram drifted from layout");
if (offsetof<Datagram>("kind") != DATAGRAM_KIND_OFFSET) ERROR("Datagram drifted from layout");
if (offsetof<Datagram>("next") != DATAGRAM_NEXT_OFFSET) ERROR("Datagram drifted from layout");
if (offsetof<Datagram>("last") != DATAGRAM_LAST_OFFSET) ERROR("Datagram drifted from layout");
if (offsetof<Datagram>("total") != DATAGRAM_TOTAL_OFFSET) ERROR("Datagram drifted from layout");
if (offsetof<Datagram>("have") != DATAGRAM_HAVE_OFFSET) ERROR("Datagram drifted from layout");
if (offsetof<Datagram>("bits") != DATAGRAM_BITS_OFFSET) ERROR("Datagram drifted from layout");
if (DATAGRAM_UNITS_SIZE * 8 * DATAGRAM_UNIT_SIZE != DATAGRAM_DATA_SIZE) ERROR("a bit for each unit");
if (DATAGRAM_UNITS_OFFSET + DATAGRAM_UNITS_SIZE > DATAGRAM_HEADER_SIZE) ERROR("Datagram does not fit");

function hasUnit(d: Datagram, unit: u32): bool {
  const byte = <u32>load<u8>(changetype<usize>(d) + DATAGRAM_UNITS_OFFSET + (unit >> 3));
  return ((byte >> (unit & 7)) & 1) != 0;
}

function setUnit(d: Datagram, unit: u32): void {
  const at = changetype<usize>(d) + DATAGRAM_UNITS_OFFSET + (unit >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) | (1 << (unit & 7))));
  d.have += 1;
}

/**
 * The datagram ends at `total`, as its last fragment says. False when another last fragment said otherwise, or bytes
 * behind that end came: the first word counts, and behind the end nothing.
 */
export function endDatagram(d: Datagram, total: u32): bool {
  if (d.total != 0) return d.total == total;
  d.total = total;
  // Whole units behind the end do not count any more; there are none in a datagram that is in order.
  const units = (d.kept + DATAGRAM_UNIT_SIZE - 1) / DATAGRAM_UNIT_SIZE;
  let have: u32 = 0;
  for (let unit: u32 = 0; unit < units; unit++) have += <u32>hasUnit(d, unit);
  const inside = have == d.have;
  d.have = have;
  return inside;
}

/** Takes in `size` bytes at `offset`, a multiple of 8; false when some are others than those that are there. */
export function addFragment(d: Datagram, offset: u32, source: usize, size: u32): bool {
  const kept = d.kept;
  let same = d.total == 0 || offset + size <= d.total;
  const end = min(offset + size, kept);
  const from = source - offset;
  for (let at = offset; at < end; at += DATAGRAM_UNIT_SIZE) {
    const unit = at / DATAGRAM_UNIT_SIZE;
    const there = min(end - at, <u32>DATAGRAM_UNIT_SIZE);
    if (hasUnit(d, unit)) {
      if (!sameBytes(d.data + at, from + at, there)) same = false;
      continue;
    }
    // A part of a unit is whole only at the datagram's end.
    if (there < <u32>DATAGRAM_UNIT_SIZE && at + there != kept) break;
    memory.copy(d.data + at, from + at, there);
    setUnit(d, unit);
  }
  return same;
}
