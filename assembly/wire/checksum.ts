// The Internet checksum (RFC 1071). Sums are taken over little-endian words: a ones' complement sum only
// changes its byte order with that, so the result is compared with fields loaded the same way.

import { swap16 } from "./bytes";

/** Sum of the bytes as 16-bit little-endian words, not folded. `size` is at most 262144, so it fits 48 bits. */
export function sumBytes(at: usize, size: u32): u64 {
  let sum: u64 = 0;
  let left = size;
  if (left >= 32) {
    let lanes = i32x4.splat(0);
    while (left >= 32) {
      lanes = i32x4.add(lanes, i32x4.extadd_pairwise_i16x8_u(v128.load(at)));
      lanes = i32x4.add(lanes, i32x4.extadd_pairwise_i16x8_u(v128.load(at, 16)));
      at += 32;
      left -= 32;
    }
    sum =
      <u64>(<u32>i32x4.extract_lane(lanes, 0)) +
      <u64>(<u32>i32x4.extract_lane(lanes, 1)) +
      <u64>(<u32>i32x4.extract_lane(lanes, 2)) +
      <u64>(<u32>i32x4.extract_lane(lanes, 3));
  }
  while (left >= 4) {
    sum += load<u32>(at);
    at += 4;
    left -= 4;
  }
  if (left >= 2) {
    sum += load<u16>(at);
    at += 2;
    left -= 2;
  }
  if (left != 0) sum += load<u8>(at);
  return sum;
}

/** Folds a sum to 16 bits. */
export function fold(sum: u64): u32 {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return <u32>((sum & 0xffff) + (sum >> 16));
}

/** Sum of a pseudo-header (RFC 9293 3.1, RFC 8200 8.1): the key's two addresses, protocol and length. */
export function sumPseudoHeader(addresses: usize, ip6: bool, proto: u32, length: u32): u64 {
  let sum: u64 = <u64>swap16(proto) + <u64>swap16(length & 0xffff) + <u64>swap16(length >> 16);
  if (ip6) {
    sum += sumBytes(addresses, 32);
  } else {
    // The last four bytes of each mapped address.
    sum += <u64>load<u32>(addresses, 12) + <u64>load<u32>(addresses, 28);
  }
  return sum;
}
