// Findings that one TCP packet and its flow's evidence are by themselves: data without a handshake, scans, land.
// Apart from the evidence (flow/tcp.ts), which judges nothing. Always holds: a conversation that the sensor remembers is
// not accused; one whose opening it may have missed (it began later, frames were lost) only of not being answered.

import { Direction, Flow, saturate16 } from "../flow/flow";
import {
  DIR_REASON_LEARNT,
  FINDING_FIN_SCAN,
  FINDING_FIN_WITH_DATA_NO_HANDSHAKE,
  FINDING_LAND,
  FINDING_MIDSTREAM_DATA,
  FINDING_NULL_SCAN,
  FINDING_UNANSWERED_RETRANSMIT,
  FINDING_XMAS_SCAN,
  FLOW_FLAG_COMPANY,
  FLOW_FLAG_FIN_DATA,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  NOTE_BAD_HEADER,
  NOTE_EVICTED_BEFORE,
  NOTE_LOSS,
  NOTE_PICKUP,
  PACKET_BIT_FRAGMENT,
} from "../layout";
import { config, state } from "../state";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from "../wire/tcp";
import { isLoopback } from "./address";
import { DATA_MIN, END_SILENCE_MS, LATE_MS, REPEAT_MS } from "./detect-layout";
import { raise } from "./raise";
import { markSource, sourceFor } from "./sources";
import { SIX_FLAGS } from "./tcp-flags";

const HANDSHAKE: u32 = FLOW_FLAG_SYN | FLOW_FLAG_SYNACK;
/** The handshake may have passed unseen. That nobody answers is true all the same. */
const MISSED: u32 = NOTE_PICKUP | NOTE_LOSS;
const REPEAT_NS: u64 = <u64>REPEAT_MS * 1000000;
const LATE_NS: u64 = <u64>LATE_MS * 1000000;
const ANSWER_NS: u64 = <u64>END_SILENCE_MS * 1000000;
const UNANSWERED_BIT: u64 = (<u64>1) << (<u64>FINDING_UNANSWERED_RETRANSMIT);

/** After the flow took in the packet. `d` is the sender's direction. */
export function raiseFromConduct(flow: Flow, d: Direction, p: Packet, fromB: bool): void {
  // Nearly every packet of a conversation that opened in sight ends here.
  if ((flow.flags & HANDSHAKE) != 0) {
    if ((flow.flags & HANDSHAKE) == <u32>FLOW_FLAG_SYN && isLand(flow)) raise(flow, FINDING_LAND);
    return;
  }
  if (isKnown(flow)) return;
  const flags = <u32>p.tcpFlags & SIX_FLAGS;
  if ((flags & TCP_ACK) == 0) raiseScan(flow, d, p, flags);
  const carriesData = p.appBytes >= <u32>DATA_MIN && (flags & (TCP_SYN | TCP_RST)) == 0;
  if (carriesData && (flags & TCP_FIN) != 0) flow.mark(FLOW_FLAG_FIN_DATA);
  // Whoever is answered has a conversation, whenever it began.
  if (d.appBytes < <u64>DATA_MIN || !isSilent(flow.direction(!fromB))) return;
  if (carriesData && isUnanswered(flow, d, p, fromB, flags)) raiseUnanswered(flow, fromB);
  if (p.time - flow.start >= ANSWER_NS) raiseMidstream(flow);
}

/** A flow is about to get its last record, and an answer to what it repeated would have come. */
export function judgeConduct(flow: Flow): void {
  if ((flow.flags & HANDSHAKE) != 0 || isKnown(flow)) return;
  const fromB = flow.has(FLOW_FLAG_SEEN_B);
  const d = flow.direction(fromB);
  if (d.appBytes < <u64>DATA_MIN || flow.direction(!fromB).packets != 0) return;
  // Who is heard, out of our sight, does not end with what it began with.
  const isRepeated = d.retransmits != 0 && d.ackAdvances == 0 && d.lastSeq == d.seqFirst;
  if (isRepeated && flow.last - flow.start >= REPEAT_NS) raiseUnanswered(flow, fromB);
}

/** Nothing came from there, or only RSTs, as a host answers that knows of no such conversation (RFC 9293 3.5.2). */
function isSilent(other: Direction): bool {
  if (other.packets == 0) return true;
  return (
    other.appBytes == 0 &&
    (<u32>other.tcpFlags & SIX_FLAGS & ~(<u32>(TCP_RST | TCP_ACK))) == 0 &&
    (<u32>other.tcpFlags & TCP_RST) != 0
  );
}

function raiseMidstream(flow: Flow): void {
  if ((flow.notes & MISSED) != 0) return;
  raise(flow, FINDING_MIDSTREAM_DATA);
  if (flow.has(FLOW_FLAG_FIN_DATA)) raise(flow, FINDING_FIN_WITH_DATA_NO_HANDSHAKE);
}

function raiseUnanswered(flow: Flow, fromB: bool): void {
  if ((flow.findings & UNANSWERED_BIT) != 0) return;
  raise(flow, FINDING_UNANSWERED_RETRANSMIT);
  if (config().detects && hasCompany(flow, fromB)) flow.mark(FLOW_FLAG_COMPANY);
}

/** Its sender repeated in vain in another flow too, not long ago. */
function hasCompany(flow: Flow, fromB: bool): bool {
  const a0 = fromB ? flow.addressB0 : flow.addressA0;
  const a1 = fromB ? flow.addressB1 : flow.addressA1;
  const source = sourceFor(a0, a1, state().clock);
  source.leaks = saturate16(source.leaks);
  markSource(source, state().clock);
  return source.leaks > 1;
}

/**
 * Sent again from the first byte that was heard of it, with nobody there who ever answered, and nothing new
 * acknowledged, though there was time. Whoever is heard goes on behind what was acknowledged, whatever it repeats; and
 * a mirror's copy of a packet comes at once. A segment that also closes is the last: its sender waits no longer.
 */
function isUnanswered(flow: Flow, d: Direction, p: Packet, fromB: bool, flags: u32): bool {
  if (d.retransmits == 0 || d.ackAdvances != 0 || p.tcpSeq != d.seqFirst) return false;
  if (flow.direction(!fromB).packets != 0) return false;
  return p.time - flow.start >= ((flags & TCP_FIN) != 0 ? REPEAT_NS : LATE_NS);
}

/**
 * Flags that no stack sends: none at all, FIN without ACK, FIN PSH URG (nmap's names). A probe carries nothing, is not cut
 * into fragments, and comes before anything else of its sender.
 */
function raiseScan(flow: Flow, d: Direction, p: Packet, flags: u32): void {
  if (d.appBytes != 0 || (<u32>d.tcpFlags & TCP_ACK) != 0 || p.has(PACKET_BIT_FRAGMENT)) return;
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
