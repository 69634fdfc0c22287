// From the rules that matched a packet to its alerts and its verdict.
// Apart from matching because a match is not yet an alert: a pass rule may excuse it, a limit or its rate hold it back.
// Always holds: rules are told in the order of their actions and priorities, ALERTS_A_PACKET_MAX at most; whatever is
// not told is counted.

import { raise } from "../detect/raise";
import { Flow } from "../flow/flow";
import {
  ALERTS_A_PACKET_MAX,
  COUNTER_ALERTS,
  COUNTER_ALERTS_OVER,
  COUNTER_ALERTS_PASSED,
  COUNTER_NO_SESSION,
  FINDING_SIGNATURE,
  INSPECT_BASE,
  PACKET_BIT_SWAPPED,
} from "../layout";
import { isToServer } from "../match/flow-options";
import { bump, passesFilters, withinLimits, withinRate } from "../match/limits";
import {
  ACTION_ALERT,
  ACTION_LOG,
  ACTION_PASS,
  ACTION_SDROP,
  ALERT_BIT_FROM_INITIATOR,
  ALERT_BIT_HTTP,
  ALERT_BIT_REASSEMBLED,
  ALERT_BIT_STREAM,
  ALERT_BIT_TO_SERVER,
  ALERT_KIND_ALERT,
  ALERT_KIND_LOG,
  IMAGE_RULE_STATES_OFFSET,
  IMAGE_RULES_OFFSET,
  INSPECT_MATCHES_OFFSET,
  MATCH_BIT_DATAGRAM,
  MATCH_BIT_HTTP,
  MATCH_BIT_STREAM,
  MATCH_CAPACITY,
  MATCH_INDEX_MASK,
  RULE_ACTION_OFFSET,
  RULE_FLAG_NO_ALERT,
  RULE_FLAGS_OFFSET,
  RULE_ORDER_OFFSET,
  RULE_SIZE,
  RULE_STATE_ALERTS_OFFSET,
  RULE_STATE_MATCHES_OFFSET,
  RULE_STATE_SIZE,
  RULE_TAG_TYPE_OFFSET,
  TAG_NONE,
} from "../match/rules-layout";
import { emitAlert } from "../ring/alerts";
import { count } from "../state";
import { Packet } from "../wire/packet";
import { inspectState } from "./state";
import { startTag } from "./tag";

const NO_MATCH: u32 = 0xffffffff;

export function ruleAt(image: usize, index: u32): usize {
  return image + load<u32>(image, IMAGE_RULES_OFFSET) + <usize>index * RULE_SIZE;
}

export function ruleStateAt(image: usize, index: u32): usize {
  return image + load<u32>(image, IMAGE_RULE_STATES_OFFSET) + <usize>index * RULE_STATE_SIZE;
}

/**
 * Notes that a rule matched the current packet; `how` MATCH_BIT_*. A rule is noted once a packet. When too many match,
 * those that would be told first stay.
 */
export function noteMatch(image: usize, index: u32, how: u32): void {
  const s = inspectState();
  if (isMatched(index)) return;
  if (s.matchCount != <u32>MATCH_CAPACITY) {
    setMatch(s.matchCount, index | how);
    s.matchCount += 1;
    return;
  }
  count(COUNTER_ALERTS_OVER);
  let last: u32 = 0;
  for (let i: u32 = 1; i < s.matchCount; i++) if (orderAt(image, i) > orderAt(image, last)) last = i;
  if (load<u32>(ruleAt(image, index), RULE_ORDER_OFFSET) < orderAt(image, last)) setMatch(last, index | how);
}

/** The matches from that place on were found in a datagram put together. */
export function markDatagram(from: u32): void {
  const s = inspectState();
  for (let i = from; i < s.matchCount; i++) setMatch(i, matchAt(i) | MATCH_BIT_DATAGRAM);
}

function isOfDatagram(match: u32): bool {
  return (match & <u32>MATCH_BIT_DATAGRAM) != 0;
}

/** Whether that rule has matched this packet already. */
export function isMatched(index: u32): bool {
  const s = inspectState();
  for (let i: u32 = 0; i < s.matchCount; i++) if ((matchAt(i) & MATCH_INDEX_MASK) == index) return true;
  return false;
}

/**
 * Alerts and the verdict of the rules that matched; how many were told. `whole` is the datagram that the packet made
 * complete, else the packet.
 */
