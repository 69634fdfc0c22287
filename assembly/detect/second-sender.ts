// Signs of a second sender in one direction of a TCP conversation: TTLs and IP IDs that leave their ways and come back,
// and a RST after which its sender goes on as if it had sent none.
// Apart because each needs the habits of the direction so far. Always holds: one change is no sign (a route changed, a
// proxy answered the SYN): only what returns is; a RST by a host with another initial TTL is its own.

import { Direction, Flow } from "../flow/flow";
import {
  DIR_BIT_ID_APART,
  DIR_BIT_TTL_FELL,
  FINDING_IP_ID_JITTER,
  FINDING_RST_INJECTED,
  FINDING_TTL_JITTER,
  FLOW_FLAG_ACKED,
  FLOW_FLAG_FIN_A,
  FLOW_FLAG_FIN_B,
  FLOW_FLAG_RESET_A,
  FLOW_FLAG_RESET_B,
  FLOW_FLAG_TTL_TURN_A,
  FLOW_FLAG_TTL_TURN_B,
  IP_ID_STEP_MAX,
} from "../layout";
import { config } from "../state";
import { Packet } from "../wire/packet";
import { TCP_FIN, TCP_RST, TCP_SYN } from "../wire/tcp";
import { ID_UP_MIN, JITTER_PACKETS_MIN, TTL_JITTER_MIN } from "./detect-layout";
import { raise } from "./raise";

/** A direction with several TTLs got a packet with one that it had before: its usual one again? */
export function lookAtTtl(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  const low = <i32>d.ttlLow;
  const high = <i32>d.ttlHigh;
  if (high - low < TTL_JITTER_MIN || <i32>p.ttl != (d.has(DIR_BIT_TTL_FELL) ? high : low)) return;
  if (!config().detects || d.packets < <u64>JITTER_PACKETS_MIN || !flow.has(FLOW_FLAG_ACKED)) return;
  // Balancers answer SYNs, and at times later segments, before the server does.
  if (flow.has(fromB ? FLOW_FLAG_TTL_TURN_B : FLOW_FLAG_TTL_TURN_A)) return;
  if ((<u32>p.tcpFlags & (TCP_SYN | TCP_RST | TCP_FIN)) != 0) return;
  raise(flow, FINDING_TTL_JITTER);
}

/** The direction's IDs count up, nearly all. */
export function isSteady(d: Direction): bool {
  return d.idUp >= <u32>ID_UP_MIN && <u64>d.idUp * 4 >= d.packets * 3;
}

/**
 * The ID of a packet is not a little above the one before: true where the counter that the direction has kept to may
 * still be where it was, so that ID_LAST stays. What counts as up is the same whether detection is on or off.
 */
export function isApart(d: Direction, step: u32): bool {
  if (d.has(DIR_BIT_ID_APART) || !isSteady(d)) return false;
  // A little back is a packet that was overtaken.
  if (step <= <u32>IP_ID_STEP_MAX || step >= <u32>(65536 - IP_ID_STEP_MAX)) return false;
  // Cards that cut segments themselves number them in the other half (large send offload).
  return step - <u32>(32768 - IP_ID_STEP_MAX) > <u32>(2 * IP_ID_STEP_MAX);
}

/** The counter goes on where it was, after a packet that was not of it. */
export function raiseIdReturn(flow: Flow): void {
  if (config().detects && flow.has(FLOW_FLAG_ACKED)) raise(flow, FINDING_IP_ID_JITTER);
}

/** Before the direction takes in the packet's TTL and numbers; its `packets` counts it already. */
export function lookAtReset(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  const flags = <u32>p.tcpFlags;
  const mark = fromB ? FLOW_FLAG_RESET_B : FLOW_FLAG_RESET_A;
  if ((flags & TCP_RST) != 0) {
    if (!flow.has(FLOW_FLAG_ACKED)) return;
    if (p.tcpSeq == d.seqNext) flow.mark(mark);
    if (isForeignReset(flow, d, p)) raise(flow, FINDING_RST_INJECTED);
  } else if (flow.has(mark) && p.appBytes != 0 && (flags & TCP_SYN) == 0 && p.tcpSeq == d.seqNext) {
    // Bytes behind the reset, from the end that is said to have reset: it did not. What was only captured late, by
    // another queue, bears an earlier time.
    if (p.time == flow.last) raise(flow, FINDING_RST_INJECTED);
  }
}

/**
 * It came over a very different way from all that its sender sent before, in the middle of the conversation. Hosts
 * send resets with an initial TTL of their own at times: then the difference is one between the usual ones.
 */
function isForeignReset(flow: Flow, d: Direction, p: Packet): bool {
  if (d.packets <= <u64>JITTER_PACKETS_MIN || flow.has(FLOW_FLAG_FIN_A) || flow.has(FLOW_FLAG_FIN_B))
    return false;
  const usual = <i32>d.ttlLow;
  if (usual != <i32>d.ttlHigh) return false;
  const apart = abs(<i32>p.ttl - usual);
  return apart >= TTL_JITTER_MIN && !isInitialDifference(apart);
}

/** Between 32, 64, 128 and 255. */
function isInitialDifference(apart: i32): bool {
  return apart == 32 || apart == 64 || apart == 96 || apart == 127 || apart == 191 || apart == 223;
}
