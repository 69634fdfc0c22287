// Flows that ask for something and what comes of it: sweeps over ports or hosts, SYN scans, ACK scans.
// Apart from the tables (sources.ts, targets.ts). Always holds: a flow asks once, and is opened, refused, given up or
// unanswered once; only what was asked in vain counts, so that who converses with many is no scanner; a source raises
// each finding once a window, in the flow that made it too many.

import { Direction, Flow } from "../flow/flow";
import {
  COUNTER_ASKED,
  COUNTER_ASKED_IN_VAIN,
  FINDING_ACK_SCAN,
  FINDING_HOST_SWEEP,
  FINDING_PORT_SWEEP,
  FINDING_SYN_SCAN,
  FLOW_FLAG_ACKED,
  FLOW_FLAG_ASKED,
  FLOW_FLAG_GROUP,
  FLOW_FLAG_RETRIED,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  KIND_IPV4,
  KIND_IPV6,
  NOTE_EVICTED_BEFORE,
  NOTE_LOSS,
  NOTE_PICKUP,
  PACKET_BIT_LATER_FRAGMENT,
} from "../layout";
import { count } from "../state";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from "../wire/tcp";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_TCP, PROTO_UDP } from "../wire/transport";
import { addressHash, mixWord } from "./address";
import {
  ACK_SCAN_MIN,
  ASK_PACKETS_MAX,
  HOST_SWEEP_MIN,
  PORT_SWEEP_MIN,
  SOURCE_HOSTS_OFFSET,
  SOURCE_PORTS_OFFSET,
  SOURCE_RAISED_HOST_SWEEP,
  SOURCE_RAISED_PORT_SWEEP,
  SOURCE_RAISED_SYN_SCAN,
  SOURCE_TRACKERS,
} from "./detect-layout";
import { raise } from "./raise";
import { findSource, Source, sourceFor, trackerFor, trackerOf, turn } from "./sources";
import { askTarget, settleTarget } from "./targets";

const SIX_FLAGS: u32 = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG;
const ECHO: u32 = 8;
const ECHO6: u32 = 128;
const WELL_KNOWN: u32 = 1024;
const EXCUSES: u32 = NOTE_PICKUP | NOTE_EVICTED_BEFORE | NOTE_LOSS;

/** Why a flow's asking is over. */
export const ASK_OPENED: u32 = 0;
export const ASK_IN_VAIN: u32 = 1;

// ---- The ends of a flow that asks: its initiator, and whom it asks -------------------------------------------

function askerA0(flow: Flow): u64 {
  return flow.initiatorIsB ? flow.addressB0 : flow.addressA0;
}

function askerA1(flow: Flow): u64 {
  return flow.initiatorIsB ? flow.addressB1 : flow.addressA1;
}

function askedA0(flow: Flow): u64 {
  return flow.initiatorIsB ? flow.addressA0 : flow.addressB0;
}

function askedA1(flow: Flow): u64 {
  return flow.initiatorIsB ? flow.addressA1 : flow.addressB1;
}

function askedPort(flow: Flow): u32 {
  if (isEcho(flow)) return 0;
  return <u32>(flow.initiatorIsB ? flow.portA : flow.portB);
}

function isEcho(flow: Flow): bool {
  const proto = <u32>flow.proto;
  return proto == PROTO_ICMP || proto == PROTO_ICMP6;
}

// ---- Asking ---------------------------------------------------------------------------------------------------

/** The first packet of a flow: does it ask for something? */
export function beginAsk(flow: Flow, p: Packet): void {
  if (!asks(flow, p)) return;
  flow.mark(FLOW_FLAG_ASKED);
  count(COUNTER_ASKED);
  const time = p.time;
  const a0 = askedA0(flow);
  const a1 = askedA1(flow);
  const port = askedPort(flow);
  const source = sourceFor(askerA0(flow), askerA1(flow), time);
  source.asked += 1;
  turn(source, time);
  const at = changetype<usize>(source);
  const host = hostKey(a0, a1);
  const hosts = trackerFor(at + SOURCE_HOSTS_OFFSET, host);
  if (hosts != null) hosts.ask(portBit(port));
  const ports = trackerFor(at + SOURCE_PORTS_OFFSET, portKey(flow, port));
  if (ports != null) ports.ask(hostBit(host));
  judge(flow, source);
  if (flow.has(FLOW_FLAG_SYN)) askTarget(flow, a0, a1, port, time);
}

function hostKey(a0: u64, a1: u64): u64 {
  return addressHash(a0, a1) | 1;
}

function portKey(flow: Flow, port: u32): u64 {
  return ((<u64>flow.proto) << 32) | ((<u64>port) << 8) | 1;
}

function portBit(port: u32): u32 {
  return <u32>(mixWord(port) >> 40) & 127;
}

function hostBit(host: u64): u32 {
  return <u32>(host >> 40) & 127;
}

/** A SYN, a probe without one, an echo request, or a datagram that does not look like an answer. */
function asks(flow: Flow, p: Packet): bool {
  const kind = <i32>flow.kind;
  if (kind != KIND_IPV4 && kind != KIND_IPV6) return false;
  if (p.answer != 0 || flow.has(FLOW_FLAG_GROUP) || p.has(PACKET_BIT_LATER_FRAGMENT)) return false;
  const proto = <u32>flow.proto;
  if (proto == PROTO_TCP) {
    const flags = <u32>p.tcpFlags & SIX_FLAGS;
    if ((flags & TCP_SYN) != 0) return flags == TCP_SYN;
    return (flags & TCP_RST) == 0 && p.appBytes == 0 && (flow.notes & EXCUSES) == 0;
  }
  if (proto == PROTO_UDP) return askerPort(flow) >= WELL_KNOWN || askedPort(flow) < WELL_KNOWN;
  return (
    (proto == PROTO_ICMP && <u32>p.icmpType == ECHO) || (proto == PROTO_ICMP6 && <u32>p.icmpType == ECHO6)
  );
}

