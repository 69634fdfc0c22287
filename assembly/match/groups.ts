// Whether a packet is one that a rule's header speaks of: its protocol, addresses and ports.
// Apart from the programs because every candidate is asked this first, and most are refused here.
// Always holds: a port costs two loads whatever the set; an address one binary search of at most SEARCH_STEPS.

import {
  KIND_IPV4,
  KIND_IPV6,
  PACKET_ADDRESS_A_OFFSET,
  PACKET_ADDRESS_B_OFFSET,
  PACKET_BIT_SWAPPED,
} from "../layout";
import { be32 } from "../wire/bytes";
import { Packet } from "../wire/packet";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_TCP, PROTO_UDP } from "../wire/transport";
import {
  IMAGE_ADDRESS_MATRIX_OFFSET,
  IMAGE_ADDRESS_SET_WORDS_OFFSET,
  IMAGE_ADDRESS4_CLASSES_OFFSET,
  IMAGE_ADDRESS4_COUNT_OFFSET,
  IMAGE_ADDRESS4_OFFSET,
  IMAGE_ADDRESS6_CLASSES_OFFSET,
  IMAGE_ADDRESS6_COUNT_OFFSET,
  IMAGE_ADDRESS6_OFFSET,
  IMAGE_PORT_CLASSES_OFFSET,
  IMAGE_PORT_MATRIX_OFFSET,
  IMAGE_PORT_SET_WORDS_OFFSET,
  PROTO_GROUP_ICMP,
  PROTO_GROUP_OTHER,
  PROTO_GROUP_TCP,
  PROTO_GROUP_UDP,
  RULE_DESTINATION_OFFSET,
  RULE_DESTINATION_PORTS_OFFSET,
  RULE_FLAG_BIDIRECTIONAL,
  RULE_FLAGS_OFFSET,
  RULE_PROTO_IP,
  RULE_PROTO_OFFSET,
  RULE_SOURCE_OFFSET,
  RULE_SOURCE_PORTS_OFFSET,
} from "./rules-layout";

/** A search halves up to 2^32 ranges; a damaged count can't make it go on for longer. */
const SEARCH_STEPS: i32 = 32;

/** PROTO_GROUP_* of an IP protocol. */
export function protoGroup(proto: u32): i32 {
  if (proto == PROTO_TCP) return PROTO_GROUP_TCP;
  if (proto == PROTO_UDP) return PROTO_GROUP_UDP;
  return proto == PROTO_ICMP || proto == PROTO_ICMP6 ? PROTO_GROUP_ICMP : PROTO_GROUP_OTHER;
}

/** The rule's header fits the packet, whose key is canonical. `image` and `rule` are addresses. */
export function headerMatches(image: usize, rule: usize, p: Packet): bool {
  const kind = <i32>p.kind;
  if (kind != KIND_IPV4 && kind != KIND_IPV6) return false;
  const group = protoGroup(<u32>p.proto);
  const wanted = <i32>load<u8>(rule, RULE_PROTO_OFFSET);
  if (wanted != group && wanted != RULE_PROTO_IP) return false;
  const swapped = p.has(PACKET_BIT_SWAPPED);
  const hasPorts = group == PROTO_GROUP_TCP || group == PROTO_GROUP_UDP;
  if (fits(image, rule, p, kind, swapped, hasPorts)) return true;
  if ((<i32>load<u16>(rule, RULE_FLAGS_OFFSET) & RULE_FLAG_BIDIRECTIONAL) == 0) return false;
  return fits(image, rule, p, kind, !swapped, hasPorts);
}

