// The batch: frames wait here decoded and hashed, so that the cache misses of their sets and slots overlap, then
// the flow table takes them in order. On one thread a closed batch is credited at once; in a pipeline one thread
// decodes into a ring of batches and another calls credit(). Neither the touch ahead nor where batches end changes
// what comes out.

import { creditPacket } from "./flow/credit";
import { creditCarrier, creditFragment, sweepFragments } from "./flow/fragments";
import { tieError } from "./flow/icmp-error";
import {
  candidates,
  leastWay,
  locate,
  SWEEP_UNFINISHED,
  setLine,
  slotOf,
  sweepSet,
  tagOf,
} from "./flow/table";
import {
  BATCH_BASE,
  BATCH_CAPACITY,
  BATCH_HEADER_SIZE,
  BATCH_RING_CAPACITY,
  BATCH_SIZE,
  BATCHES_PER_WAKE,
  CLOCK_JUMP_SECONDS,
  COUNTER_CAPTURED_BYTES,
  COUNTER_CLOCK_BACK,
  COUNTER_CLOCK_JUMP,
  COUNTER_LENGTH_ODD,
  COUNTER_PACKETS,
  COUNTER_WIRE_BYTES,
  FLOW_DIR_A_OFFSET,
  FLOW_DIR_SIZE,
  PACKET_BIT_CARRIER_FRAGMENT,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_SWAPPED,
  PACKET_BIT_TCP,
  PACKET_SIZE,
  RECORDS_RESERVE,
  RUN_BATCHES_FULL,
  RUN_MORE,
  RUN_RECORDS_FULL,
  SET_NONE,
  STATE_BASE,
  STATE_BATCH_HEAD_OFFSET,
  STATE_BATCH_TAIL_OFFSET,
  SWEEP_RECORDS_MAX,
  SWEEP_SETS_MAX,
  TICK_SETS_MAX,
} from "./layout";
import { recordsFree } from "./ring/records";
import { config, count, reader, state } from "./state";
import { decodeCommon } from "./wire/common";
import { decode } from "./wire/decode";
import { LINKTYPE_ETHERNET } from "./wire/link";
import { Packet, resetPacket } from "./wire/packet";

const CLOCK_JUMP_NS: u64 = <u64>CLOCK_JUMP_SECONDS * 1000000000;

/** Address of the batch that is filled or credited as number `index`: on one thread always the first. */
function batchAt(index: u32): usize {
  return <usize>BATCH_BASE + <usize>(index & (BATCH_RING_CAPACITY - 1)) * BATCH_SIZE;
}

function packetAt(batch: usize, index: u32): Packet {
  return changetype<Packet>(batch + BATCH_HEADER_SIZE + <usize>index * PACKET_SIZE);
}

function batchHead(): u32 {
  return atomic.load<u32>(STATE_BASE, STATE_BATCH_HEAD_OFFSET);
}

function batchTail(): u32 {
  return atomic.load<u32>(STATE_BASE, STATE_BATCH_TAIL_OFFSET);
}

/** The ring of records has room for all that a batch can make, or may lose some. */
function roomForRecords(): bool {
  return recordsFree() >= <u32>RECORDS_RESERVE || config().lossyRecords;
}

/** RUN_MORE when another batch may be begun, else what the host has to do first. */
export function roomForBatch(): u32 {
  if (reader().pipelined != 0) {
    return batchHead() - batchTail() < <u32>BATCH_RING_CAPACITY ? RUN_MORE : RUN_BATCHES_FULL;
  }
  return roomForRecords() ? RUN_MORE : RUN_RECORDS_FULL;
}

/**
 * Decodes one frame into the open batch; a full batch is closed. The frame's bytes are not needed afterwards.
 * `time` ns, `captured` and `wire` bytes, `link` a LINKTYPE_ value, `input` says where it came from.
 */
export function pushPacket(time: u64, frame: usize, captured: u32, wire: u32, link: u32, input: u32): void {
  const r = reader();
  const p = packetAt(batchAt(batchHead()), r.batchCount);
  if (captured > wire) {
    // More bytes than the frame had: the wire length is the one that lies.
    count(COUNTER_LENGTH_ODD);
    wire = captured;
  }
  if (link != LINKTYPE_ETHERNET || !decodeCommon(p, time, frame, captured, wire)) {
    resetPacket(changetype<usize>(p), time, frame, captured, wire, link);
    decode(p);
    if (p.undecoded == 0 && !p.has(PACKET_BIT_FRAGMENT | PACKET_BIT_CARRIER_FRAGMENT)) locate(p);
  }
  p.input = input;
  r.batchCount += 1;
  if (r.batchCount == BATCH_CAPACITY) closeBatch();
}

/** Ends the open batch: credited at once, or left to credit() on the other thread. */
export function closeBatch(): void {
  const r = reader();
  const size = r.batchCount;
  if (size == 0) return;
  const head = batchHead();
  const batch = batchAt(head);
  r.batchCount = 0;
  if (r.pipelined == 0) {
    creditBatch(batch, size);
    return;
  }
  store<u32>(batch, size);
  atomic.store<u32>(STATE_BASE, head + 1, STATE_BATCH_HEAD_OFFSET);
  // A wake-up costs as much as many packets: not for every batch. Who waits also looks by itself after a while.
  if (((head + 1) & (BATCHES_PER_WAKE - 1)) == 0) atomic.notify(STATE_BASE + STATE_BATCH_HEAD_OFFSET, 1);
}

