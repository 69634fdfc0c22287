// Who asks whom for what in a flow, and the keys of it in a source's trackers.
// Apart because the asking, its end and the answers that nobody asked for must name the same things alike.
// Always holds: who asks is who sent the flow's first packet, whatever is told later about who opened it.

import { Flow } from "../flow/flow";
import {
  DIR_REASON_LEARNT,
  FLOW_FLAG_FIRST_B,
  FLOW_FLAG_GROUP,
  FLOW_FLAG_SYN,
  KIND_IPV4,
  KIND_IPV6,
  NOTE_EVICTED_BEFORE,
  NOTE_LOSS,
  NOTE_PICKUP,
  PACKET_BIT_LATER_FRAGMENT,
} from "../layout";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_RST, TCP_SYN } from "../wire/tcp";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_TCP, PROTO_UDP } from "../wire/transport";
import { mixWord } from "./address";
import { TRACE_TTL_MAX } from "./detect-layout";
import { SIX_FLAGS } from "./tcp-flags";
import { bitOf } from "./trackers";

/** Ways of asking, each counted apart. */
export const WAY_SYN: u32 = 1;
export const WAY_PROBE: u32 = 2;
export const WAY_DATAGRAM: u32 = 3;
export const WAY_ECHO: u32 = 4;

const ECHO: u32 = 8;
const ECHO6: u32 = 128;
const WELL_KNOWN: u32 = 1024;
const EXCUSES: u32 = NOTE_PICKUP | NOTE_EVICTED_BEFORE | NOTE_LOSS;

export function askerIsB(flow: Flow): bool {
  return flow.has(FLOW_FLAG_FIRST_B);
}

export function askerA0(flow: Flow): u64 {
  return askerIsB(flow) ? flow.addressB0 : flow.addressA0;
}

export function askerA1(flow: Flow): u64 {
  return askerIsB(flow) ? flow.addressB1 : flow.addressA1;
}

export function askedA0(flow: Flow): u64 {
  return askerIsB(flow) ? flow.addressA0 : flow.addressB0;
}

export function askedA1(flow: Flow): u64 {
  return askerIsB(flow) ? flow.addressA1 : flow.addressB1;
}

/** 0 for an echo request. */
export function askedPort(flow: Flow): u32 {
  if (wayOf(flow) == WAY_ECHO) return 0;
  return <u32>(askerIsB(flow) ? flow.portA : flow.portB);
}

export function askerPort(flow: Flow): u32 {
  return <u32>(askerIsB(flow) ? flow.portB : flow.portA);
}

/** Of a flow that asks. */
export function wayOf(flow: Flow): u32 {
  return wayOfProto(<u32>flow.proto, flow.has(FLOW_FLAG_SYN));
}

export function wayOfProto(proto: u32, bySyn: bool): u32 {
  if (proto == PROTO_TCP) return bySyn ? WAY_SYN : WAY_PROBE;
  return proto == PROTO_UDP ? WAY_DATAGRAM : WAY_ECHO;
}

/** Of a host, by its addressHash(), that is asked in that way. */
export function hostKey(way: u32, host: u64): u64 {
  return (host + <u64>way) | ((<u64>1) << 63);
}

/** Of a port that is asked in that way. */
export function portKey(way: u32, port: u32): u64 {
  return ((<u64>way) << 32) | <u64>port;
}

export function portBit(port: u32): u32 {
  return bitOf(mixWord(port));
}

/**
 * The first packet of a flow asks: a SYN, a probe without one, an echo request, or a datagram that does not look like an
 * answer. What goes on with a conversation that was there before asks nothing.
 */
export function asks(flow: Flow, p: Packet): bool {
  const kind = <i32>flow.kind;
  if (kind != KIND_IPV4 && kind != KIND_IPV6) return false;
  if (p.answer != 0 || flow.has(FLOW_FLAG_GROUP) || p.has(PACKET_BIT_LATER_FRAGMENT)) return false;
  switch (<u32>flow.proto) {
    case PROTO_TCP:
      return isTcpAsk(flow, p);
    case PROTO_UDP:
      if (isLearnt(flow) || <i32>p.ttl <= TRACE_TTL_MAX) return false;
      return askerPort(flow) >= WELL_KNOWN || askedPort(flow) < WELL_KNOWN;
    case PROTO_ICMP:
      return <u32>p.icmpType == ECHO;
    case PROTO_ICMP6:
      return <u32>p.icmpType == ECHO6;
    default:
      return false;
  }
}

function isTcpAsk(flow: Flow, p: Packet): bool {
  const flags = <u32>p.tcpFlags & SIX_FLAGS;
  if ((flags & TCP_SYN) != 0) return flags == TCP_SYN;
  if (p.appBytes != 0 || (flags & TCP_RST) != 0) return false;
  // With FIN and ACK, or PSH and ACK, it is far likelier what is left of a conversation.
  if ((flags & TCP_ACK) != 0 && flags != TCP_ACK) return false;
  return (flow.notes & EXCUSES) == 0 && !isLearnt(flow);
}

function isLearnt(flow: Flow): bool {
  return <i32>flow.dirReason == DIR_REASON_LEARNT;
}
