// The batch: frames wait here decoded and hashed, so that the cache misses of their sets and slots overlap, then
// the flow table takes them in order. The touch ahead changes nothing: results do not depend on where batches end.

import { isAddressed, touchEntries, touchSets } from "./detect/ahead";
import { creditPacket, endRefused, tellStrange } from "./flow/credit";
import { Flow } from "./flow/flow";
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
import { isThinned } from "./inline/load";
import { inlineState } from "./inline/state";
import { judge } from "./inline/verdict";
import { inspect } from "./inspect/inspect";
import { inspectState } from "./inspect/state";
import { takeRules } from "./inspect/swap";
import {
  BATCH_BASE,
  BATCH_CAPACITY,
  CLOCK_JUMP_SECONDS,
  COUNTER_CAPTURED_BYTES,
  COUNTER_CLOCK_BACK,
  COUNTER_CLOCK_JUMP,
  COUNTER_LENGTH_ODD,
  COUNTER_MERGED_FRAMES,
  COUNTER_MERGED_PACKETS,
  COUNTER_PACKETS,
  COUNTER_WIRE_BYTES,
  FLOW_DIR_A_OFFSET,
  FLOW_DIR_SIZE,
  NOTE_MERGED,
  PACKET_BIT_CARRIER_FRAGMENT,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_SWAPPED,
  PACKET_BIT_TCP,
  PACKET_BIT_UNFINISHED,
  PACKET_SIZE,
  RECORDS_RESERVE,
  SET_META_OFFSET,
  SET_NONE,
  SWEEP_RECORDS_MAX,
  SWEEP_SETS_MAX,
  TICK_SETS_MAX,
} from "./layout";
import { config, count, state } from "./state";
import { collectFragment } from "./stream/datagrams";
import { decodeCommon } from "./wire/common";
import { decode } from "./wire/decode";
import { LINKTYPE_ETHERNET } from "./wire/link";
import { Packet, resetPacket } from "./wire/packet";

const CLOCK_JUMP_NS: u64 = <u64>CLOCK_JUMP_SECONDS * 1000000000;

/** A packet of the batch; what is told of it stays until the next one takes its place. */
export function packetAt(index: u32): Packet {
  return changetype<Packet>(<usize>BATCH_BASE + <usize>index * PACKET_SIZE);
}

/**
 * Decodes one frame into the batch; a full batch is processed. The frame's bytes must stay until then.
 * `time` ns, `captured` and `wire` bytes, `link` a LINKTYPE_ value, `input` says where it came from; `segment` bytes
 * of payload a packet when the frame is several merged into one, else 0; `isUnfinished` when its transport checksum is
 * still to be filled in.
 */
export function pushPacket(
  time: u64,
  frame: usize,
  captured: u32,
  wire: u32,
  link: u32,
  input: u32,
  segment: u32 = 0,
  isUnfinished: bool = false,
): void {
  const s = state();
  const at = <usize>BATCH_BASE + <usize>s.batchCount * PACKET_SIZE;
  if (captured > wire) {
    // More bytes than the frame had: the wire length is the one that lies.
    count(COUNTER_LENGTH_ODD);
    wire = captured;
  }
  const p = changetype<Packet>(at);
  if (link != LINKTYPE_ETHERNET || !decodeCommon(p, time, frame, captured, wire, isUnfinished)) {
    resetPacket(at, time, frame, captured, wire, link);
    if (isUnfinished) p.mark(PACKET_BIT_UNFINISHED);
    decode(p);
    if (p.undecoded == 0 && !p.has(PACKET_BIT_FRAGMENT | PACKET_BIT_CARRIER_FRAGMENT)) locate(p);
  }
  p.input = input;
  p.merged = 0;
  if (segment != 0) unmerge(p, segment);
  s.batchCount += 1;
  if (s.batchCount == BATCH_CAPACITY) processBatch();
}

/** Counts a merged frame as the packets that were on the wire: each had all the headers and a part of the payload. */
function unmerge(p: Packet, segment: u32): void {
  if (p.undecoded != 0 || p.appBytes <= segment || p.appBytes > p.counted) return;
  const more = (p.appBytes - 1) / segment;
  const headers = (p.counted - p.appBytes) * more;
  p.merged = more;
  p.counted += headers;
  p.wire += headers;
  p.note(NOTE_MERGED);
  count(COUNTER_MERGED_FRAMES);
  count(COUNTER_MERGED_PACKETS, more);
}

