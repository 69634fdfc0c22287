// Crediting a packet to its flow: who the flow is, whether this is still the same one, and the evidence that
// does not depend on TCP. Always holds: every decoded packet ends in exactly one flow or record.

import { noteAbsence, noteRefused } from "../detect/absence";
import { flowCause } from "../detect/cause";
import { raiseFromConduct } from "../detect/conduct";
import { observe } from "../detect/observe";
import { NO_ACCUSATION } from "../detect/quiet";
import { raiseFromChecksums, raiseFromNotes } from "../detect/raise";
import { rememberFlow } from "../detect/recents";
import { isApart, isSteady, lookAtReset, lookAtTtl, raiseIdReturn } from "../detect/second-sender";
import { inspectState } from "../inspect/state";
import {
  CLASS_GHOST,
  COUNTER_FLOW_PACKETS,
  CREDIT_BASE,
  DIR_BIT_ID,
  DIR_BIT_ID_APART,
  DIR_BIT_TTL,
  DIR_BIT_TTL_FELL,
  DIR_REASON_ANSWER,
  DIR_REASON_FIRST_PACKET,
  DIR_REASON_LEARNT,
  FINDING_SIGNATURE,
  FLOW_FLAG_FIRST_B,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SEVERAL,
  FLOW_FLAG_TTL_TURN_A,
  FLOW_FLAG_TTL_TURN_B,
  FLOW_FLAG_TURNED,
  IP_ID_STEP_MAX,
  NOTE_PICKUP,
  PACKET_BIT_BAD_CHECKSUM,
  PACKET_BIT_DF,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IP,
  PACKET_BIT_IPV4,
  PACKET_BIT_LATER_FRAGMENT,
  PACKET_BIT_SWAPPED,
  PACKET_BIT_TCP,
  RECORD_REASON_IDLE,
  RECORD_REASON_REFUSED,
  RECORD_REASON_REUSED,
  RECORD_REASON_STATUS,
  WINDOW_SCALE_NONE,
} from "../layout";
import { emit } from "../ring/records";
import { config, count, state } from "../state";
import { Packet } from "../wire/packet";
import { TCP_SYN } from "../wire/tcp";
import { addSaturated16, Direction, Flow, saturate16 } from "./flow";
import { claim, classAt, clear, findFor, isIdle, NO_WAY, setLine, slotOf, tagOf, touch } from "./table";
import { opensAnew, updateTcp } from "./tcp";

/**
 * Credits one packet whose key is canonical and hashed. Answers its flow: a slot, or a flow of this packet alone, of
 * which endRefused() makes a record when all is known of it.
 */
export function creditPacket(p: Packet): Flow {
  const set = p.set;
  const way = admit(p, set);
  count(COUNTER_FLOW_PACKETS, <u64>p.merged + 1);
  if (way == NO_WAY) {
    // No place worth taking: the packet is a record of its own.
    const alone = changetype<Flow>(CREDIT_BASE);
    begin(alone, p);
    if (p.has(PACKET_BIT_TCP)) noteRefused(alone, p);
    update(alone, p);
    return alone;
  }
  const flow = slotOf(set, way);
  update(flow, p);
  touch(set, way, flow);
  return flow;
}

/** The record of a packet that is a flow of its own; nothing for a flow of the table. */
export function endRefused(flow: Flow, set: u32): void {
  if (changetype<usize>(flow) == <usize>CREDIT_BASE) emit(flow, RECORD_REASON_REFUSED, set);
}

/** Findings that are no accusation, and those that alerts tell of. */
const QUIET: u64 = NO_ACCUSATION | ((<u64>1) << (<u64>FINDING_SIGNATURE));

/**
 * Where there are intermediate records, what is strange is told at once: a flow's next one comes with its next packet,
 * and its last may be an hour away. At most one for each finding.
 */
export function tellStrange(flow: Flow, p: Packet): void {
  const raised = inspectState().raised & ~QUIET;
  if (raised != 0) tellRaised(flow, p, raised);
}

