// The three pcapng blocks that carry a packet: enhanced, simple, and the obsolete packet block.
// Apart from the other blocks because they must be whole in the window and become the input's head.
// Always holds: the block is `length` bytes, all there, trailing length checked; the frame lies within it.
//
//   enhanced  8 interface u32               12 time high  16 time low  20 captured  24 wire  28 frame, options
//   obsolete  8 interface u16  10 drops u16 12 ... the same
//   simple    8 wire  12 frame

import {
  INPUT_ERROR_BLOCK_LENGTH,
  INPUT_ERROR_INTERFACE,
  INPUT_ERROR_RECORD_LENGTH,
  RECORD_CAPTURED_MAX,
  RUN_MORE,
} from "../layout";
import { Interface, interfaceAt } from "./interface";
import { damage, Input, setHead } from "./open-input";
import { timeNs } from "./time";

export const BLOCK_OBSOLETE: u32 = 2;
export const BLOCK_SIMPLE: u32 = 3;
export const BLOCK_ENHANCED: u32 = 6;
const ENHANCED_FRAME_AT: u32 = 28;
const SIMPLE_FRAME_AT: u32 = 12;
const TRAILER_SIZE: u32 = 4;
const OPTION_END: u32 = 0;
const OPTION_FLAGS: u32 = 2;
const FLAGS_FCS_SHIFT: u32 = 5;
const FLAGS_FCS_MASK: u32 = 15;

export function readPacketBlock(input: Input, type: u32, length: u32): u32 {
  return type == BLOCK_SIMPLE ? readSimple(input, length) : readEnhanced(input, type, length);
}

function readEnhanced(input: Input, type: u32, length: u32): u32 {
  if (length < ENHANCED_FRAME_AT + TRAILER_SIZE) return damage(input, INPUT_ERROR_BLOCK_LENGTH, length);
  const at = input.cursor;
  const number = type == BLOCK_OBSOLETE ? input.half(at + 8) : input.word(at + 8);
  if (number >= input.interfaces) return damage(input, INPUT_ERROR_INTERFACE, number);
  const captured = input.word(at + 20);
  const room = length - ENHANCED_FRAME_AT - TRAILER_SIZE;
  if (captured > <u32>RECORD_CAPTURED_MAX || captured > room) {
    return damage(input, INPUT_ERROR_RECORD_LENGTH, captured);
  }
  const from = interfaceAt(input, number);
  const ticks = ((<u64>input.word(at + 12)) << 32) | input.word(at + 16);
  const time = timeNs(ticks, from.resolution, from.offset);
  const data = at + ENHANCED_FRAME_AT;
  const options = data + ((captured + 3) & ~3);
  const next = at + length;
  const fcsSize = fcsOf(input, from, options, next - TRAILER_SIZE);
  setHead(input, time, data, captured, input.word(at + 24), from.linktype, fcsSize, next);
  return RUN_MORE;
}

/** A simple packet has no time of its own, and no interface but the section's first. */
function readSimple(input: Input, length: u32): u32 {
  if (length < SIMPLE_FRAME_AT + TRAILER_SIZE) return damage(input, INPUT_ERROR_BLOCK_LENGTH, length);
  if (input.interfaces == 0) return damage(input, INPUT_ERROR_INTERFACE, 0);
  const at = input.cursor;
  const from = interfaceAt(input, 0);
  const wire = input.word(at + 8);
  const captured = from.snaplen == 0 ? wire : min<u32>(wire, from.snaplen);
  const room = length - SIMPLE_FRAME_AT - TRAILER_SIZE;
  if (captured > <u32>RECORD_CAPTURED_MAX || captured > room) {
    return damage(input, INPUT_ERROR_RECORD_LENGTH, captured);
  }
  const data = at + SIMPLE_FRAME_AT;
  setHead(input, input.lastTime, data, captured, wire, from.linktype, from.fcsSize, at + length);
  return RUN_MORE;
}

/** The checksum's size as the packet's own flags give it (bytes), else as its interface does. */
function fcsOf(input: Input, from: Interface, at: u32, end: u32): u32 {
  while (end - at >= 4) {
    const code = input.half(at);
    const size = input.half(at + 2);
    const padded = (size + 3) & ~3;
    if (code == OPTION_END || end - at - 4 < padded) break;
    if (code == OPTION_FLAGS && size == 4) {
      const told = (input.word(at + 4) >> FLAGS_FCS_SHIFT) & FLAGS_FCS_MASK;
      if (told != 0) return told;
    }
    at += 4 + padded;
  }
  return from.fcsSize;
}
