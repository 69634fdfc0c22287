// The ring of alerts: what matched, in which flow, and the frame's first bytes.
// As the ring of records: the module writes the head, the host the tail, each with atomics.

import { flowCause } from "../detect/cause";
import { Flow } from "../flow/flow";
import { payloadOf, payloadSizeOf } from "../inspect/payload";
import { inspectState } from "../inspect/state";
import {
  ALERT_CAPACITY,
  ALERT_SIZE,
  ALERTS_BASE,
  COUNTER_ALERTS_CUT,
  COUNTER_ALERTS_LOST,
  FLOW_PORT_A_OFFSET,
  INSPECT_BASE,
  PACKET_BIT_SWAPPED,
} from "../layout";
import {
  ALERT_ACTION_OFFSET,
  ALERT_BITS_OFFSET,
  ALERT_CAPTURED_OFFSET,
  ALERT_CAUSE_OFFSET,
  ALERT_DESTINATION_OFFSET,
  ALERT_DPORT_OFFSET,
  ALERT_FAMILY_OFFSET,
  ALERT_FINDINGS_OFFSET,
  ALERT_FLOW_FIRST_FRAME_OFFSET,
  ALERT_FLOW_KEY_OFFSET,
  ALERT_FLOW_START_OFFSET,
  ALERT_FRAME_OFFSET,
  ALERT_FRAME_SIZE_OFFSET,
  ALERT_GENERATION_OFFSET,
  ALERT_GID_OFFSET,
  ALERT_INPUT_OFFSET,
  ALERT_KIND_OFFSET,
  ALERT_L3_OFFSET,
  ALERT_L4_OFFSET,
  ALERT_LINK_OFFSET,
  ALERT_OFFSET_NONE,
  ALERT_ORIG_BYTES_OFFSET,
  ALERT_ORIG_PACKETS_OFFSET,
  ALERT_PACKET_INDEX_OFFSET,
  ALERT_PAYLOAD_OFFSET,
  ALERT_PAYLOAD_SIZE_OFFSET,
  ALERT_PROTO_OFFSET,
  ALERT_RESP_BYTES_OFFSET,
  ALERT_RESP_PACKETS_OFFSET,
  ALERT_REV_OFFSET,
  ALERT_RULE_OFFSET,
  ALERT_SEQUENCE_OFFSET,
  ALERT_SID_OFFSET,
  ALERT_SOURCE_OFFSET,
  ALERT_SPORT_OFFSET,
  ALERT_TIME_OFFSET,
  ALERT_VLAN_OFFSET,
  ALERT_WIRE_OFFSET,
  INSPECT_ALERT_HEAD_OFFSET,
  INSPECT_ALERT_TAIL_OFFSET,
  RULE_ACTION_OFFSET,
  RULE_GID_OFFSET,
  RULE_REV_OFFSET,
  RULE_SID_OFFSET,
} from "../match/rules-layout";
import { count, state } from "../state";
import { Packet } from "../wire/packet";
import {
  PROTO_DCCP,
  PROTO_ICMP,
  PROTO_ICMP6,
  PROTO_SCTP,
  PROTO_TCP,
  PROTO_UDP,
  PROTO_UDPLITE,
} from "../wire/transport";

const FRAME_ROOM: u32 = ALERT_SIZE - ALERT_FRAME_OFFSET;

/** Places free in the ring. */
export function alertsFree(): u32 {
  const tail = atomic.load<u32>(INSPECT_BASE, INSPECT_ALERT_TAIL_OFFSET);
  return ALERT_CAPACITY - (inspectState().alertHead - tail);
}

/** Puts an alert of that kind (ALERT_KIND_*) into the ring; false, and counted, when the ring is full. */
export function emitAlert(index: u32, rule: usize, kind: u32, bits: u32, p: Packet, flow: Flow): bool {
  const s = inspectState();
  s.alertSequence += 1;
  if (alertsFree() == 0) {
    count(COUNTER_ALERTS_LOST);
    return false;
  }
  const at = <usize>ALERTS_BASE + <usize>(s.alertHead & (ALERT_CAPACITY - 1)) * ALERT_SIZE;
  memory.fill(at, 0, ALERT_FRAME_OFFSET);
  store<u64>(at, s.alertSequence, ALERT_SEQUENCE_OFFSET);
  store<u64>(at, p.time, ALERT_TIME_OFFSET);
  store<u64>(at, state().packetIndex, ALERT_PACKET_INDEX_OFFSET);
  store<u32>(at, index, ALERT_RULE_OFFSET);
  store<u32>(at, s.generation, ALERT_GENERATION_OFFSET);
  store<u32>(at, load<u32>(rule, RULE_SID_OFFSET), ALERT_SID_OFFSET);
  store<u32>(at, load<u32>(rule, RULE_GID_OFFSET), ALERT_GID_OFFSET);
  store<u32>(at, load<u32>(rule, RULE_REV_OFFSET), ALERT_REV_OFFSET);
  store<u8>(at, <u8>kind, ALERT_KIND_OFFSET);
  store<u8>(at, load<u8>(rule, RULE_ACTION_OFFSET), ALERT_ACTION_OFFSET);
  store<u16>(at, <u16>bits, ALERT_BITS_OFFSET);
  tellPacket(at, p);
  tellFlow(at, flow);
  copyFrame(at, p);
  atomic.store<u32>(INSPECT_BASE, s.alertHead + 1, INSPECT_ALERT_HEAD_OFFSET);
  return true;
}

