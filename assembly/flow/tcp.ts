// TCP in the flow table: state both ways, who opened the connection, and the evidence of sequence and
// acknowledgement numbers (RFC 9293 3.3, 3.4). It follows what is seen, not what should have been: either side,
// the handshake, or any segment may be missing.

import {
  DIR_BIT_ACK,
  DIR_BIT_DATA,
  DIR_BIT_SEQ,
  DIR_BIT_SUM,
  DIR_REASON_SYN,
  DIR_REASON_SYNACK,
  FLOW_FLAG_ACKED,
  FLOW_FLAG_FIN_A,
  FLOW_FLAG_FIN_B,
  FLOW_FLAG_FIRST_B,
  FLOW_FLAG_HANDSHAKE,
  FLOW_FLAG_REJECTED,
  FLOW_FLAG_SIMULATED,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  FLOW_FLAG_SYNACK_B,
  FLOW_FLAG_TURNED,
  PACKET_BIT_SUM,
  TCP_STATE_CLOSED,
  TCP_STATE_CLOSING,
  TCP_STATE_ESTABLISHED,
  TCP_STATE_MIDSTREAM,
  TCP_STATE_NONE,
  TCP_STATE_RESET,
  TCP_STATE_SYN_ACKED,
  TCP_STATE_SYN_SENT,
} from "../layout";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from "../wire/tcp";
import { Direction, Flow, saturate16 } from "./flow";

// A SYN counts as one only without FIN, PSH, URG and RST; ECE and CWR do not matter (RFC 3168 6.1.1).
const HANDSHAKE_FLAGS: u32 = TCP_SYN | TCP_ACK | TCP_FIN | TCP_PSH | TCP_RST | TCP_URG;
const NS_PER_US: u64 = 1000;

function isSyn(flags: u32): bool {
  return (flags & HANDSHAKE_FLAGS) == TCP_SYN;
}

function isSynAck(flags: u32): bool {
  return (flags & HANDSHAKE_FLAGS) == (TCP_SYN | TCP_ACK);
}

/** A SYN on the ports of a connection that was closing, closed or reset (by us, too) opens another one. */
export function opensAnew(flow: Flow, p: Packet): bool {
  return isSyn(<u32>p.tcpFlags) && (flow.tcpState >= TCP_STATE_CLOSING || wasRejected(flow));
}

function wasRejected(flow: Flow): bool {
  return (flow.flags & <u32>(FLOW_FLAG_REJECTED | FLOW_FLAG_SIMULATED)) == <u32>FLOW_FLAG_REJECTED;
}

