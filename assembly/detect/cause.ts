// The likeliest cause of a flow's strangeness, as far as the flow by itself shows it.
// Apart from the findings because a cause is weighed, not seen: each piece of evidence speaks for or against one.
// Always holds: no evidence, no cause; a tie goes to the cause that accuses less.

import { Flow } from "../flow/flow";
import {
  FINDING_ACK_SCAN,
  FINDING_BACKSCATTER,
  FINDING_DARK_DESTINATION,
  FINDING_FIN_SCAN,
  FINDING_FIN_WITH_DATA_NO_HANDSHAKE,
  FINDING_FRAGMENT_OVERLAP,
  FINDING_HOST_SWEEP,
  FINDING_IP_ID_JITTER,
  FINDING_LAND,
  FINDING_MIDSTREAM_DATA,
  FINDING_NULL_SCAN,
  FINDING_OVERLAP_CONFLICT,
  FINDING_PORT_SWEEP,
  FINDING_RST_INJECTED,
  FINDING_SYN_SCAN,
  FINDING_TTL_JITTER,
  FINDING_UNANSWERED_RETRANSMIT,
  FINDING_XMAS_SCAN,
  FLOW_FLAG_COMPANY,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SEVERAL,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  NOTE_PICKUP,
  TCP_STATE_NONE,
  TCP_STATE_RESET,
  TCP_STATE_SYN_ACKED,
  TCP_STATE_SYN_SENT,
} from "../layout";
import {
  CAUSE_ASYMMETRIC_ROUTE,
  CAUSE_BACKSCATTER,
  CAUSE_INJECTED,
  CAUSE_LEAKY_FILTER,
  CAUSE_PICKUP,
  CAUSE_SCAN,
  CAUSE_STEALTH_SCAN,
  CAUSE_UNKNOWN,
} from "../match/rules-layout";

/** What a cause must weigh to be named, of about 100. */
const WEIGHT_MIN: i32 = 50;

/** Causes in order of accusation, a digit each, from the right. */
const MILDEST_FIRST: u32 =
  CAUSE_PICKUP +
  CAUSE_ASYMMETRIC_ROUTE * 0x10 +
  CAUSE_LEAKY_FILTER * 0x100 +
  CAUSE_BACKSCATTER * 0x1000 +
  CAUSE_SCAN * 0x10000 +
  CAUSE_STEALTH_SCAN * 0x100000 +
  CAUSE_INJECTED * 0x1000000;

function found(flow: Flow, finding: i32): bool {
  return (flow.findings & ((<u64>1) << (<u64>finding))) != 0;
}

function weight(holds: bool, points: i32): i32 {
  return holds ? points : 0;
}

/** The heaviest cause (CAUSE_*) of the flow so far. */
export function flowCause(flow: Flow): u32 {
  // Nearly every conversation ends here: both sides speak, and nothing was found.
  if (flow.findings == 0 && !isUnanswered(flow) && (flow.notes & <u32>NOTE_PICKUP) == 0) return CAUSE_UNKNOWN;
  if (flow.tcpState == TCP_STATE_NONE) return causeWithoutTcp(flow);
  let best: u32 = CAUSE_UNKNOWN;
  let most = WEIGHT_MIN - 1;
  // Only a heavier one takes the place.
  for (let order = MILDEST_FIRST; order != 0; order >>= 4) {
    const cause = order & 15;
    const weighs = weigh(flow, cause);
    if (weighs > most) {
      most = weighs;
      best = cause;
    }
  }
  return best;
}

/** Of datagrams one finding says it all. */
function causeWithoutTcp(flow: Flow): u32 {
  if (found(flow, FINDING_BACKSCATTER)) return CAUSE_BACKSCATTER;
  if (isSweep(flow)) return CAUSE_SCAN;
  return found(flow, FINDING_FRAGMENT_OVERLAP) ? CAUSE_INJECTED : CAUSE_UNKNOWN;
}

