// A packet as the datagram would have been, had it come whole: what rules look at once its fragments are there.
// Apart from datagrams.ts because the pool knows nothing of transport headers. Always holds: no counter is touched and
// no tunnel is entered, since the fragments were counted as they came; the packet lies in SCRATCH_PACKET.

import { locate } from "../flow/table";
import {
  DATAGRAM_DATA_SIZE,
  KIND_IPV6,
  NOTE_FRAGMENT,
  NOTE_FRAGMENT_OVERLAP,
  NOTE_GRE,
  NOTE_IP_OPTIONS,
  NOTE_IPIP,
  NOTE_MPLS,
  NOTE_PPP,
  NOTE_PPPOE,
  NOTE_QINQ,
  NOTE_VLAN,
  NOTE_VXLAN,
  NOTE_WIFI,
  PACKET_BIT_UNCHECKABLE,
  PACKET_SMAC_OFFSET,
  SCRATCH_PACKET_BASE,
} from "../layout";
import { be16 } from "../wire/bytes";
import { LAYER_TRANSPORT } from "../wire/layer";
import { Packet, resetPacket } from "../wire/packet";
import { decodeTransport, PROTO_GRE, PROTO_IP6, PROTO_IPIP, PROTO_UDP } from "../wire/transport";
import { VXLAN_PORT } from "../wire/tunnel";
import { Datagram } from "./datagram";
import { skipExtensions } from "./fragment-part";

const UDP_HEADER_SIZE: u32 = 8;
// What was around the fragments is around the datagram; what the transport header shows is read anew.
const KEPT_NOTES: u32 =
  NOTE_VLAN |
  NOTE_QINQ |
  NOTE_MPLS |
  NOTE_PPPOE |
  NOTE_PPP |
  NOTE_WIFI |
  NOTE_GRE |
  NOTE_IPIP |
  NOTE_VXLAN |
  NOTE_IP_OPTIONS |
  NOTE_FRAGMENT |
  NOTE_FRAGMENT_OVERLAP;

/**
 * The packet of a datagram that collectFragment() answered, its key in canonical order. The frame is that of the
 * fragment that came last; the transport header and the payload lie in the datagram's own bytes.
 */
export function datagramPacket(datagram: usize): Packet {
  const d = changetype<Datagram>(datagram);
  const p = asIt(d);
  p.cursor = <u32>d.data;
  p.end = <u32>d.data + d.kept;
  p.claimed = d.total != 0 ? d.total : d.kept;
  p.next = <u32>d.next;
  const ip6 = p.kind == <u8>KIND_IPV6;
  if (ip6 && skipExtensions(p)) p.mark(PACKET_BIT_UNCHECKABLE);
  p.l4 = p.cursor;
  if (d.total == 0 || d.total > <u32>DATAGRAM_DATA_SIZE) {
    p.mark(PACKET_BIT_UNCHECKABLE);
    // UDP tells how long it is when the last fragment has not.
    if (p.next == PROTO_UDP && p.left >= UDP_HEADER_SIZE)
      p.claimed = max(p.claimed, be16(<usize>p.cursor + 4));
  }
  // An authentication header before the transport's; a second one is refused there.
  if (decodeJoined(p) == LAYER_TRANSPORT) decodeJoined(p);
  locate(p);
  return p;
}

/** The scratch packet, which has the last fragment's facts, as a datagram of which nothing was decoded yet. */
function asIt(d: Datagram): Packet {
  const p = changetype<Packet>(SCRATCH_PACKET_BASE);
  const counted = p.counted;
  const macs = v128.load(changetype<usize>(p), PACKET_SMAC_OFFSET);
  const vlan = p.vlan;
  const notes = p.notes & KEPT_NOTES;
  const kind = p.kind;
  const l3 = p.l3;
  const l3Size = p.l3Size;
  const input = p.input;
  resetPacket(SCRATCH_PACKET_BASE, p.time, <usize>p.frame, p.captured, p.wire, p.link);
  v128.store(changetype<usize>(p), macs, PACKET_SMAC_OFFSET);
  p.counted = counted;
  p.vlan = vlan;
  p.payloadSum = 0;
  p.notes = notes;
  p.kind = kind;
  p.l3 = l3;
  p.l3Size = l3Size;
  p.input = input;
  p.addressA0 = d.source0;
  p.addressA1 = d.source1;
  p.addressB0 = d.destination0;
  p.addressB1 = d.destination1;
  p.ipId = d.id;
  p.ttl = d.ttl;
  p.tos = d.tos;
  p.bits = d.bits;
  return p;
}

/** The transport header at the cursor; a tunnel's datagram is the tunnel's own, and not looked into. */
function decodeJoined(p: Packet): i32 {
  const proto = p.next;
  const at = <usize>p.cursor;
  const isUdp = proto == PROTO_UDP && p.left >= UDP_HEADER_SIZE;
  const isVxlan = isUdp && be16(at + 2) == VXLAN_PORT;
  if (!isVxlan && proto != PROTO_IPIP && proto != PROTO_IP6 && proto != PROTO_GRE) return decodeTransport(p);
  p.proto = <u8>proto;
  p.appBytes = p.claimed;
  if (!isVxlan) return 0;
  p.setPorts(be16(at), be16(at + 2));
  p.appBytes = p.claimed > UDP_HEADER_SIZE ? p.claimed - UDP_HEADER_SIZE : 0;
  p.payload = <u32>at + UDP_HEADER_SIZE;
  p.payloadSize = p.left - UDP_HEADER_SIZE;
  return 0;
}
