// Answers that nobody asked for: SYN-ACKs, RSTs and ICMP errors whose question never passed, as the victim of a flood
// with forged addresses sends them (Moore, Voelker and Savage 2001).
// Apart from the asking, which is their counterpart. Always holds: judged when nothing more can come of the flow; not
// where the question may have been missed for a reason of the sensor's own, nor where only one direction passes; a lone
// RST or ICMP error is nothing, since ordinary conversations end so: it takes several addresses, or one that nobody uses.

import { Flow } from "../flow/flow";
import {
  DIR_REASON_LEARNT,
  FINDING_BACKSCATTER,
  FLOW_FLAG_ACKED,
  FLOW_FLAG_GROUP,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  FLOW_FLAG_SYNACK_B,
  KIND_IPV4,
  NOTE_BAD_HEADER,
  NOTE_EVICTED_BEFORE,
  NOTE_LOSS,
  NOTE_PICKUP,
  PACKET_BIT_SWAPPED,
} from "../layout";
import { state } from "../state";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_RST, TCP_SYN } from "../wire/tcp";
import { PROTO_TCP, PROTO_UDP } from "../wire/transport";
import { isMissable } from "./absence";
import { addressHash } from "./address";
import { darkness } from "./alive";
import { hasAsked } from "./asks";
import { DARKNESS_DARK, UNASKED_MIN } from "./detect-layout";
import { raise } from "./raise";
import { isRemembered } from "./recents";
import { seesBothWays } from "./sight";
import { markSource, sourceFor } from "./sources";
import { SIX_FLAGS } from "./tcp-flags";

const EXCUSES: u32 = NOTE_PICKUP | NOTE_EVICTED_BEFORE | NOTE_LOSS | NOTE_BAD_HEADER;
const ANSWER_FLAGS: u32 = TCP_SYN | TCP_ACK | TCP_RST;
const REDIRECT: u32 = 5;
const SEEN_BOTH: u32 = FLOW_FLAG_SEEN_A | FLOW_FLAG_SEEN_B;

/** A TCP flow that is over, or will hardly go on. */
export function judgeAnswer(flow: Flow): void {
  if (flow.has(FLOW_FLAG_SYN | FLOW_FLAG_ACKED) || (flow.notes & EXCUSES) != 0) return;
  if (<i32>flow.dirReason == DIR_REASON_LEARNT || isMissable(flow.start)) return;
  const a = flow.direction(false);
  const b = flow.direction(true);
  const flags = <u32>(a.tcpFlags | b.tcpFlags) & SIX_FLAGS;
  if (a.appBytes + b.appBytes != 0 || (flags & ~ANSWER_FLAGS) != 0) return;
  const isAlone = (flow.flags & SEEN_BOTH) != SEEN_BOTH;
  if (flow.has(FLOW_FLAG_SYNACK)) {
    judgeSynAck(flow, isAlone);
  } else if (isAlone && (flags & TCP_RST) != 0) {
    const fromB = flow.has(FLOW_FLAG_SEEN_B);
    if (!wasAsked(flow, fromB) && isUnasked(flow, fromB)) raise(flow, FINDING_BACKSCATTER);
  }
}

/** Nobody went on after it; or who is answered says by a RST that it did not ask. */
function judgeSynAck(flow: Flow, isAlone: bool): void {
  const fromB = flow.has(FLOW_FLAG_SYNACK_B);
  const asked = <u32>flow.direction(!fromB).tcpFlags;
  if (!isAlone && (asked & (TCP_SYN | TCP_RST)) != TCP_RST) return;
  if (isAlone && !seesBothWays() && !isToDark(flow, fromB)) return;
  if (!wasAsked(flow, fromB)) raise(flow, FINDING_BACKSCATTER);
}

/** The question passed, and its flow was given up since. `fromB` who answers. */
function wasAsked(flow: Flow, fromB: bool): bool {
  return fromB
    ? hasAsked(flow.addressA0, flow.addressA1, flow.addressB0, flow.addressB1, PROTO_TCP, flow.portB)
    : hasAsked(flow.addressB0, flow.addressB1, flow.addressA0, flow.addressA1, PROTO_TCP, flow.portA);
}

/** An ICMP error about a conversation that is not in the table. `flow` is the error's own. */
export function judgeError(flow: Flow, p: Packet): void {
  if (flow.has(FLOW_FLAG_GROUP) || isRedirect(p) || isMissable(p.time)) return;
  if ((flow.notes & EXCUSES) != 0 || isRemembered(p.quotedHash, p.time)) return;
  if (!quotesAsked(flow, p) && isUnasked(flow, p.has(PACKET_BIT_SWAPPED))) raise(flow, FINDING_BACKSCATTER);
}

/** A router of ours tells of a nearer one. */
function isRedirect(p: Packet): bool {
  return <i32>p.kind == KIND_IPV4 && <u32>p.icmpType == REDIRECT;
}

/** The packet that the error quotes went to where its receiver did ask. The quoted key is in canonical order. */
function quotesAsked(flow: Flow, p: Packet): bool {
  const fromB = p.has(PACKET_BIT_SWAPPED);
  const to0 = fromB ? flow.addressA0 : flow.addressB0;
  const to1 = fromB ? flow.addressA1 : flow.addressB1;
  const proto = <u32>(p.quotedKey >> 32) & 0xff;
  const hasPorts = proto == PROTO_TCP || proto == PROTO_UDP;
  return p.quotedA0 == to0 && p.quotedA1 == to1
    ? hasAsked(to0, to1, p.quotedB0, p.quotedB1, proto, hasPorts ? <u32>(p.quotedKey >> 16) & 0xffff : 0)
    : hasAsked(to0, to1, p.quotedA0, p.quotedA1, proto, hasPorts ? <u32>p.quotedKey & 0xffff : 0);
}

/** Counted at who answers: several addresses, or one that nobody uses. `fromB` who answers. */
function isUnasked(flow: Flow, fromB: bool): bool {
  const to0 = fromB ? flow.addressA0 : flow.addressB0;
  const to1 = fromB ? flow.addressA1 : flow.addressB1;
  const from0 = fromB ? flow.addressB0 : flow.addressA0;
  const from1 = fromB ? flow.addressB1 : flow.addressA1;
  const source = sourceFor(from0, from1, state().clock);
  source.unasked |= (<u64>1) << (addressHash(to0, to1) >> 58);
  markSource(source, state().clock);
  if (isToDark(flow, fromB)) return true;
  return <i32>popcnt(source.unasked) >= UNASKED_MIN && seesBothWays();
}

function isToDark(flow: Flow, fromB: bool): bool {
  const to0 = fromB ? flow.addressA0 : flow.addressB0;
  const to1 = fromB ? flow.addressA1 : flow.addressB1;
  return darkness(to0, to1) == DARKNESS_DARK;
}