/**
 * The other side of a pipeline, on a thread of its own: credits up to `limit` closed batches and answers how many.
 * Fewer when no more are there, or when the ring of records has no room.
 */
export function credit(limit: u32): u32 {
  for (let done: u32 = 0; done < limit; done++) {
    const tail = batchTail();
    if (batchHead() == tail || !roomForRecords()) return done;
    const batch = batchAt(tail);
    creditBatch(batch, load<u32>(batch));
    atomic.store<u32>(STATE_BASE, tail + 1, STATE_BATCH_TAIL_OFFSET);
    if (((tail + 1) & (BATCHES_PER_WAKE - 1)) == 0) atomic.notify(STATE_BASE + STATE_BATCH_TAIL_OFFSET, 1);
  }
  return limit;
}

/** Takes the batch's packets, in order, to the flow table. */
function creditBatch(batch: usize, size: u32): void {
  touchAhead(batch, size);
  let captured: u64 = 0;
  let wire: u64 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const p = packetAt(batch, i);
    captured += p.captured;
    wire += p.wire;
    processPacket(p);
  }
  count(COUNTER_PACKETS, size);
  count(COUNTER_CAPTURED_BYTES, captured);
  count(COUNTER_WIRE_BYTES, wire);
}

/** Loads the sets, then the likely slots, of the whole batch: loads that do not wait for one another. */
function touchAhead(batch: usize, size: u32): void {
  const s = state();
  let sum: u64 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const set = packetAt(batch, i).set;
    if (set != SET_NONE) sum += load<u64>(setLine(set));
  }
  for (let i: u32 = 0; i < size; i++) {
    const p = packetAt(batch, i);
    if (p.set == SET_NONE) continue;
    const mask = candidates(setLine(p.set), tagOf(p.hash));
    if (mask == 0) {
      // A new flow: the slot that it will take.
      const place = changetype<usize>(slotOf(p.set, leastWay(p.set, s.clock)));
      sum += load<u64>(place) + load<u64>(place, 64) + load<u64>(place, 128);
      sum += load<u64>(place, 192) + load<u64>(place, 256) + load<u64>(place, 320);
      continue;
    }
    p.way = ctz(mask);
    const slot = changetype<usize>(slotOf(p.set, p.way));
    const direction = slot + FLOW_DIR_A_OFFSET + (p.has(PACKET_BIT_SWAPPED) ? <usize>FLOW_DIR_SIZE : 0);
    sum += load<u64>(slot) + load<u64>(direction);
    if (p.has(PACKET_BIT_TCP)) sum += load<u64>(direction, 64);
  }
  s.probe = sum;
}

function processPacket(p: Packet): void {
  const s = state();
  s.packetIndex += 1;
  advanceClock(p.time);
  sweep();
  if (p.undecoded != 0) return;
  if (p.has(PACKET_BIT_FRAGMENT)) creditFragment(p);
  else if (p.has(PACKET_BIT_CARRIER_FRAGMENT)) creditCarrier(p);
  else creditPacket(p);
  if (p.quoted != 0) tieError(p);
}

/** The clock follows the packets; a step back of more than CLOCK_JUMP is followed too, a smaller one is not. */
function advanceClock(time: u64): void {
  const s = state();
  if (s.packetIndex == 1) {
    s.firstTime = time;
    s.lastTime = time;
    s.clock = time;
    s.sweepTime = time;
    return;
  }
  if (time > s.lastTime) s.lastTime = time;
  if (time < s.firstTime) s.firstTime = time;
  if (time >= s.clock) {
    if (time - s.clock > CLOCK_JUMP_NS) count(COUNTER_CLOCK_JUMP);
    s.clock = time;
    return;
  }
  count(COUNTER_CLOCK_BACK);
  if (s.clock - time > CLOCK_JUMP_NS) {
    count(COUNTER_CLOCK_JUMP);
    s.clock = time;
    s.sweepTime = time;
  }
}

/** The expiry sweep's share of a packet: what packet time pays for, bounded in sets and in records. */
function sweep(): void {
  const s = state();
  if (s.clock - s.sweepTime >= s.sweepStepNs) sweepBy(SWEEP_SETS_MAX, SWEEP_RECORDS_MAX);
  if (s.fragmentsUsed != 0) sweepFragments();
}

function sweepBy(setsMax: u32, recordsMax: u32): void {
  const s = state();
  const whole = config().sweepNs;
  // More than one turn is never owed.
  if (s.clock - s.sweepTime > whole) s.sweepTime = s.clock - whole;
  let records: u32 = 0;
  for (let sets: u32 = 0; sets < setsMax && s.clock - s.sweepTime >= s.sweepStepNs; sets++) {
    const made = sweepSet(recordsMax - records);
    if (made == SWEEP_UNFINISHED) return;
    records += made;
    s.sweepTime += s.sweepStepNs;
  }
}

/** Moves the clock on without a packet, so that flows end when nothing arrives (live). `time` in ns. */
export function tick(time: u64): void {
  const s = state();
  if (time <= s.clock) return;
  s.clock = time;
  sweepBy(TICK_SETS_MAX, RECORDS_RESERVE);
  sweepFragments();
}