export function updateTcp(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  const flags = <u32>p.tcpFlags;
  d.tcpFlags |= <u16>flags;
  if ((flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0 || flow.tcpState != TCP_STATE_ESTABLISHED) {
    advanceState(flow, d, p, flags, fromB);
  }
  updateSequence(d, p, flags);
  if ((flags & TCP_ACK) != 0) updateAck(d, p.tcpAck);
  // A reset's window says nothing.
  if ((flags & TCP_RST) != 0) return;
  if (p.tcpWindow == 0 && (flags & TCP_SYN) == 0) d.zeroWindows = saturate16(d.zeroWindows);
  d.window = p.tcpWindow;
}

function advanceState(flow: Flow, d: Direction, p: Packet, flags: u32, fromB: bool): void {
  if (isSyn(flags)) {
    seeSyn(flow, d, p, fromB);
  } else if (isSynAck(flags)) {
    seeSynAck(flow, d, p, fromB);
  } else if ((flags & TCP_RST) != 0) {
    flow.tcpState = TCP_STATE_RESET;
  } else {
    seeSegment(flow, p, flags, fromB);
    if ((flags & TCP_FIN) != 0) seeFin(flow, fromB);
  }
}

function seeSyn(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  d.windowScale = p.windowScale;
  if (!flow.has(FLOW_FLAG_SYN)) {
    flow.mark(FLOW_FLAG_SYN);
    flow.synTime = p.time;
    // A SYN says who opens, unless the handshake was already taken in.
    if (!flow.has(FLOW_FLAG_ACKED)) orient(flow, fromB, DIR_REASON_SYN);
    if (flow.tcpState == TCP_STATE_NONE) flow.tcpState = TCP_STATE_SYN_SENT;
  }
  if (flow.tcpState == TCP_STATE_SYN_SENT) flow.synTime = p.time;
}

function seeSynAck(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  d.windowScale = p.windowScale;
  if (!flow.has(FLOW_FLAG_SYNACK)) {
    flow.mark(FLOW_FLAG_SYNACK);
    if (fromB) flow.mark(FLOW_FLAG_SYNACK_B);
    flow.synAckTime = p.time;
    if (flow.has(FLOW_FLAG_SYN) && flow.initiatorIsB != fromB && p.time >= flow.synTime) {
      flow.synAckUs = elapsedUs(flow.synTime, p.time);
    }
  }
  const state = flow.tcpState;
  if (state == TCP_STATE_NONE || state == TCP_STATE_SYN_SENT) flow.tcpState = TCP_STATE_SYN_ACKED;
  // Segments of the other side seen before are its answer, when frames were captured out of order.
  else if (state == TCP_STATE_MIDSTREAM && flow.direction(!fromB).packets != 0)
    acknowledge(flow, p.time, fromB);
}

/** Any segment that is neither a handshake's first two nor a reset. */
function seeSegment(flow: Flow, p: Packet, flags: u32, fromB: bool): void {
  const state = flow.tcpState;
  if (flow.has(FLOW_FLAG_SYNACK) && !flow.has(FLOW_FLAG_ACKED)) {
    if (flow.has(FLOW_FLAG_SYNACK_B) != fromB) {
      acknowledge(flow, p.time, !fromB);
      return;
    }
    // The SYN-ACK's sender goes on: the answer to it went another way.
    if (!flow.has(FLOW_FLAG_SYN)) orient(flow, !fromB, DIR_REASON_SYNACK);
    if (state == TCP_STATE_SYN_ACKED) flow.tcpState = TCP_STATE_MIDSTREAM;
    return;
  }
  if (state == TCP_STATE_NONE) flow.tcpState = TCP_STATE_MIDSTREAM;
  // An ACK after a SYN whose answer was not seen: the conversation goes on, one way or with frames lost.
  else if (state == TCP_STATE_SYN_SENT && (flags & TCP_ACK) != 0) flow.tcpState = TCP_STATE_MIDSTREAM;
}

/** The SYN-ACK's receiver answered it: the connection is open, and the receiver is who opened it. */
function acknowledge(flow: Flow, time: u64, synAckFromB: bool): void {
  flow.mark(FLOW_FLAG_ACKED);
  const state = flow.tcpState;
  if (state == TCP_STATE_SYN_ACKED || state == TCP_STATE_MIDSTREAM) flow.tcpState = TCP_STATE_ESTABLISHED;
  if (flow.has(FLOW_FLAG_SYN)) {
    flow.mark(FLOW_FLAG_HANDSHAKE);
    if (time >= flow.synAckTime) flow.ackDatUs = elapsedUs(flow.synAckTime, time);
  } else {
    orient(flow, !synAckFromB, DIR_REASON_SYNACK);
  }
}

function seeFin(flow: Flow, fromB: bool): void {
  flow.mark(fromB ? FLOW_FLAG_FIN_B : FLOW_FLAG_FIN_A);
  const state = flow.tcpState;
  if (state == TCP_STATE_RESET) return;
  const both = flow.has(FLOW_FLAG_FIN_A) && flow.has(FLOW_FLAG_FIN_B);
  flow.tcpState = both ? TCP_STATE_CLOSED : TCP_STATE_CLOSING;
}

function orient(flow: Flow, initiatorIsB: bool, reason: i32): void {
  flow.initiatorIsB = initiatorIsB;
  flow.dirReason = <u8>reason;
  if (initiatorIsB != flow.has(FLOW_FLAG_FIRST_B)) flow.mark(FLOW_FLAG_TURNED);
  else flow.flags &= ~(<u32>FLOW_FLAG_TURNED);
}

function elapsedUs(from: u64, to: u64): u32 {
  const us = (to - from) / NS_PER_US;
  return us > 0xffffffff ? 0xffffffff : <u32>us;
}

/** Where this segment lies: next in order, beyond a gap, into a hole, or sent before. */
function updateSequence(d: Direction, p: Packet, flags: u32): void {
  const seq = p.tcpSeq;
  let size = (flags & TCP_RST) != 0 ? 0 : p.appBytes;
  if ((flags & TCP_SYN) != 0) size += 1;
  if ((flags & TCP_FIN) != 0) size += 1;
  if (!d.has(DIR_BIT_SEQ)) {
    d.mark(DIR_BIT_SEQ);
    d.seqFirst = seq;
    d.seqNext = seq + size;
  } else if (size != 0) {
    const ahead = <i32>(seq - d.seqNext);
    if (ahead == 0) {
      d.seqNext = seq + size;
    } else if (ahead > 0) {
      d.gaps = saturate16(d.gaps);
      d.holeStart = d.seqNext;
      d.holeEnd = seq;
      d.seqNext = seq + size;
    } else {
      seeOldSequence(d, seq, size, ahead, flags);
    }
  }
  if (p.appBytes != 0 && (flags & TCP_RST) == 0) compareData(d, p);
}

/** A segment that starts before what was already sent. */
function seeOldSequence(d: Direction, seq: u32, size: u32, ahead: i32, flags: u32): void {
  const end = seq + size;
  if (d.holeStart != d.holeEnd && <i32>(seq - d.holeStart) >= 0 && <i32>(d.holeEnd - seq) > 0) {
    d.outOfOrder = saturate16(d.outOfOrder);
    if (seq == d.holeStart) d.holeStart = <i32>(end - d.holeEnd) >= 0 ? d.holeEnd : end;
    else d.holeEnd = seq;
    if (<i32>(end - d.seqNext) > 0) d.seqNext = end;
    return;
  }
  if (<i32>(end - d.seqNext) > 0) {
    d.seqNext = end;
    return;
  }
  // One byte just before the next is a keep-alive (RFC 9293 3.8.4), not data sent again.
  if (size == 1 && ahead == -1 && (flags & (TCP_SYN | TCP_FIN)) == 0) return;
  d.retransmits += 1;
}

/**
 * The same range sent again with other bytes, told by the ones' complement sum of the payload: it finds changed
 * bytes but not exchanged words.
 */
function compareData(d: Direction, p: Packet): void {
  const size = <u16>p.appBytes;
  const summed = p.has(PACKET_BIT_SUM) && p.payloadSize == p.appBytes;
  const again = d.has(DIR_BIT_DATA) && d.lastSeq == p.tcpSeq && d.lastSize == size;
  if (again && summed && d.has(DIR_BIT_SUM) && d.lastSum != p.payloadSum) d.overlaps = saturate16(d.overlaps);
  d.lastSeq = p.tcpSeq;
  d.lastSize = size;
  d.lastSum = p.payloadSum;
  d.mark(DIR_BIT_DATA);
  if (summed) d.mark(DIR_BIT_SUM);
  else d.bits = <u8>(<i32>d.bits & ~DIR_BIT_SUM);
}

function updateAck(d: Direction, ack: u32): void {
  if (!d.has(DIR_BIT_ACK)) {
    d.mark(DIR_BIT_ACK);
    d.ackFirst = ack;
    d.ackHigh = ack;
  } else {
    // Without a branch: an acknowledgement is as likely to be new as not.
    const ahead = ack - d.ackHigh;
    const advances = <u32>(<i32>ahead > 0);
    d.ackHigh += ahead * advances;
    d.ackAdvances += advances;
  }
}
