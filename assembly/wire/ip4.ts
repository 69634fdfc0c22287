// IPv4 (RFC 791): addresses, fragment fields, header checksum, and the end of the datagram inside the frame.

import {
  COUNTER_UNDECODED_IP_VERSION,
  COUNTER_UNDECODED_IP4_HEADER,
  COUNTER_UNDECODED_IP4_TRUNCATED,
  KIND_IPV4,
  NOTE_BAD_IP_CHECKSUM,
  NOTE_FRAGMENT,
  NOTE_IP_OPTIONS,
  NOTE_LENGTH_LIES,
  NOTE_OFFLOADED,
  NOTE_TRUNCATED,
  PACKET_BIT_BAD_CHECKSUM,
  PACKET_BIT_CARRIER_FRAGMENT,
  PACKET_BIT_DF,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IP,
  PACKET_BIT_IPV4,
  PACKET_BIT_LAST_FRAGMENT,
  PACKET_BIT_LATER_FRAGMENT,
} from "../layout";
import { be16 } from "./bytes";
import { fold, sumBytes } from "./checksum";
import { LAYER_IP4, LAYER_IP6, LAYER_TRANSPORT, undecoded } from "./layer";
import { Packet } from "./packet";

const IP4_HEADER_SIZE: u32 = 20;
const DONT_FRAGMENT: u32 = 0x4000;
const MORE_FRAGMENTS: u32 = 0x2000;
const OFFSET_MASK: u32 = 0x1fff;

/** IP of either version, by the first nibble (raw links, tunnels). */
export function decodeIp(p: Packet): i32 {
  if (p.left == 0) return undecoded(p, COUNTER_UNDECODED_IP4_TRUNCATED);
  const version = <u32>load<u8>(<usize>p.cursor) >> 4;
  if (version == 4) return LAYER_IP4;
  if (version == 6) return LAYER_IP6;
  return undecoded(p, COUNTER_UNDECODED_IP_VERSION);
}

export function decodeIp4(p: Packet): i32 {
  const left = p.left;
  if (left < IP4_HEADER_SIZE) return undecoded(p, COUNTER_UNDECODED_IP4_TRUNCATED);
  const at = <usize>p.cursor;
  const first = <u32>load<u8>(at);
  if (first >> 4 != 4) return undecoded(p, COUNTER_UNDECODED_IP_VERSION);
  const size = (first & 15) << 2;
  let total = be16(at + 2);
  if (size < IP4_HEADER_SIZE) return undecoded(p, COUNTER_UNDECODED_IP4_HEADER);
  if (total == 0) {
    // The network card was to split this into segments and fill in their lengths.
    total = p.claimed;
    p.note(NOTE_OFFLOADED);
  } else if (total > p.claimed && !p.has(PACKET_BIT_CARRIER_FRAGMENT)) {
    p.note(NOTE_LENGTH_LIES);
  }
  if (total < size) return undecoded(p, COUNTER_UNDECODED_IP4_HEADER);
  p.trim(total);

  p.kind = <u8>KIND_IPV4;
  p.setIp4(at + 12, at + 16);
  p.l3 = <u32>at;
  p.l3Size = p.left;
  p.ttl = load<u8>(at, 8);
  p.tos = load<u8>(at, 1);
  p.next = <u32>load<u8>(at, 9);
  p.ipId = be16(at + 4);
  const fragment = be16(at + 6);
  let bits = PACKET_BIT_IP | PACKET_BIT_IPV4;
  if ((fragment & DONT_FRAGMENT) != 0) bits |= PACKET_BIT_DF;
  if ((fragment & (MORE_FRAGMENTS | OFFSET_MASK)) != 0) {
    bits |= PACKET_BIT_FRAGMENT;
    if ((fragment & OFFSET_MASK) != 0) bits |= PACKET_BIT_LATER_FRAGMENT;
    if ((fragment & MORE_FRAGMENTS) == 0) bits |= PACKET_BIT_LAST_FRAGMENT;
    p.fragmentOffset = (fragment & OFFSET_MASK) << 3;
    p.note(NOTE_FRAGMENT);
  }
  if (size > IP4_HEADER_SIZE) p.note(NOTE_IP_OPTIONS);
  if (left < size) {
    // The capture ends in the options: the flow has its addresses and nothing more.
    p.note(NOTE_TRUNCATED);
    p.cursor = p.end;
    p.claimed = total - size;
  } else {
    if (!checksumHolds(at, size)) {
      if (load<u16>(at, 10) == 0) p.note(NOTE_OFFLOADED);
      else {
        p.note(NOTE_BAD_IP_CHECKSUM);
        bits |= PACKET_BIT_BAD_CHECKSUM;
      }
    }
    p.advance(size);
  }
  p.bits = <u16>(<i32>p.bits | bits);
  p.l4 = p.cursor;
  return LAYER_TRANSPORT;
}

/** The header sums to all ones. The usual twenty bytes are five words. */
function checksumHolds(at: usize, size: u32): bool {
  if (size == IP4_HEADER_SIZE) {
    const sum =
      <u64>load<u32>(at) +
      <u64>load<u32>(at, 4) +
      <u64>load<u32>(at, 8) +
      <u64>load<u32>(at, 12) +
      <u64>load<u32>(at, 16);
    return fold(sum) == 0xffff;
  }
  return fold(sumBytes(at, size)) == 0xffff;
}