function weigh(flow: Flow, cause: u32): i32 {
  switch (cause) {
    case CAUSE_LEAKY_FILTER:
      return weighLeak(flow);
    case CAUSE_ASYMMETRIC_ROUTE:
      return weighAsymmetry(flow);
    case CAUSE_BACKSCATTER:
      return weighBackscatter(flow);
    case CAUSE_SCAN:
      return weighScan(flow);
    case CAUSE_STEALTH_SCAN:
      return (
        weight(isStealth(flow), 80) +
        weight(found(flow, FINDING_ACK_SCAN), 75) +
        weight(isUnanswered(flow), 10) -
        weight(carriesData(flow), 40)
      );
    case CAUSE_INJECTED:
      return weighInjection(flow);
    default:
      // The sensor is younger than the conversation: nothing else can be said of a handshake not seen.
      return (
        weight(found(flow, FINDING_MIDSTREAM_DATA) || !flow.has(FLOW_FLAG_SYN), 20) +
        weight((flow.notes & <u32>NOTE_PICKUP) != 0, 80)
      );
  }
}

/**
 * Data without a handshake that nobody acknowledges: the SYNs were stopped, later segments were not. Without the same
 * data sent again it is not enough: the answer may only be late.
 */
function weighLeak(flow: Flow): i32 {
  return (
    weight(found(flow, FINDING_MIDSTREAM_DATA), 20) +
    weight(isUnanswered(flow), 10) +
    weight(found(flow, FINDING_FIN_WITH_DATA_NO_HANDSHAKE), 15) +
    weight(found(flow, FINDING_UNANSWERED_RETRANSMIT), 40) +
    weight(found(flow, FINDING_DARK_DESTINATION), 15) -
    weight(isLonely(flow), 40) -
    weight(acknowledgesOn(flow), 60)
  );
}

/** One stale conversation looks so too: forgotten by a NAT, or by a host that left. */
function isLonely(flow: Flow): bool {
  return !flow.has(FLOW_FLAG_COMPANY) && !found(flow, FINDING_DARK_DESTINATION);
}

/** The source's asking was found too much; or it asks here, and nobody answers. */
function weighScan(flow: Flow): i32 {
  // The first SYN of any connection is unanswered yet.
  const asksOn = flow.has(FLOW_FLAG_SEVERAL) ? 50 : 40;
  return (
    weight(found(flow, FINDING_SYN_SCAN) || isSweep(flow), 70) +
    weight(isUnanswered(flow) && isAskedOnly(flow), asksOn)
  );
}

/** Other bytes for the same place, or several signs of a second sender. */
function weighInjection(flow: Flow): i32 {
  return (
    weight(found(flow, FINDING_OVERLAP_CONFLICT), 70) +
    weight(found(flow, FINDING_FRAGMENT_OVERLAP), 70) +
    weight(found(flow, FINDING_RST_INJECTED), 70) +
    weight(found(flow, FINDING_TTL_JITTER), 30) +
    weight(found(flow, FINDING_IP_ID_JITTER), 25) +
    weight(found(flow, FINDING_LAND), 90)
  );
}

/** One side only, but what it acknowledges goes forward: the other side is there, on another way. */
function weighAsymmetry(flow: Flow): i32 {
  return weight(isUnanswered(flow) && acknowledgesOn(flow), 90) - weight(isStealth(flow), 60);
}

/** Answers without a question: SYN-ACK or RST from one side, and nothing else. */
function weighBackscatter(flow: Flow): i32 {
  const state = flow.tcpState;
  const isAnswer = state == TCP_STATE_SYN_ACKED || state == TCP_STATE_RESET;
  return (
    weight(isAnswer && !flow.has(FLOW_FLAG_SYN) && isUnanswered(flow) && !carriesData(flow), 75) +
    weight(found(flow, FINDING_BACKSCATTER), 80)
  );
}

function isSweep(flow: Flow): bool {
  return found(flow, FINDING_PORT_SWEEP) || found(flow, FINDING_HOST_SWEEP);
}

/** SYNs, and no data with them. */
function isAskedOnly(flow: Flow): bool {
  return flow.tcpState == TCP_STATE_SYN_SENT && !carriesData(flow);
}

function isUnanswered(flow: Flow): bool {
  return flow.has(FLOW_FLAG_SEEN_A) != flow.has(FLOW_FLAG_SEEN_B);
}

function isStealth(flow: Flow): bool {
  return (
    (found(flow, FINDING_NULL_SCAN) || found(flow, FINDING_FIN_SCAN) || found(flow, FINDING_XMAS_SCAN)) &&
    !flow.has(FLOW_FLAG_SYNACK)
  );
}

function carriesData(flow: Flow): bool {
  return flow.direction(false).appBytes + flow.direction(true).appBytes != 0;
}

function acknowledgesOn(flow: Flow): bool {
  return flow.direction(false).ackAdvances + flow.direction(true).ackAdvances != 0;
}
