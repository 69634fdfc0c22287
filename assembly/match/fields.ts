// What a rule asks of a packet's headers: IP, TCP and ICMP fields, and the size of its payload.
// Apart from what looks into payloads because each is one comparison with what the decoders took out.
// Always holds: a packet that does not carry the field fails the op, negated or not; the few fields that were not
// taken out are read within the captured bytes of their header.

import {
  KIND_IPV4,
  PACKET_BIT_DF,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IP,
  PACKET_BIT_IPV4,
  PACKET_BIT_LAST_FRAGMENT,
  PACKET_BIT_LATER_FRAGMENT,
  PACKET_BIT_TCP,
} from "../layout";
import { be16 } from "../wire/bytes";
import { Packet } from "../wire/packet";
import { PROTO_ICMP, PROTO_ICMP6 } from "../wire/transport";
import { Op } from "./program";
import {
  IPOPTS_ANY,
  MODE_ALL,
  MODE_ANY,
  MODE_EXACT,
  MODE_NOT,
  OP_ACK,
  OP_DSIZE,
  OP_FLAGS,
  OP_FRAGBITS,
  OP_FRAGOFFSET,
  OP_ICMP_ID,
  OP_ICMP_SEQ,
  OP_ICODE,
  OP_IP_ID,
  OP_IP_PROTO,
  OP_IPOPTS,
  OP_ITYPE,
  OP_SAMEIP,
  OP_SEQ,
  OP_TOS,
  OP_TTL,
  OP_WINDOW,
} from "./rules-layout";

const TCP_FLAGS_MASK: u32 = 0xff;
const ICMP_HEADER_SIZE: u32 = 8;
const IP4_HEADER_SIZE: u32 = 20;
const IP4_RESERVED_BIT: u32 = 0x8000;
const OPTION_END: u32 = 0;
const OPTION_NOP: u32 = 1;
const FRAGBIT_MF: u32 = 1;
const FRAGBIT_DF: u32 = 2;
const FRAGBIT_RESERVED: u32 = 4;

/** An op that asks for a field of the packet; one that is not known here fails. */
export function matchField(op: Op, p: Packet): bool {
  switch (<i32>op.code) {
    case OP_DSIZE:
      return isInRange(op, payloadSizeOf(p));
    case OP_FLAGS:
      return p.has(PACKET_BIT_TCP) && hasBits(op, <u32>p.tcpFlags & TCP_FLAGS_MASK & ~(<u32>op.c));
    case OP_ACK:
      return p.has(PACKET_BIT_TCP) && isValue(op, p.tcpAck);
    case OP_SEQ:
      return p.has(PACKET_BIT_TCP) && isValue(op, p.tcpSeq);
    case OP_WINDOW:
      return p.has(PACKET_BIT_TCP) && isValue(op, <u32>p.tcpWindow);
    case OP_IP_ID:
      return hasFragmentFields(p) && isValue(op, p.ipId);
    case OP_TTL:
      return p.has(PACKET_BIT_IP) && isInRange(op, <u32>p.ttl);
    case OP_TOS:
      return p.has(PACKET_BIT_IP) && isValue(op, <u32>p.tos);
    case OP_FRAGBITS:
      return hasFragmentFields(p) && hasBits(op, fragmentBits(p) & ~(<u32>op.c));
    case OP_FRAGOFFSET:
      return hasFragmentFields(p) && isInRange(op, p.fragmentOffset >> 3);
    case OP_IPOPTS:
      return p.has(PACKET_BIT_IPV4) && hasOption(p, <u32>op.a) != op.isNegated;
    case OP_IP_PROTO:
      return p.has(PACKET_BIT_IP) && isInRange(op, <u32>p.proto);
    case OP_SAMEIP:
      return p.has(PACKET_BIT_IP) && isSameAddress(p) != op.isNegated;
    case OP_ITYPE:
      return hasIcmp(p, 1) && isInRange(op, <u32>p.icmpType);
    case OP_ICODE:
      return hasIcmp(p, 2) && isInRange(op, <u32>p.icmpCode);
    case OP_ICMP_ID:
      return hasIcmp(p, 6) && isIdentified(p) && isValue(op, be16(<usize>p.l4 + 4));
    case OP_ICMP_SEQ:
      return hasIcmp(p, 8) && isIdentified(p) && isValue(op, be16(<usize>p.l4 + 6));
    default:
      return false;
  }
}

