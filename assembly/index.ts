// The module's exports: everything the host calls. Each is a function of memory alone.

import { processBatch, pushPacket } from "./batch";
import { initDetection } from "./detect/init";
import { flushFragments } from "./flow/fragments";
import { flushOne, flushTable } from "./flow/table";
import { initInline } from "./inline/state";
import { inspectState } from "./inspect/state";
import {
  CLASS_CLOSED,
  CLASS_ESTABLISHED,
  CLASS_FREE,
  CLASS_HALF_OPEN,
  CLASS_ONE_WAY,
  CLASS_SINGLE,
  CLASS_TWO_WAY,
  COUNTERS_BASE,
  COUNTERS_REGION_SIZE,
  FRAGMENT_SIZE,
  FRAGMENT_WAYS,
  FRAGMENTS_BASE,
  INPUTS_BASE,
  INPUTS_REGION_SIZE,
  INSPECT_BASE,
  META_CLOCK_SHIFT,
  META_TIME_MASK,
  SET_SIZE,
  STATE_BASE,
  STATE_SIZE,
  TAGS_BASE,
  THRESHOLDS_BASE,
  THRESHOLDS_REGION_SIZE,
} from "./layout";
import { INSPECT_STATE_SIZE } from "./match/rules-layout";
import { config, setClassAge, state } from "./state";
import { initDatagrams } from "./stream/datagrams";
import { initSessions } from "./stream/session";

export { tick } from "./batch";
export { closeInput, openInput, run } from "./capture/input";
export { readBlock } from "./capture/ring-block";
export { darkness, giveAlive } from "./detect/ask-alive";
export { nextLive, snapshot } from "./flow/snapshot";
export { discard, forward } from "./inline/forward";
export { takeRules } from "./inspect/swap";

/** Empties everything and takes the limits that the host wrote into CONFIG. Call it before anything else. */
export function init(): void {
  const c = config();
  memory.fill(STATE_BASE, 0, STATE_SIZE);
  memory.fill(COUNTERS_BASE, 0, COUNTERS_REGION_SIZE);
  memory.fill(INPUTS_BASE, 0, INPUTS_REGION_SIZE);
  memory.fill(FRAGMENTS_BASE, 0, <usize>c.fragmentSets * FRAGMENT_WAYS * FRAGMENT_SIZE);
  memory.fill(TAGS_BASE, 0, <usize>c.flowSets * SET_SIZE);
  initDetection();
  initSessions();
  initDatagrams();
  initInline();
  if (inspectState().generation != 0) memory.fill(THRESHOLDS_BASE, 0, THRESHOLDS_REGION_SIZE);
  memory.fill(INSPECT_BASE, 0, INSPECT_STATE_SIZE);
  configure();
}

/** Takes new timeouts that the host wrote into CONFIG; tables and counters stay, and so must their sizes. */
export function configure(): void {
  const c = config();
  const step = c.sweepNs / <u64>c.flowSets;
  state().sweepStepNs = step == 0 ? 1 : step;
  setClassAges();
}

/** The coarse age from which each class is worth a look by the sweep: the least timeout its flows can have. */
function setClassAges(): void {
  const c = config();
  const plain = min(min(c.udpNs, c.icmpNs), c.otherNs);
  const any = min(plain, c.tcpEstablishedNs);
  setClassAge(CLASS_SINGLE, coarseAge(min(any, c.tcpOpeningNs)));
  setClassAge(CLASS_CLOSED, coarseAge(c.tcpClosedNs));
  setClassAge(CLASS_HALF_OPEN, coarseAge(c.tcpOpeningNs));
  setClassAge(CLASS_ONE_WAY, coarseAge(any));
  setClassAge(CLASS_TWO_WAY, coarseAge(any));
  setClassAge(CLASS_ESTABLISHED, coarseAge(c.tcpEstablishedNs));
  const least = min(min(any, c.tcpOpeningNs), c.tcpClosedNs);
  setClassAge(CLASS_FREE, coarseAge(least));
  state().shortestTimeoutNs = least;
}

function coarseAge(ns: u64): u32 {
  // The coarse clock ticks once for many packets: an age may read one less than it is.
  const age = ns >> META_CLOCK_SHIFT;
  return age > <u64>META_TIME_MASK ? <u32>META_TIME_MASK : <u32>age;
}

/** One frame into the batch: `captured` bytes at `frame`, `wire` bytes long, at `timeNs`, of that link type. */
export function pushFrame(frame: u32, captured: u32, wire: u32, timeNs: u64, link: u32): void {
  pushPacket(timeNs, <usize>frame, captured, wire, link, 0);
}

/** Processes the frames that wait. */
export function drain(): void {
  processBatch();
}

/** Records every live flow, in table order; 1 while the ring is full and the host must take records out. */
export function flush(): u32 {
  return prepareFlush() != 0 ? 1 : flushTable();
}

/** Processes what waits and ends all fragment reassembly, so that flushSlot() finds every flow; 1 as flush(). */
export function prepareFlush(): u32 {
  processBatch();
  return flushFragments();
}

/** Records the live flow of that slot, if there is one (the host calls it in the order it prints). */
export function flushSlot(slot: u32): void {
  flushOne(slot);
}
