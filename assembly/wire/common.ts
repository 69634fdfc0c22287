// The common frame in one pass: Ethernet II, IPv4 without options or fragments or IPv6 without extension headers,
// then TCP or UDP, headers whole and everything in order. Most of all traffic is that, and reading it straight costs
// half of the walk. Always holds: a frame taken here gets the same packet as the walk and locate() give it (a test
// compares them), and any frame with the least oddity is left to the walk.

import { hashIp4 } from "../flow/key";
import { locate, setOf } from "../flow/table";
import {
  COUNTER_IP4,
  COUNTER_IP6,
  COUNTER_OFFLOADED,
  COUNTER_TCP,
  COUNTER_UDP,
  KIND_IPV4,
  KIND_IPV6,
  NOTE_OFFLOADED,
  PACKET_BIT_DF,
  PACKET_BIT_IP,
  PACKET_BIT_IPV4,
  PACKET_BIT_SUM,
  PACKET_BIT_SWAPPED,
  PACKET_BIT_TCP,
  PACKET_BIT_UNFINISHED,
  PACKET_ICMP_TYPE_OFFSET,
  PACKET_WINDOW_SCALE_OFFSET,
  VLAN_NONE,
  WINDOW_SCALE_NONE,
} from "../layout";
import { config, count } from "../state";
import { be16, be32 } from "./bytes";
import { fold, sumBytes, sumPseudoHeader } from "./checksum";
import { LINKTYPE_ETHERNET } from "./link";
import { Packet } from "./packet";
import { TCP_SYN } from "./tcp";
import { PROTO_TCP, PROTO_UDP } from "./transport";
import { VXLAN_PORT } from "./tunnel";

const ETHERNET_SIZE: u32 = 14;
const IP4_SIZE: u32 = 20;
const IP6_SIZE: u32 = 40;
const UDP_SIZE: u32 = 8;
const TCP_SIZE: u32 = 20;

// Fields as they lie in memory, read little-endian.
const ETHERTYPE_IP4_FIELD: u32 = 0x0008;
const ETHERTYPE_IP6_FIELD: u32 = 0xdd86;
const FRAGMENT_FIELD: u32 = 0xff3f; // more fragments, and the offset
const DONT_FRAGMENT_FIELD: u32 = 0x0040;

/**
 * Decodes the frame when it is a common one; false when it is for the walk, and nothing is counted. `isUnfinished`: its
 * transport checksum is still to be filled in.
 */
export function decodeCommon(
  p: Packet,
  time: u64,
  frame: usize,
  captured: u32,
  wire: u32,
  isUnfinished: bool = false,
): bool {
  if (captured < ETHERNET_SIZE + IP4_SIZE + UDP_SIZE) return false;
  const type = <u32>load<u16>(frame, 12);
  const ip = frame + ETHERNET_SIZE;
  const there = captured - ETHERNET_SIZE;
  const ip6 = type == ETHERTYPE_IP6_FIELD;
  if (ip6) {
    if (!commonIp6(p, ip, there, wire - ETHERNET_SIZE)) return false;
  } else if (type != ETHERTYPE_IP4_FIELD || !commonIp4(p, ip, there, wire - ETHERNET_SIZE)) {
    return false;
  }
  p.notes = 0;
  if (isUnfinished) p.mark(PACKET_BIT_UNFINISHED);
  const isTcp = <u32>p.proto == PROTO_TCP;
  if (!(isTcp ? commonTcp(p) : commonUdp(p))) return false;

  p.time = time;
  p.frame = <u32>frame;
  p.captured = captured;
  p.wire = wire;
  p.counted = wire;
  p.link = LINKTYPE_ETHERNET;
  p.undecoded = 0;
  p.smacHigh = load<u32>(frame, 6);
  p.macMiddle = <u32>load<u16>(frame, 10) | ((<u32>load<u16>(frame)) << 16);
  p.dmacLow = load<u32>(frame, 2);
  p.vlan = <u16>VLAN_NONE;
  store<u32>(changetype<usize>(p), WINDOW_SCALE_NONE, PACKET_WINDOW_SCALE_OFFSET);
  p.fragmentOffset = 0;
  p.l3 = <u32>ip;
  p.l3Size = p.end - <u32>ip;
  p.quoted = 0;
  p.way = -1;
  locateCommon(p, ip6);
  count(ip6 ? COUNTER_IP6 : COUNTER_IP4);
  count(isTcp ? COUNTER_TCP : COUNTER_UDP);
  return true;
}

if (PACKET_ICMP_TYPE_OFFSET != PACKET_WINDOW_SCALE_OFFSET + 1) ERROR("the word of small fields drifted");

/** IPv4 without options or fragments, its checksum right, its length inside the frame. */
function commonIp4(p: Packet, ip: usize, there: u32, wire: u32): bool {
  const total = be16(ip + 2);
  const fragment = <u32>load<u16>(ip, 6);
  if (load<u8>(ip) != 0x45 || total < IP4_SIZE || total > wire || (fragment & FRAGMENT_FIELD) != 0)
    return false;
  if (!headerHolds(ip)) return false;
  p.setIp4(ip + 12, ip + 16);
  p.key = ((<u64>load<u8>(ip, 9)) << 32) | ((<u64>KIND_IPV4) << 40);
  p.ipId = be16(ip + 4);
  p.ttl = load<u8>(ip, 8);
  p.tos = load<u8>(ip, 1);
  p.bits = <u16>(
    (PACKET_BIT_IP | PACKET_BIT_IPV4 | ((fragment & DONT_FRAGMENT_FIELD) != 0 ? PACKET_BIT_DF : 0))
  );
  takeTransport(p, ip + IP4_SIZE, total - IP4_SIZE, there - IP4_SIZE);
  return true;
}