function tellRaised(flow: Flow, p: Packet, raised: u64): void {
  if ((raised & flow.findings) == 0 || changetype<usize>(flow) == <usize>CREDIT_BASE) return;
  if (config().statusNs == 0 || !config().detects) return;
  emit(flow, RECORD_REASON_STATUS, p.set);
  rebase(flow, p.time);
}

/** Finds the packet's flow or makes one; ends an old one first when this packet is not part of it. */
function admit(p: Packet, set: u32): i32 {
  let way = findFor(p);
  if (way == NO_WAY) {
    way = claim(set, tagOf(p.hash), state().clock);
    if (way == NO_WAY) return way;
    begin(slotOf(set, way), p);
    if (p.has(PACKET_BIT_TCP)) noteAbsence(slotOf(set, way), p);
    return way;
  }
  const flow = slotOf(set, way);
  if (classAt(setLine(set), way) == CLASS_GHOST) {
    const s = state();
    s.flowsUsed += 1;
    if (s.flowsUsed > s.flowsPeak) s.flowsPeak = s.flowsUsed;
    resume(flow, p);
  } else if (isIdle(flow, p.time)) {
    emit(flow, RECORD_REASON_IDLE, set);
    resume(flow, p);
  } else if (p.has(PACKET_BIT_TCP) && opensAnew(flow, p)) {
    emit(flow, RECORD_REASON_REUSED, set);
    begin(flow, p);
  } else {
    const status = config().statusNs;
    if (status != 0 && p.time > flow.recordStart && p.time - flow.recordStart >= status) {
      emit(flow, RECORD_REASON_STATUS, set);
      rebase(flow, p.time);
    }
  }
  return way;
}

/** A new flow: the initiator is the sender, or for an answer the one it answers. */
function begin(flow: Flow, p: Packet): void {
  const fromB = p.has(PACKET_BIT_SWAPPED);
  clear(flow, p.keyAt);
  flow.start = p.time;
  flow.recordStart = p.time;
  flow.last = p.time;
  flow.firstFrame = state().packetIndex;
  flow.icmpType = p.icmpType;
  flow.direction(false).windowScale = <u8>WINDOW_SCALE_NONE;
  flow.direction(true).windowScale = <u8>WINDOW_SCALE_NONE;
  if (fromB) flow.mark(FLOW_FLAG_FIRST_B);
  const answer = p.answer != 0;
  flow.initiatorIsB = fromB != answer;
  flow.dirReason = <u8>(answer ? DIR_REASON_ANSWER : DIR_REASON_FIRST_PACKET);
  if (answer) flow.mark(FLOW_FLAG_TURNED);
  if (p.has(PACKET_BIT_TCP) && isPickup(p)) flow.notes |= <u32>NOTE_PICKUP;
}

/** A TCP packet without SYN, so soon after the sensor's first packet that the connection may be older than the sensor. */
function isPickup(p: Packet): bool {
  const pickupNs = config().pickupNs;
  if (pickupNs == 0 || (<u32>p.tcpFlags & TCP_SYN) != 0) return false;
  const first = state().firstTime;
  return p.time < first || p.time - first < pickupNs;
}

/** A flow heard again after its record was made: its orientation is kept, for a while. */
function resume(flow: Flow, p: Packet): void {
  const c = config();
  const remembered = p.time <= flow.last || p.time - flow.last <= flow.timeout(c) + c.ghostNs;
  const initiatorIsB = flow.initiatorIsB;
  if (!remembered && c.detects) rememberFlow(flow);
  begin(flow, p);
  if (remembered) recall(flow, initiatorIsB);
  if (p.has(PACKET_BIT_TCP)) noteAbsence(flow, p);
}

function recall(flow: Flow, initiatorIsB: bool): void {
  flow.initiatorIsB = initiatorIsB;
  flow.dirReason = <u8>DIR_REASON_LEARNT;
  if (initiatorIsB != flow.has(FLOW_FLAG_FIRST_B)) flow.mark(FLOW_FLAG_TURNED);
  else flow.flags &= ~(<u32>FLOW_FLAG_TURNED);
}

