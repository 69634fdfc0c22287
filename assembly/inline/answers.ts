// The packets that stray makes: a TCP reset, an ICMP or ICMPv6 unreachable. From the packet they answer they take link
// header, tags and addresses. Apart from reject.ts, which decides whom to answer. Always holds: the packet lies behind
// an Ethernet header of `link` bytes, its IP header is whole; checksums are right.

import { VIRTIO_SIZE } from "../capture/ring-frame";
import { KIND_IPV6 } from "../layout";
import { swap16 } from "../wire/bytes";
import { fold, sumBytes } from "../wire/checksum";
import { Packet } from "../wire/packet";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_TCP, PROTO_UDP } from "../wire/transport";

const IP4_SIZE: u32 = 20;
const IP6_SIZE: u32 = 40;
const TCP_SIZE: u32 = 20;
const ICMP_SIZE: u32 = 8;
const HOP_LIMIT: u8 = 64;
const MAC_SIZE: usize = 6;

// The whole packet at most: RFC 1812 4.3.2.3, RFC 4443 2.4 (c).
const ICMP_MAX: u32 = 576;
const ICMP6_MAX: u32 = 1280;

const UNREACHABLE: u32 = 3; // RFC 792, its codes RFC 1812 5.2.7.1
const UNREACHABLE_PORT: u32 = 3;
const UNREACHABLE_PROHIBITED: u32 = 13;
const UNREACHABLE6: u32 = 1; // RFC 4443 3.1
const UNREACHABLE6_PORT: u32 = 4;
const UNREACHABLE6_PROHIBITED: u32 = 1;

function isIp6(p: Packet): bool {
  return <i32>p.kind == KIND_IPV6;
}

function ipSize(p: Packet): u32 {
  return isIp6(p) ? IP6_SIZE : IP4_SIZE;
}

/** Bytes of the frame of a reset. */
export function resetSize(p: Packet, link: u32): u32 {
  return link + ipSize(p) + TCP_SIZE;
}

/** Bytes of the frame of an unreachable: as much of the packet as may be quoted. */
export function unreachableSize(p: Packet, link: u32): u32 {
  return link + ipSize(p) + ICMP_SIZE + quotedSize(p);
}

function quotedSize(p: Packet): u32 {
  const most = isIp6(p) ? ICMP6_MAX - IP6_SIZE - ICMP_SIZE : ICMP_MAX - IP4_SIZE - ICMP_SIZE;
  return min(p.l3Size, most);
}

/** At `data`: a reset towards the packet's source, or as if from it towards its destination. */
export function makeReset(
  data: usize,
  p: Packet,
  link: u32,
  toSource: bool,
  seq: u32,
  ack: u32,
  flags: u32,
): void {
  const ip = putHeaders(data, p, link, toSource, PROTO_TCP, TCP_SIZE);
  const tcp = ip + ipSize(p);
  const ports = load<u32>(<usize>p.l4);
  store<u32>(tcp, toSource ? rotl<u32>(ports, 16) : ports);
  store<u32>(tcp, bswap<u32>(seq), 4);
  store<u32>(tcp, bswap<u32>(ack), 8);
  store<u8>(tcp, (TCP_SIZE >> 2) << 4, 12);
  store<u8>(tcp, <u8>flags, 13);
  // Window, checksum, urgent pointer.
  store<u16>(tcp, 0, 14);
  store<u32>(tcp, 0, 16);
  store<u16>(tcp, checksum(ip, p, PROTO_TCP, TCP_SIZE), 16);
}

/** At `data`: an unreachable towards the packet's source, as if from its destination. */
export function makeUnreachable(data: usize, p: Packet, link: u32): void {
  const quoted = quotedSize(p);
  const size = ICMP_SIZE + quoted;
  const ip6 = isIp6(p);
  const proto = ip6 ? PROTO_ICMP6 : PROTO_ICMP;
  const ip = putHeaders(data, p, link, true, proto, size);
  const icmp = ip + ipSize(p);
  const isUdp = <u32>p.proto == PROTO_UDP;
  const code = ip6
    ? isUdp
      ? UNREACHABLE6_PORT
      : UNREACHABLE6_PROHIBITED
    : isUdp
      ? UNREACHABLE_PORT
      : UNREACHABLE_PROHIBITED;
  store<u8>(icmp, <u8>(ip6 ? UNREACHABLE6 : UNREACHABLE));
  store<u8>(icmp, <u8>code, 1);
  store<u16>(icmp, 0, 2);
  store<u32>(icmp, 0, 4);
  memory.copy(icmp + ICMP_SIZE, <usize>p.l3, quoted);
  store<u16>(icmp, ip6 ? checksum(ip, p, proto, size) : complement(sumBytes(icmp, size)), 2);
}

/** An empty virtio_net_hdr, link header and IP header for `size` bytes of that protocol; where the IP header is. */
function putHeaders(data: usize, p: Packet, link: u32, toSource: bool, proto: u32, size: u32): usize {
  store<u64>(data, 0);
  store<u16>(data, 0, 8);
  const frame = data + VIRTIO_SIZE;
  const asked = <usize>p.frame;
  memory.copy(frame, asked, link);
  if (toSource) {
    memory.copy(frame, asked + MAC_SIZE, MAC_SIZE);
    memory.copy(frame + MAC_SIZE, asked, MAC_SIZE);
  }
  const ip = frame + link;
  if (isIp6(p)) putIp6(ip, <usize>p.l3, toSource, proto, size);
  else putIp4(ip, <usize>p.l3, toSource, proto, size);
  return ip;
}

function putIp4(ip: usize, asked: usize, toSource: bool, proto: u32, size: u32): void {
  store<u16>(ip, 0x0045);
  store<u16>(ip, <u16>swap16(IP4_SIZE + size), 2);
  // Identification 0, don't fragment.
  store<u32>(ip, 0x00400000, 4);
  store<u8>(ip, HOP_LIMIT, 8);
  store<u8>(ip, <u8>proto, 9);
  store<u16>(ip, 0, 10);
  const source = load<u32>(asked, 12);
  const destination = load<u32>(asked, 16);
  store<u32>(ip, toSource ? destination : source, 12);
  store<u32>(ip, toSource ? source : destination, 16);
  store<u16>(ip, complement(sumBytes(ip, IP4_SIZE)), 10);
}

function putIp6(ip: usize, asked: usize, toSource: bool, proto: u32, size: u32): void {
  store<u32>(ip, 0x00000060);
  store<u16>(ip, <u16>swap16(size), 4);
  store<u8>(ip, <u8>proto, 6);
  store<u8>(ip, HOP_LIMIT, 7);
  const source = v128.load(asked, 8);
  const destination = v128.load(asked, 24);
  v128.store(ip, toSource ? destination : source, 8);
  v128.store(ip, toSource ? source : destination, 24);
}

/** Of a message of `size` bytes behind that IP header, its checksum field 0; with the pseudo-header. */
function checksum(ip: usize, p: Packet, proto: u32, size: u32): u16 {
  const ip6 = isIp6(p);
  const addresses = ip6 ? sumBytes(ip + 8, 32) : sumBytes(ip + 12, 8);
  return complement(addresses + swap16(proto) + swap16(size) + sumBytes(ip + ipSize(p), size));
}

function complement(sum: u64): u16 {
  return <u16>~fold(sum);
}
