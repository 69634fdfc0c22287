// Flows that ask for something and what comes of it: sweeps over ports or hosts, SYN scans, ACK scans.
// Apart from the tables (sources.ts, trackers.ts, targets.ts) and from who asks for what (ask-keys.ts). Always holds: a
// flow asks once, and is opened, refused, given up or unanswered once; only what was asked in vain counts, so that who
// converses with many is no scanner; a source raises each finding once a window, in the flow that made it too many.

import { Direction, Flow, saturate16 } from "../flow/flow";
import {
  COUNTER_ASKED,
  COUNTER_ASKED_IN_VAIN,
  COUNTER_ASKED_LOST,
  CREDIT_BASE,
  FINDING_ACK_SCAN,
  FINDING_HOST_SWEEP,
  FINDING_PORT_SWEEP,
  FINDING_SYN_SCAN,
  FLOW_FLAG_ACKED,
  FLOW_FLAG_ASKED,
  FLOW_FLAG_RETRIED,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
} from "../layout";
import { count, counted } from "../state";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_RST, TCP_SYN } from "../wire/tcp";
import { PROTO_TCP } from "../wire/transport";
import { addressHash, mixWord } from "./address";
import { darkness } from "./alive";
import {
  askedA0,
  askedA1,
  askedPort,
  askerA0,
  askerA1,
  askerIsB,
  askerPort,
  asks,
  hostKey,
  portBit,
  portKey,
  WAY_ECHO,
  WAY_PROBE,
  WAY_SYN,
  wayOf,
  wayOfProto,
} from "./ask-keys";
import {
  ACK_SCAN_MIN,
  ASK_PACKETS_MAX,
  DARKNESS_DARK,
  HOST_SWEEP_MIN,
  PORT_SWEEP_MIN,
  RETRY_MS,
  SOURCE_FIRST_FAILED,
  SOURCE_FIRST_OPENED,
  SOURCE_RAISED_HOST_SWEEP,
  SOURCE_RAISED_PORT_SWEEP,
} from "./detect-layout";
import { isFirst, keepFirst, settleFirst, unfold } from "./first-ask";
import { raise } from "./raise";
import { seesBothWays } from "./sight";
import { findSource, markSource, Source, sourceOf, turn } from "./sources";
import { askTarget, settleTarget, targetHash } from "./targets";
import { SIX_FLAGS } from "./tcp-flags";
import { bitOf, hostFor, hostOf, portFor, portOf, Tracker } from "./trackers";

const SEEN_BOTH: u32 = FLOW_FLAG_SEEN_A | FLOW_FLAG_SEEN_B;
const RETRY_NS: u64 = <u64>RETRY_MS * 1000000;

/** What came of a flow's asking. */
export const ASK_OPENED: u32 = 0;
export const ASK_REFUSED: u32 = 1; // or given up by who asked
export const ASK_SILENT: u32 = 2;

// ---- Asking ---------------------------------------------------------------------------------------------------

/** The first packet of a flow: does it ask for something? */
export function beginAsk(flow: Flow, p: Packet): void {
  // A packet that the table has no place for is never followed.
  if (changetype<usize>(flow) == <usize>CREDIT_BASE) return;
  if (!asks(flow, p)) {
    if (counted(COUNTER_ASKED_LOST) != 0) takeBack(flow, p);
    return;
  }
  flow.mark(FLOW_FLAG_ASKED);
  count(COUNTER_ASKED);
  const way = wayOf(flow);
  const a0 = askedA0(flow);
  const a1 = askedA1(flow);
  const port = askedPort(flow);
  // They are known where the flow was seen to begin (ahead.ts).
  const s0 = askerA0(flow);
  const s1 = askerA1(flow);
  const isKnown = p.senderHash != 0;
  const source = sourceOf(isKnown ? p.senderHash : addressHash(s0, s1), s0, s1, p.time);
  source.asked = saturate16(source.asked);
  markSource(source, p.time);
  const host = addressHash(a0, a1);
  if (!keepFirst(source, way, host, port)) askAgain(flow, source, way, host, port, p.time);
  if (way == WAY_SYN) {
    askTarget(flow, isKnown ? p.targetHash : targetHash(a0, a1, port), a0, a1, port, p.time);
  }
}

/** Not the only thing that the source asked for. */
function askAgain(flow: Flow, source: Source, way: u32, host: u64, port: u32, time: u64): void {
  unfold(source);
  turn(source, time);
  const hosts = hostFor(source, hostKey(way, host));
  const ports = portFor(source, portKey(way, port));
  if (hosts != null) hosts.ask(portBit(port));
  if (ports != null) ports.ask(bitOf(host));
  judge(flow, source, hosts, ports);
}

