// The newer capture file: sections, each with its own byte order and interfaces, made of length-framed blocks.
// Apart from the packet blocks (packet-block.ts), which are read by another rule: those must be whole.
// Always holds: a block's length is checked before it is believed, its trailing length before the next block is
// read; a block without a packet may be of any size, it is passed over as its bytes come.
//
//   block    0 type   4 length   8 ... body ...   length - 4: length again
//   section  8 byte-order magic   12 major u16   14 minor u16   16 section length
//
// Source: draft-ietf-opsawg-pcapng, sections 3 and 4.

import {
  COUNTER_BLOCKS_SKIPPED,
  INPUT_ERROR_BLOCK_LENGTH,
  INPUT_ERROR_BLOCK_TRAILER,
  INPUT_ERROR_BYTE_ORDER,
  INPUT_ERROR_HEADER_CUT,
  INPUT_ERROR_RECORD_CUT,
  INPUT_ERROR_VERSION,
  RUN_MORE,
  RUN_NEED_INPUT,
  WINDOW_CARRY_SIZE,
} from "../layout";
import { count } from "../state";
import { readInterface } from "./interface";
import { damage, damageAt, Input, short } from "./open-input";
import { BLOCK_ENHANCED, BLOCK_OBSOLETE, BLOCK_SIMPLE, readPacketBlock } from "./packet-block";

export const BLOCK_SECTION: u32 = 0x0a0d0d0a; // reads the same in either byte order
const BLOCK_INTERFACE: u32 = 1;
const BLOCK_SIZE_MIN: u32 = 12;
const SECTION_FIXED_SIZE: u32 = 24;
const TRAILER_SIZE: u32 = 4;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b3c4d;
const VERSION_MAJOR: u32 = 1;

/** Makes the next packet the input's head: RUN_MORE, or why there is none. */
export function readPcapng(input: Input): u32 {
  while (!input.headReady) {
    let answer = passOver(input);
    if (answer == RUN_MORE) answer = readBlock(input);
    if (answer != RUN_MORE) return answer;
  }
  return RUN_MORE;
}

function readBlock(input: Input): u32 {
  if (input.room < BLOCK_SIZE_MIN) return short(input);
  const at = input.cursor;
  if (load<u32>(at) == BLOCK_SECTION) return readSection(input);
  const length = input.word(at + 4);
  if (length < BLOCK_SIZE_MIN || length & 3) return damage(input, INPUT_ERROR_BLOCK_LENGTH, length);
  const type = input.word(at);
  const packet = type == BLOCK_ENHANCED || type == BLOCK_SIMPLE || type == BLOCK_OBSOLETE;
  if (!packet && type != BLOCK_INTERFACE) {
    count(COUNTER_BLOCKS_SKIPPED);
    return beginPassing(input, length, 8);
  }
  if (length > <u32>WINDOW_CARRY_SIZE) return damage(input, INPUT_ERROR_BLOCK_LENGTH, length);
  if (input.room < length) return short(input);
  const trailer = input.word(at + length - TRAILER_SIZE);
  if (trailer != length) return damage(input, INPUT_ERROR_BLOCK_TRAILER, trailer);
  return packet ? readPacketBlock(input, type, length) : readInterface(input, length);
}

/** A section header: from here on its byte order holds and no interface is known. */
function readSection(input: Input): u32 {
  if (input.room < SECTION_FIXED_SIZE) return short(input);
  const at = input.cursor;
  const magic = load<u32>(at + 8);
  const swapped = magic != BYTE_ORDER_MAGIC;
  if (swapped && bswap<u32>(magic) != BYTE_ORDER_MAGIC) return damage(input, INPUT_ERROR_BYTE_ORDER, magic);
  input.swapped = u32(swapped);
  const length = input.word(at + 4);
  if (length < SECTION_FIXED_SIZE + TRAILER_SIZE || length & 3) {
    return damage(input, INPUT_ERROR_BLOCK_LENGTH, length);
  }
  const major = input.half(at + 12);
  if (major != VERSION_MAJOR) return damage(input, INPUT_ERROR_VERSION, major);
  input.interfaces = 0;
  input.section++;
  return beginPassing(input, length, SECTION_FIXED_SIZE);
}

// While a block is passed over, errorOffset is where it began and errorValue its length (0: none is), so that its
// end can be checked and a fault told; errorCode stays INPUT_ERROR_NONE.

function beginPassing(input: Input, length: u32, read: u32): u32 {
  input.errorOffset = input.fileOffset;
  input.errorValue = length;
  input.skip = length - read - TRAILER_SIZE;
  input.advance(read);
  return RUN_MORE;
}

function passOver(input: Input): u32 {
  const length = input.errorValue;
  if (length == 0) return RUN_MORE;
  const step = <u32>min<u64>(input.skip, input.room);
  input.advance(step);
  input.skip -= step;
  if (input.skip == 0 && input.room >= TRAILER_SIZE) {
    const trailer = input.word(input.cursor);
    if (trailer != length) return damageAt(input, INPUT_ERROR_BLOCK_TRAILER, trailer, input.errorOffset);
    input.advance(TRAILER_SIZE);
    input.errorValue = 0;
    return RUN_MORE;
  }
  if (!input.eof) return RUN_NEED_INPUT;
  const offset = input.errorOffset;
  const code = offset == 0 ? INPUT_ERROR_HEADER_CUT : INPUT_ERROR_RECORD_CUT;
  return damageAt(input, code, <u32>(input.fileOffset + input.room - offset), offset);
}
