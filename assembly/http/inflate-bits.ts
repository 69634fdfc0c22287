// What inflating has under way, and the bits of its input (RFC 1951 3.1.1).
// Apart because blocks, codes and their descriptions all take bits. Always holds: no byte at or behind `end` is read;
// bits that are not there are told by `isShort`, and read as zeros.

import { INFLATE_STATE_SIZE } from "./http-layout";

/** What inflating has under way: an overlay in SCRATCH_HTTP. */
@unmanaged
export class Inflate {
  hold: u64; // bits taken from the input, the next lowest
  held: u32; // how many; below 0 never
  next: u32; // address
  end: u32;
  out: u32; // address
  outStart: u32;
  outEnd: u32;
  isShort: u32; // more bits were wanted than there are
}

if (offsetof<Inflate>() > <usize>INFLATE_STATE_SIZE) ERROR("Inflate does not fit");

/** Fills `hold` with as many bytes as fit and are there. */
export function refill(s: Inflate): void {
  while (s.held <= 56 && s.next < s.end) {
    s.hold |= (<u64>load<u8>(s.next)) << s.held;
    s.next += 1;
    s.held += 8;
  }
}

/** The next bits as a number, lowest first; at most 16. */
export function takeBits(s: Inflate, bits: u32): u32 {
  if (s.held < bits) refill(s);
  if (s.held < bits) {
    s.isShort = 1;
    return 0;
  }
  const value = <u32>s.hold & ((1 << bits) - 1);
  s.hold >>= bits;
  s.held -= bits;
  return value;
}
