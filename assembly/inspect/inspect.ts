// The inspection of one packet, after its flow took it in: its stream put in order, HTTP read, rules looked at.
// Apart from the flow table, which goes on alone when inspection is off. Always holds: work a packet is bounded (its
// rules share a budget of steps), and what is broken off is counted; nothing of one packet's is kept in SCRATCH. A
// fragment and the datagram that it completes are one packet: told at once, a rule once.

import { Flow } from "../flow/flow";
import { quickHttp } from "../http/quick";
import {
  COUNTER_BUDGET,
  FLOW_SIZE,
  FLOWS_BASE,
  FLOWS_REGION_SIZE,
  KIND_IPV4,
  KIND_IPV6,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_TCP,
} from "../layout";
import { IMAGE_FLAG_SESSIONS, IMAGE_FLAGS_OFFSET } from "../match/rules-layout";
import { config, count } from "../state";
import { datagramPacket } from "../stream/datagrams";
import { sessionFor, settle } from "../stream/session";
import { Packet } from "../wire/packet";
import { lookAtFindings } from "./findings";
import { conclude, markDatagram } from "./outcome";
import { lookAtPayload, lookAtPlain } from "./rules";
import { inspectSegment } from "./segment";
import { clearBuffers, inspectState } from "./state";
import { isTagged, keepTagged } from "./tag";

/**
 * Looks at a packet that its flow took in. `flow` a slot of the table, or a flow of this packet alone; `datagram` what
 * collectFragment() answered for a fragment, else 0.
 */
export function inspect(p: Packet, flow: Flow, datagram: usize = 0): void {
  if (!config().inspects) {
    if (p.payloadSize != 0 && p.has(PACKET_BIT_TCP)) quickHttp(flow, p);
    return;
  }
  const kind = <i32>p.kind;
  if (kind != KIND_IPV4 && kind != KIND_IPV6) return;
  const s = inspectState();
  s.budget = <i32>config().packetBudget;
  s.matchCount = 0;
  clearBuffers();
  const image = <usize>s.image;
  const whole = datagram == 0 ? p : datagramPacket(datagram);
  const session = findSession(image, whole, flow);
  s.session = <u32>session;
  // A tag asks for what comes after the alert, not for its packet.
  const tagged = image != 0 && session != 0 && isTagged(session);
  lookAt(image, p, flow, session);
  if (datagram != 0) {
    const matches = s.matchCount;
    lookAt(image, whole, flow, session);
    markDatagram(matches);
  }
  if (image != 0) {
    lookAtFindings(image, p, flow, session);
    const told = s.matchCount != 0 ? conclude(image, p, whole, flow, session) : 0;
    if (tagged && told == 0) keepTagged(image, session, p, flow);
    if (s.budget < 0) count(COUNTER_BUDGET);
  }
  if (session != 0) settle(session, flow, whole);
}

function lookAt(image: usize, p: Packet, flow: Flow, session: usize): void {
  if (p.has(PACKET_BIT_TCP) && session != 0) inspectSegment(image, session, p, flow);
  else if (!p.has(PACKET_BIT_FRAGMENT)) inspectAlone(image, p, flow, session);
  if (image != 0) lookAtPlain(image, p, flow, session);
}

/** A packet of no stream. */
function inspectAlone(image: usize, p: Packet, flow: Flow, session: usize): void {
  if (p.payloadSize != 0 && p.has(PACKET_BIT_TCP)) quickHttp(flow, p);
  if (image != 0) lookAtPayload(image, p, flow, session);
}

/**
 * The flow's session: made for TCP data, for other protocols where rules keep something in it, else only found. A flow
 * outside the table has none.
 */
function findSession(image: usize, p: Packet, flow: Flow): usize {
  const at = changetype<usize>(flow) - FLOWS_BASE;
  if (at >= <usize>FLOWS_REGION_SIZE) return 0;
  const make = p.has(PACKET_BIT_TCP) ? p.payloadSize != 0 : keepsSessions(image);
  return sessionFor(flow, <u32>(at / FLOW_SIZE), make);
}

function keepsSessions(image: usize): bool {
  return image != 0 && (<i32>load<u32>(image, IMAGE_FLAGS_OFFSET) & IMAGE_FLAG_SESSIONS) != 0;
}