function askerPort(flow: Flow): u32 {
  return <u32>(flow.initiatorIsB ? flow.portB : flow.portA);
}

// ---- What comes of it -----------------------------------------------------------------------------------------

/** A packet of a flow that still waits for an answer, the first one among them. */
export function followAsk(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  const fromAsker = fromB == flow.initiatorIsB;
  if (<u32>flow.proto != PROTO_TCP) {
    if (!fromAsker || d.packets >= <u64>ASK_PACKETS_MAX) endAsk(flow, ASK_OPENED);
    return;
  }
  const flags = <u32>p.tcpFlags & SIX_FLAGS;
  const isReset = (flags & TCP_RST) != 0;
  if (flow.has(FLOW_FLAG_ACKED)) {
    endAsk(flow, ASK_OPENED);
  } else if (!fromAsker) {
    // A SYN-ACK opens nothing by itself: who only scans resets it.
    if (isReset) endAsk(flow, ASK_IN_VAIN);
    else if ((flags & TCP_SYN) == 0) endAsk(flow, ASK_OPENED);
  } else if (isReset) {
    if (flow.has(FLOW_FLAG_SYNACK)) endAsk(flow, ASK_IN_VAIN);
  } else if (flow.has(FLOW_FLAG_SYN)) {
    // An ACK, or data: the SYN-ACK took another way.
    if ((flags & (TCP_SYN | TCP_ACK)) == TCP_ACK) endAsk(flow, ASK_OPENED);
    else if (d.packets > 1 && !flow.has(FLOW_FLAG_RETRIED)) retryAsk(flow);
  } else if (d.ackAdvances != 0 || d.packets >= <u64>ASK_PACKETS_MAX || p.appBytes != 0) {
    endAsk(flow, ASK_OPENED);
  }
}

/** The same SYN again: a stack of its own, not a flood's forger. */
function retryAsk(flow: Flow): void {
  flow.mark(FLOW_FLAG_RETRIED);
  settleTarget(askedA0(flow), askedA1(flow), askedPort(flow), false);
}

/** What came of the asking: ASK_OPENED or ASK_IN_VAIN. */
export function endAsk(flow: Flow, result: u32): void {
  flow.flags &= ~(<u32>FLOW_FLAG_ASKED);
  const a0 = askedA0(flow);
  const a1 = askedA1(flow);
  const port = askedPort(flow);
  const isOpened = result == ASK_OPENED;
  if (!isOpened) count(COUNTER_ASKED_IN_VAIN);
  if (flow.has(FLOW_FLAG_SYN) && !flow.has(FLOW_FLAG_RETRIED)) settleTarget(a0, a1, port, isOpened);
  const source = findSource(askerA0(flow), askerA1(flow));
  if (source == null) return;
  const at = changetype<usize>(source);
  const host = hostKey(a0, a1);
  const hosts = trackerOf(at + SOURCE_HOSTS_OFFSET, host);
  const ports = trackerOf(at + SOURCE_PORTS_OFFSET, portKey(flow, port));
  if (isOpened) {
    source.opened += 1;
    if (hosts != null) hosts.open(portBit(port));
    if (ports != null) ports.open(hostBit(host));
    return;
  }
  if (hosts != null) hosts.fail(portBit(port));
  if (ports != null) ports.fail(hostBit(host));
  if (isBareAck(flow)) probeInVain(flow, source, host, port);
  judge(flow, source);
}

/** Only ACKs without data came, from one side. */
function isBareAck(flow: Flow): bool {
  if (<u32>flow.proto != PROTO_TCP) return false;
  const asker = flow.direction(flow.initiatorIsB);
  return (<u32>asker.tcpFlags & SIX_FLAGS) == TCP_ACK && asker.appBytes == 0;
}

function probeInVain(flow: Flow, source: Source, host: u64, port: u32): void {
  source.probes |= (<u64>1) << ((host ^ mixWord(port)) >> 58);
  if (<i32>popcnt(source.probes) >= ACK_SCAN_MIN) raise(flow, FINDING_ACK_SCAN);
}

// ---- Judgement ------------------------------------------------------------------------------------------------

function judge(flow: Flow, source: Source): void {
  for (let i: u32 = 0; i < <u32>SOURCE_TRACKERS; i++) {
    const ports = source.hosts(i).inVain;
    if (ports >= PORT_SWEEP_MIN && ports > <i32>source.opened) {
      raiseOnce(flow, source, SOURCE_RAISED_PORT_SWEEP, FINDING_PORT_SWEEP);
    }
    const hosts = source.ports(i).inVain;
    if (hosts >= HOST_SWEEP_MIN && hosts > <i32>source.opened) {
      raiseOnce(flow, source, SOURCE_RAISED_HOST_SWEEP, FINDING_HOST_SWEEP);
    }
  }
}

function raiseOnce(flow: Flow, source: Source, bit: u32, finding: i32): void {
  // By SYNs of which none became a connection: whoever asks so only looks (nmap -sS).
  if (flow.has(FLOW_FLAG_SYN) && source.opened == 0 && (source.raised & SOURCE_RAISED_SYN_SCAN) == 0) {
    source.raised |= SOURCE_RAISED_SYN_SCAN;
    raise(flow, FINDING_SYN_SCAN);
  }
  if ((source.raised & bit) != 0) return;
  source.raised |= bit;
  raise(flow, finding);
}