function isValue(op: Op, value: u32): bool {
  return (value == <u32>op.a) != op.isNegated;
}

function isInRange(op: Op, value: u32): bool {
  return (<i64>value >= <i64>op.a && <i64>value <= <i64>op.b) != op.isNegated;
}

function hasBits(op: Op, bits: u32): bool {
  const asked = <u32>op.a;
  switch (op.b) {
    case MODE_EXACT:
      return bits == asked;
    case MODE_ALL:
      return (bits & asked) == asked;
    case MODE_ANY:
      return (bits & asked) != 0;
    case MODE_NOT:
      return (bits & asked) != asked;
    default:
      return false;
  }
}

/**
 * The payload as the IP header claims it, so that a capture's length limit does not change what a rule sees. Of ICMP
 * what is behind its header, as Snort counts.
 */
function payloadSizeOf(p: Packet): u32 {
  const size = p.appBytes;
  if (!isIcmp(p) || p.has(PACKET_BIT_LATER_FRAGMENT)) return size;
  return size > ICMP_HEADER_SIZE ? size - ICMP_HEADER_SIZE : 0;
}

/** An IPv4 header, or IPv6's fragment header. */
function hasFragmentFields(p: Packet): bool {
  return p.has(PACKET_BIT_IPV4) || (p.has(PACKET_BIT_IP) && p.has(PACKET_BIT_FRAGMENT));
}

function fragmentBits(p: Packet): u32 {
  let bits: u32 = p.has(PACKET_BIT_DF) ? FRAGBIT_DF : 0;
  if (p.has(PACKET_BIT_FRAGMENT) && !p.has(PACKET_BIT_LAST_FRAGMENT)) bits |= FRAGBIT_MF;
  if (p.has(PACKET_BIT_IPV4) && p.l3Size >= 8 && (be16(<usize>p.l3 + 6) & IP4_RESERVED_BIT) != 0) {
    bits |= FRAGBIT_RESERVED;
  }
  return bits;
}

/** Walks the options of an IPv4 header (RFC 791 3.1), at most forty bytes; one whose length lies ends the walk. */
function hasOption(p: Packet, asked: u32): bool {
  if (<i32>p.kind != KIND_IPV4 || p.l3Size < IP4_HEADER_SIZE) return false;
  const header = <usize>p.l3;
  const end = header + <usize>min<u32>((<u32>load<u8>(header) & 15) << 2, p.l3Size);
  let at = header + IP4_HEADER_SIZE;
  if (asked == <u32>IPOPTS_ANY) return at < end;
  while (at < end) {
    const type = <u32>load<u8>(at);
    if (type == asked) return true;
    if (type == OPTION_END) return false;
    if (type == OPTION_NOP) {
      at += 1;
      continue;
    }
    const size = at + 1 < end ? <usize>load<u8>(at, 1) : 0;
    if (size < 2) return false;
    at += size;
  }
  return false;
}

function isSameAddress(p: Packet): bool {
  return p.addressA0 == p.addressB0 && p.addressA1 == p.addressB1;
}

function isIcmp(p: Packet): bool {
  return p.has(PACKET_BIT_IP) && (<u32>p.proto == PROTO_ICMP || <u32>p.proto == PROTO_ICMP6);
}

/** The first `size` bytes of an ICMP header are there; its type and code were read together. */
function hasIcmp(p: Packet, size: u32): bool {
  if (!isIcmp(p) || p.has(PACKET_BIT_LATER_FRAGMENT) || p.l4 == 0) return false;
  const end = min<u32>(p.end, p.l3 + p.l3Size);
  return p.l4 <= end && end - p.l4 >= max<u32>(size, 2);
}

/** Questions and answers that carry an identifier and a number (RFC 792, RFC 950, RFC 4443 4). */
function isIdentified(p: Packet): bool {
  const type = <u32>p.icmpType;
  if (<u32>p.proto == PROTO_ICMP6) return type == 128 || type == 129;
  return type == 0 || type == 8 || (type >= 13 && type <= 18);
}
