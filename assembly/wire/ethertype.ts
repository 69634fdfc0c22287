// What an ethertype leads to: VLAN tags, MPLS, PPPoE, LLC, IP, ARP, or a conversation of MAC addresses.
// Every loop here is bounded; the walk itself bounds how often a step is taken.

import {
  COUNTER_UNDECODED_LLC_TRUNCATED,
  COUNTER_UNDECODED_MPLS_DEPTH,
  COUNTER_UNDECODED_MPLS_TRUNCATED,
  COUNTER_UNDECODED_PPP_TRUNCATED,
  COUNTER_UNDECODED_VLAN_TRUNCATED,
  KIND_MAC,
  MPLS_DEPTH_MAX,
  NOTE_MPLS,
  NOTE_PPP,
  NOTE_PPPOE,
  NOTE_QINQ,
  NOTE_VLAN,
  VLAN_NONE,
} from "../layout";
import { decodeArp } from "./arp";
import { be16 } from "./bytes";
import {
  LAYER_DONE,
  LAYER_ETHERNET,
  LAYER_ETHERTYPE,
  LAYER_IP4,
  LAYER_IP6,
  LAYER_LLC,
  LAYER_MPLS,
  LAYER_PPP,
  undecoded,
} from "./layer";
import { Packet } from "./packet";

export const ETHERTYPE_IP4: u32 = 0x0800;
export const ETHERTYPE_ARP: u32 = 0x0806;
export const ETHERTYPE_RARP: u32 = 0x8035;
export const ETHERTYPE_VLAN: u32 = 0x8100;
export const ETHERTYPE_IP6: u32 = 0x86dd;
export const ETHERTYPE_MPLS: u32 = 0x8847;
export const ETHERTYPE_MPLS_UPSTREAM: u32 = 0x8848;
export const ETHERTYPE_PPPOE_SESSION: u32 = 0x8864;
export const ETHERTYPE_QINQ: u32 = 0x88a8;
export const ETHERTYPE_QINQ_OLD: u32 = 0x9100;
export const ETHERTYPE_QINQ_OLDER: u32 = 0x9200;
export const ETHERTYPE_LEAST: u32 = 1536; // below: the length of an 802.3 frame

const PPP_IP4: u32 = 0x0021;
const PPP_IP6: u32 = 0x0057;
const PPP_MPLS: u32 = 0x0281;

export function decodeEthertype(p: Packet): i32 {
  const type = p.next;
  if (type == ETHERTYPE_IP4) return LAYER_IP4;
  if (type == ETHERTYPE_IP6) return LAYER_IP6;
  switch (type) {
    case ETHERTYPE_VLAN:
    case ETHERTYPE_QINQ:
    case ETHERTYPE_QINQ_OLD:
    case ETHERTYPE_QINQ_OLDER:
      return vlan(p);
    case ETHERTYPE_ARP:
    case ETHERTYPE_RARP:
      return decodeArp(p, type == ETHERTYPE_RARP);
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
      return LAYER_MPLS;
    case ETHERTYPE_PPPOE_SESSION:
      return pppoe(p);
    default:
      if (type < ETHERTYPE_LEAST && type > 4) {
        p.trim(min(type, p.claimed));
        return LAYER_LLC;
      }
      return macFlow(p, type);
  }
}

/** A conversation of two MAC addresses, of that ethertype (or DSAP). */
export function macFlow(p: Packet, type: u32): i32 {
  p.kind = <u8>KIND_MAC;
  p.extra = <u16>type;
  p.addressA0 = 0;
  p.addressA1 = ((<u64>p.smacHigh) << 16) | ((<u64>(p.macMiddle & 0xffff)) << 48);
  p.addressB0 = 0;
  p.addressB1 = ((<u64>(p.macMiddle >> 16)) << 16) | ((<u64>p.dmacLow) << 32);
  p.appBytes = p.counted;
  return LAYER_DONE;
}

/** 802.2 LLC and SNAP (IEEE 802.2, RFC 1042). */
export function decodeLlc(p: Packet): i32 {
  if (p.left < 3) return undecoded(p, COUNTER_UNDECODED_LLC_TRUNCATED);
  const at = <usize>p.cursor;
  const saps = be16(at);
  if (saps == 0xaaaa) {
    if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_LLC_TRUNCATED);
    p.next = be16(at + 6);
    p.advance(8);
    // A SNAP type below 1536 names no protocol.
    return p.next < ETHERTYPE_LEAST ? macFlow(p, p.next) : LAYER_ETHERTYPE;
  }
  if (saps == 0x0606) {
    p.advance(3);
    return LAYER_IP4;
  }
  return macFlow(p, saps >> 8);
}

/** One tag of 802.1Q or 802.1ad; tags in tags come back here through the walk. */
function vlan(p: Packet): i32 {
  if (p.left < 4) return undecoded(p, COUNTER_UNDECODED_VLAN_TRUNCATED);
  const at = <usize>p.cursor;
  if (p.vlan == <u16>VLAN_NONE) {
    p.vlan = <u16>(be16(at) & 0x0fff);
    p.note(p.next == ETHERTYPE_VLAN ? NOTE_VLAN : NOTE_QINQ);
  } else {
    p.note(NOTE_QINQ);
  }
  p.next = be16(at + 2);
  p.advance(4);
  return LAYER_ETHERTYPE;
}

/** A label stack (RFC 3032), then IP by its first nibble, else a pseudowire (RFC 4385, RFC 4448). */
export function decodeMpls(p: Packet): i32 {
  p.note(NOTE_MPLS);
  for (let i = 0; i < MPLS_DEPTH_MAX; i++) {
    if (p.left < 4) return undecoded(p, COUNTER_UNDECODED_MPLS_TRUNCATED);
    const bottom = load<u8>(<usize>p.cursor, 2) & 1;
    p.advance(4);
    if (!bottom) continue;
    if (p.left == 0) return undecoded(p, COUNTER_UNDECODED_MPLS_TRUNCATED);
    const nibble = <u32>load<u8>(<usize>p.cursor) >> 4;
    if (nibble == 4) return LAYER_IP4;
    if (nibble == 6) return LAYER_IP6;
    if (nibble == 0 && p.left >= 4) p.advance(4);
    return LAYER_ETHERNET;
  }
  return undecoded(p, COUNTER_UNDECODED_MPLS_DEPTH);
}

/** PPPoE session (RFC 2516 4). */
function pppoe(p: Packet): i32 {
  if (p.left < 6) return undecoded(p, COUNTER_UNDECODED_PPP_TRUNCATED);
  p.note(NOTE_PPPOE);
  const size = be16(<usize>p.cursor + 4);
  p.advance(6);
  if (size < p.claimed) p.trim(size);
  return LAYER_PPP;
}

/** PPP's protocol field, one byte when compressed (RFC 1661 2). */
export function decodePpp(p: Packet): i32 {
  if (p.left < 2) return undecoded(p, COUNTER_UNDECODED_PPP_TRUNCATED);
  const at = <usize>p.cursor;
  const short = load<u8>(at) & 1;
  const protocol = short ? <u32>load<u8>(at) : be16(at);
  p.advance(short ? 1 : 2);
  p.note(NOTE_PPP);
  if ((p.notes & <u32>NOTE_PPPOE) == 0 && p.tunnels == 0) p.counted = p.claimed;
  if (protocol == PPP_IP4) return LAYER_IP4;
  if (protocol == PPP_IP6) return LAYER_IP6;
  if (protocol == PPP_MPLS) return LAYER_MPLS;
  return macFlow(p, protocol);
}
