// One open capture file as it stands in memory: where its next record is, and the packet at its head.
// Apart so that both formats and the merge speak of the same few steps.
// Always holds: cursor <= end; nothing behind end is ever read; fileOffset belongs to the cursor; the HEAD fields
// describe the record at the cursor while headReady is set.

import {
  INPUT_CURSOR_OFFSET,
  INPUT_ERROR_CODE_OFFSET,
  INPUT_ERROR_HEADER_CUT,
  INPUT_ERROR_RECORD_CUT,
  INPUT_HEAD_DATA_OFFSET,
  INPUT_HEADER_SIZE,
  INPUT_LAST_TIME_OFFSET,
  INPUT_LINKTYPE_OFFSET,
  INPUT_RECORD_HEADER_OFFSET,
  INPUT_SIZE,
  INPUT_STATUS_DAMAGED,
  INPUT_STATUS_ENDED,
  INPUT_SWAPPED_OFFSET,
  INPUTS_BASE,
  RUN_INPUT_DAMAGED,
  RUN_INPUT_ENDED,
  RUN_NEED_INPUT,
} from "../layout";

@unmanaged
export class Input {
  cursor: u32;
  end: u32;
  status: u32;
  format: u32;
  fileOffset: u64;
  headTime: u64;
  skip: u64;
  errorCode: u32;
  errorValue: u32;
  errorOffset: u64;
  swapped: u32;
  interfaces: u32;
  headData: u32;
  headCaptured: u32;
  headWire: u32;
  headLink: u32;
  headNext: u32;
  headReady: u32;
  eof: u32;
  linktype: u32;
  packets: u64;
  timeUnit: u32;
  section: u32;
  fcsSize: u32;
  recordHeader: u32;
  lastTime: u64;

  /** Bytes there, from the cursor on. */
  get room(): u32 {
    return this.end - this.cursor;
  }

  /** A word of the file in the file's byte order; the caller knows that it is there. */
  word(at: u32): u32 {
    const raw = load<u32>(at);
    return this.swapped ? bswap<u32>(raw) : raw;
  }

  half(at: u32): u32 {
    const raw = load<u16>(at);
    return <u32>(this.swapped ? bswap<u16>(raw) : raw);
  }

  advance(bytes: u32): void {
    this.cursor += bytes;
    this.fileOffset += bytes;
  }
}

if (offsetof<Input>("cursor") != INPUT_CURSOR_OFFSET) ERROR("Input drifted from layout");
if (offsetof<Input>("errorCode") != INPUT_ERROR_CODE_OFFSET) ERROR("Input drifted from layout");
if (offsetof<Input>("swapped") != INPUT_SWAPPED_OFFSET) ERROR("Input drifted from layout");
if (offsetof<Input>("headData") != INPUT_HEAD_DATA_OFFSET) ERROR("Input drifted from layout");
if (offsetof<Input>("linktype") != INPUT_LINKTYPE_OFFSET) ERROR("Input drifted from layout");
if (offsetof<Input>("recordHeader") != INPUT_RECORD_HEADER_OFFSET) ERROR("Input drifted from layout");
if (offsetof<Input>("lastTime") != INPUT_LAST_TIME_OFFSET) ERROR("Input drifted from layout");
if (offsetof<Input>() != INPUT_HEADER_SIZE) ERROR("Input drifted from layout");

export function inputAt(number: u32): Input {
  return changetype<Input>(<usize>INPUTS_BASE + <usize>number * INPUT_SIZE);
}

/** The record at the cursor is wrong: the input stops here. */
export function damage(input: Input, code: u32, value: u32): u32 {
  return damageAt(input, code, value, input.fileOffset);
}

export function damageAt(input: Input, code: u32, value: u32, offset: u64): u32 {
  input.errorCode = code;
  input.errorValue = value;
  input.errorOffset = offset;
  input.status = INPUT_STATUS_DAMAGED;
  return RUN_INPUT_DAMAGED;
}

/** The record at the cursor isn't wholly there: more bytes are wanted, or the file ended, here or within it. */
export function short(input: Input): u32 {
  if (!input.eof) return RUN_NEED_INPUT;
  if (input.room == 0) {
    input.status = INPUT_STATUS_ENDED;
    return RUN_INPUT_ENDED;
  }
  const code = input.fileOffset == 0 ? INPUT_ERROR_HEADER_CUT : INPUT_ERROR_RECORD_CUT;
  return damage(input, code, input.room);
}

/** Notes the packet of the record at the cursor. The frame check sequence is no part of the frame. */
export function setHead(
  input: Input,
  time: u64,
  data: u32,
  captured: u32,
  wire: u32,
  link: u32,
  fcsSize: u32,
  next: u32,
): void {
  if (fcsSize <= wire && captured <= wire) {
    wire -= fcsSize;
    captured = min<u32>(captured, wire);
  }
  input.headTime = time;
  input.lastTime = time;
  input.headData = data;
  input.headCaptured = captured;
  input.headWire = wire;
  input.headLink = link;
  input.headNext = next;
  input.headReady = 1;
}