export function conclude(image: usize, p: Packet, whole: Packet, flow: Flow, session: usize): u32 {
  const s = inspectState();
  const matches = s.matchCount;
  let told: u32 = 0;
  for (let done: u32 = 0; done < matches; done++) {
    const match = takeFirst(image, matches);
    if (match == NO_MATCH) break;
    const index = match & MATCH_INDEX_MASK;
    const rule = ruleAt(image, index);
    bump(ruleStateAt(image, index), RULE_STATE_MATCHES_OFFSET);
    if (<i32>load<u8>(rule, RULE_ACTION_OFFSET) == ACTION_PASS) {
      count(COUNTER_ALERTS_PASSED, matches - done - 1);
      break;
    }
    if (told == ALERTS_A_PACKET_MAX) count(COUNTER_ALERTS_OVER);
    else if (tell(image, index, match, isOfDatagram(match) ? whole : p, flow, session)) told++;
  }
  s.matchCount = 0;
  return told;
}

/** One match: held to its filter and its limits, then told; true when an alert was given. */
function tell(image: usize, index: u32, match: u32, p: Packet, flow: Flow, session: usize): bool {
  const rule = ruleAt(image, index);
  const ruleState = ruleStateAt(image, index);
  if (!passesFilters(image, rule, ruleState, p)) return false;
  const action = <u32>load<u8>(rule, RULE_ACTION_OFFSET);
  const isQuiet = (<i32>load<u16>(rule, RULE_FLAGS_OFFSET) & RULE_FLAG_NO_ALERT) != 0;
  // What is told more seldom is dropped all the same.
  if (action < <u32>ACTION_ALERT) setVerdict(action);
  if (!isQuiet) raise(flow, FINDING_SIGNATURE);
  if (!withinLimits(image, rule, ruleState, p)) return false;
  if (<i32>load<u8>(rule, RULE_TAG_TYPE_OFFSET) != TAG_NONE) {
    if (session != 0) startTag(session, rule, index, p.time);
    else count(COUNTER_NO_SESSION);
  }
  if (action == ACTION_SDROP || isQuiet || !withinRate(ruleState, p.time)) return false;
  const kind = action == ACTION_LOG ? ALERT_KIND_LOG : ALERT_KIND_ALERT;
  if (emitAlert(index, rule, kind, alertBits(match, p, flow), p, flow)) {
    bump(ruleState, RULE_STATE_ALERTS_OFFSET);
    count(COUNTER_ALERTS);
  }
  return true;
}

export function alertBits(match: u32, p: Packet, flow: Flow): u32 {
  let bits: u32 = (match & <u32>MATCH_BIT_STREAM) != 0 ? ALERT_BIT_STREAM : 0;
  if ((match & <u32>MATCH_BIT_HTTP) != 0) bits |= ALERT_BIT_HTTP;
  if (isOfDatagram(match)) bits |= ALERT_BIT_REASSEMBLED;
  if (isToServer(flow, p)) bits |= ALERT_BIT_TO_SERVER;
  if (flow.initiatorIsB == p.has(PACKET_BIT_SWAPPED)) bits |= ALERT_BIT_FROM_INITIATOR;
  return bits;
}

/** The gravest action stands: the lowest number above pass. */
function setVerdict(action: u32): void {
  const s = inspectState();
  if (s.verdict == 0 || action < s.verdict) s.verdict = action;
}

/** The match that comes first in order, taken out of the list; NO_MATCH when all are taken. */
function takeFirst(image: usize, matches: u32): u32 {
  let least: u32 = 0xffffffff;
  let place: u32 = 0;
  let first: u32 = NO_MATCH;
  for (let i: u32 = 0; i < matches; i++) {
    const match = matchAt(i);
    if (match == NO_MATCH) continue;
    const order = orderAt(image, i);
    if (first != NO_MATCH && order >= least) continue;
    least = order;
    first = match;
    place = i;
  }
  if (first != NO_MATCH) setMatch(place, NO_MATCH);
  return first;
}

function orderAt(image: usize, place: u32): u32 {
  return load<u32>(ruleAt(image, matchAt(place) & MATCH_INDEX_MASK), RULE_ORDER_OFFSET);
}

function matchAt(place: u32): u32 {
  return load<u32>(<usize>(INSPECT_BASE + INSPECT_MATCHES_OFFSET) + ((<usize>place) << 2));
}

function setMatch(place: u32, match: u32): void {
  store<u32>(<usize>(INSPECT_BASE + INSPECT_MATCHES_OFFSET) + ((<usize>place) << 2), match);
}