/** The rule's source is the packet's end B when `fromB`, else end A. Ports first: they cost less. */
function fits(image: usize, rule: usize, p: Packet, kind: i32, fromB: bool, hasPorts: bool): bool {
  if (hasPorts) {
    const source = fromB ? <u32>p.portB : <u32>p.portA;
    if (!inPortSet(image, <u32>load<u16>(rule, RULE_SOURCE_PORTS_OFFSET), source)) return false;
    const destination = fromB ? <u32>p.portA : <u32>p.portB;
    if (!inPortSet(image, <u32>load<u16>(rule, RULE_DESTINATION_PORTS_OFFSET), destination)) return false;
  }
  const a = changetype<usize>(p) + PACKET_ADDRESS_A_OFFSET;
  const b = changetype<usize>(p) + PACKET_ADDRESS_B_OFFSET;
  if (!inAddressSet(image, <u32>load<u16>(rule, RULE_SOURCE_OFFSET), fromB ? b : a, kind)) return false;
  return inAddressSet(image, <u32>load<u16>(rule, RULE_DESTINATION_OFFSET), fromB ? a : b, kind);
}

/** Class of a port, 0..65535. */
export function portClass(image: usize, port: u32): u32 {
  const classes = image + <usize>load<u32>(image, IMAGE_PORT_CLASSES_OFFSET);
  return <u32>load<u16>(classes + ((<usize>port & 0xffff) << 1));
}

export function inPortSet(image: usize, set: u32, port: u32): bool {
  if (set == 0) return true;
  const matrix = image + <usize>load<u32>(image, IMAGE_PORT_MATRIX_OFFSET);
  return hasBit(matrix, portClass(image, port), load<u32>(image, IMAGE_PORT_SET_WORDS_OFFSET), set);
}

/** `address`: 16 bytes in network order, an IPv4 address in the last four of them; `kind` KIND_IPV4 or KIND_IPV6. */
export function inAddressSet(image: usize, set: u32, address: usize, kind: i32): bool {
  if (set == 0) return true;
  const matrix = image + <usize>load<u32>(image, IMAGE_ADDRESS_MATRIX_OFFSET);
  const its = kind == KIND_IPV4 ? addressClass4(image, be32(address + 12)) : addressClass6(image, address);
  return hasBit(matrix, its, load<u32>(image, IMAGE_ADDRESS_SET_WORDS_OFFSET), set);
}

function hasBit(matrix: usize, row: u32, words: u32, set: u32): bool {
  if (set >> 5 >= words) return false;
  const word = load<u32>(matrix + ((<usize>row * <usize>words + <usize>(set >> 5)) << 2));
  return ((word >> (set & 31)) & 1) != 0;
}

/** Class of the last range that begins at or before the address; the first begins at 0. */
function addressClass4(image: usize, address: u32): u32 {
  const firsts = image + <usize>load<u32>(image, IMAGE_ADDRESS4_OFFSET);
  let low: u32 = 0;
  let high = load<u32>(image, IMAGE_ADDRESS4_COUNT_OFFSET);
  for (let step = 0; step < SEARCH_STEPS && high - low > 1; step++) {
    const middle = (low + high) >> 1;
    if (load<u32>(firsts + ((<usize>middle) << 2)) <= address) low = middle;
    else high = middle;
  }
  return <u32>load<u16>(image + <usize>load<u32>(image, IMAGE_ADDRESS4_CLASSES_OFFSET) + ((<usize>low) << 1));
}

function addressClass6(image: usize, address: usize): u32 {
  const firsts = image + <usize>load<u32>(image, IMAGE_ADDRESS6_OFFSET);
  const upper = bswap<u64>(load<u64>(address));
  const lower = bswap<u64>(load<u64>(address, 8));
  let low: u32 = 0;
  let high = load<u32>(image, IMAGE_ADDRESS6_COUNT_OFFSET);
  for (let step = 0; step < SEARCH_STEPS && high - low > 1; step++) {
    const middle = (low + high) >> 1;
    const at = firsts + ((<usize>middle) << 4);
    const first = load<u64>(at);
    if (first < upper || (first == upper && load<u64>(at, 8) <= lower)) low = middle;
    else high = middle;
  }
  return <u32>load<u16>(image + <usize>load<u32>(image, IMAGE_ADDRESS6_CLASSES_OFFSET) + ((<usize>low) << 1));
}
