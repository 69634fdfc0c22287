// The decode walk: from a frame to a key and its evidence. One loop over the steps of layer.ts, bounded by
// LAYER_MAX, so that headers in headers cost no stack and always end.

import {
  COUNTER_ARP,
  COUNTER_BAD_HEADER,
  COUNTER_BAD_IP_CHECKSUM,
  COUNTER_BAD_L4_CHECKSUM,
  COUNTER_FRAGMENTS,
  COUNTER_ICMP,
  COUNTER_ICMP6,
  COUNTER_IP_OTHER,
  COUNTER_IP4,
  COUNTER_IP6,
  COUNTER_LENGTH_LIES,
  COUNTER_NON_IP,
  COUNTER_OFFLOADED,
  COUNTER_SCTP,
  COUNTER_TCP,
  COUNTER_TRUNCATED,
  COUNTER_UDP,
  COUNTER_UNDECODED,
  COUNTER_UNDECODED_LAYERS,
  KIND_ARP,
  KIND_IPV4,
  KIND_IPV6,
  LAYER_MAX,
  NOTE_BAD_HEADER,
  NOTE_BAD_IP_CHECKSUM,
  NOTE_BAD_L4_CHECKSUM,
  NOTE_FRAGMENT_TINY,
  NOTE_LENGTH_LIES,
  NOTE_OFFLOADED,
  NOTE_TRUNCATED,
  PACKET_BIT_CARRIER_FRAGMENT,
  PACKET_BIT_FRAGMENT,
} from "../layout";
import { count } from "../state";
import { decodeEthertype, decodeLlc, decodeMpls, decodePpp } from "./ethertype";
import { decodeIp, decodeIp4 } from "./ip4";
import { decodeIp6 } from "./ip6";
import {
  LAYER_DONE,
  LAYER_ETHERNET,
  LAYER_ETHERTYPE,
  LAYER_IP,
  LAYER_IP4,
  LAYER_IP6,
  LAYER_LINK,
  LAYER_LLC,
  LAYER_MPLS,
  LAYER_PPP,
  LAYER_TRANSPORT,
  LAYER_WIFI,
  undecoded,
} from "./layer";
import { decodeEthernet, decodeLink } from "./link";
import { Packet } from "./packet";
import { decodeTransport, PROTO_ICMP, PROTO_ICMP6, PROTO_SCTP, PROTO_TCP, PROTO_UDP } from "./transport";
import { leaveTunnel } from "./tunnel";
import { decodeWifi } from "./wifi";

// Notes that are rare and have a counter each.
const COUNTED_NOTES: u32 =
  NOTE_TRUNCATED |
  NOTE_BAD_HEADER |
  NOTE_BAD_IP_CHECKSUM |
  NOTE_BAD_L4_CHECKSUM |
  NOTE_LENGTH_LIES |
  NOTE_OFFLOADED |
  NOTE_FRAGMENT_TINY;

export function decode(p: Packet): void {
  let layer = decodeLink(p);
  let steps = 0;
  while (layer != LAYER_DONE) {
    if (++steps > LAYER_MAX) {
      undecoded(p, COUNTER_UNDECODED_LAYERS);
      break;
    }
    switch (layer) {
      case LAYER_ETHERNET:
        layer = decodeEthernet(p);
        break;
      case LAYER_ETHERTYPE:
        layer = decodeEthertype(p);
        break;
      case LAYER_IP4:
        layer = decodeIp4(p);
        break;
      case LAYER_TRANSPORT:
        layer = decodeTransport(p);
        break;
      case LAYER_IP6:
        layer = decodeIp6(p);
        break;
      case LAYER_IP:
        layer = decodeIp(p);
        break;
      case LAYER_LLC:
        layer = decodeLlc(p);
        break;
      case LAYER_PPP:
        layer = decodePpp(p);
        break;
      case LAYER_MPLS:
        layer = decodeMpls(p);
        break;
      case LAYER_WIFI:
        layer = decodeWifi(p);
        break;
      case LAYER_LINK:
        layer = decodeLink(p);
        break;
      default:
        layer = LAYER_DONE;
    }
  }
  if (p.undecoded != 0 && p.tunnels != 0) leaveTunnel(p);
  tally(p);
}

/** One count for what the packet is, and one for each oddity. */
function tally(p: Packet): void {
  if (p.undecoded != 0) {
    count(COUNTER_UNDECODED);
    count(p.undecoded);
    return;
  }
  const kind = <i32>p.kind;
  if (kind == KIND_IPV4 || kind == KIND_IPV6) {
    count(kind == KIND_IPV4 ? COUNTER_IP4 : COUNTER_IP6);
    count(protocolCounter(<u32>p.proto));
  } else {
    count(kind == KIND_ARP ? COUNTER_ARP : COUNTER_NON_IP);
  }
  if (p.has(PACKET_BIT_FRAGMENT | PACKET_BIT_CARRIER_FRAGMENT)) count(COUNTER_FRAGMENTS);
  if ((p.notes & COUNTED_NOTES) != 0) tallyNotes(p.notes);
}

function protocolCounter(proto: u32): i32 {
  switch (proto) {
    case PROTO_TCP:
      return COUNTER_TCP;
    case PROTO_UDP:
      return COUNTER_UDP;
    case PROTO_ICMP:
      return COUNTER_ICMP;
    case PROTO_ICMP6:
      return COUNTER_ICMP6;
    case PROTO_SCTP:
      return COUNTER_SCTP;
    default:
      return COUNTER_IP_OTHER;
  }
}

function tallyNotes(notes: u32): void {
  if ((notes & <u32>NOTE_TRUNCATED) != 0) count(COUNTER_TRUNCATED);
  if ((notes & <u32>(NOTE_BAD_HEADER | NOTE_FRAGMENT_TINY)) != 0) count(COUNTER_BAD_HEADER);
  if ((notes & <u32>NOTE_BAD_IP_CHECKSUM) != 0) count(COUNTER_BAD_IP_CHECKSUM);
  if ((notes & <u32>NOTE_BAD_L4_CHECKSUM) != 0) count(COUNTER_BAD_L4_CHECKSUM);
  if ((notes & <u32>NOTE_LENGTH_LIES) != 0) count(COUNTER_LENGTH_LIES);
  if ((notes & <u32>NOTE_OFFLOADED) != 0) count(COUNTER_OFFLOADED);
}