if ((ALERT_CAPACITY & (ALERT_CAPACITY - 1)) != 0) ERROR("the ring of alerts wants a power of two");

function tellPacket(at: usize, p: Packet): void {
  const swapped = p.has(PACKET_BIT_SWAPPED);
  const source = p.keyAt + (swapped ? 16 : 0);
  const destination = p.keyAt + (swapped ? 0 : 16);
  v128.store(at, v128.load(source), ALERT_SOURCE_OFFSET);
  v128.store(at, v128.load(destination), ALERT_DESTINATION_OFFSET);
  const proto = <u32>p.proto;
  if (isPorted(proto)) {
    store<u16>(at, swapped ? p.portB : p.portA, ALERT_SPORT_OFFSET);
    store<u16>(at, swapped ? p.portA : p.portB, ALERT_DPORT_OFFSET);
  } else if (proto == PROTO_ICMP || proto == PROTO_ICMP6) {
    store<u16>(at, <u16>p.icmpType, ALERT_SPORT_OFFSET);
    store<u16>(at, <u16>p.icmpCode, ALERT_DPORT_OFFSET);
  }
  store<u8>(at, p.proto, ALERT_PROTO_OFFSET);
  store<u8>(at, p.kind, ALERT_FAMILY_OFFSET);
  store<u16>(at, <u16>p.input, ALERT_INPUT_OFFSET);
  store<u16>(at, p.vlan, ALERT_VLAN_OFFSET);
}

function isPorted(proto: u32): bool {
  return (
    proto == PROTO_TCP ||
    proto == PROTO_UDP ||
    proto == PROTO_SCTP ||
    proto == PROTO_DCCP ||
    proto == PROTO_UDPLITE
  );
}

function tellFlow(at: usize, flow: Flow): void {
  const orig = flow.direction(flow.initiatorIsB);
  const resp = flow.direction(!flow.initiatorIsB);
  store<u64>(at, flow.start, ALERT_FLOW_START_OFFSET);
  store<u64>(at, flow.firstFrame, ALERT_FLOW_FIRST_FRAME_OFFSET);
  store<u64>(at, flow.findings, ALERT_FINDINGS_OFFSET);
  store<u64>(at, orig.packets, ALERT_ORIG_PACKETS_OFFSET);
  store<u64>(at, resp.packets, ALERT_RESP_PACKETS_OFFSET);
  store<u64>(at, orig.bytes, ALERT_ORIG_BYTES_OFFSET);
  store<u64>(at, resp.bytes, ALERT_RESP_BYTES_OFFSET);
  store<u8>(at, <u8>flowCause(flow), ALERT_CAUSE_OFFSET);
  store<u64>(at, load<u64>(changetype<usize>(flow), FLOW_PORT_A_OFFSET), ALERT_FLOW_KEY_OFFSET);
}

/** The frame, as much as there is room for, and where its parts begin. */
function copyFrame(at: usize, p: Packet): void {
  const size = min<u32>(p.captured, FRAME_ROOM);
  if (size < p.captured) count(COUNTER_ALERTS_CUT);
  memory.copy(at + ALERT_FRAME_OFFSET, p.frame, size);
  store<u32>(at, size, ALERT_FRAME_SIZE_OFFSET);
  store<u32>(at, p.captured, ALERT_CAPTURED_OFFSET);
  store<u32>(at, p.wire, ALERT_WIRE_OFFSET);
  store<u32>(at, p.link, ALERT_LINK_OFFSET);
  store<u32>(at, placeIn(p, p.l3), ALERT_L3_OFFSET);
  store<u32>(at, placeIn(p, p.l4), ALERT_L4_OFFSET);
  store<u32>(at, placeIn(p, payloadOf(p)), ALERT_PAYLOAD_OFFSET);
  store<u32>(at, payloadSizeOf(p), ALERT_PAYLOAD_SIZE_OFFSET);
}

/** The address as an offset in the frame; OFFSET_NONE when it lies elsewhere (a datagram put together). */
function placeIn(p: Packet, address: u32): u32 {
  if (address < p.frame || address - p.frame > p.captured) return ALERT_OFFSET_NONE;
  return address - p.frame;
}
