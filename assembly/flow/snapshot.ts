// A look at the live table from another thread: the main thread runs these in an instance of its own over the
// worker's memory, while the worker goes on. Apart because nothing here may change what the worker sees.
// Always holds: only SNAPSHOT is written; a copy is given out only when two looks at the slot agree.

import {
  CLASS_SINGLE,
  DIR_REPORTED_BYTES_OFFSET,
  FLOW_DIR_A_OFFSET,
  FLOW_DIR_B_OFFSET,
  FLOW_RECORD_START_OFFSET,
  FLOW_REPORTED_PACKETS_A_OFFSET,
  FLOW_SIZE,
  FLOW_START_OFFSET,
  RECORD_FLOW_OFFSET,
  RECORD_REASON_LIVE,
  RECORD_REASON_OFFSET,
  RECORD_SET_OFFSET,
  RECORD_TIME_OFFSET,
  RECORD_VICTIM_CLASS_OFFSET,
  SET_WAYS,
  SNAPSHOT_BASE,
  SNAPSHOT_LOOKS_MAX,
  STATE_BASE,
} from "../layout";
import { config, state } from "../state";
import { classAt, setLine, slotOf } from "./table";

/** The first slot from `slot` on that holds a live flow; the table's number of slots when there is none. */
export function nextLive(slot: u32): u32 {
  const end = config().flowSets * SET_WAYS;
  for (; slot < end; slot++) {
    if (classAt(setLine(slot / SET_WAYS), slot % SET_WAYS) >= <u32>CLASS_SINGLE) return slot;
  }
  return end;
}

/** Copies the flow of that slot to SNAPSHOT as a record of its whole life; 0 when it would not hold still. */
export function snapshot(slot: u32): u32 {
  const set = slot / SET_WAYS;
  const from = changetype<usize>(slotOf(set, slot % SET_WAYS));
  const to = <usize>SNAPSHOT_BASE + RECORD_FLOW_OFFSET;
  let looks: u32 = 0;
  do {
    if (looks++ == <u32>SNAPSHOT_LOOKS_MAX) return 0;
    memory.copy(to, from, FLOW_SIZE);
    atomic.load<u32>(STATE_BASE); // the second look comes after the copy, on Arm too
  } while (!isSame(from, to));
  memory.fill(SNAPSHOT_BASE, 0, RECORD_FLOW_OFFSET);
  store<u64>(SNAPSHOT_BASE, state().clock, RECORD_TIME_OFFSET);
  store<u32>(SNAPSHOT_BASE, RECORD_REASON_LIVE, RECORD_REASON_OFFSET);
  store<u32>(SNAPSHOT_BASE, set, RECORD_SET_OFFSET);
  store<u32>(SNAPSHOT_BASE, classAt(setLine(set), slot % SET_WAYS), RECORD_VICTIM_CLASS_OFFSET);
  store<u64>(to, load<u64>(to, FLOW_START_OFFSET), FLOW_RECORD_START_OFFSET);
  store<u64>(to, 0, FLOW_REPORTED_PACKETS_A_OFFSET); // both ends' words
  v128.store(to + FLOW_DIR_A_OFFSET, i64x2.splat(0), DIR_REPORTED_BYTES_OFFSET); // and application bytes
  v128.store(to + FLOW_DIR_B_OFFSET, i64x2.splat(0), DIR_REPORTED_BYTES_OFFSET);
  return 1;
}

function isSame(a: usize, b: usize): bool {
  let difference = i64x2.splat(0);
  for (let offset: usize = 0; offset < <usize>FLOW_SIZE; offset += 16) {
    difference = v128.or(difference, v128.xor(v128.load(a + offset), v128.load(b + offset)));
  }
  return !v128.any_true(difference);
}
