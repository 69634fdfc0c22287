// Sessions: what inspection knows of a conversation, lent to flows that have something to inspect.
// Apart from the flow table because few flows need one at a time; a word a flow slot says which.
// Always holds: a session answered by sessionFor() is that flow's and speaks of the rules in force.

import { Flow } from "../flow/flow";
import { inspectState } from "../inspect/state";
import {
  CLASS_GHOST,
  COUNTER_SESSIONS,
  COUNTER_SESSIONS_EVICTED,
  FLOW_SIZE,
  FLOWS_BASE,
  LINKS_BASE,
  SESSION_SIZE,
  SESSIONS_BASE,
  TCP_STATE_CLOSED,
  TCP_STATE_RESET,
} from "../layout";
import { config, count, state } from "../state";
import { Packet } from "../wire/packet";
import { TCP_FIN, TCP_RST } from "../wire/tcp";
import { leaveWindow, Stream } from "./stream";
import {
  ALERTED_CAPACITY,
  SESSION_ALERTED_HAND_OFFSET,
  SESSION_ALERTED_OFFSET,
  SESSION_BIT_TAG_BYTES,
  SESSION_BIT_TAG_PACKETS,
  SESSION_BIT_TAG_SECONDS,
  SESSION_BITS_OFFSET,
  SESSION_FINDINGS_OFFSET,
  SESSION_GENERATION_OFFSET,
  SESSION_LAST_OFFSET,
  SESSION_STREAM_A_OFFSET,
  SESSION_STREAM_B_OFFSET,
  SESSION_TAG_RULE_OFFSET,
  STREAM_SIZE,
} from "./stream-layout";

const LOOKS_MAX: u32 = 16;
const ALERTED_SIZE: i32 = 8;
const TAG_BITS: u32 = SESSION_BIT_TAG_PACKETS | SESSION_BIT_TAG_SECONDS | SESSION_BIT_TAG_BYTES;

@unmanaged
export class Session {
  slot: u32;
  generation: u32;
  birth: u64;
  last: u64;
  bits: u32;
  tagLeft: u32;
  tagUntil: u64;
  tagRule: u32;
  padding: u32;
  findings: u64;

  stream(fromB: bool): Stream {
    return changetype<Stream>(
      changetype<usize>(this) + <usize>SESSION_STREAM_A_OFFSET + <usize>fromB * STREAM_SIZE,
    );
  }
}

if (offsetof<Session>("generation") != SESSION_GENERATION_OFFSET) ERROR("Session drifted from layout");
if (offsetof<Session>("last") != SESSION_LAST_OFFSET) ERROR("Session drifted from layout");
if (offsetof<Session>("bits") != SESSION_BITS_OFFSET) ERROR("Session drifted from layout");
if (offsetof<Session>("tagRule") != SESSION_TAG_RULE_OFFSET) ERROR("Session drifted from layout");
if (offsetof<Session>("findings") != SESSION_FINDINGS_OFFSET) ERROR("Session drifted from layout");
if (SESSION_STREAM_A_OFFSET + STREAM_SIZE != SESSION_STREAM_B_OFFSET) ERROR("Session drifted from layout");
if (SESSION_STREAM_B_OFFSET + STREAM_SIZE > SESSION_SIZE) ERROR("Session drifted from layout");

function sessionAt(index: u32): Session {
  return changetype<Session>(<usize>SESSIONS_BASE + <usize>index * SESSION_SIZE);
}

/** Number of the slot that the flow is in: what sessionFor() wants. */
export function slotNumber(flow: Flow): u32 {
  return <u32>((changetype<usize>(flow) - <usize>FLOWS_BASE) / FLOW_SIZE);
}

export function streamOf(session: usize, fromB: bool): Stream {
  return changetype<Session>(session).stream(fromB);
}

function flowAt(slot: u32): Flow {
  return changetype<Flow>(<usize>FLOWS_BASE + <usize>slot * FLOW_SIZE);
}

/** For init(): no session and no window is known. Without inspection before, no table is touched. */
export function initSessions(): void {
  const s = inspectState();
  if (s.used == 0) return;
  for (let index: u32 = 0; index < s.sessionsUsed; index++) {
    const slot = sessionAt(index).slot;
    if (slot != 0) store<u32>(linkOf(slot - 1), 0);
  }
  s.sessionHand = 0;
  s.sessionsUsed = 0;
  s.windowHand = 0;
  s.windowsUsed = 0;
  s.windowFree = 0;
  s.windowsTouched = 0;
  s.session = 0;
  s.used = 0;
}

