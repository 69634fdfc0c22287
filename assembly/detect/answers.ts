// Answers that nobody asked for: SYN-ACKs, RSTs and ICMP errors whose question never passed, as the victim of a flood
// with forged addresses sends them (Moore, Voelker and Savage 2001).
// Apart from the asking, which is their counterpart. Always holds: judged when nothing more can come of the flow; not
// where the question may have been missed for a reason of the sensor's own; a lone RST or ICMP error is nothing, since
// ordinary conversations end so: it takes several addresses, or one that nobody uses.

import { Flow } from "../flow/flow";
import {
  DIR_REASON_LEARNT,
  FINDING_BACKSCATTER,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  NOTE_BAD_HEADER,
  NOTE_EVICTED_BEFORE,
  NOTE_LOSS,
  NOTE_PICKUP,
} from "../layout";
import { config, state } from "../state";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_RST, TCP_SYN } from "../wire/tcp";
import { addressHash } from "./address";
import { darkness } from "./alive";
import { DARKNESS_DARK, UNASKED_MIN } from "./detect-layout";
import { raise } from "./raise";
import { isRemembered } from "./recents";
import { sourceFor } from "./sources";

const EXCUSES: u32 = NOTE_PICKUP | NOTE_EVICTED_BEFORE | NOTE_LOSS | NOTE_BAD_HEADER;
const ANSWER_FLAGS: u32 = TCP_SYN | TCP_ACK | TCP_RST;
const SEEN_BOTH: u32 = FLOW_FLAG_SEEN_A | FLOW_FLAG_SEEN_B;

/** A TCP flow that is over, or will hardly go on. */
export function judgeAnswer(flow: Flow): void {
  if (flow.has(FLOW_FLAG_SYN) || (flow.notes & EXCUSES) != 0 || <i32>flow.dirReason == DIR_REASON_LEARNT)
    return;
  const a = flow.direction(false);
  const b = flow.direction(true);
  if (a.appBytes + b.appBytes != 0) return;
  const flags = <u32>(a.tcpFlags | b.tcpFlags);
  if ((flags & ~ANSWER_FLAGS) != 0) return;
  const isAlone = (flow.flags & SEEN_BOTH) != SEEN_BOTH;
  const answererIsB = isAlone ? flow.has(FLOW_FLAG_SEEN_B) : synAckIsB(flow);
  const asked = flow.direction(!answererIsB);
  if (flow.has(FLOW_FLAG_SYNACK)) {
    // Who is answered may say by a RST that it did not ask.
    const isRefuted = (<u32>asked.tcpFlags & (TCP_SYN | TCP_RST)) == TCP_RST;
    if (isRefuted || (isAlone && passesBothWays())) raise(flow, FINDING_BACKSCATTER);
    return;
  }
  if (!isAlone || (flags & TCP_RST) == 0) return;
  const from0 = answererIsB ? flow.addressB0 : flow.addressA0;
  const from1 = answererIsB ? flow.addressB1 : flow.addressA1;
  const to0 = answererIsB ? flow.addressA0 : flow.addressB0;
  const to1 = answererIsB ? flow.addressA1 : flow.addressB1;
  if (isUnasked(from0, from1, to0, to1)) raise(flow, FINDING_BACKSCATTER);
}

function synAckIsB(flow: Flow): bool {
  return (<u32>flow.direction(true).tcpFlags & TCP_SYN) != 0;
}

/** An ICMP error about a conversation that is not in the table. `flow` is the error's own. */
export function judgeError(flow: Flow, p: Packet): void {
  const s = state();
  const pickupNs = config().pickupNs;
  if (pickupNs != 0 && p.time < s.firstTime + pickupNs) return;
  if ((flow.notes & EXCUSES) != 0 || isRemembered(p.quotedHash, p.time)) return;
  const fromB = flow.has(FLOW_FLAG_SEEN_B);
  const from0 = fromB ? flow.addressB0 : flow.addressA0;
  const from1 = fromB ? flow.addressB1 : flow.addressA1;
  const to0 = fromB ? flow.addressA0 : flow.addressB0;
  const to1 = fromB ? flow.addressA1 : flow.addressB1;
  if (isUnasked(from0, from1, to0, to1)) raise(flow, FINDING_BACKSCATTER);
}

/** Where only one direction passes, every answer is one without a question. */
function passesBothWays(): bool {
  return state().conversations != 0 || config().homeCount == 0;
}

/** Counted at who answers: several addresses, or one that nobody uses. */
function isUnasked(from0: u64, from1: u64, to0: u64, to1: u64): bool {
  const source = sourceFor(from0, from1, state().clock);
  source.unasked |= (<u64>1) << (addressHash(to0, to1) >> 58);
  if (darkness(to0, to1) == DARKNESS_DARK) return true;
  return <i32>popcnt(source.unasked) >= UNASKED_MIN && passesBothWays();
}
