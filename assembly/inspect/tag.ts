// Tags: after an alert, the packets of its conversation that are kept as evidence (Snort's manual, 3.7.5).
// Apart from alerts because a tagged packet needs no rule to match.

import { Flow } from "../flow/flow";
import { COUNTER_TAGGED } from "../layout";
import {
  ALERT_KIND_TAGGED,
  RULE_TAG_COUNT_OFFSET,
  RULE_TAG_METRIC_OFFSET,
  TAG_METRIC_BYTES,
  TAG_METRIC_PACKETS,
} from "../match/rules-layout";
import { emitAlert } from "../ring/alerts";
import { count } from "../state";
import {
  SESSION_BIT_TAG_BYTES,
  SESSION_BIT_TAG_PACKETS,
  SESSION_BIT_TAG_SECONDS,
  SESSION_BITS_OFFSET,
  SESSION_TAG_LEFT_OFFSET,
  SESSION_TAG_RULE_OFFSET,
  SESSION_TAG_UNTIL_OFFSET,
} from "../stream/stream-layout";
import { Packet } from "../wire/packet";
import { alertBits, ruleAt } from "./outcome";

const TAG_BITS: u32 = SESSION_BIT_TAG_PACKETS | SESSION_BIT_TAG_SECONDS | SESSION_BIT_TAG_BYTES;
const NS_PER_SECOND: u64 = 1000000000;

/** The session's packets from the next one on are kept, as many as the rule says. */
export function startTag(session: usize, rule: usize, index: u32, time: u64): void {
  const metric = <i32>load<u8>(rule, RULE_TAG_METRIC_OFFSET);
  const amount = load<u32>(rule, RULE_TAG_COUNT_OFFSET);
  let bits = load<u32>(session, SESSION_BITS_OFFSET) & ~TAG_BITS;
  if (metric == TAG_METRIC_PACKETS) bits |= SESSION_BIT_TAG_PACKETS;
  else if (metric == TAG_METRIC_BYTES) bits |= SESSION_BIT_TAG_BYTES;
  else bits |= SESSION_BIT_TAG_SECONDS;
  store<u32>(session, bits, SESSION_BITS_OFFSET);
  store<u32>(session, amount, SESSION_TAG_LEFT_OFFSET);
  store<u64>(session, time + <u64>amount * NS_PER_SECOND, SESSION_TAG_UNTIL_OFFSET);
  store<u32>(session, index, SESSION_TAG_RULE_OFFSET);
}

/** Whether a tag asks for the session's packets: to be asked before the packet's own rules are. */
export function isTagged(session: usize): bool {
  return (load<u32>(session, SESSION_BITS_OFFSET) & TAG_BITS) != 0;
}

/** Keeps a packet that a tag asks for and that gave no alert, and ends the tag when it has what it wants. */
export function keepTagged(image: usize, session: usize, p: Packet, flow: Flow): void {
  const bits = load<u32>(session, SESSION_BITS_OFFSET);
  const left = load<u32>(session, SESSION_TAG_LEFT_OFFSET);
  let ends = left == 0;
  if ((bits & SESSION_BIT_TAG_SECONDS) != 0) ends = p.time > load<u64>(session, SESSION_TAG_UNTIL_OFFSET);
  if (!ends) {
    const index = load<u32>(session, SESSION_TAG_RULE_OFFSET);
    const tag = alertBits(0, p, flow);
    if (emitAlert(index, ruleAt(image, index), ALERT_KIND_TAGGED, tag, p, flow)) count(COUNTER_TAGGED);
    const cost = (bits & SESSION_BIT_TAG_BYTES) != 0 ? p.wire : 1;
    if ((bits & SESSION_BIT_TAG_SECONDS) == 0)
      store<u32>(session, left > cost ? left - cost : 0, SESSION_TAG_LEFT_OFFSET);
    return;
  }
  store<u32>(session, bits & ~TAG_BITS, SESSION_BITS_OFFSET);
}
