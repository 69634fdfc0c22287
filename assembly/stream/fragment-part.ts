// Where the bytes of a fragment lie in its frame, and what they begin with.
// Apart from the decoders because those go on to the transport header of a first fragment, and this stops before it:
// at the fragmentable part (RFC 791 3.2, RFC 8200 4.5). Always holds: nothing at or behind the packet's `end` is read;
// the headers walked here were walked by the decoder before.

import { IP6_EXTENSION_MAX, KIND_IPV4 } from "../layout";
import { be16 } from "../wire/bytes";
import { Packet } from "../wire/packet";
import { PROTO_AH } from "../wire/transport";

const IP4_HEADER_SIZE: u32 = 20;
const IP6_HEADER_SIZE: u32 = 40;
const HOP_BY_HOP: u32 = 0;
const ROUTING: u32 = 43;
const FRAGMENT: u32 = 44;
const DESTINATION_OPTIONS: u32 = 60;
const HIP: u32 = 139;
const SHIM6: u32 = 140;
const FRAGMENT_HEADER_SIZE: u32 = 8;

/** Address of the fragment's first byte; 0 when its headers are not there. */
export function fragmentPart(p: Packet): usize {
  if (p.kind == <u8>KIND_IPV4) {
    if (p.l3 + IP4_HEADER_SIZE > p.end) return 0;
    const part = p.l3 + ((<u32>load<u8>(<usize>p.l3) & 15) << 2);
    return part > p.end ? 0 : <usize>part;
  }
  const header = fragmentHeader(p);
  return header == 0 ? 0 : header + FRAGMENT_HEADER_SIZE;
}

/** Protocol of the fragmentable part's first byte, in a fragment that has a part. */
export function partProtocol(p: Packet): u32 {
  if (p.kind == <u8>KIND_IPV4) return <u32>load<u8>(<usize>p.l3, 9);
  const header = fragmentHeader(p);
  return header == 0 ? 0 : <u32>load<u8>(header);
}

/** Bytes of the fragment as its IP header claims them, whatever was captured. */
export function claimedPart(p: Packet, part: usize): u32 {
  const at = <usize>p.l3;
  const size = p.kind == <u8>KIND_IPV4 ? be16(at + 2) : be16(at + 4) + IP6_HEADER_SIZE;
  const headers = <u32>(part - at);
  return size > headers ? size - headers : 0;
}

/** Address of the IPv6 fragment header, whole and captured; 0 without one. */
function fragmentHeader(p: Packet): usize {
  const end = <usize>p.end;
  let at = <usize>p.l3 + IP6_HEADER_SIZE;
  if (at > end) return 0;
  let next = <u32>load<u8>(<usize>p.l3, 6);
  for (let steps = 0; steps < IP6_EXTENSION_MAX; steps++) {
    if (at + FRAGMENT_HEADER_SIZE > end) return 0;
    if (next == FRAGMENT) return at;
    const size = extensionSize(next, at);
    if (size == 0) return 0;
    next = <u32>load<u8>(at);
    at += size;
  }
  return 0;
}

/** Bytes of the IPv6 extension header at `at`, of which eight are there; 0 when it is none. */
function extensionSize(header: u32, at: usize): u32 {
  const words = <u32>load<u8>(at, 1);
  if (header == PROTO_AH) return (words + 2) << 2;
  if (header != HOP_BY_HOP && header != ROUTING && header != DESTINATION_OPTIONS) {
    if (header != HIP && header != SHIM6) return 0;
  }
  return (words + 1) << 3;
}

/**
 * Steps over the extension headers that the fragmentable part begins with, to what the transport decoder takes; true
 * when there were any: the pseudo-header's address may then be another.
 */
export function skipExtensions(p: Packet): bool {
  let any = false;
  for (let steps = 0; steps < IP6_EXTENSION_MAX; steps++) {
    const at = <usize>p.cursor;
    if (p.next == PROTO_AH || p.left < 8) return any;
    const size = extensionSize(p.next, at);
    if (size == 0 || size > p.left) return any;
    p.next = <u32>load<u8>(at);
    p.advance(size);
    any = true;
  }
  return any;
}
