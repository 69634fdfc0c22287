// Findings that one TCP packet and its flow's evidence are by themselves: data without a handshake, scans, land.
// Apart from the evidence (flow/tcp.ts), which judges nothing. Always holds: a conversation that the sensor remembers is
// not accused; one whose opening it may have missed (it began later, frames were lost) only of not being answered.

import { Direction, Flow } from "../flow/flow";
import {
  DIR_REASON_LEARNT,
  FINDING_FIN_SCAN,
  FINDING_FIN_WITH_DATA_NO_HANDSHAKE,
  FINDING_LAND,
  FINDING_MIDSTREAM_DATA,
  FINDING_NULL_SCAN,
  FINDING_UNANSWERED_RETRANSMIT,
  FINDING_XMAS_SCAN,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  NOTE_BAD_HEADER,
  NOTE_EVICTED_BEFORE,
  NOTE_LOSS,
  NOTE_PICKUP,
} from "../layout";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from "../wire/tcp";
import { raise } from "./raise";

const SIX_FLAGS: u32 = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG;
const HANDSHAKE: u32 = FLOW_FLAG_SYN | FLOW_FLAG_SYNACK;
/** The handshake may have passed unseen. That nobody answers is true all the same. */
const MISSED: u32 = NOTE_PICKUP | NOTE_LOSS;
/** A segment of one byte may be a keep-alive (RFC 9293 3.8.4): it brings no data. */
const DATA_MIN: u32 = 2;
/** The other side's answer, or its acknowledgement, takes less: a sender waits that long at least (RFC 6298 2.4). */
const ANSWER_NS: u64 = 1000000000;

/** After the flow took in the packet. `d` is the sender's direction. */
export function raiseFromConduct(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  // Nearly every packet of a conversation that opened in sight ends here.
  if ((flow.flags & HANDSHAKE) != 0) {
    if ((flow.flags & HANDSHAKE) == <u32>FLOW_FLAG_SYN && isLand(flow)) raise(flow, FINDING_LAND);
    return;
  }
  const flags = <u32>p.tcpFlags & SIX_FLAGS;
  if ((flags & TCP_ACK) == 0) raiseScan(flow, flags);
  if (isKnown(flow)) return;
  const carriesData = p.appBytes >= DATA_MIN && (flags & (TCP_SYN | TCP_RST)) == 0;
  if (!carriesData) return;
  if (isUnanswered(flow, d, p, fromB)) raise(flow, FINDING_UNANSWERED_RETRANSMIT);
  if ((flow.notes & MISSED) != 0) return;
  raise(flow, FINDING_MIDSTREAM_DATA);
  if ((flags & TCP_FIN) != 0) raise(flow, FINDING_FIN_WITH_DATA_NO_HANDSHAKE);
}

/** Sent again, with nobody there who ever answered, and nothing new acknowledged, though there was time. */
function isUnanswered(flow: Flow, d: Direction, p: Packet, fromB: bool): bool {
  if (d.retransmits == 0 || d.ackAdvances != 0 || flow.direction(!fromB).packets != 0) return false;
  return p.time >= flow.start && p.time - flow.start >= ANSWER_NS;
}

/** Flags that no stack sends: none at all, FIN without ACK, FIN PSH URG (nmap's names). */
function raiseScan(flow: Flow, flags: u32): void {
  if (flags == 0) raise(flow, FINDING_NULL_SCAN);
  else if (flags == TCP_FIN) raise(flow, FINDING_FIN_SCAN);
  else if (flags == (TCP_FIN | TCP_PSH | TCP_URG)) raise(flow, FINDING_XMAS_SCAN);
}

/** The sensor has told of the conversation before; or the packet is too odd to say what it carries. */
function isKnown(flow: Flow): bool {
  return (
    (flow.notes & <u32>(NOTE_EVICTED_BEFORE | NOTE_BAD_HEADER)) != 0 ||
    <i32>flow.dirReason == DIR_REASON_LEARNT
  );
}

/** Both ends are one. */
function isLand(flow: Flow): bool {
  return flow.addressA0 == flow.addressB0 && flow.addressA1 == flow.addressB1 && flow.portA == flow.portB;
}
