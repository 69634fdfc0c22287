// The pool of windows: STREAMS divided into places of one size, lent to the streams that have bytes to keep.
// Apart from streams because it knows nothing of sequence numbers. Each window begins with its owner and its latest
// use, so that one can be taken from a stream that has been silent. Always holds: a window has one owner or is free;
// pages of windows that were never lent are never touched.

import { inspectState } from "../inspect/state";
import { STREAMS_BASE } from "../layout";
import { config, state } from "../state";
import {
  WINDOW_HEADER_SIZE,
  WINDOW_LAST_OFFSET,
  WINDOW_NEXT_OFFSET,
  WINDOW_OWNER_OFFSET,
} from "./stream-layout";

const LOOKS_MAX: u32 = 16;

@unmanaged
class WindowHeader {
  owner: u32;
  next: u32;
  last: u64;
}

if (offsetof<WindowHeader>("owner") != WINDOW_OWNER_OFFSET) ERROR("WindowHeader drifted from layout");
if (offsetof<WindowHeader>("next") != WINDOW_NEXT_OFFSET) ERROR("WindowHeader drifted from layout");
if (offsetof<WindowHeader>("last") != WINDOW_LAST_OFFSET) ERROR("WindowHeader drifted from layout");
if (offsetof<WindowHeader>() > <usize>WINDOW_HEADER_SIZE) ERROR("WindowHeader does not fit");

function headerOf(text: usize): WindowHeader {
  return changetype<WindowHeader>(text - WINDOW_HEADER_SIZE);
}

function textOf(index: u32): usize {
  return <usize>STREAMS_BASE + <usize>index * config().streamWindowSize + WINDOW_HEADER_SIZE;
}

/** Address of a free window's text, or of the one used longest ago among some: then windowOwner() still has it. */
export function findWindow(): usize {
  const s = inspectState();
  if (s.windowFree != 0) return <usize>s.windowFree;
  const limit = config().streamWindowLimit;
  if (s.windowsTouched < limit) {
    const fresh = textOf(s.windowsTouched);
    s.windowsTouched += 1;
    headerOf(fresh).owner = 0;
    headerOf(fresh).next = 0;
    s.windowFree = <u32>fresh;
    return fresh;
  }
  let oldest: usize = 0;
  let hand = s.windowHand < limit ? s.windowHand : 0;
  const looks = min(limit, LOOKS_MAX);
  for (let look: u32 = 0; look < looks; look++) {
    const text = textOf(hand);
    hand = hand + 1 < limit ? hand + 1 : 0;
    if (oldest == 0 || headerOf(text).last < headerOf(oldest).last) oldest = text;
  }
  s.windowHand = hand;
  return oldest;
}

/** Address of the stream that has the window, 0 when it is free. */
export function windowOwner(text: usize): usize {
  return <usize>headerOf(text).owner;
}

/** Lends the window that findWindow() answered. */
export function lendWindow(text: usize, owner: usize): void {
  const header = headerOf(text);
  if (header.owner == 0) {
    const s = inspectState();
    s.windowFree = header.next;
    s.windowsUsed += 1;
  }
  header.owner = <u32>owner;
  header.next = 0;
  header.last = state().packetIndex;
}

export function touchWindow(text: usize): void {
  headerOf(text).last = state().packetIndex;
}

export function giveWindow(text: usize): void {
  const header = headerOf(text);
  const s = inspectState();
  header.owner = 0;
  header.next = s.windowFree;
  s.windowFree = <u32>text;
  s.windowsUsed -= 1;
}
