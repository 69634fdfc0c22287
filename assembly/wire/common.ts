// The common frame in one pass: Ethernet II, IPv4 without options or fragments, then TCP or UDP, headers whole and
// everything in order. Most of all traffic is that, and reading it with plain locals costs half of the walk.
// Always holds: a frame taken here gets the same packet as the walk gives it (a test compares them), and any frame
// with the least oddity is left to the walk.

import { hashIp4 } from "../flow/key";
import {
  CONFIG_FLAG_CHECKSUM,
  COUNTER_IP4,
  COUNTER_TCP,
  COUNTER_UDP,
  KIND_IPV4,
  PACKET_BIT_DF,
  PACKET_BIT_IP,
  PACKET_BIT_IPV4,
  PACKET_BIT_SUM,
  PACKET_BIT_SWAPPED,
  PACKET_BIT_TCP,
  PACKET_ICMP_TYPE_OFFSET,
  PACKET_WINDOW_SCALE_OFFSET,
  SET_NONE,
  VLAN_NONE,
  WINDOW_SCALE_NONE,
} from "../layout";
import { config, count } from "../state";
import { be16, be32 } from "./bytes";
import { fold, sumBytes } from "./checksum";
import { LINKTYPE_ETHERNET } from "./link";
import { IPV4_MAPPED, Packet } from "./packet";
import { TCP_SYN } from "./tcp";
import { PROTO_TCP, PROTO_UDP } from "./transport";
import { VXLAN_PORT } from "./tunnel";

const ETHERNET_SIZE: u32 = 14;
const IP4_SIZE: u32 = 20;
const UDP_SIZE: u32 = 8;
const TCP_SIZE: u32 = 20;
const HEADERS_SIZE: u32 = ETHERNET_SIZE + IP4_SIZE;

// Fields as they lie in memory, read little-endian.
const ETHERTYPE_IP4_FIELD: u32 = 0x0008;
const FRAGMENT_FIELD: u32 = 0xff3f; // more fragments, and the offset
const DONT_FRAGMENT_FIELD: u32 = 0x0040;

