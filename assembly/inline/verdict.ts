// What becomes of a packet that its flow took in and inspection looked into: it passes, or it is dropped, and why.
// Apart from forwarding, which does as is said here. Always holds: what is not IP passes; the allow list wins over
// everything; a flow that was dropped stays dropped, unless its ports begin another connection; in a simulation the
// same is judged, marked and counted, and everything passes.

import { Flow } from "../flow/flow";
import { inspectState } from "../inspect/state";
import {
  BATCH_BASE,
  COUNTER_INLINE_ALLOWED,
  COUNTER_INLINE_DROPPED,
  COUNTER_INLINE_DROPPED_FINDING,
  COUNTER_INLINE_DROPPED_FLOW,
  COUNTER_INLINE_DROPPED_RULE,
  COUNTER_INLINE_WOULD_DROP,
  COUNTER_INLINE_WOULD_DROP_FLOW,
  COUNTER_INLINE_WOULD_DROP_RULE,
  FLOW_FLAG_DROPPED,
  FLOW_FLAG_REJECTED,
  FLOW_FLAG_SIMULATED,
  INLINE_BASE,
  KIND_IPV4,
  KIND_IPV6,
  PACKET_SIZE,
} from "../layout";
import { ACTION_NONE, ACTION_REJECT, ACTION_REJECT_BOTH, ACTION_REJECT_DST } from "../match/rules-layout";
import { count } from "../state";
import { Packet } from "../wire/packet";
import { PROTO_TCP } from "../wire/transport";
import { isAllowed } from "./allow";
import {
  INLINE_MODE_SIMULATE,
  INLINE_VERDICTS_OFFSET,
  VERDICT_DROP,
  VERDICT_TELL_DESTINATION,
  VERDICT_TELL_SOURCE,
} from "./inline-layout";
import { inlineState } from "./state";

/** The packet's verdict; PASS is there already. `flow` is a slot of the table, or a flow of this packet alone. */
export function judge(p: Packet, flow: Flow): void {
  const s = inlineState();
  const policy = s.dropFindings | s.rejectFindings;
  if (inspectState().verdict == ACTION_NONE && !flow.has(FLOW_FLAG_DROPPED)) {
    if (policy == 0 || (flow.findings & policy) == 0) return;
  }
  drop(p, flow);
}

function drop(p: Packet, flow: Flow): void {
  const kind = <i32>p.kind;
  if (kind != KIND_IPV4 && kind != KIND_IPV6) return;
  if (isAllowed(p)) {
    count(COUNTER_INLINE_ALLOWED);
    return;
  }
  const before = flow.has(FLOW_FLAG_DROPPED);
  const action = inspectState().verdict;
  const tells = whoIsTold(p, flow, action, before);
  let flags = flow.flags | <u32>FLOW_FLAG_DROPPED;
  if (tells != 0) flags |= <u32>FLOW_FLAG_REJECTED;
  const reason: u32 = before ? REASON_FLOW : action != ACTION_NONE ? REASON_RULE : REASON_FINDING;
  if (inlineState().judging == INLINE_MODE_SIMULATE) {
    if (!before) flags |= <u32>FLOW_FLAG_SIMULATED;
    count(COUNTER_INLINE_WOULD_DROP);
    count(COUNTER_INLINE_WOULD_DROP_RULE + reason);
  } else {
    flags &= ~(<u32>FLOW_FLAG_SIMULATED);
    count(COUNTER_INLINE_DROPPED);
    count(COUNTER_INLINE_DROPPED_RULE + reason);
    setVerdict(p, <u32>VERDICT_DROP | tells);
  }
  flow.flags = flags;
}

const REASON_RULE: u32 = 0;
const REASON_FINDING: u32 = 1;
const REASON_FLOW: u32 = 2;

if (COUNTER_INLINE_DROPPED_FINDING != COUNTER_INLINE_DROPPED_RULE + 1) ERROR("reasons drifted from counters");
if (COUNTER_INLINE_DROPPED_FLOW != COUNTER_INLINE_DROPPED_RULE + 2) ERROR("reasons drifted from counters");
if (COUNTER_INLINE_WOULD_DROP_FLOW != COUNTER_INLINE_WOULD_DROP_RULE + 2)
  ERROR("reasons drifted from counters");

/**
 * VERDICT_TELL_*. `reject` tells the source; of a TCP connection the other end too, or it would wait for what never
 * comes. Who sends on in a flow that was rejected is told again: the first word may have been lost.
 */
function whoIsTold(p: Packet, flow: Flow, action: u32, before: bool): u32 {
  const both: u32 = VERDICT_TELL_SOURCE | VERDICT_TELL_DESTINATION;
  const ends: u32 = <u32>p.proto == PROTO_TCP ? both : VERDICT_TELL_SOURCE;
  switch (action) {
    case ACTION_REJECT:
      return ends;
    case ACTION_REJECT_DST:
      return VERDICT_TELL_DESTINATION;
    case ACTION_REJECT_BOTH:
      return both;
    case ACTION_NONE:
      break;
    default:
      // The rule says drop.
      if (!before) return 0;
  }
  if (before) return flow.has(FLOW_FLAG_REJECTED) ? VERDICT_TELL_SOURCE : 0;
  return (flow.findings & inlineState().rejectFindings) != 0 ? ends : 0;
}

function setVerdict(p: Packet, verdict: u32): void {
  const place = (changetype<usize>(p) - <usize>BATCH_BASE) / PACKET_SIZE;
  store<u8>(<usize>(INLINE_BASE + INLINE_VERDICTS_OFFSET) + place, <u8>verdict);
}
