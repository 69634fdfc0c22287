// IPv6 (RFC 8200): addresses and a bounded walk of the extension headers, to the transport header.

import {
  COUNTER_UNDECODED_IP_VERSION,
  COUNTER_UNDECODED_IP6_CHAIN,
  COUNTER_UNDECODED_IP6_EXTENSION,
  COUNTER_UNDECODED_IP6_TRUNCATED,
  IP6_EXTENSION_MAX,
  KIND_IPV6,
  NOTE_AH,
  NOTE_FRAGMENT,
  NOTE_IP_OPTIONS,
  NOTE_LENGTH_LIES,
  NOTE_OFFLOADED,
  PACKET_BIT_CARRIER_FRAGMENT,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IP,
  PACKET_BIT_LAST_FRAGMENT,
  PACKET_BIT_LATER_FRAGMENT,
  PACKET_BIT_UNCHECKABLE,
} from "../layout";
import { be16, be32 } from "./bytes";
import { LAYER_TRANSPORT, undecoded } from "./layer";
import { Packet } from "./packet";

const IP6_HEADER_SIZE: u32 = 40;
const HOP_BY_HOP: u32 = 0;
const ROUTING: u32 = 43;
const FRAGMENT: u32 = 44;
const AUTHENTICATION: u32 = 51;
const DESTINATION_OPTIONS: u32 = 60;
const HIP: u32 = 139;
const SHIM6: u32 = 140;
const HOME_ADDRESS: u8 = 201;

export function decodeIp6(p: Packet): i32 {
  if (p.left < IP6_HEADER_SIZE) return undecoded(p, COUNTER_UNDECODED_IP6_TRUNCATED);
  const at = <usize>p.cursor;
  const word = be32(at);
  if (word >> 28 != 6) return undecoded(p, COUNTER_UNDECODED_IP_VERSION);
  let size = be16(at + 4);
  p.l3 = <u32>at;
  p.advance(IP6_HEADER_SIZE);
  if (size == 0 && p.claimed != 0 && load<u8>(at, 6) != 59) {
    // A jumbogram (RFC 2675), or a length left to the network card.
    size = p.claimed;
    p.note(NOTE_OFFLOADED);
  } else if (size > p.claimed && !p.has(PACKET_BIT_CARRIER_FRAGMENT)) {
    p.note(NOTE_LENGTH_LIES);
  }
  p.trim(size);
  p.l3Size = p.end - p.l3;
  p.kind = <u8>KIND_IPV6;
  p.setIp6(at + 8, at + 24);
  p.ttl = load<u8>(at, 7);
  p.tos = <u8>(word >> 20);
  p.ipId = 0;
  p.mark(PACKET_BIT_IP);
  return walkExtensions(p, <u32>load<u8>(at, 6));
}

/** Follows the chain of next headers until one that is not an extension. */
function walkExtensions(p: Packet, first: u32): i32 {
  let next = first;
  for (let i = 0; i < IP6_EXTENSION_MAX; i++) {
    const at = <usize>p.cursor;
    let size: u32 = 8;
    switch (next) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case HIP:
      case SHIM6:
        if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_IP6_EXTENSION);
        size = (<u32>load<u8>(at, 1) + 1) << 3;
        if (changesAddress(next, at, min(size, p.left))) p.mark(PACKET_BIT_UNCHECKABLE);
        break;
      case AUTHENTICATION:
        if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_IP6_EXTENSION);
        size = (<u32>load<u8>(at, 1) + 2) << 2;
        p.note(NOTE_AH);
        break;
      case FRAGMENT:
        if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_IP6_EXTENSION);
        readFragment(p, at);
        break;
      default:
        p.next = next;
        p.l4 = p.cursor;
        return LAYER_TRANSPORT;
    }
    if (p.left < size) return undecoded(p, COUNTER_UNDECODED_IP6_EXTENSION);
    p.note(NOTE_IP_OPTIONS);
    next = <u32>load<u8>(at);
    p.advance(size);
    if (p.has(PACKET_BIT_LATER_FRAGMENT)) {
      p.next = next;
      p.l4 = p.cursor;
      return LAYER_TRANSPORT;
    }
  }
  return undecoded(p, COUNTER_UNDECODED_IP6_CHAIN);
}

/** The pseudo-header takes an address from this header: one still to be visited, or a home address (RFC 6275 6.3). */
function changesAddress(header: u32, at: usize, size: u32): bool {
  if (header == ROUTING) return load<u8>(at, 3) != 0;
  if (header != DESTINATION_OPTIONS) return false;
  let offset: u32 = 2;
  while (offset + 2 <= size) {
    const option = load<u8>(at + offset);
    if (option == HOME_ADDRESS) return true;
    offset += option == 0 ? 1 : 2 + <u32>load<u8>(at + offset, 1);
  }
  return false;
}

/** Fragment header (RFC 8200 4.5). An atomic fragment (RFC 6946) is a whole datagram. */
function readFragment(p: Packet, at: usize): void {
  const word = be16(at + 2);
  p.ipId = be32(at + 4);
  if ((word & 0xfff9) == 0) return;
  p.fragmentOffset = word & 0xfff8;
  p.mark(PACKET_BIT_FRAGMENT);
  if (p.fragmentOffset != 0) p.mark(PACKET_BIT_LATER_FRAGMENT);
  if ((word & 1) == 0) p.mark(PACKET_BIT_LAST_FRAGMENT);
  p.note(NOTE_FRAGMENT);
}
