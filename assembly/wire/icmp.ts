// ICMP (RFC 792, RFC 950, RFC 1256) and ICMPv6 (RFC 4443, RFC 4861): one flow for a question and its answer,
// keyed by the question's type, the code and the identifier; and the header that an error quotes.

import { KIND_IPV4, KIND_IPV6 } from "../layout";
import { be16 } from "./bytes";
import { LAYER_DONE } from "./layer";
import { Packet } from "./packet";
import { PROTO_ESP, PROTO_ICMP, PROTO_ICMP6, portsFollowEnds, shortHeader, verifyIcmp } from "./transport";

const ICMP_HEADER_SIZE: u32 = 8;
const IP6_HEADER_SIZE: u32 = 40;

/** A question and its answer: `to` is set for answers, `id` for messages with an identifier. */
const ANSWER: u32 = 0x100;
const IDENTIFIED: u32 = 0x200;

/** Type of the question, with ANSWER and IDENTIFIED. */
function question(type: u32): u32 {
  switch (type) {
    case 0:
      return 8 | ANSWER | IDENTIFIED;
    case 8:
      return 8 | IDENTIFIED;
    case 9:
      return 10 | ANSWER;
    case 14:
      return 13 | ANSWER | IDENTIFIED;
    case 13:
      return 13 | IDENTIFIED;
    case 16:
      return 15 | ANSWER | IDENTIFIED;
    case 15:
      return 15 | IDENTIFIED;
    case 18:
      return 17 | ANSWER | IDENTIFIED;
    case 17:
      return 17 | IDENTIFIED;
    default:
      return type;
  }
}

function question6(type: u32): u32 {
  switch (type) {
    case 128:
      return 128 | IDENTIFIED;
    case 129:
      return 128 | ANSWER | IDENTIFIED;
    case 134:
      return 133 | ANSWER;
    case 136:
      return 135 | ANSWER;
    case 140:
      return 139 | ANSWER;
    default:
      return type;
  }
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
  p.setPorts(asked & 0xff, <u32>p.icmpCode);
  if ((asked & ANSWER) != 0) p.answer = 1;
  if ((asked & IDENTIFIED) != 0 && p.left >= 6) p.extra = <u16>be16(at + 4);
}

/** Reads the quoted datagram's addresses and ports into the QUOTED fields, as the key of its flow. */
function quote(p: Packet, at: usize): void {
  const end = <usize>p.end;
  if (at + 20 > end) return;
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
    const mapped: u64 = 0x00000000ffff0000;
    p.quotedA0 = 0;
    p.quotedA1 = mapped | ((<u64>load<u32>(at, 12)) << 32);
    p.quotedB0 = 0;
    p.quotedB1 = mapped | ((<u64>load<u32>(at, 16)) << 32);
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
      ports = <u64>(asked & 0xff) | ((<u64>load<u8>(l4, 1)) << 16);
      if ((asked & IDENTIFIED) != 0) extra = <u64>be16(l4 + 4);
    }
  } else if (portsFollowEnds(proto)) {
    return;
  }
  p.quotedKey = ports | ((<u64>proto) << 32) | ((<u64>kind) << 40) | (extra << 48);
  p.quoted = 1;
}