/** IPv6 without extension headers, its length inside the frame. */
function commonIp6(p: Packet, ip: usize, there: u32, wire: u32): bool {
  const size = be16(ip + 4);
  if (there < IP6_SIZE + UDP_SIZE || <u32>load<u8>(ip) >> 4 != 6 || size == 0 || size + IP6_SIZE > wire)
    return false;
  p.setIp6(ip + 8, ip + 24);
  p.key = ((<u64>load<u8>(ip, 6)) << 32) | ((<u64>KIND_IPV6) << 40);
  p.ipId = 0;
  p.ttl = load<u8>(ip, 7);
  p.tos = <u8>(be16(ip) >> 4);
  p.bits = <u16>PACKET_BIT_IP;
  takeTransport(p, ip + IP6_SIZE, size, there - IP6_SIZE);
  return true;
}

/** Where the transport header is: claimed bytes of it and behind, and how many of them are there. */
function takeTransport(p: Packet, l4: usize, claimed: u32, there: u32): void {
  p.l4 = <u32>l4;
  p.claimed = claimed;
  p.end = <u32>l4 + min(there, claimed);
}

/** A whole header without SYN (whose options the walk reads), its checksum right where it can be judged. */
function commonTcp(p: Packet): bool {
  const at = <usize>p.l4;
  const left = p.end - p.l4;
  if (left < TCP_SIZE) return false;
  const word = be16(at + 12);
  const header = (word >> 12) << 2;
  if (header < TCP_SIZE || header > left || (word & TCP_SYN) != 0) return false;
  const size = left - header;
  let bits = <i32>p.bits | PACKET_BIT_TCP;
  p.payloadSum = 0;
  if (left == p.claimed && config().checksums) {
    const payload = size == 0 ? 0 : sumBytes(at + header, size);
    if (fold(payload + sumWords(at, header) + pseudoHeader(p, left)) != 0xffff) {
      if (!isForgiven(p)) return false;
    }
    if (size != 0) {
      p.payloadSum = <u16>fold(payload);
      bits |= PACKET_BIT_SUM;
    }
  }
  p.bits = <u16>bits;
  p.setPorts(be16(at), be16(at + 2));
  p.tcpSeq = be32(at + 4);
  p.tcpAck = be32(at + 8);
  p.tcpFlags = <u16>(word & 0x01ff);
  p.tcpWindow = <u16>be16(at + 14);
  p.appBytes = p.claimed - header;
  p.payload = <u32>at + header;
  p.payloadSize = size;
  return true;
}

/** A whole header whose length is the datagram's, not a tunnel's, its checksum right or absent. */
function commonUdp(p: Packet): bool {
  const at = <usize>p.l4;
  const left = p.end - p.l4;
  if (<u32>p.proto != PROTO_UDP || left < UDP_SIZE) return false;
  if (be16(at + 4) != p.claimed || be16(at + 2) == VXLAN_PORT) return false;
  if (left == p.claimed && load<u16>(at, 6) != 0 && config().checksums) {
    if (fold(sumBytes(at, left) + pseudoHeader(p, left)) != 0xffff) {
      if (!isForgiven(p)) return false;
    }
  }
  p.payloadSum = 0;
  p.setPorts(be16(at), be16(at + 2));
  p.tcpSeq = 0;
  p.tcpAck = 0;
  p.tcpFlags = 0;
  p.tcpWindow = 0;
  p.appBytes = p.claimed - UDP_SIZE;
  p.payload = <u32>at + UDP_SIZE;
  p.payloadSize = left - UDP_SIZE;
  return true;
}

/** A wrong checksum that is still to be filled in. */
function isForgiven(p: Packet): bool {
  if (!p.has(PACKET_BIT_UNFINISHED)) return false;
  p.note(NOTE_OFFLOADED);
  count(COUNTER_OFFLOADED);
  return true;
}

function pseudoHeader(p: Packet, length: u32): u64 {
  return sumPseudoHeader(p.keyAt, p.kind == <u8>KIND_IPV6, <u32>p.proto, length);
}

/** The key in canonical order, hashed; for IPv4 without a branch, since either order is as likely. */
function locateCommon(p: Packet, ip6: bool): void {
  if (ip6) {
    locate(p);
    return;
  }
  const a = p.addressA1;
  const b = p.addressB1;
  const word = p.key;
  const ports = <u32>word;
  const swap = <u32>(a > b) | (<u32>(a == b) & <u32>((ports & 0xffff) > ports >> 16));
  const difference = (a ^ b) & (0 - <u64>swap);
  p.addressA1 = a ^ difference;
  p.addressB1 = b ^ difference;
  p.key = (word & 0xffffffff00000000) | <u64>rotl<u32>(ports, swap << 4);
  p.bits = <u16>(<u32>p.bits | (swap * PACKET_BIT_SWAPPED));
  p.hash = hashIp4(p.keyAt, config().seed);
  p.set = setOf(p.hash);
}

/** Sum of a header that is a whole number of words, at least five. */
function sumWords(at: usize, size: u32): u64 {
  let sum = sumFiveWords(at);
  for (let offset: u32 = 20; offset < size; offset += 4) sum += load<u32>(at + offset);
  return sum;
}

function sumFiveWords(at: usize): u64 {
  return (
    <u64>load<u32>(at) +
    <u64>load<u32>(at, 4) +
    <u64>load<u32>(at, 8) +
    <u64>load<u32>(at, 12) +
    <u64>load<u32>(at, 16)
  );
}

/** The twenty bytes sum to all ones. */
function headerHolds(ip: usize): bool {
  return fold(sumFiveWords(ip)) == 0xffff;
}
