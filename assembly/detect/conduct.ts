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
import { isLoopback } from "./address";
import { DATA_MIN, REPEAT_MS } from "./detect-layout";
import { raise } from "./raise";
import { SIX_FLAGS } from "./tcp-flags";

const HANDSHAKE: u32 = FLOW_FLAG_SYN | FLOW_FLAG_SYNACK;
/** The handshake may have passed unseen. That nobody answers is true all the same. */
const MISSED: u32 = NOTE_PICKUP | NOTE_LOSS;
const REPEAT_NS: u64 = <u64>REPEAT_MS * 1000000;

/** After the flow took in the packet. `d` is the sender's direction. */
export function raiseFromConduct(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  // Nearly every packet of a conversation that opened in sight ends here.
  if ((flow.flags & HANDSHAKE) != 0) {
    if ((flow.flags & HANDSHAKE) == <u32>FLOW_FLAG_SYN && isLand(flow)) raise(flow, FINDING_LAND);
    return;
  }
  if (isKnown(flow)) return;
  const flags = <u32>p.tcpFlags & SIX_FLAGS;
  if ((flags & TCP_ACK) == 0) raiseScan(flow, flags);
  const carriesData = p.appBytes >= <u32>DATA_MIN && (flags & (TCP_SYN | TCP_RST)) == 0;
  if (!carriesData) return;
  if (isUnanswered(flow, d, p, fromB)) raise(flow, FINDING_UNANSWERED_RETRANSMIT);
  if ((flow.notes & MISSED) != 0) return;
  raise(flow, FINDING_MIDSTREAM_DATA);
  if ((flags & TCP_FIN) != 0) raise(flow, FINDING_FIN_WITH_DATA_NO_HANDSHAKE);
}

/**
 * Sent again from the first byte that was heard of it, with nobody there who ever answered, and nothing new
 * acknowledged, though there was time. Whoever is heard goes on behind what was acknowledged, whatever it repeats; and
 * a mirror's copy of a packet comes at once.
 */
function isUnanswered(flow: Flow, d: Direction, p: Packet, fromB: bool): bool {
  if (d.retransmits == 0 || d.ackAdvances != 0 || p.tcpSeq != d.seqFirst) return false;
  return flow.direction(!fromB).packets == 0 && p.time - flow.start >= REPEAT_NS;
}

/** Flags that no stack sends: none at all, FIN without ACK, FIN PSH URG (nmap's names). */
function raiseScan(flow: Flow, flags: u32): void {
  if (flags == 0) raise(flow, FINDING_NULL_SCAN);
  else if (flags == TCP_FIN) raise(flow, FINDING_FIN_SCAN);
  else if (flags == (TCP_FIN | TCP_PSH | TCP_URG)) raise(flow, FINDING_XMAS_SCAN);
}

/** The sensor knew the conversation, or had no place for it; or the packet is too odd to say what it carries. */
function isKnown(flow: Flow): bool {
  return (
    (flow.notes & <u32>(NOTE_EVICTED_BEFORE | NOTE_BAD_HEADER)) != 0 ||
    <i32>flow.dirReason == DIR_REASON_LEARNT
  );
}

/** Both ends are one; on a host's own loopback they may be (a connection that met itself, RFC 9293 3.5). */
function isLand(flow: Flow): bool {
  return (
    flow.addressA0 == flow.addressB0 &&
    flow.addressA1 == flow.addressB1 &&
    flow.portA == flow.portB &&
    !isLoopback(<i32>flow.kind, flow.addressA0, flow.addressA1)
  );
}
