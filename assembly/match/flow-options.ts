// What a rule asks of the conversation: which way, how far it came, its flow bits, its findings and their cause.
// Apart from the fields of a packet because all of this is the flow's, and stays when the packet is gone.
// Always holds: a flow without a session has no flow bits set.

import { flowCause } from "../detect/cause";
import { Flow } from "../flow/flow";
import {
  COUNTER_NO_SESSION,
  DIR_REASON_FIRST_PACKET,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  PACKET_BIT_SWAPPED,
  TCP_STATE_NONE,
  TCP_STATE_SYN_ACKED,
  TCP_STATE_SYN_SENT,
} from "../layout";
import { count } from "../state";
import { SESSION_FLOWBITS_OFFSET } from "../stream/stream-layout";
import { Packet } from "../wire/packet";
import { PROTO_TCP } from "../wire/transport";
import { Op, Walk } from "./program";
import {
  FLOW_IS_ESTABLISHED,
  FLOW_IS_NOT_ESTABLISHED,
  FLOW_IS_TO_CLIENT,
  FLOW_IS_TO_SERVER,
  FLOWBIT_CAPACITY,
  FLOWBITS_ISNOTSET,
  FLOWBITS_ISSET,
  FLOWBITS_SET,
  FLOWBITS_TOGGLE,
  FLOWBITS_UNSET,
} from "./rules-layout";

const WELL_KNOWN_END: u32 = 1024; // ports below are those that servers listen at

/** Whether the packet goes from the client to the server. */
export function isToServer(flow: Flow, p: Packet): bool {
  return p.has(PACKET_BIT_SWAPPED) != isServerB(flow);
}

/**
 * The server is not the initiator. Of a TCP flow whose opening was not seen nobody knows who initiated it: then of two
 * ports the one below 1024 is the server's, when the other is not.
 */
function isServerB(flow: Flow): bool {
  if (<u32>flow.proto == PROTO_TCP && <i32>flow.dirReason == DIR_REASON_FIRST_PACKET) {
    const isKnownA = <u32>flow.portA < WELL_KNOWN_END;
    const isKnownB = <u32>flow.portB < WELL_KNOWN_END;
    if (isKnownA != isKnownB) return isKnownB;
  }
  return !flow.initiatorIsB;
}

/**
 * TCP: anything but a handshake on its way; a conversation that was met in its midst, even of one side, is one.
 * Without TCP both sides must have spoken.
 */
function isEstablished(flow: Flow): bool {
  if (<u32>flow.proto == PROTO_TCP) {
    const state = flow.tcpState;
    return state != TCP_STATE_NONE && state != TCP_STATE_SYN_SENT && state != TCP_STATE_SYN_ACKED;
  }
  return flow.has(FLOW_FLAG_SEEN_A) && flow.has(FLOW_FLAG_SEEN_B);
}

/** All of FLOW_IS_* in A. */
export function matchFlow(op: Op, p: Packet, flow: Flow): bool {
  const asked = op.a;
  if ((asked & (FLOW_IS_TO_SERVER | FLOW_IS_TO_CLIENT)) != 0) {
    const asksServer = (asked & FLOW_IS_TO_SERVER) != 0;
    const asksClient = (asked & FLOW_IS_TO_CLIENT) != 0;
    if (asksServer == asksClient || isToServer(flow, p) != asksServer) return false;
  }
  if ((asked & (FLOW_IS_ESTABLISHED | FLOW_IS_NOT_ESTABLISHED)) == 0) return true;
  const asksOpen = (asked & FLOW_IS_ESTABLISHED) != 0;
  const asksNotOpen = (asked & FLOW_IS_NOT_ESTABLISHED) != 0;
  return asksOpen != asksNotOpen && isEstablished(flow) == asksOpen;
}

/** Asks for flow bits, or changes them; a change always holds, and is lost (counted) without a session. */
export function matchFlowbits(walk: Walk, op: Op, session: usize): bool {
  const numbers = <usize>walk.image + <usize>op.data;
  const action = op.a;
  if (action == FLOWBITS_ISSET || action == FLOWBITS_ISNOTSET) {
    return hasFlowbits(session, numbers, op.b, action == FLOWBITS_ISSET, op.c == 1);
  }
  if (session == 0) {
    count(COUNTER_NO_SESSION);
    return true;
  }
  for (let i = 0; i < op.b; i++) changeFlowbit(session, numberAt(numbers, i), action);
  return true;
}

/** Whether any, or all, of the bits are as asked. */
function hasFlowbits(session: usize, numbers: usize, size: i32, asked: bool, any: bool): bool {
  for (let i = 0; i < size; i++) {
    const isSet = session != 0 && isFlowbitSet(session, numberAt(numbers, i));
    if ((isSet == asked) == any) return any;
  }
  return !any;
}

function changeFlowbit(session: usize, number: u32, action: i32): void {
  const at = byteOf(session, number);
  const bit = (<u32>1) << (number & 7);
  const byte = <u32>load<u8>(at);
  if (action == FLOWBITS_SET) store<u8>(at, <u8>(byte | bit));
  else if (action == FLOWBITS_UNSET) store<u8>(at, <u8>(byte & ~bit));
  else if (action == FLOWBITS_TOGGLE) store<u8>(at, <u8>(byte ^ bit));
}

function isFlowbitSet(session: usize, number: u32): bool {
  return ((<u32>load<u8>(byteOf(session, number)) >> (number & 7)) & 1) != 0;
}

function byteOf(session: usize, number: u32): usize {
  return session + <usize>SESSION_FLOWBITS_OFFSET + <usize>(number >> 3);
}

function numberAt(numbers: usize, i: i32): u32 {
  return <u32>load<u16>(numbers + ((<usize>i) << 1)) & (<u32>FLOWBIT_CAPACITY - 1);
}

export function matchFinding(op: Op, flow: Flow): bool {
  return (((flow.findings >> (<u64>op.a & 63)) & 1) != 0) != op.isNegated;
}

export function matchCause(op: Op, flow: Flow): bool {
  return (flowCause(flow) == <u32>op.a) != op.isNegated;
}
