// Link layers: from the capture's link type (https://www.tcpdump.org/linktypes.html) to an ethertype or IP.
// Apart from what they carry. `counted` is the bytes a flow counts: for Ethernet the frame, else without the
// link header, as argus does.

import {
  COUNTER_UNDECODED_LINK_FORMAT,
  COUNTER_UNDECODED_LINK_TRUNCATED,
  COUNTER_UNDECODED_LINKTYPE,
} from "../layout";
import { be16, be32 } from "./bytes";
import {
  LAYER_DONE,
  LAYER_ETHERNET,
  LAYER_ETHERTYPE,
  LAYER_IP,
  LAYER_IP4,
  LAYER_IP6,
  LAYER_LINK,
  LAYER_LLC,
  LAYER_PPP,
  LAYER_WIFI,
  undecoded,
} from "./layer";
import { Packet } from "./packet";

const LINKTYPE_NULL: u32 = 0;
export const LINKTYPE_ETHERNET: u32 = 1;
const LINKTYPE_PPP: u32 = 9;
const LINKTYPE_FDDI: u32 = 10;
const LINKTYPE_ATM_RFC1483: u32 = 100;
const LINKTYPE_ATM_RFC1483_OLD: u32 = 11;
const LINKTYPE_RAW: u32 = 101;
const LINKTYPE_RAW_BSD: u32 = 12;
const LINKTYPE_RAW_OPENBSD: u32 = 14;
const LINKTYPE_PPP_HDLC: u32 = 50;
const LINKTYPE_PPP_ETHER: u32 = 51;
const LINKTYPE_C_HDLC: u32 = 104;
const LINKTYPE_IEEE802_11: u32 = 105;
const LINKTYPE_FRELAY: u32 = 107;
const LINKTYPE_LOOP: u32 = 108;
const LINKTYPE_ENC: u32 = 109;
const LINKTYPE_LINUX_SLL: u32 = 113;
const LINKTYPE_PFLOG: u32 = 117;
const LINKTYPE_PRISM: u32 = 119;
const LINKTYPE_RADIOTAP: u32 = 127;
const LINKTYPE_AVS: u32 = 163;
const LINKTYPE_PPP_PPPD: u32 = 166;
const LINKTYPE_PPI: u32 = 192;
const LINKTYPE_IPV4: u32 = 228;
const LINKTYPE_IPV6: u32 = 229;
const LINKTYPE_NFLOG: u32 = 239;
const LINKTYPE_SLL2: u32 = 276;

const ETHERNET_HEADER_SIZE: u32 = 14;
const NFLOG_TLV_MAX: i32 = 32;
const NFLOG_PAYLOAD: u32 = 9;

/** First step of the walk: reads the header of `p.link`. */
export function decodeLink(p: Packet): i32 {
  const at = <usize>p.cursor;
  switch (p.link) {
    case LINKTYPE_ETHERNET:
      return LAYER_ETHERNET;
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_BSD:
    case LINKTYPE_RAW_OPENBSD:
      return LAYER_IP;
    case LINKTYPE_IPV4:
      return LAYER_IP4;
    case LINKTYPE_IPV6:
      return LAYER_IP6;
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      if (!strip(p, 4)) return LAYER_DONE;
      return family(p, load<u32>(at));
    case LINKTYPE_LINUX_SLL:
      if (!strip(p, 16)) return LAYER_DONE;
      p.smacHigh = load<u32>(at, 6);
      p.macMiddle = <u32>load<u16>(at, 10);
      return cooked(p, be16(at + 14));
    case LINKTYPE_SLL2:
      if (!strip(p, 20)) return LAYER_DONE;
      p.smacHigh = load<u32>(at, 12);
      p.macMiddle = <u32>load<u16>(at, 16);
      return cooked(p, be16(at));
    case LINKTYPE_PPP:
    case LINKTYPE_PPP_HDLC:
    case LINKTYPE_PPP_PPPD:
      return pppFramed(p);
    case LINKTYPE_PPP_ETHER:
      if (!strip(p, 6)) return LAYER_DONE;
      return LAYER_PPP;
    case LINKTYPE_C_HDLC:
      if (!strip(p, 4)) return LAYER_DONE;
      p.next = be16(at + 2);
      return LAYER_ETHERTYPE;
    case LINKTYPE_FRELAY:
      return frameRelay(p);
    case LINKTYPE_FDDI:
      if (!strip(p, 13)) return LAYER_DONE;
      return LAYER_LLC;
    case LINKTYPE_ATM_RFC1483:
    case LINKTYPE_ATM_RFC1483_OLD:
      return LAYER_LLC;
    case LINKTYPE_ENC:
      if (!strip(p, 12)) return LAYER_DONE;
      return family(p, load<u32>(at));
    case LINKTYPE_PFLOG:
      return pflog(p);
    case LINKTYPE_IEEE802_11:
      return LAYER_WIFI;
    case LINKTYPE_RADIOTAP:
      if (p.left < 4) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
      return stripBefore(p, <u32>load<u16>(at, 2), 8, LAYER_WIFI);
    case LINKTYPE_PRISM:
      // Capture tools put AVS headers under this type too; they tell their own length.
      if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
      return stripBefore(p, load<u16>(at) == 0x8021 ? be32(at + 4) : 144, 8, LAYER_WIFI);
    case LINKTYPE_AVS:
      if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
      return stripBefore(p, be32(at + 4), 8, LAYER_WIFI);
    case LINKTYPE_PPI:
      return ppi(p);
    case LINKTYPE_NFLOG:
      return nflog(p);
    default:
      return undecoded(p, COUNTER_UNDECODED_LINKTYPE);
  }
}

