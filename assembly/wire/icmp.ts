// ICMP (RFC 792, RFC 950, RFC 1256) and ICMPv6 (RFC 4443, RFC 4861): one flow for a question and its answer,
// keyed by the question's type, the code and the identifier; and the header that an error quotes.

import { ASKER_A, ASKER_B, KIND_IPV4, KIND_IPV6, PACKET_BIT_CARRIER_FRAGMENT } from "../layout";
import { be16 } from "./bytes";
import { LAYER_DONE } from "./layer";
import { IPV4_MAPPED, Packet } from "./packet";
import { PROTO_ESP, PROTO_ICMP, PROTO_ICMP6, portsFollowEnds, shortHeader, verifyIcmp } from "./transport";

const ICMP_HEADER_SIZE: u32 = 8;
const IP6_HEADER_SIZE: u32 = 40;

// What a type says besides its number: it answers; it has an identifier (and then its code is not the key's);
// the key tells who asks. A message that is no question and no answer is "asked" by its sender.
const ANSWER: u32 = 0x100;
const IDENTIFIED: u32 = 0x200;
const ORIENTED: u32 = 0x400;

/** Type of the question, with ANSWER, IDENTIFIED and ORIENTED. */
function question(type: u32): u32 {
  switch (type) {
    case 8:
    case 13:
    case 15:
    case 17:
      return type | IDENTIFIED | ORIENTED;
    case 0:
      return 8 | ANSWER | IDENTIFIED | ORIENTED;
    case 14:
    case 16:
    case 18:
      return (type - 1) | ANSWER | IDENTIFIED | ORIENTED;
    default:
      return type | ORIENTED;
  }
}

/** Neighbour and router discovery go by the two addresses: an advertisement need not answer anything. */
function question6(type: u32): u32 {
  switch (type) {
    case 128:
      return 128 | IDENTIFIED | ORIENTED;
    case 129:
      return 128 | ANSWER | IDENTIFIED | ORIENTED;
    case 134:
      return 133;
    case 136:
      return 135;
    case 139:
      return 139 | ORIENTED;
    case 140:
      return 139 | ANSWER | ORIENTED;
    case 133:
    case 135:
      return type;
    default:
      return type | ORIENTED;
  }
}

/** Port words of the key: type, then code (0 with an identifier) and who asks. */
function portsOf(asked: u32, code: u32): u64 {
  let second = (asked & IDENTIFIED) != 0 ? 0 : code;
  if ((asked & ORIENTED) != 0) second |= (asked & ANSWER) != 0 ? ASKER_B : ASKER_A;
  return <u64>(asked & 0xff) | ((<u64>second) << 16);
}

export function decodeIcmp(p: Packet): i32 {
  const at = <usize>p.cursor;
  if (!readHeader(p, at)) return LAYER_DONE;
  const type = <u32>p.icmpType;
  setKey(p, question(type), at);
  verifyIcmp(p, at, false);
  // Destination unreachable, source quench, redirect, time exceeded, parameter problem.
  if (type == 3 || type == 4 || type == 5 || type == 11 || type == 12) quote(p, at + ICMP_HEADER_SIZE);
  return LAYER_DONE;
}

export function decodeIcmp6(p: Packet): i32 {
  const at = <usize>p.cursor;
  if (!readHeader(p, at)) return LAYER_DONE;
  const type = <u32>p.icmpType;
  setKey(p, question6(type), at);
  verifyIcmp(p, at, true);
  // Unreachable, packet too big, time exceeded, parameter problem.
  if (type >= 1 && type <= 4) quote(p, at + ICMP_HEADER_SIZE);
  return LAYER_DONE;
}

function readHeader(p: Packet, at: usize): bool {
  const left = p.left;
  if (left < ICMP_HEADER_SIZE) shortHeader(p, ICMP_HEADER_SIZE);
  if (left < 2) return false;
  p.icmpType = load<u8>(at);
  p.icmpCode = load<u8>(at, 1);
  p.payload = <u32>at;
  p.payloadSize = left;
  return true;
}

function setKey(p: Packet, asked: u32, at: usize): void {
  const ports = portsOf(asked, <u32>p.icmpCode);
  p.setPorts(<u32>(ports & 0xffff), <u32>(ports >> 16));
  if ((asked & ANSWER) != 0) p.answer = 1;
  if ((asked & IDENTIFIED) != 0 && p.left >= 6) p.extra = <u16>be16(at + 4);
}

/** Reads the quoted datagram's addresses and ports into the QUOTED fields, as the key of its flow. */
function quote(p: Packet, at: usize): void {
  const end = <usize>p.end;
  // The place of the quoted key is taken when a tunnel's datagram comes in fragments.
  if (at + 20 > end || p.has(PACKET_BIT_CARRIER_FRAGMENT)) return;
  const version = <u32>load<u8>(at) >> 4;
  let proto: u32 = 0;
  let l4: usize = 0;
  let kind: u32 = 0;
  if (version == 4) {
    const size = (<u32>load<u8>(at) & 15) << 2;
    if (size < 20 || (be16(at + 6) & 0x1fff) != 0) return;
    proto = load<u8>(at, 9);
    l4 = at + size;
    kind = KIND_IPV4;
    p.quotedA0 = 0;
    p.quotedA1 = IPV4_MAPPED | ((<u64>load<u32>(at, 12)) << 32);
    p.quotedB0 = 0;
    p.quotedB1 = IPV4_MAPPED | ((<u64>load<u32>(at, 16)) << 32);
  } else if (version == 6 && at + IP6_HEADER_SIZE <= end) {
    // A quoted extension header is not followed: such an error stays unmatched, and is counted so.
    proto = load<u8>(at, 6);
    l4 = at + IP6_HEADER_SIZE;
    kind = KIND_IPV6;
    p.quotedA0 = load<u64>(at, 8);
    p.quotedA1 = load<u64>(at, 16);
    p.quotedB0 = load<u64>(at, 24);
    p.quotedB1 = load<u64>(at, 32);
  } else {
    return;
  }
  let ports: u64 = 0;
  let extra: u64 = 0;
  if (l4 + 8 <= end) {
    if (portsFollowEnds(proto)) {
      ports = <u64>be16(l4) | ((<u64>be16(l4 + 2)) << 16);
    } else if (proto == PROTO_ESP) {
      ports = <u64>be16(l4 + 2) | ((<u64>be16(l4)) << 16);
    } else if (proto == PROTO_ICMP || proto == PROTO_ICMP6) {
      const asked = proto == PROTO_ICMP ? question(<u32>load<u8>(l4)) : question6(<u32>load<u8>(l4));
      ports = portsOf(asked, <u32>load<u8>(l4, 1));
      if ((asked & IDENTIFIED) != 0) extra = <u64>be16(l4 + 4);
    }
  } else if (portsFollowEnds(proto)) {
    return;
  }
  p.quotedKey = ports | ((<u64>proto) << 32) | ((<u64>kind) << 40) | (extra << 48);
  p.quoted = 1;
}
