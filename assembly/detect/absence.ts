// Why no handshake of a TCP flow was seen: one of four reasons, noted in the flow and counted.
// Apart because findings excuse by it and causes are weighed by it. Always holds: the four counters together are the
// TCP flows whose first packet was no SYN and no SYN-ACK; the order in which they are asked is the host's too
// (host/cause/questions.ts). A packet that the table had no place for is a flow that was evicted.

import { Flow } from "../flow/flow";
import {
  COUNTER_NO_HANDSHAKE_EVICTED,
  COUNTER_NO_HANDSHAKE_LOST,
  COUNTER_NO_HANDSHAKE_NEVER,
  COUNTER_NO_HANDSHAKE_START,
  DIR_REASON_LEARNT,
  NOTE_EVICTED_BEFORE,
  NOTE_LOSS,
  NOTE_PICKUP,
} from "../layout";
import { config, count, state } from "../state";
import { Packet } from "../wire/packet";
import { TCP_SYN } from "../wire/tcp";
import { COARSE_SHIFT, LOSS_COARSE_MAX } from "./detect-layout";
import { isRemembered } from "./recents";

/** At the first packet of a TCP flow that begins, or begins anew. */
export function noteAbsence(flow: Flow, p: Packet): void {
  if ((<u32>p.tcpFlags & TCP_SYN) != 0) return;
  if (<i32>flow.dirReason == DIR_REASON_LEARNT) {
    count(COUNTER_NO_HANDSHAKE_EVICTED);
  } else if (config().detects && isRemembered(p.hash, p.time)) {
    flow.notes |= <u32>NOTE_EVICTED_BEFORE;
    count(COUNTER_NO_HANDSHAKE_EVICTED);
  } else if ((flow.notes & <u32>NOTE_PICKUP) != 0) {
    count(COUNTER_NO_HANDSHAKE_START);
  } else if (isLossNear(p.time)) {
    flow.notes |= <u32>NOTE_LOSS;
    count(COUNTER_NO_HANDSHAKE_LOST);
  } else {
    count(COUNTER_NO_HANDSHAKE_NEVER);
  }
}

/** At a TCP packet for which the table has no place: what went before had none either. */
export function noteRefused(flow: Flow, p: Packet): void {
  if ((<u32>p.tcpFlags & TCP_SYN) != 0) return;
  flow.notes |= <u32>NOTE_EVICTED_BEFORE;
  count(COUNTER_NO_HANDSHAKE_EVICTED);
}

/** What came before that time may have been missed: the sensor had just begun, or frames were lost. */
export function isMissable(time: u64): bool {
  const pickupNs = config().pickupNs;
  const first = state().firstTime;
  if (pickupNs != 0 && (time < first || time - first < pickupNs)) return true;
  return isLossNear(time);
}

/** Frames were lost in capture at about this time: the handshake may be among them. */
function isLossNear(time: u64): bool {
  const loss = state().lossTime;
  if (loss == 0) return false;
  const apart = time > loss ? time - loss : loss - time;
  return apart >> COARSE_SHIFT < <u64>LOSS_COARSE_MAX;
}
