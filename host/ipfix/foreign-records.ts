// What can be concluded of a record whose exporter knows nothing of stray's evidence.
// Apart from the image so that guesses are in one place, and never touch records that tell.
// Always holds: nothing is claimed that the fields don't show; where they leave it open, the record says less.

import * as L from "../../assembly/layout.js";
import { type FlowRecord, PROTO_ICMP, PROTO_ICMP6 } from "../record/flow-record.js";
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../record/state.js";

/**
 * Flags and state of the conversation from its counts and TCP flags. FLOW_FLAG_SYNACK is left out: with it the fields
 * would show a time from SYN to SYN-ACK, which nobody measured.
 */
export function guessConversation(record: FlowRecord): void {
  const orig = record.packetsOfLife("orig");
  const resp = record.packetsOfLife("resp");
  let flags = (orig > 0 ? L.FLOW_FLAG_SEEN_A : 0) | (resp > 0 ? L.FLOW_FLAG_SEEN_B : 0);
  if (orig + resp > 1) flags |= L.FLOW_FLAG_SEVERAL;
  if (record.isTcp) flags |= guessTcp(record);
  record.view.setUint32(record.flow + L.FLOW_FLAGS_OFFSET, flags, true);
}

function guessTcp(record: FlowRecord): number {
  const { view, flow } = record;
  const sent = record.tcpFlags("orig");
  const answered = record.tcpFlags("resp");
  const isAccepted = (answered & (TCP_SYN | TCP_ACK)) === (TCP_SYN | TCP_ACK);
  // The union of SYN and ACK of one side alone may as well be an answer.
  const isSyn = (sent & TCP_SYN) !== 0 && ((sent & TCP_ACK) === 0 || isAccepted);
  const isAcked = isSyn && isAccepted && (sent & TCP_ACK) !== 0;
  view.setUint8(flow + L.FLOW_STATE_OFFSET, tcpState(sent, answered, isSyn, isAcked));
  if (isSyn) view.setUint8(flow + L.FLOW_DIR_REASON_OFFSET, L.DIR_REASON_SYN);
  return (
    (isSyn ? L.FLOW_FLAG_SYN : 0) |
    (isAcked ? L.FLOW_FLAG_ACKED : 0) |
    ((sent & TCP_FIN) !== 0 ? L.FLOW_FLAG_FIN_A : 0) |
    ((answered & TCP_FIN) !== 0 ? L.FLOW_FLAG_FIN_B : 0)
  );
}

function tcpState(sent: number, answered: number, isSyn: boolean, isAcked: boolean): number {
  if (((sent | answered) & TCP_RST) !== 0) return L.TCP_STATE_RESET;
  if ((sent & answered & TCP_FIN) !== 0) return L.TCP_STATE_CLOSED;
  if (((sent | answered) & TCP_FIN) !== 0) return L.TCP_STATE_CLOSING;
  if (isAcked) return L.TCP_STATE_ESTABLISHED;
  return isSyn ? L.TCP_STATE_SYN_SENT : L.TCP_STATE_MIDSTREAM;
}

export function isIcmp(kind: number, proto: number): boolean {
  return (kind === L.KIND_IPV4 && proto === PROTO_ICMP) || (kind === L.KIND_IPV6 && proto === PROTO_ICMP6);
}