/** Takes the waiting packets, in order, to the flow table. */
export function processBatch(): void {
  const s = state();
  const size = s.batchCount;
  if (size == 0) return;
  takeRules();
  touchAhead(size);
  let captured: u64 = 0;
  let wire: u64 = 0;
  let packets: u64 = size;
  for (let i: u32 = 0; i < size; i++) {
    const p = packetAt(i);
    packets += p.merged;
    captured += p.captured;
    wire += p.wire;
    processPacket(p);
  }
  count(COUNTER_PACKETS, packets);
  count(COUNTER_CAPTURED_BYTES, captured);
  count(COUNTER_WIRE_BYTES, wire);
  s.batchCount = 0;
}

/** Loads the sets, then the likely slots, of the whole batch: loads that do not wait for one another. */
function touchAhead(size: u32): void {
  const s = state();
  let sum: u64 = 0;
  let begun: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const set = packetAt(i).set;
    if (set != SET_NONE) sum += load<u64>(setLine(set)) + load<u64>(setLine(set), SET_META_OFFSET);
  }
  for (let i: u32 = 0; i < size; i++) {
    const p = packetAt(i);
    p.senderHash = 0;
    if (p.set == SET_NONE) continue;
    const mask = candidates(setLine(p.set), tagOf(p.hash));
    if (mask == 0) {
      // A new flow: the slot that it will take.
      const place = changetype<usize>(slotOf(p.set, leastWay(p.set, s.clock)));
      sum += load<u64>(place) + load<u64>(place, 64) + load<u64>(place, 128);
      sum += load<u64>(place, 192) + load<u64>(place, 256) + load<u64>(place, 320);
      begun |= (<u32>1) << i;
      continue;
    }
    p.way = ctz(mask);
    const slot = changetype<usize>(slotOf(p.set, p.way));
    const direction = slot + FLOW_DIR_A_OFFSET + (p.has(PACKET_BIT_SWAPPED) ? <usize>FLOW_DIR_SIZE : 0);
    sum += load<u64>(slot) + load<u64>(direction);
    if (p.has(PACKET_BIT_TCP)) sum += load<u64>(direction, 64);
  }
  if (begun != 0 && config().detects) sum += touchAsking(begun);
  s.probe = sum;
}

/** Loads what detection needs of flows that begin, a bit each. */
function touchAsking(begun: u32): u64 {
  let sum: u64 = 0;
  let asking: u32 = 0;
  for (; begun != 0; begun &= begun - 1) {
    const i = ctz(begun);
    const p = packetAt(i);
    if (!isAddressed(p)) continue;
    asking |= (<u32>1) << i;
    sum += touchSets(p);
  }
  for (; asking != 0; asking &= asking - 1) sum += touchEntries(packetAt(ctz(asking)));
  return sum;
}

function processPacket(p: Packet): void {
  const s = state();
  s.packetIndex += 1;
  advanceClock(p.time);
  sweep();
  const inspection = inspectState();
  inspection.raised = 0;
  inspection.verdict = 0;
  if (p.undecoded != 0) return;
  if (p.has(PACKET_BIT_FRAGMENT)) {
    processFragment(p);
    return;
  }
  const isCarrier = p.has(PACKET_BIT_CARRIER_FRAGMENT);
  const flow = isCarrier ? creditCarrier(p) : creditPacket(p);
  if (inlineState().judging != 0) {
    judgePacket(p, flow, 0);
  } else {
    inspect(p, flow);
    if (p.quoted != 0) tieError(p, flow);
  }
  tellStrange(flow, p);
  if (!isCarrier) endRefused(flow, p.set);
}

/** A fragment is its flow's at once; with the one that makes its datagram whole, that is inspected. */
function processFragment(p: Packet): void {
  const datagram = config().inspects ? collectFragment(p) : 0;
  const flow = creditFragment(p);
  if (flow == null) return;
  if (inlineState().judging != 0) {
    judgePacket(p, flow, datagram);
  } else {
    inspect(p, flow, datagram);
    if (p.quoted != 0) tieError(p, flow);
  }
  tellStrange(flow, p);
}

/** What the packet of that flow brings, and what becomes of it inline: before a record is made, which tells that. */
function judgePacket(p: Packet, flow: Flow, datagram: usize): void {
  if (!isThinned(p, flow)) inspect(p, flow, datagram);
  if (p.quoted != 0) tieError(p, flow);
  judge(p, flow);
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
