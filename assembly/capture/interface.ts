// The interfaces of a pcapng section: what each packet's link type, time unit and trailing checksum are.
// Apart because its options are the one place where a capture file has variable structure inside a block.
// Always holds: the whole block is in the window; options never reach into the trailing length.

import {
  INPUT_ERROR_BLOCK_LENGTH,
  INPUT_ERROR_INTERFACES_FULL,
  INPUT_ERROR_OPTION,
  INPUT_HEADER_SIZE,
  INTERFACE_CAPACITY,
  INTERFACE_FCS_SIZE_OFFSET,
  INTERFACE_SIZE,
  INTERFACE_TSOFFSET_OFFSET,
  RUN_MORE,
} from "../layout";
import { damage, Input } from "./open-input";

const BLOCK_SIZE_MIN: u32 = 20;
const OPTIONS_AT: u32 = 16;
const TRAILER_SIZE: u32 = 4;
const RESOLUTION_DEFAULT: u32 = 6;
const OPTION_END: u32 = 0;
const OPTION_TSRESOL: u32 = 9;
const OPTION_FCSLEN: u32 = 13;
const OPTION_TSOFFSET: u32 = 14;

@unmanaged
export class Interface {
  linktype: u32;
  snaplen: u32;
  resolution: u32;
  fcsSize: u32;
  offset: i64;
}

if (offsetof<Interface>("fcsSize") != INTERFACE_FCS_SIZE_OFFSET) ERROR("Interface drifted from layout");
if (offsetof<Interface>("offset") != INTERFACE_TSOFFSET_OFFSET) ERROR("Interface drifted from layout");

export function interfaceAt(input: Input, number: u32): Interface {
  return changetype<Interface>(changetype<usize>(input) + INPUT_HEADER_SIZE + <usize>number * INTERFACE_SIZE);
}

/** Takes in the interface description block at the cursor, which is wholly there and `length` bytes long. */
export function readInterface(input: Input, length: u32): u32 {
  if (length < BLOCK_SIZE_MIN) return damage(input, INPUT_ERROR_BLOCK_LENGTH, length);
  if (input.interfaces == INTERFACE_CAPACITY) {
    return damage(input, INPUT_ERROR_INTERFACES_FULL, INTERFACE_CAPACITY);
  }
  const at = input.cursor;
  const entry = interfaceAt(input, input.interfaces);
  entry.linktype = input.half(at + 8);
  entry.snaplen = input.word(at + 12);
  entry.resolution = RESOLUTION_DEFAULT;
  entry.fcsSize = 0;
  entry.offset = 0;
  const answer = readOptions(input, entry, at + OPTIONS_AT, at + length - TRAILER_SIZE);
  if (answer != RUN_MORE) return answer;
  input.linktype = entry.linktype;
  input.interfaces++;
  input.advance(length);
  return RUN_MORE;
}

function readOptions(input: Input, entry: Interface, at: u32, end: u32): u32 {
  while (end - at >= 4) {
    const code = input.half(at);
    const size = input.half(at + 2);
    if (code == OPTION_END) break;
    const padded = (size + 3) & ~3;
    if (end - at - 4 < padded || !takeOption(input, entry, code, size, at + 4)) {
      return damage(input, INPUT_ERROR_OPTION, (code << 16) | size);
    }
    at += 4 + padded;
  }
  return RUN_MORE;
}

/** False when an option that matters has a length that it cannot have. */
function takeOption(input: Input, entry: Interface, code: u32, size: u32, at: u32): bool {
  if (code == OPTION_TSRESOL) {
    if (size != 1) return false;
    entry.resolution = load<u8>(at);
  } else if (code == OPTION_FCSLEN) {
    if (size != 1) return false;
    entry.fcsSize = fcsBytes(load<u8>(at));
  } else if (code == OPTION_TSOFFSET) {
    if (size != 8) return false;
    const raw = load<i64>(at);
    entry.offset = input.swapped ? bswap<i64>(raw) : raw;
  }
  return true;
}

/** The option is in bits; writers exist that give bytes, and no checksum has fewer than 8 bits. */
function fcsBytes(value: u32): u32 {
  return value < 8 ? value : value >> 3;
}
