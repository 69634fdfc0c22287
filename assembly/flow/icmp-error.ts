// Ties an ICMP error to the flow whose packet it quotes: the flow is marked, its counts stay its own.

import {
  CLASS_SINGLE,
  COUNTER_ICMP_QUOTED,
  COUNTER_ICMP_UNMATCHED,
  FLOW_FLAG_ICMP_OTHER,
  FLOW_FLAG_ICMP_REDIRECT,
  FLOW_FLAG_ICMP_TIME_EXCEEDED,
  FLOW_FLAG_ICMP_UNREACHABLE,
  KIND_IPV6,
} from "../layout";
import { config, count } from "../state";
import { Packet } from "../wire/packet";
import { saturate16 } from "./flow";
import { canonicalise, hashKey } from "./key";
import { classAt, find, setLine, setOf, slotOf, tagOf } from "./table";

export function tieError(p: Packet): void {
  const key = p.quotedAt;
  canonicalise(key);
  const hash = hashKey(key, config().seed);
  const set = setOf(hash);
  const way = find(set, tagOf(hash), key);
  if (way < 0 || classAt(setLine(set), way) < <u32>CLASS_SINGLE) {
    count(COUNTER_ICMP_UNMATCHED);
    return;
  }
  const flow = slotOf(set, way);
  flow.mark(flagOf(p));
  flow.icmpErrors = saturate16(flow.icmpErrors);
  count(COUNTER_ICMP_QUOTED);
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