function linkOf(slot: u32): usize {
  return <usize>LINKS_BASE + ((<usize>slot) << 2);
}

/** Address of the flow's session, made when there is none and `make`; 0 = none. `slot` is slotNumber(flow). */
export function sessionFor(flow: Flow, slot: u32, make: bool): usize {
  const s = inspectState();
  if (s.used == 0 && !make) return 0;
  const link = load<u32>(linkOf(slot));
  // A link may be older than init(): only sessions made since are looked at.
  const known = link != 0 && link - 1 < s.sessionsUsed && sessionAt(link - 1).slot == slot + 1;
  if (known) {
    const session = sessionAt(link - 1);
    if (session.birth == flow.firstFrame) {
      session.last = state().packetIndex;
      if (session.generation != s.generation) renew(session, s.generation);
      return changetype<usize>(session);
    }
  }
  if (!make) return 0;
  // The slot was used anew: the session of the flow before it is nobody's.
  const index = known ? link - 1 : freeIndex();
  store<u32>(linkOf(slot), index + 1);
  return begin(sessionAt(index), flow, slot);
}

/** Number of a session that can be taken: one never used, else the one used longest ago among some. */
function freeIndex(): u32 {
  const s = inspectState();
  s.used = 1;
  const limit = config().sessionLimit;
  if (s.sessionsUsed < limit) {
    const fresh = s.sessionsUsed;
    sessionAt(fresh).slot = 0;
    s.sessionsUsed = fresh + 1;
    return fresh;
  }
  let hand = s.sessionHand < limit ? s.sessionHand : 0;
  let oldest = hand;
  const looks = min(limit, LOOKS_MAX);
  for (let look: u32 = 0; look < looks; look++) {
    if (sessionAt(hand).last < sessionAt(oldest).last) oldest = hand;
    hand = hand + 1 < limit ? hand + 1 : 0;
  }
  s.sessionHand = hand;
  const victim = sessionAt(oldest);
  store<u32>(linkOf(victim.slot - 1), 0);
  if (isLive(victim)) count(COUNTER_SESSIONS_EVICTED);
  return oldest;
}

/** Its flow is still in the table, and has made no final record. */
function isLive(session: Session): bool {
  const flow = flowAt(session.slot - 1);
  return flow.firstFrame == session.birth && <u32>flow.flowClass > <u32>CLASS_GHOST;
}

function begin(session: Session, flow: Flow, slot: u32): usize {
  const s = inspectState();
  s.used = 1;
  if (session.slot != 0) {
    leaveWindow(session.stream(false));
    leaveWindow(session.stream(true));
  }
  memory.fill(changetype<usize>(session), 0, SESSION_SIZE);
  session.slot = slot + 1;
  session.generation = s.generation;
  session.birth = flow.firstFrame;
  session.last = state().packetIndex;
  count(COUNTER_SESSIONS);
  return changetype<usize>(session);
}

/** Other rules are in force: what spoke of the rules before goes; flow bits keep their numbers and stay. */
function renew(session: Session, generation: u32): void {
  const at = changetype<usize>(session);
  session.generation = generation;
  memory.fill(at + SESSION_ALERTED_OFFSET, 0, ALERTED_CAPACITY * ALERTED_SIZE);
  store<u32>(at, 0, SESSION_ALERTED_HAND_OFFSET);
  session.stream(false).pendingCount = 0;
  session.stream(true).pendingCount = 0;
  session.bits &= ~TAG_BITS;
  session.tagLeft = 0;
}

/** After a packet was inspected: when it ended its connection, the windows of both sides are given back. */
export function settle(session: usize, flow: Flow, p: Packet): void {
  // Only the packet that ends it: whoever goes on after a false reset loses the window once, not at each segment.
  if ((<u32>p.tcpFlags & (TCP_FIN | TCP_RST)) == 0) return;
  if (flow.tcpState != TCP_STATE_CLOSED && flow.tcpState != TCP_STATE_RESET) return;
  const s = changetype<Session>(session);
  releaseInspected(s.stream(false));
  releaseInspected(s.stream(true));
}

function releaseInspected(stream: Stream): void {
  if (stream.inspected == stream.filled && stream.rangeCount == 0) leaveWindow(stream);
}
