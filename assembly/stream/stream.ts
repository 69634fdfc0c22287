// Overlay of one direction of a conversation, and the text of it that lies in order in its window.
// Apart from what puts bytes there because rules and HTTP read it and need nothing else.
// Always holds: INSPECTED <= FILLED <= first range; ranges ascend, do not touch, and end within the window.

import { config } from "../state";
import {
  STREAM_AGE_OFFSET,
  STREAM_BIT_DEPTH,
  STREAM_BIT_GAP,
  STREAM_BIT_HOLED,
  STREAM_HTTP_OFFSET,
  STREAM_HTTP_SIZE,
  STREAM_PENDING_COUNT_OFFSET,
  STREAM_PREPENDS_OFFSET,
  STREAM_RANGES_OFFSET,
  STREAM_TOTAL_OFFSET,
  WINDOW_HEADER_SIZE,
} from "./stream-layout";
import { giveWindow } from "./window";

@unmanaged
export class Stream {
  window: u32;
  base: u32;
  filled: u32;
  inspected: u32;
  start: u32;
  bits: u32;
  rangeCount: u32;
  age: u32;
  range0: u32;
  range1: u32;
  range2: u32;
  range3: u32;
  range4: u32;
  range5: u32;
  prepends: u16;
  strays: u16;
  total: u32;

  has(bit: i32): bool {
    return (this.bits & <u32>bit) != 0;
  }

  mark(bit: i32): void {
    this.bits |= <u32>bit;
  }

  /** Sequence number of the byte that comes next in order. */
  get next(): u32 {
    return this.base + this.filled;
  }

  get textStart(): usize {
    return <usize>this.window;
  }

  get textEnd(): usize {
    return <usize>this.window + <usize>this.filled;
  }

  /** Address of the first byte in order that was not inspected yet. */
  get newFrom(): usize {
    return <usize>this.window + <usize>this.inspected;
  }

  /** Place in the stream, from its first byte, of the byte at that address of the window. */
  positionOf(address: usize): u32 {
    return this.base - this.start + (<u32>address - this.window);
  }

  /** Rules whose pattern was seen, but not yet all of them. */
  get pendingCount(): u32 {
    return load<u32>(changetype<usize>(this), STREAM_PENDING_COUNT_OFFSET);
  }

  set pendingCount(value: u32) {
    store<u32>(changetype<usize>(this), value, STREAM_PENDING_COUNT_OFFSET);
  }
}

if (offsetof<Stream>("age") != STREAM_AGE_OFFSET) ERROR("Stream drifted from layout");
if (offsetof<Stream>("range0") != STREAM_RANGES_OFFSET) ERROR("Stream drifted from layout");
if (offsetof<Stream>("prepends") != STREAM_PREPENDS_OFFSET) ERROR("Stream drifted from layout");
if (offsetof<Stream>("total") != STREAM_TOTAL_OFFSET) ERROR("Stream drifted from layout");
if (offsetof<Stream>() != STREAM_HTTP_OFFSET) ERROR("Stream drifted from layout");

/** Address of the bytes in order, FILLED of them; 0 when the stream has no window. */
export function streamText(stream: Stream): usize {
  return stream.textStart;
}

/** Bytes of text that a window holds. */
export function windowRoom(): u32 {
  return config().streamWindowSize - WINDOW_HEADER_SIZE;
}

/** All that is in order has been looked at; a stream past its depth needs its window no more. */
export function markInspected(stream: Stream): void {
  stream.inspected = stream.filled;
  if (stream.has(STREAM_BIT_DEPTH) && stream.window != 0) leaveWindow(stream);
}

/** What followed the text must begin anew: bytes are missing between what it saw and what comes. */
export function breakText(stream: Stream): void {
  stream.mark(STREAM_BIT_GAP | STREAM_BIT_HOLED);
  stream.pendingCount = 0;
}

/** The text goes on before where it was looked at: places that HTTP kept mean nothing any more. */
export function forgetHttp(stream: Stream): void {
  memory.fill(changetype<usize>(stream) + STREAM_HTTP_OFFSET, 0, STREAM_HTTP_SIZE);
}

/** Gives the stream's window back; the stream goes on behind what was in order, as after a hole. */
export function leaveWindow(stream: Stream): void {
  if (stream.window == 0) return;
  giveWindow(<usize>stream.window);
  loseWindow(stream);
}

/** The window is another's now. */
export function loseWindow(stream: Stream): void {
  stream.window = 0;
  stream.base = stream.next;
  stream.filled = 0;
  stream.inspected = 0;
  stream.rangeCount = 0;
  breakText(stream);
}