/** After an intermediate record: what it told is not told again. Evidence and flags stay for the flow's life. */
function rebase(flow: Flow, now: u64): void {
  const a = flow.direction(false);
  const b = flow.direction(true);
  flow.recordStart = now;
  flow.statusCount = saturate16(flow.statusCount);
  flow.reportedPacketsA = <u32>a.packets;
  flow.reportedPacketsB = <u32>b.packets;
  a.reportedBytes = a.bytes;
  a.reportedAppBytes = a.appBytes;
  b.reportedBytes = b.bytes;
  b.reportedAppBytes = b.appBytes;
}

/** Counts the packet and gathers its evidence. */
function update(flow: Flow, p: Packet): void {
  const inspection = inspectState();
  if (inspection.asksCauses != 0) inspection.cause = <u8>flowCause(flow);
  const fromB = p.has(PACKET_BIT_SWAPPED);
  const d = flow.direction(fromB);
  const time = p.time;
  const before = flow.flags;
  const stateBefore = flow.tcpState;
  if (time >= flow.last) {
    flow.last = time;
  } else {
    if (time < flow.start) flow.start = time;
    if (time < flow.recordStart) flow.recordStart = time;
  }
  if (p.notes != 0) {
    flow.notes |= p.notes;
    raiseFromNotes(flow, p.notes);
  }
  const first = d.packets == 0;
  flow.flags = before | seen(before, fromB);
  const packets = p.merged + 1;
  d.packets += packets;
  d.bytes += p.counted;
  d.appBytes += p.appBytes;
  if (first) {
    d.macLow = p.smacHigh;
    d.macHigh = <u16>p.macMiddle;
    d.vlan = p.vlan;
  }
  const bits = <i32>p.bits;
  const detects = config().detects;
  if (detects && (bits & PACKET_BIT_TCP) != 0) lookAtReset(flow, d, p, fromB);
  if ((bits & PACKET_BIT_IP) != 0) updateIp(flow, d, p, bits);
  if ((bits & (PACKET_BIT_FRAGMENT | PACKET_BIT_BAD_CHECKSUM)) != 0) {
    if ((bits & PACKET_BIT_FRAGMENT) != 0) d.fragments = saturate16(d.fragments);
    if ((bits & PACKET_BIT_BAD_CHECKSUM) != 0) d.badChecksums = saturate16(d.badChecksums);
  }
  if (d.badChecksums != 0) raiseFromChecksums(flow, d);
  if ((bits & PACKET_BIT_TCP) != 0) {
    updateTcp(flow, d, p, fromB);
    raiseFromConduct(flow, d, p, fromB);
  }
  if (detects) observe(flow, d, p, fromB, before, first);
  if (p.merged != 0 && !flow.has(FLOW_FLAG_SEVERAL)) flow.mark(FLOW_FLAG_SEVERAL);
  if (flow.flags != before || flow.tcpState != stateBefore) flow.flowClass = <u8>flow.classify();
}

/** The flag of a sending side, and SEVERAL from the second packet on; without branches. */
function seen(flags: u32, fromB: bool): u32 {
  const before = <u32>((flags & <u32>(FLOW_FLAG_SEEN_A | FLOW_FLAG_SEEN_B)) != 0);
  return FLOW_FLAG_SEEN_A * (1 + <u32>fromB) + before * FLOW_FLAG_SEVERAL;
}

if (FLOW_FLAG_SEEN_B != FLOW_FLAG_SEEN_A * 2) ERROR("seen() needs the flags side by side");

