// Tunnels: GRE (with ERSPAN and PPP), IP in IP, VXLAN. The flow is the innermost conversation that can be read;
// when the inner headers cannot be, the outer one, which is kept aside while the walk goes in.

import {
  COUNTER_TUNNEL_DEPTH,
  CREDIT_BASE,
  CREDIT_OUTER_OFFSET,
  NOTE_GRE,
  NOTE_IPIP,
  NOTE_TRUNCATED,
  NOTE_VXLAN,
  PACKET_BIT_BAD_CHECKSUM,
  PACKET_BIT_CARRIER_FRAGMENT,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_UNFINISHED,
  PACKET_SIZE,
  TUNNEL_DEPTH_MAX,
} from "../layout";
import { count } from "../state";
import { be16 } from "./bytes";
import { ETHERTYPE_LEAST } from "./ethertype";
import { LAYER_DONE, LAYER_ETHERNET, LAYER_ETHERTYPE, LAYER_IP, LAYER_PPP } from "./layer";
import { Packet } from "./packet";
import { shortHeader } from "./transport";

/** What stays true of the packet inside. */
const KEPT_BITS: i32 = PACKET_BIT_BAD_CHECKSUM | PACKET_BIT_CARRIER_FRAGMENT | PACKET_BIT_UNFINISHED;
export const VXLAN_PORT: u32 = 4789;
const VXLAN_VNI_PRESENT: u32 = 0x08;
const VXLAN_SIZE: u32 = 8;
const UDP_SIZE: u32 = 8;
const GRE_CHECKSUM: u32 = 0x8000;
const GRE_ROUTING: u32 = 0x4000;
const GRE_KEY: u32 = 0x2000;
const GRE_SEQUENCE: u32 = 0x1000;
const GRE_ACKNOWLEDGEMENT: u32 = 0x0080;
const GRE_PPP: u32 = 0x880b;
const GRE_ETHERNET: u32 = 0x6558;
const GRE_ERSPAN: u32 = 0x88be; // types I and II
const GRE_ERSPAN_III: u32 = 0x22eb;

/** Keeps the outer packet aside and counts the step; false when it is one too many. */
function enter(p: Packet, note: i32): bool {
  if (p.tunnels >= <u32>TUNNEL_DEPTH_MAX) {
    count(COUNTER_TUNNEL_DEPTH);
    return false;
  }
  memory.copy(CREDIT_BASE + CREDIT_OUTER_OFFSET, changetype<usize>(p), PACKET_SIZE);
  p.tunnels += 1;
  p.note(note);
  // The inner headers start afresh; a wrong checksum outside stays the frame's.
  p.answer = 0;
  p.payload = 0;
  p.payloadSize = 0;
  p.fragmentOffset = 0;
  if (p.has(PACKET_BIT_FRAGMENT) && !p.has(PACKET_BIT_CARRIER_FRAGMENT)) {
    keepCarrier(p);
    p.mark(PACKET_BIT_CARRIER_FRAGMENT);
  }
  p.key = 0;
  p.bits = <u16>(<i32>p.bits & KEPT_BITS);
  return true;
}

/** Which datagram the tunnel's first fragment belongs to, for the later ones; laid out as in a fragment entry. */
function keepCarrier(p: Packet): void {
  p.quotedA0 = p.addressA0;
  p.quotedA1 = p.addressA1;
  p.quotedB0 = p.addressB0;
  p.quotedB1 = p.addressB1;
  p.quotedHash = p.key;
  p.quotedKey = <u64>p.ipId | ((<u64>p.proto) << 32) | ((<u64>p.kind) << 40);
}

/** The inner headers could not be read: the flow is the outer conversation. */
export function leaveTunnel(p: Packet): void {
  const notes = p.notes;
  memory.copy(changetype<usize>(p), CREDIT_BASE + CREDIT_OUTER_OFFSET, PACKET_SIZE);
  p.notes = notes | <u32>NOTE_TRUNCATED;
}

/** RFC 2003, RFC 4213 3.5. */
export function decodeIpInIp(p: Packet): i32 {
  return enter(p, NOTE_IPIP) ? LAYER_IP : LAYER_DONE;
}

/** The datagram to that port carries a VXLAN header. */
export function isVxlan(p: Packet, udp: usize, port: u32): bool {
  if (port != VXLAN_PORT) return false;
  if (p.left < UDP_SIZE + VXLAN_SIZE) {
    if (p.claimed >= UDP_SIZE + VXLAN_SIZE) p.note(NOTE_TRUNCATED);
    return false;
  }
  return (<u32>load<u8>(udp, 8) & VXLAN_VNI_PRESENT) != 0;
}

/** RFC 7348 5. */
export function decodeVxlan(p: Packet): i32 {
  if (!enter(p, NOTE_VXLAN)) return LAYER_DONE;
  p.advance(UDP_SIZE + VXLAN_SIZE);
  return LAYER_ETHERNET;
}

/** RFC 2784, RFC 2890; version 1 of RFC 2637 carries PPP. */
export function decodeGre(p: Packet): i32 {
  if (p.left < 4) {
    shortHeader(p, 4);
    return LAYER_DONE;
  }
  const at = <usize>p.cursor;
  const flags = be16(at);
  const type = be16(at + 2);
  const version = flags & 7;
  if (version > 1 || (flags & GRE_ROUTING) != 0) return LAYER_DONE;
  let size: u32 = 4;
  if (version == 0 && (flags & GRE_CHECKSUM) != 0) size += 4;
  if ((flags & GRE_KEY) != 0) size += 4;
  if ((flags & GRE_SEQUENCE) != 0) size += 4;
  if (version == 1 && (flags & GRE_ACKNOWLEDGEMENT) != 0) size += 4;
  // ERSPAN II has its own header when the sequence number is there (draft-foschiano-erspan 4.1, 4.2).
  if (type == GRE_ERSPAN && (flags & GRE_SEQUENCE) != 0) size += 8;
  if (type == GRE_ERSPAN_III) size += 12;
  if (p.left < size) {
    shortHeader(p, size);
    return LAYER_DONE;
  }
  if (p.left == size) {
    if (p.claimed > size) p.note(NOTE_TRUNCATED);
    return LAYER_DONE;
  }
  if (type == GRE_ERSPAN_III && (load<u8>(at + size - 1) & 1) != 0) size += 8;
  if (p.left < size) {
    shortHeader(p, size);
    return LAYER_DONE;
  }
  const ethernet = type == GRE_ETHERNET || type == GRE_ERSPAN || type == GRE_ERSPAN_III;
  if (!ethernet && type != GRE_PPP && type < ETHERTYPE_LEAST) return LAYER_DONE;
  if (!enter(p, NOTE_GRE)) return LAYER_DONE;
  p.advance(size);
  if (ethernet) return LAYER_ETHERNET;
  if (type == GRE_PPP) return pppBehind(p);
  p.next = type;
  return LAYER_ETHERTYPE;
}

/** PPP with its address and control bytes, when they are there. */
function pppBehind(p: Packet): i32 {
  if (p.left >= 2 && be16(<usize>p.cursor) == 0xff03) p.advance(2);
  return LAYER_PPP;
}
