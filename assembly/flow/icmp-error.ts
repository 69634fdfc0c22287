// Ties an ICMP error to the flow whose packet it quotes: the flow is marked, its counts stay its own.

import { judgeError } from "../detect/answers";
import { ASK_REFUSED, endAsk } from "../detect/asks";
import {
  CLASS_SINGLE,
  COUNTER_ICMP_QUOTED,
  COUNTER_ICMP_UNMATCHED,
  FLOW_FLAG_ASKED,
  FLOW_FLAG_ICMP_OTHER,
  FLOW_FLAG_ICMP_REDIRECT,
  FLOW_FLAG_ICMP_TIME_EXCEEDED,
  FLOW_FLAG_ICMP_UNREACHABLE,
  KIND_IPV6,
} from "../layout";
import { config, count } from "../state";
import { Packet } from "../wire/packet";
import { Flow, saturate16 } from "./flow";
import { canonicalise, hashKey } from "./key";
import { classAt, find, setLine, setOf, slotOf, tagOf } from "./table";

/** Code of "fragmentation needed and DF set" (RFC 792, RFC 1191 4). */
const FRAGMENTATION_NEEDED: u32 = 4;

/** `own` is the flow of the error itself. */
export function tieError(p: Packet, own: Flow): void {
  const key = p.quotedAt;
  canonicalise(key);
  const hash = hashKey(key, config().seed);
  p.quotedHash = hash;
  const set = setOf(hash);
  const way = find(set, tagOf(hash), key);
  if (way < 0 || classAt(setLine(set), way) < <u32>CLASS_SINGLE) {
    count(COUNTER_ICMP_UNMATCHED);
    if (config().detects) judgeError(own, p);
    return;
  }
  const flow = slotOf(set, way);
  flow.mark(flagOf(p));
  flow.icmpErrors = saturate16(flow.icmpErrors);
  count(COUNTER_ICMP_QUOTED);
  if (flow.has(FLOW_FLAG_ASKED) && isRefusal(p)) endAsk(flow, ASK_REFUSED);
}

/** Unreachable, but not for its size. Who is told that the way ends, or is another, asks on (traceroute). */
function isRefusal(p: Packet): bool {
  if (flagOf(p) != FLOW_FLAG_ICMP_UNREACHABLE) return false;
  return <i32>p.kind == KIND_IPV6 || <u32>p.icmpCode != FRAGMENTATION_NEEDED;
}

function flagOf(p: Packet): i32 {
  const type = <u32>p.icmpType;
  if (<i32>p.kind == KIND_IPV6) {
    return type == 1
      ? FLOW_FLAG_ICMP_UNREACHABLE
      : type == 3
        ? FLOW_FLAG_ICMP_TIME_EXCEEDED
        : FLOW_FLAG_ICMP_OTHER;
  }
  switch (type) {
    case 3:
      return FLOW_FLAG_ICMP_UNREACHABLE;
    case 11:
      return FLOW_FLAG_ICMP_TIME_EXCEEDED;
    case 5:
      return FLOW_FLAG_ICMP_REDIRECT;
    default:
      return FLOW_FLAG_ICMP_OTHER;
  }
}