/** TTL, TOS, DF and the behaviour of the IPv4 identification. */
function updateIp(flow: Flow, d: Direction, p: Packet, bits: i32): void {
  const ttl = p.ttl;
  const tos = p.tos;
  if (!d.has(DIR_BIT_TTL)) {
    d.mark(DIR_BIT_TTL);
    d.ttlLow = ttl;
    d.ttlHigh = ttl;
    d.tosFirst = tos;
  } else if (((ttl ^ d.ttlLow) | (ttl ^ d.ttlHigh)) != 0) {
    takeOtherTtl(flow, d, p, bits);
  }
  d.tosLast = tos;
  // Sums of conditions, not branches: what comes next is any packet's.
  const packets = p.merged + 1;
  d.df += <u32>((bits & PACKET_BIT_DF) != 0) * packets;
  // Fragments of one datagram share its ID: only the first one counts.
  if ((bits & (PACKET_BIT_IPV4 | PACKET_BIT_LATER_FRAGMENT)) != PACKET_BIT_IPV4) return;
  const id = <u16>p.ipId;
  d.idZero += <u32>(id == 0) * packets;
  if (d.has(DIR_BIT_ID)) {
    const step = <u32>(<u16>(id - d.idLast));
    const up = <u32>(step - 1 < <u32>IP_ID_STEP_MAX);
    d.idSame += <u32>(step == 0) & <u32>(id != 0);
    d.idUp += up;
    // Asked first is what hardly changes from packet to packet: which step comes next is a guess.
    if (isSteady(d) || d.has(DIR_BIT_ID_APART)) {
      if (up == 0 && id != 0 && isApart(d, step)) {
        d.mark(DIR_BIT_ID_APART);
        return;
      }
      if (d.has(DIR_BIT_ID_APART)) {
        d.bits = <u8>(<i32>d.bits & ~DIR_BIT_ID_APART);
        if (up != 0) raiseIdReturn(flow);
      }
    }
  } else {
    d.mark(DIR_BIT_ID);
  }
  d.idLast = id;
}

/** The direction has several TTLs by now. */
function takeOtherTtl(flow: Flow, d: Direction, p: Packet, bits: i32): void {
  const fromB = (bits & PACKET_BIT_SWAPPED) != 0;
  if (p.ttl < d.ttlLow || p.ttl > d.ttlHigh) widenTtl(flow, d, p.ttl, fromB);
  else if ((bits & PACKET_BIT_TCP) != 0) lookAtTtl(flow, d, p, fromB);
}

/**
 * Another TTL than all before: the one before is the usual one, unless there was only one packet to tell, or a third
 * one takes its place at that end of the range.
 */
function widenTtl(flow: Flow, d: Direction, ttl: u8, fromB: bool): void {
  const isSecond = d.ttlLow == d.ttlHigh;
  const takesPlace = !isSecond && ttl > d.ttlHigh == d.has(DIR_BIT_TTL_FELL);
  if (d.packets <= 2 || takesPlace) flow.mark(fromB ? FLOW_FLAG_TTL_TURN_B : FLOW_FLAG_TTL_TURN_A);
  if (isSecond && ttl < d.ttlLow) d.mark(DIR_BIT_TTL_FELL);
  if (ttl < d.ttlLow) d.ttlLow = ttl;
  if (ttl > d.ttlHigh) d.ttlHigh = ttl;
}

/**
 * Credits later fragments that were held, all of one datagram. `p` stands for the first of them, without bytes;
 * `more` is how many it stands for besides itself, and what they bring together.
 */
export function creditHeld(
  p: Packet,
  more: u64,
  bytes: u64,
  appBytes: u64,
  moreDf: u32,
  moreBad: u32,
  ttlHigh: u8,
  flags: u32,
  frame: u64,
): void {
  const set = p.set;
  const way = admit(p, set);
  const flow = way == NO_WAY ? changetype<Flow>(CREDIT_BASE) : slotOf(set, way);
  if (way == NO_WAY) begin(flow, p);
  update(flow, p);
  flow.flags |= flags | (more != 0 ? <u32>FLOW_FLAG_SEVERAL : 0);
  flow.flowClass = <u8>flow.classify();
  if (frame < flow.firstFrame) flow.firstFrame = frame;
  const d = flow.direction(p.has(PACKET_BIT_SWAPPED));
  d.packets += more;
  d.bytes += bytes;
  d.appBytes += appBytes;
  d.df += moreDf;
  d.fragments = addSaturated16(d.fragments, more);
  d.badChecksums = addSaturated16(d.badChecksums, <u64>moreBad);
  if (ttlHigh > d.ttlHigh) d.ttlHigh = ttlHigh;
  count(COUNTER_FLOW_PACKETS, more + 1);
  if (way == NO_WAY) {
    emit(flow, RECORD_REASON_REFUSED, set);
  } else {
    touch(set, way, flow);
  }
}
