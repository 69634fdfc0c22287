// The classic capture file: a header of 24 bytes, then records, each a header and the frame.
// Apart from pcapng because nothing but the packet is shared, and because its walk is the fastest path of all.
// Always holds: a record is taken only when it is wholly there; whatever is unusual is left to readPcap().
//
//   file    0 magic   4 major u16   6 minor u16   16 snap length   20 link type, FCS length
//   record  0 seconds   4 fraction   8 captured length   12 wire length   (16 Kuznetzov's extra 8 bytes)
//
// Source: draft-ietf-opsawg-pcap; the 'modified' magic is that of Kuznetzov's patch to libpcap.

import { pushPacket } from "../batch";
import {
  INPUT_ERROR_MAGIC,
  INPUT_ERROR_RECORD_LENGTH,
  INPUT_ERROR_VERSION,
  INPUT_FORMAT_PCAP,
  RECORD_CAPTURED_MAX,
  RUN_MORE,
} from "../layout";
import { damage, Input, setHead, short } from "./open-input";

const MAGIC_MICRO: u32 = 0xa1b2c3d4;
const MAGIC_NANO: u32 = 0xa1b23c4d;
const MAGIC_MODIFIED: u32 = 0xa1b2cd34;
const FILE_HEADER_SIZE: u32 = 24;
const RECORD_HEADER_SIZE: u32 = 16;
const MODIFIED_HEADER_SIZE: u32 = 24;
const VERSION_MAJOR: u32 = 2;
const LINK_MASK: u32 = 0xffff;
const FCS_KNOWN: u32 = 0x04000000;
const FCS_SHIFT: u32 = 28;
const FCS_UNIT: u32 = 2; // the file header gives it in 16-bit words
const SECOND_NS: u64 = 1000000000;

function known(magic: u32): bool {
  return magic == MAGIC_MICRO || magic == MAGIC_NANO || magic == MAGIC_MODIFIED;
}

/** Reads the file header; at least four bytes are there. */
export function openPcap(input: Input): u32 {
  const raw = load<u32>(input.cursor);
  const swapped = !known(raw);
  const magic = swapped ? bswap<u32>(raw) : raw;
  if (!known(magic)) return damage(input, INPUT_ERROR_MAGIC, raw);
  if (input.room < FILE_HEADER_SIZE) return short(input);
  input.swapped = u32(swapped);
  const at = input.cursor;
  const major = input.half(at + 4);
  if (major != VERSION_MAJOR) return damage(input, INPUT_ERROR_VERSION, major);
  const network = input.word(at + 20);
  input.linktype = network & LINK_MASK;
  input.fcsSize = network & FCS_KNOWN ? (network >> FCS_SHIFT) * FCS_UNIT : 0;
  input.timeUnit = magic == MAGIC_NANO ? 1 : 1000;
  input.recordHeader = magic == MAGIC_MODIFIED ? MODIFIED_HEADER_SIZE : RECORD_HEADER_SIZE;
  input.format = INPUT_FORMAT_PCAP;
  input.advance(FILE_HEADER_SIZE);
  return RUN_MORE;
}

/** Makes the record at the cursor the input's head: RUN_MORE, or why there is none. */
export function readPcap(input: Input): u32 {
  const at = input.cursor;
  const header = input.recordHeader;
  if (input.room < header) return short(input);
  const captured = input.word(at + 8);
  if (captured > <u32>RECORD_CAPTURED_MAX) return damage(input, INPUT_ERROR_RECORD_LENGTH, captured);
  if (input.room - header < captured) return short(input);
  const data = at + header;
  const time = <u64>input.word(at) * SECOND_NS + <u64>input.word(at + 4) * input.timeUnit;
  setHead(input, time, data, captured, input.word(at + 12), input.linktype, input.fcsSize, data + captured);
  return RUN_MORE;
}

/** Whether walkPcap() can read this input: our byte order, no frame check sequence. */
export function isPlainPcap(input: Input): bool {
  return input.format == INPUT_FORMAT_PCAP && (input.swapped | input.fcsSize) == 0;
}

/** Pushes whole records of plain pcap from the cursor on, up to `limit`, while they are earlier than `before`. */
export function walkPcap(input: Input, number: u32, limit: u32, before: u64): void {
  const start = input.cursor;
  const end = input.end;
  const header = input.recordHeader;
  const unit = <u64>input.timeUnit;
  const link = input.linktype;
  let at = start;
  let done: u32 = 0;
  while (done < limit && end - at >= header) {
    const captured = load<u32>(at, 8);
    const data = at + header;
    if (captured > <u32>RECORD_CAPTURED_MAX || end - data < captured) break;
    const time = <u64>load<u32>(at) * SECOND_NS + <u64>load<u32>(at, 4) * unit;
    if (time >= before) break;
    pushPacket(time, data, captured, load<u32>(at, 12), link, number);
    at = data + captured;
    done++;
  }
  input.packets += done;
  input.advance(at - start);
}
