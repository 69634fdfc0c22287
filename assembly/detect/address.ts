// What an address is by itself: whether it can be a source at all, whether it means a group; and its hash.
// Apart because sources, targets and the table of the living all ask. An address is two little-endian words of its 16
// bytes as they are on the wire; IPv4 lies behind ::ffff:0:0.

import { KIND_IPV4, KIND_IPV6 } from "../layout";
import { config } from "../state";
import { Packet } from "../wire/packet";
import { PROTO_ICMP6, PROTO_IGMP, PROTO_UDP } from "../wire/transport";

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;
const FINAL_MULTIPLIER: u64 = 0xd6e8feb86659fd93;
const BOOTP_SERVER: u32 = 67;
const LOOPBACK6_LOW: u64 = 0x0100000000000000;

/** Seeded, so that nobody outside can choose what falls together. */
export function addressHash(a0: u64, a1: u64): u64 {
  let hash = (config().seed ^ a0) * MULTIPLIER;
  // The bytes that differ most come last, and so lie highest: a multiplication moves nothing down.
  hash = (hash ^ (hash >> 32) ^ rotl<u64>(a1, 32)) * FINAL_MULTIPLIER;
  hash = (hash ^ (hash >> 32)) * MULTIPLIER;
  return hash ^ (hash >> 29);
}

export function mixWord(word: u64): u64 {
  const hash = (config().seed ^ word) * MULTIPLIER;
  return hash ^ (hash >> 31);
}

function firstOctet(a1: u64): u32 {
  return <u32>(a1 >> 32) & 0xff;
}

export function isGroup(kind: i32, a0: u64, a1: u64): bool {
  if (kind == KIND_IPV4) return firstOctet(a1) >= 224;
  return kind == KIND_IPV6 && (a0 & 0xff) == 0xff;
}

export function isLoopback(kind: i32, a0: u64, a1: u64): bool {
  if (kind == KIND_IPV4) return firstOctet(a1) == 127;
  return kind == KIND_IPV6 && a0 == 0 && a1 == LOOPBACK6_LOW;
}

/**
 * A source that no packet on a wire can have (RFC 1122 3.2.1.3, RFC 1812 5.3.7, RFC 4291 2.5-2.7): "this network",
 * loopback, a group, the reserved class E. Who asks for an address (DHCP, duplicate address detection, IGMP and MLD)
 * has none yet; and a capture of a host's own loopback is no wire.
 */
export function isMartian(p: Packet, s0: u64, s1: u64, d0: u64, d1: u64): bool {
  const proto = <u32>p.proto;
  if (<i32>p.kind == KIND_IPV4) {
    const first = firstOctet(s1);
    if (first - 1 < 223 && first != 127) return false;
    if (first == 127) return firstOctet(d1) != 127;
    if (s1 >> 32 == 0) return proto != PROTO_IGMP && !(proto == PROTO_UDP && isBootp(p));
    return true;
  }
  if (<i32>p.kind != KIND_IPV6) return false;
  if ((s0 & 0xff) == 0xff) return true;
  if (s0 != 0) return false;
  if (s1 == 0) return proto != PROTO_ICMP6 && proto != 0;
  return s1 == LOOPBACK6_LOW && !(d0 == 0 && d1 == LOOPBACK6_LOW);
}

function isBootp(p: Packet): bool {
  return <u32>p.portA == BOOTP_SERVER || <u32>p.portB == BOOTP_SERVER;
}
