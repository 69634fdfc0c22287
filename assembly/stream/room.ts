// Room for a segment: the window itself, how far it is slid, and where the depth ends.
// Apart from put.ts because nothing here looks at a segment. Always holds: bytes in order leave the window only when
// they have been inspected; the bytes moved are paid for by bytes that came, but for a window's length a segment ahead.

import { COUNTER_WINDOWS_EVICTED } from "../layout";
import { config, count } from "../state";
import { slide } from "./ranges";
import { loseWindow, Stream } from "./stream";
import { findWindow, lendWindow, touchWindow, windowOwner } from "./window";

/** Place in the window behind the last byte within the depth. */
export function depthLeft(stream: Stream): u32 {
  const depth = config().streamDepth;
  if (depth == 0) return u32.MAX_VALUE;
  const left = depth > stream.total ? depth - stream.total : 0;
  return left > u32.MAX_VALUE - stream.filled ? u32.MAX_VALUE : stream.filled + left;
}

/** Slides the window: what is in order is kept by half, and less when a segment ahead fits only then. */
export function makeRoom(stream: Stream, at: u32, size: u32, room: u32): void {
  const half = room >> 1;
  let shift = stream.filled > half ? stream.filled - half : 0;
  if (at > stream.filled) {
    const need = at + size - room;
    if (need > stream.filled) return;
    shift = max(shift, max(need, min(stream.filled, room >> 3)));
  }
  if (shift != 0) slide(stream, shift);
}

/** The stream has a window from now on, used by this packet. */
export function useWindow(stream: Stream): void {
  if (stream.window != 0) {
    touchWindow(stream.textStart);
    return;
  }
  const text = findWindow();
  const owner = windowOwner(text);
  if (owner != 0) {
    count(COUNTER_WINDOWS_EVICTED);
    loseWindow(changetype<Stream>(owner));
  }
  lendWindow(text, changetype<usize>(stream));
  stream.window = <u32>text;
}
