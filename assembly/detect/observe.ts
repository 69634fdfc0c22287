// Detection's hooks: what the flow table calls when a packet was credited and when a flow ends.
// Apart from the findings themselves, each of which has a file. Always holds: a packet of a conversation that both sides
// take part in costs a few comparisons; nothing is judged unanswered before an answer had its time.

import { Direction, Flow } from "../flow/flow";
import {
  FINDING_DARK_DESTINATION,
  FINDING_IP_ID_ZERO,
  FINDING_MARTIAN_SOURCE,
  FINDING_ONE_WAY,
  FLOW_FLAG_ASKED,
  FLOW_FLAG_FRAGMENTS_ONLY,
  FLOW_FLAG_GROUP,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_UNHEARD,
  KIND_ARP,
  KIND_IPV4,
  KIND_IPV6,
  PACKET_BIT_DF,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IPV4,
  TCP_STATE_NONE,
} from "../layout";
import { config, state } from "../state";
import { Packet } from "../wire/packet";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_SCTP, PROTO_TCP, PROTO_UDP } from "../wire/transport";
import { isGroup, isMartian } from "./address";
import { darkness, hear, hearConversation } from "./alive";
import { judgeAnswer } from "./answers";
import { ASK_SILENT, beginAsk, endAsk, followAsk, loseAsk } from "./asks";
import { judgeConduct } from "./conduct";
import {
  ALIVE_HOW_ARP,
  ALIVE_HOW_ND,
  ALIVE_HOW_SENT,
  DARKNESS_DARK,
  END_SILENCE_MS,
  SILENCE_MS,
  ZERO_IDS_MIN,
} from "./detect-layout";
import { raise } from "./raise";
import { noteTwoWay, noteUnheard } from "./sight";

const SEEN_BOTH: u32 = FLOW_FLAG_SEEN_A | FLOW_FLAG_SEEN_B;
const SILENCE_NS: u64 = <u64>SILENCE_MS * 1000000;
const END_SILENCE_NS: u64 = <u64>END_SILENCE_MS * 1000000;
/** A flow that lasted so long tells again who spoke in it, with each of its records. */
const LASTING_NS: u64 = 60000000000;
const ECHO: i32 = 8;
const ECHO6: i32 = 128;
const NEIGHBOUR_ADVERTISEMENT: u32 = 136;
const TARGET_END: u32 = 24; // of a neighbour advertisement (RFC 4861 4.4)
const HOP_LIMIT_LOCAL: u32 = 255; // nothing from beyond a router has it (RFC 4861 7.1.2)

/** After the flow took in the packet. `before` its flags until then, `first` the direction's first packet. */
export function observe(flow: Flow, d: Direction, p: Packet, fromB: bool, before: u32, first: bool): void {
  if (first) meet(flow, p, fromB, before);
  const flags = flow.flags;
  if ((flags & <u32>FLOW_FLAG_ASKED) != 0) followAsk(flow, d, p, fromB, before);
  if ((flags & SEEN_BOTH) != SEEN_BOTH) {
    if (p.time - flow.start > SILENCE_NS) judgeSilence(flow);
    if (d.ackAdvances != 0 && (flags & <u32>FLOW_FLAG_UNHEARD) == 0) hearUnheard(flow);
  }
  if (d.idZero >= <u32>ZERO_IDS_MIN && <u16>p.ipId == 0) lookAtZeroId(flow, d, p);
}

/** The first packet of a direction: its sender is there. */
function meet(flow: Flow, p: Packet, fromB: bool, before: u32): void {
  const s0 = fromB ? flow.addressB0 : flow.addressA0;
  const s1 = fromB ? flow.addressB1 : flow.addressA1;
  const d0 = fromB ? flow.addressA0 : flow.addressB0;
  const d1 = fromB ? flow.addressA1 : flow.addressB1;
  const kind = <i32>flow.kind;
  if (kind != KIND_IPV4 && kind != KIND_IPV6) {
    if (kind == KIND_ARP) hear(s0, s1, p.time, ALIVE_HOW_ARP);
    return;
  }
  if (isMartian(p, s0, s1, d0, d1)) raise(flow, FINDING_MARTIAN_SOURCE);
  else hear(s0, s1, p.time, ALIVE_HOW_SENT);
  if (<u32>p.proto == PROTO_ICMP6 && <u32>p.icmpType == NEIGHBOUR_ADVERTISEMENT) hearNeighbour(p);
  if ((before & SEEN_BOTH) != 0) {
    noteTwoWay();
    hearConversation(s0, s1, d0, d1, p.time);
    return;
  }
  if (isGroup(kind, d0, d1) || p.isToGroup) flow.mark(FLOW_FLAG_GROUP);
  beginAsk(flow, p);
}