/** The answer to a flow that lost its place before: whoever asked did not ask in vain. */
function takeBack(flow: Flow, p: Packet): void {
  const way = wayOfProto(<u32>flow.proto, true);
  if (way == WAY_SYN && (<u32>p.tcpFlags & (TCP_ACK | TCP_RST)) != TCP_ACK) return;
  if (way == WAY_ECHO && p.answer == 0) return;
  const source = findSource(askedA0(flow), askedA1(flow));
  if (source == null) return;
  open(source, way, addressHash(askerA0(flow), askerA1(flow)), way == WAY_ECHO ? 0 : askerPort(flow));
}

/** `host` the addressHash() of whom was asked. */
function open(source: Source, way: u32, host: u64, port: u32): void {
  if (isFirst(source, way, host, port)) {
    settleFirst(source, SOURCE_FIRST_OPENED);
    return;
  }
  unfold(source);
  const hosts = hostOf(source, hostKey(way, host));
  const ports = portsOf(source, way, port);
  if (hosts != null) hosts.open(portBit(port));
  if (ports != null) ports.open(bitOf(host));
}

function portsOf(source: Source, way: u32, port: u32): Tracker | null {
  return portOf(source, portKey(way, port));
}

/** That address asked the other for it not long ago, as far as is remembered. */
export function hasAsked(asker0: u64, asker1: u64, a0: u64, a1: u64, proto: u32, port: u32): bool {
  const source = findSource(asker0, asker1);
  if (source == null) return false;
  const way = wayOfProto(proto, true);
  const host = addressHash(a0, a1);
  unfold(source);
  return hasAskedBy(source, way, host, port) || (way == WAY_SYN && hasAskedBy(source, WAY_PROBE, host, port));
}

function hasAskedBy(source: Source, way: u32, host: u64, port: u32): bool {
  if (hostOf(source, hostKey(way, host)) != null) return true;
  const ports = portsOf(source, way, port);
  if (ports == null) return false;
  return ports.has(bitOf(host));
}

// ---- What comes of it -----------------------------------------------------------------------------------------

/** A packet of a flow that still waits for an answer, the first one among them. `before` the flags until then. */
export function followAsk(flow: Flow, d: Direction, p: Packet, fromB: bool, before: u32): void {
  const fromAsker = fromB == askerIsB(flow);
  if (<u32>flow.proto != PROTO_TCP) {
    if (!fromAsker || d.packets >= <u64>ASK_PACKETS_MAX) endAsk(flow, ASK_OPENED);
    return;
  }
  const flags = <u32>p.tcpFlags & SIX_FLAGS;
  const isReset = (flags & TCP_RST) != 0;
  if (flow.has(FLOW_FLAG_ACKED)) {
    endAsk(flow, ASK_OPENED);
  } else if (!flow.has(FLOW_FLAG_SYN)) {
    followProbe(flow, d, p, fromAsker, isReset);
  } else if ((before & SEEN_BOTH) != 0 && (before & <u32>FLOW_FLAG_SYN) == 0) {
    // A probe, and now a connection on the same ports.
    end(flow, ASK_OPENED, WAY_PROBE);
  } else if (!fromAsker) {
    // A SYN-ACK opens nothing by itself: who only scans resets it.
    if (isReset) endAsk(flow, ASK_REFUSED);
    else if ((flags & TCP_SYN) == 0) endAsk(flow, ASK_OPENED);
  } else if (isReset) {
    if (flow.has(FLOW_FLAG_SYNACK)) endAsk(flow, ASK_REFUSED);
  } else if ((flags & (TCP_SYN | TCP_ACK)) == TCP_ACK) {
    // An ACK, or data: the SYN-ACK took another way.
    endAsk(flow, ASK_OPENED);
  } else if (p.time - flow.start >= RETRY_NS && !flow.has(FLOW_FLAG_RETRIED)) {
    retryAsk(flow);
  }
}

/** Any answer but a RST shows somebody; so does a side that goes on. */
function followProbe(flow: Flow, d: Direction, p: Packet, fromAsker: bool, isReset: bool): void {
  if (!fromAsker) endAsk(flow, isReset ? ASK_REFUSED : ASK_OPENED);
  else if (isReset) return;
  else if (d.ackAdvances != 0 || d.packets >= <u64>ASK_PACKETS_MAX || p.appBytes != 0)
    endAsk(flow, ASK_OPENED);
}

