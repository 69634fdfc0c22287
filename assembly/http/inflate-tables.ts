// The two codes of a deflate block: the fixed ones, and those that a block describes itself (RFC 1951 3.2.6, 3.2.7).
// Apart from decoding because they come before it. Always holds: both codes are whole when this answers true.

import {
  INFLATE_DISTANCES_OFFSET,
  INFLATE_LENGTHS_OFFSET,
  INFLATE_LENGTHS_SIZE,
  INFLATE_LITERAL_CAPACITY,
  INFLATE_LITERALS_OFFSET,
} from "./http-layout";
import { Inflate, refill, takeBits } from "./inflate-bits";
import { buildCode, CODE_BITS_MAX, decodeNext } from "./inflate-code";

const LITERALS_MAX: u32 = 286;
const DISTANCES_MAX: u32 = 30;
const LENGTH_CODES: u32 = 19;
const END_OF_BLOCK: u32 = 256;
const REPEAT_BEFORE: u32 = 16;
const REPEAT_ZERO: u32 = 17;
const REPEAT_ZERO_LONG: u32 = 18;

/** The codes that need no description. */
export function fixedCodes(s: usize): void {
  const lengths = s + INFLATE_LENGTHS_OFFSET;
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  buildCode(s + INFLATE_LITERALS_OFFSET, lengths, INFLATE_LITERAL_CAPACITY);
  memory.fill(lengths, 5, DISTANCES_MAX);
  buildCode(s + INFLATE_DISTANCES_OFFSET, lengths, DISTANCES_MAX);
}

/** Reads the description of the block's codes; false when it is damaged or not whole. */
export function readDynamicCodes(s: Inflate): bool {
  const at = changetype<usize>(s);
  const lengths = at + INFLATE_LENGTHS_OFFSET;
  const literals = takeBits(s, 5) + 257;
  const distances = takeBits(s, 5) + 1;
  const described = takeBits(s, 4) + 4;
  if (s.isShort != 0 || literals > LITERALS_MAX || distances > DISTANCES_MAX) return false;
  memory.fill(lengths, 0, INFLATE_LENGTHS_SIZE);
  for (let i: u32 = 0; i < described; i++) store<u8>(lengths + lengthCodeAt(i), <u8>takeBits(s, 3));
  // The code of the lengths is needed only until the others are known: it lies where the distances' will.
  const code = at + INFLATE_DISTANCES_OFFSET;
  if (s.isShort != 0 || !buildCode(code, lengths, LENGTH_CODES)) return false;
  if (!readLengths(s, code, lengths, literals + distances)) return false;
  if (load<u8>(lengths + END_OF_BLOCK) == 0) return false;
  if (!buildCode(at + INFLATE_LITERALS_OFFSET, lengths, literals)) return false;
  return buildCode(code, lengths + literals, distances);
}

/** The lengths of both codes, one behind the other, themselves in a code with repetitions. */
function readLengths(s: Inflate, code: usize, lengths: usize, count: u32): bool {
  let done: u32 = 0;
  let before: u32 = 0;
  while (done < count) {
    if (s.held < CODE_BITS_MAX) refill(s);
    const symbol = decodeNext(s, code);
    if (symbol > REPEAT_ZERO_LONG) return false;
    let times: u32 = 1;
    if (symbol < REPEAT_BEFORE) before = symbol;
    else if (symbol == REPEAT_BEFORE) {
      if (done == 0) return false;
      times = 3 + takeBits(s, 2);
    } else {
      before = 0;
      times = symbol == REPEAT_ZERO ? 3 + takeBits(s, 3) : 11 + takeBits(s, 7);
    }
    if (s.isShort != 0 || times > count - done) return false;
    memory.fill(lengths + done, <u8>before, times);
    done += times;
  }
  return true;
}

/** Which length the i-th of the description is of: the likely ones come first. */
function lengthCodeAt(i: u32): u32 {
  if (i < 3) return 16 + i;
  if (i == 3) return 0;
  const step = (i - 4) >> 1;
  return (i & 1) == 0 ? 8 + step : 7 - step;
}