/** Ethernet II or 802.3 (IEEE 802.3 3.2). */
export function decodeEthernet(p: Packet): i32 {
  if (p.left < ETHERNET_HEADER_SIZE) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
  const at = <usize>p.cursor;
  p.smacHigh = load<u32>(at, 6);
  p.macMiddle = <u32>load<u16>(at, 10) | ((<u32>load<u16>(at)) << 16);
  p.dmacLow = load<u32>(at, 2);
  p.next = be16(at + 12);
  p.advance(ETHERNET_HEADER_SIZE);
  return LAYER_ETHERTYPE;
}

/** Passes a link header that the flow does not count; false (and the reason) when it is cut. */
function strip(p: Packet, size: u32): bool {
  if (p.left < size) {
    undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
    return false;
  }
  p.advance(size);
  p.counted = p.claimed;
  return true;
}

/** Passes a header whose length is a field of it, at least `least` bytes. */
function stripBefore(p: Packet, size: u32, least: u32, next: i32): i32 {
  if (size < least) return undecoded(p, COUNTER_UNDECODED_LINK_FORMAT);
  return strip(p, size) ? next : LAYER_DONE;
}

/** Address family of BSD loopback headers, in either byte order; IPv6 has a number of its own in each system. */
function family(p: Packet, value: u32): i32 {
  const af = value > 0xffff ? be32(<usize>p.cursor - (p.link == LINKTYPE_ENC ? 12 : 4)) : value;
  if (af == 2) return LAYER_IP4;
  if (af == 24 || af == 28 || af == 30 || af == 10) return LAYER_IP6;
  p.next = af;
  return LAYER_ETHERTYPE;
}

/** Linux cooked: the protocol field is an ethertype, or 1 and 4 for 802.3 frames and LLC. */
function cooked(p: Packet, protocol: u32): i32 {
  if (protocol == 4) return LAYER_LLC;
  p.next = protocol;
  return LAYER_ETHERTYPE;
}

/** PPP with or without its address and control bytes (RFC 1662); Cisco HDLC is found under these types too. */
function pppFramed(p: Packet): i32 {
  if (p.left < 2) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
  const at = <usize>p.cursor;
  const address = be16(at);
  if (address == 0xff03) {
    p.advance(2);
  } else if (address == 0x0f00 || address == 0x8f00) {
    if (!strip(p, 4)) return LAYER_DONE;
    p.next = be16(at + 2);
    return LAYER_ETHERTYPE;
  } else if (p.link == LINKTYPE_PPP_PPPD && load<u8>(at) <= 1 && p.left >= 4 && be16(at + 1) == 0xff03) {
    // A direction byte stands before the frame.
    p.advance(3);
  }
  return LAYER_PPP;
}

/** Frame relay with a two-byte address (RFC 2427). */
function frameRelay(p: Packet): i32 {
  const at = <usize>p.cursor;
  if (!strip(p, 4)) return LAYER_DONE;
  const nlpid = <u32>load<u8>(at, 3);
  if (nlpid == 0xcc) return LAYER_IP4;
  if (nlpid == 0x8e) return LAYER_IP6;
  if (nlpid == 0x80 || (nlpid == 0 && p.left >= 6 && load<u8>(at, 4) == 0x80)) {
    // SNAP: OUI, then the ethertype.
    const start = nlpid == 0x80 ? at + 4 : at + 5;
    const size = <u32>(start + 5 - <usize>p.cursor);
    if (!strip(p, size)) return LAYER_DONE;
    p.next = be16(start + 3);
    return LAYER_ETHERTYPE;
  }
  p.next = nlpid;
  return LAYER_ETHERTYPE;
}

/** OpenBSD's packet filter log: the header's own length, padded to four bytes, and the address family. */
function pflog(p: Packet): i32 {
  if (p.left < 4) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
  const at = <usize>p.cursor;
  const af = <u32>load<u8>(at, 1);
  const size = (<u32>load<u8>(at) + 3) & ~3;
  return stripBefore(p, size, 4, af == 2 ? LAYER_IP4 : LAYER_IP);
}

/** Per-packet information: a header of its own length, then a frame of the link type it names. */
function ppi(p: Packet): i32 {
  if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
  const at = <usize>p.cursor;
  const inner = load<u32>(at, 4);
  if (inner == LINKTYPE_PPI) return undecoded(p, COUNTER_UNDECODED_LINK_FORMAT);
  const next = stripBefore(p, <u32>load<u16>(at, 2), 8, LAYER_LINK);
  if (next == LAYER_LINK) p.link = inner;
  return next;
}

/** Linux netfilter log: a family and TLVs, one of which is the packet. */
function nflog(p: Packet): i32 {
  if (!strip(p, 4)) return LAYER_DONE;
  for (let i = 0; i < NFLOG_TLV_MAX; i++) {
    if (p.left < 4) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
    const at = <usize>p.cursor;
    const size = <u32>load<u16>(at);
    if (size < 4) return undecoded(p, COUNTER_UNDECODED_LINK_FORMAT);
    if ((<u32>load<u16>(at, 2) & 0x7fff) == NFLOG_PAYLOAD) {
      p.advance(4);
      p.trim(min(size - 4, p.claimed));
      p.counted = p.claimed;
      return LAYER_IP;
    }
    if (!strip(p, (size + 3) & ~3)) return LAYER_DONE;
  }
  return undecoded(p, COUNTER_UNDECODED_LINK_FORMAT);
}