function hearNeighbour(p: Packet): void {
  if (p.payloadSize < TARGET_END || <u32>p.ttl != HOP_LIMIT_LOCAL) return;
  const at = <usize>p.payload;
  hear(load<u64>(at, 8), load<u64>(at, 16), p.time, ALIVE_HOW_ND);
}

/** What one side acknowledges goes forward, though the other never passed here. */
function hearUnheard(flow: Flow): void {
  flow.mark(FLOW_FLAG_UNHEARD);
  noteUnheard();
}

/** One side alone, and an answer would have come. */
function judgeSilence(flow: Flow): void {
  const fresh = ((<u64>1) << FINDING_ONE_WAY) & ~flow.findings;
  if (fresh == 0 || flow.has(FLOW_FLAG_GROUP) || !isAnswerable(flow)) return;
  raise(flow, FINDING_ONE_WAY);
  const fromB = flow.has(FLOW_FLAG_SEEN_B);
  const to0 = fromB ? flow.addressA0 : flow.addressB0;
  const to1 = fromB ? flow.addressA1 : flow.addressB1;
  if (darkness(to0, to1) == DARKNESS_DARK) raise(flow, FINDING_DARK_DESTINATION);
}

/** Something comes back by nature; fragments without their first are no conversation of their own. */
function isAnswerable(flow: Flow): bool {
  const kind = <i32>flow.kind;
  if ((kind != KIND_IPV4 && kind != KIND_IPV6) || flow.has(FLOW_FLAG_FRAGMENTS_ONLY)) return false;
  const proto = <u32>flow.proto;
  if (proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP) return true;
  const type = <i32>flow.portA;
  return (proto == PROTO_ICMP && type == ECHO) || (proto == PROTO_ICMP6 && type == ECHO6);
}

/** IDs of 0 in packets that routers may cut: their parts could not be told apart (RFC 6864 4.1). With DF they may. */
function lookAtZeroId(flow: Flow, d: Direction, p: Packet): void {
  const bits = <i32>p.bits & (PACKET_BIT_IPV4 | PACKET_BIT_DF | PACKET_BIT_FRAGMENT);
  if (bits != PACKET_BIT_IPV4 || d.df != 0 || flow.has(FLOW_FLAG_GROUP)) return;
  const proto = <u32>flow.proto;
  if (proto == PROTO_TCP || proto == PROTO_UDP) raise(flow, FINDING_IP_ID_ZERO);
}

/** A flow is about to get its last record: what can be said only now. `isIdle` it was silent for its timeout. */
export function judgeEnd(flow: Flow, isIdle: bool): void {
  const detects = config().detects;
  if (detects) hearAgain(flow);
  const clock = state().clock;
  const age = clock > flow.start ? clock - flow.start : 0;
  if (flow.has(FLOW_FLAG_ASKED)) {
    if (isIdle || age >= SILENCE_NS) endAsk(flow, ASK_SILENT);
    else loseAsk(flow);
  }
  if (!isIdle && age < END_SILENCE_NS) return;
  const isTcp = flow.tcpState != TCP_STATE_NONE;
  if (isTcp) judgeConduct(flow);
  if (!detects) return;
  if ((flow.flags & SEEN_BOTH) != SEEN_BOTH) judgeSilence(flow);
  if (isTcp) judgeAnswer(flow);
}

/** Before each record of a flow: who spoke since the one before is still there, though no flow began. */
export function hearAgain(flow: Flow): void {
  if (flow.last - flow.start < LASTING_NS) return;
  const kind = <i32>flow.kind;
  if (kind != KIND_ARP && kind != KIND_IPV4 && kind != KIND_IPV6) return;
  const how = kind == KIND_ARP ? ALIVE_HOW_ARP : ALIVE_HOW_SENT;
  if (<u32>flow.direction(false).packets != flow.reportedPacketsA)
    hear(flow.addressA0, flow.addressA1, flow.last, how);
  if (<u32>flow.direction(true).packets != flow.reportedPacketsB)
    hear(flow.addressB0, flow.addressB1, flow.last, how);
}