/** Decodes the frame when it is a common one; false when it is for the walk, and nothing is counted. */
export function decodeCommon(p: Packet, time: u64, frame: usize, captured: u32, wire: u32): bool {
  if (captured < HEADERS_SIZE + UDP_SIZE) return false;
  if (<u32>load<u16>(frame, 12) != ETHERTYPE_IP4_FIELD || load<u8>(frame, 14) != 0x45) return false;
  const ip = frame + ETHERNET_SIZE;
  const total = be16(ip + 2);
  const fragment = <u32>load<u16>(ip, 6);
  const proto = <u32>load<u8>(ip, 9);
  if (total < IP4_SIZE + UDP_SIZE || total > wire - ETHERNET_SIZE || (fragment & FRAGMENT_FIELD) != 0)
    return false;
  if (!headerHolds(ip)) return false;

  const claimed = total - IP4_SIZE;
  const there = captured - HEADERS_SIZE;
  const left = min(there, claimed);
  const l4 = ip + IP4_SIZE;
  let bits = PACKET_BIT_IP | PACKET_BIT_IPV4 | ((fragment & DONT_FRAGMENT_FIELD) != 0 ? PACKET_BIT_DF : 0);
  let header = UDP_SIZE;
  if (proto == PROTO_TCP) {
    if (left < TCP_SIZE) return false;
    header = (<u32>load<u8>(l4, 12) >> 4) << 2;
    if (header < TCP_SIZE || header > left || (<u32>load<u8>(l4, 13) & TCP_SYN) != 0) return false;
    bits |= PACKET_BIT_TCP;
  } else if (proto != PROTO_UDP || be16(l4 + 4) != claimed || be16(l4 + 2) == VXLAN_PORT) {
    return false;
  }
  p.payloadSum = 0;
  if ((config().flags & <u32>CONFIG_FLAG_CHECKSUM) != 0 && left == claimed) {
    if (proto == PROTO_TCP || load<u16>(l4, 6) != 0) {
      const payload = left == header ? 0 : sumBytes(l4 + header, left - header);
      const pseudo =
        <u64>load<u32>(ip, 12) +
        <u64>load<u32>(ip, 16) +
        ((<u64>proto) << 8) +
        <u64>((claimed >> 8) | ((claimed & 0xff) << 8));
      if (fold(payload + headerSum(l4, header) + pseudo) != 0xffff) return false;
      if (proto == PROTO_TCP && left != header) {
        p.payloadSum = <u16>fold(payload);
        bits |= PACKET_BIT_SUM;
      }
    }
  }

  p.time = time;
  p.frame = <u32>frame;
  p.captured = captured;
  p.wire = wire;
  p.counted = wire;
  p.link = LINKTYPE_ETHERNET;
  p.undecoded = 0;
  p.addressA0 = 0;
  p.addressB0 = 0;
  const source = load<u32>(ip, 12);
  const destination = load<u32>(ip, 16);
  const sport = be16(l4);
  const dport = be16(l4 + 2);
  const above = ((<u64>proto) << 32) | ((<u64>KIND_IPV4) << 40);
  if (source < destination || (source == destination && sport <= dport)) {
    p.addressA1 = IPV4_MAPPED | ((<u64>source) << 32);
    p.addressB1 = IPV4_MAPPED | ((<u64>destination) << 32);
    p.key = above | ((<u64>dport) << 16) | <u64>sport;
  } else {
    bits |= PACKET_BIT_SWAPPED;
    p.addressA1 = IPV4_MAPPED | ((<u64>destination) << 32);
    p.addressB1 = IPV4_MAPPED | ((<u64>source) << 32);
    p.key = above | ((<u64>sport) << 16) | <u64>dport;
  }
  p.hash = hashIp4(p.keyAt, config().seed);
  if (proto == PROTO_TCP) {
    p.tcpSeq = be32(l4 + 4);
    p.tcpAck = be32(l4 + 8);
    p.tcpFlags = <u16>(be16(l4 + 12) & 0x01ff);
    p.tcpWindow = <u16>be16(l4 + 14);
    count(COUNTER_TCP);
  } else {
    p.tcpSeq = 0;
    p.tcpAck = 0;
    p.tcpFlags = 0;
    p.tcpWindow = 0;
    count(COUNTER_UDP);
  }
  count(COUNTER_IP4);
  p.appBytes = claimed - header;
  p.payload = <u32>l4 + header;
  p.payloadSize = left - header;
  p.ipId = be16(ip + 4);
  p.ttl = load<u8>(ip, 8);
  p.tos = load<u8>(ip, 1);
  p.bits = <u16>bits;
  p.smacHigh = load<u32>(frame, 6);
  p.macMiddle = <u32>load<u16>(frame, 10) | ((<u32>load<u16>(frame)) << 16);
  p.dmacLow = load<u32>(frame, 2);
  p.vlan = <u16>VLAN_NONE;
  p.notes = 0;
  store<u32>(changetype<usize>(p), WINDOW_SCALE_NONE, PACKET_WINDOW_SCALE_OFFSET);
  p.fragmentOffset = 0;
  p.l3 = <u32>ip;
  p.l3Size = IP4_SIZE + left;
  p.l4 = <u32>l4;
  p.quoted = 0;
  p.set = SET_NONE;
  p.way = -1;
  return true;
}

if (PACKET_ICMP_TYPE_OFFSET != PACKET_WINDOW_SCALE_OFFSET + 1) ERROR("the word of small fields drifted");

/** Sum of a transport header, a whole number of words. */
function headerSum(l4: usize, size: u32): u64 {
  let sum = <u64>load<u32>(l4) + <u64>load<u32>(l4, 4);
  for (let offset: u32 = 8; offset < size; offset += 4) sum += load<u32>(l4 + offset);
  return sum;
}

/** The twenty bytes sum to all ones. */
function headerHolds(ip: usize): bool {
  const sum =
    <u64>load<u32>(ip) +
    <u64>load<u32>(ip, 4) +
    <u64>load<u32>(ip, 8) +
    <u64>load<u32>(ip, 12) +
    <u64>load<u32>(ip, 16);
  return fold(sum) == 0xffff;
}
