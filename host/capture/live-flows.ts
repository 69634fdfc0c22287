// The flows that are live when the input ends, in the order in which they began.
// Apart because sorting up to a million slots must not touch the JavaScript heap: typed arrays, radix, no objects.
// Always holds: every live slot once; ordered by the start of what is still to be told, then by first packet.

import {
  CLASS_SINGLE,
  FLOW_FIRST_FRAME_OFFSET,
  FLOW_RECORD_START_OFFSET,
  FLOW_SIZE,
  FLOWS_BASE,
  META_CLASS_MASK,
  SET_META_OFFSET,
  SET_SIZE,
  SET_WAYS,
  TAGS_BASE,
} from "../../assembly/layout.js";
import { readU32, type SensorMemory } from "../wasm/memory.js";

const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;
const DIGIT_MASK = DIGITS - 1;

/** Calls `visit` with each live slot of the first `sets` sets, in table order. */
function eachLive(memory: SensorMemory, sets: number, visit: (slot: number) => void): void {
  const metas = new Uint16Array(memory.buffer, TAGS_BASE, (sets * SET_SIZE) / 2);
  for (let set = 0; set < sets; set++) {
    const first = (set * SET_SIZE + SET_META_OFFSET) / 2;
    for (let way = 0; way < SET_WAYS; way++) {
      if (((metas[first + way] ?? 0) & META_CLASS_MASK) >= CLASS_SINGLE) visit(set * SET_WAYS + way);
    }
  }
}

export function liveSlots(memory: SensorMemory, sets: number): Uint32Array {
  let count = 0;
  eachLive(memory, sets, () => count++);
  const slots = new Uint32Array(count);
  count = 0;
  eachLive(memory, sets, (slot) => {
    slots[count++] = slot;
  });
  return slots;
}

/** Live slots by RECORD_START, ties by FIRST_FRAME. */
export function orderedLiveSlots(memory: SensorMemory, sets: number): Uint32Array {
  const slots = liveSlots(memory, sets);
  let order = new Uint32Array(slots.length).map((_, index) => index);
  let other = new Uint32Array(slots.length);
  const keys = new Uint32Array(slots.length);
  // Least significant word first: a stable sort by each digit in turn.
  for (const offset of [FLOW_FIRST_FRAME_OFFSET, FLOW_RECORD_START_OFFSET]) {
    for (const word of [offset, offset + 4]) {
      for (let i = 0; i < slots.length; i++) {
        keys[i] = readU32(memory, FLOWS_BASE + (slots[i] ?? 0) * FLOW_SIZE + word);
      }
      for (const shift of [0, DIGIT_BITS]) {
        if (sortByDigit(keys, shift, order, other)) [order, other] = [other, order];
      }
    }
  }
  return order.map((index) => slots[index] ?? 0);
}

/** One pass: `to` becomes `from` sorted by that digit of its key. False (and `to` unused) when all are the same. */
function sortByDigit(keys: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const starts = new Uint32Array(DIGITS);
  for (const key of keys) {
    const digit = (key >>> shift) & DIGIT_MASK;
    starts[digit] = (starts[digit] ?? 0) + 1;
  }
  let sum = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const size = starts[digit] ?? 0;
    if (size === keys.length) return false;
    starts[digit] = sum;
    sum += size;
  }
  for (const index of from) {
    const digit = ((keys[index] ?? 0) >>> shift) & DIGIT_MASK;
    const place = starts[digit] ?? 0;
    to[place] = index;
    starts[digit] = place + 1;
  }
  return true;
}