/** The same SYN again: a stack of its own, not a flood's forger. */
function retryAsk(flow: Flow): void {
  flow.mark(FLOW_FLAG_RETRIED);
  settleTarget(askedA0(flow), askedA1(flow), askedPort(flow), flow.start, false);
}

/** The flow ends before an answer had its time, or was accepted: what came of the asking is not known. */
export function loseAsk(flow: Flow): void {
  flow.flags &= ~(<u32>FLOW_FLAG_ASKED);
  count(COUNTER_ASKED_LOST);
  if (!flow.has(FLOW_FLAG_SYNACK)) return;
  const source = findSource(askerA0(flow), askerA1(flow));
  if (source == null) return;
  open(source, wayOf(flow), addressHash(askedA0(flow), askedA1(flow)), askedPort(flow));
}

/** What came of the asking: ASK_*. */
export function endAsk(flow: Flow, result: u32): void {
  end(flow, result, wayOf(flow));
}

function end(flow: Flow, result: u32, way: u32): void {
  flow.flags &= ~(<u32>FLOW_FLAG_ASKED);
  const a0 = askedA0(flow);
  const a1 = askedA1(flow);
  const port = askedPort(flow);
  const isOpened = result == ASK_OPENED;
  if (!isOpened) count(COUNTER_ASKED_IN_VAIN);
  if (way == WAY_SYN && result != ASK_SILENT && !flow.has(FLOW_FLAG_RETRIED)) {
    settleTarget(a0, a1, port, flow.start, isOpened);
  }
  const source = findSource(askerA0(flow), askerA1(flow));
  if (source == null) return;
  const host = addressHash(a0, a1);
  if (isOpened) {
    source.opened = saturate16(source.opened);
    open(source, way, host, port);
    return;
  }
  if (way == WAY_PROBE && isBareAck(flow)) probeInVain(flow, source, host, port);
  if (isFirst(source, way, host, port)) {
    // One alone is never too much.
    settleFirst(source, SOURCE_FIRST_FAILED);
    return;
  }
  unfold(source);
  const hosts = hostOf(source, hostKey(way, host));
  const ports = portsOf(source, way, port);
  if (hosts != null) hosts.fail(portBit(port));
  if (ports != null) ports.fail(bitOf(host));
  judge(flow, source, hosts, ports);
}

/** Only ACKs without data came from who asked. */
function isBareAck(flow: Flow): bool {
  const asker = flow.direction(askerIsB(flow));
  return (<u32>asker.tcpFlags & SIX_FLAGS) == TCP_ACK && asker.appBytes == 0;
}

function probeInVain(flow: Flow, source: Source, host: u64, port: u32): void {
  source.probes |= (<u64>1) << ((host ^ mixWord(port)) >> 58);
  if (isTooMuch(flow, source, <i32>popcnt(source.probes), ACK_SCAN_MIN)) raise(flow, FINDING_ACK_SCAN);
}

// ---- Judgement ------------------------------------------------------------------------------------------------

/** `hosts` and `ports` are the trackers of what the flow asks for. */
function judge(flow: Flow, source: Source, hosts: Tracker | null, ports: Tracker | null): void {
  if (hosts != null && isTooMuch(flow, source, hosts.inVain, PORT_SWEEP_MIN)) {
    raiseOnce(flow, source, SOURCE_RAISED_PORT_SWEEP, FINDING_PORT_SWEEP);
  }
  if (ports != null && isTooMuch(flow, source, ports.inVain, HOST_SWEEP_MIN)) {
    raiseOnce(flow, source, SOURCE_RAISED_HOST_SWEEP, FINDING_HOST_SWEEP);
  }
}

/** More in vain than was opened; and where only one direction passes, silence tells nothing. */
function isTooMuch(flow: Flow, source: Source, inVain: i32, least: i32): bool {
  if (inVain < least || inVain <= <i32>source.opened) return false;
  // An opened connection shows by the ACK of who asked for it; other answers do not.
  return wayOf(flow) == WAY_SYN || seesBothWays() || darkness(askedA0(flow), askedA1(flow)) == DARKNESS_DARK;
}

function raiseOnce(flow: Flow, source: Source, bit: u32, finding: i32): void {
  if ((<u32>source.raised & bit) != 0) return;
  source.raised |= <u8>bit;
  raise(flow, finding);
  // By SYNs of which none became a connection: whoever asks so only looks (nmap -sS).
  if (wayOf(flow) == WAY_SYN && source.opened == 0) raise(flow, FINDING_SYN_SCAN);
}
