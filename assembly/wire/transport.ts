// From the IP protocol to ports, flags and application bytes; or into the tunnel it carries.
// Everything a header lacks stays zero: a flow without ports is better than a packet lost.

import {
  CONFIG_FLAG_CHECKSUM,
  KIND_IPV6,
  NOTE_AH,
  NOTE_BAD_HEADER,
  NOTE_BAD_L4_CHECKSUM,
  NOTE_FRAGMENT_TINY,
  NOTE_LENGTH_LIES,
  NOTE_OFFLOADED,
  NOTE_TRUNCATED,
  PACKET_BIT_BAD_CHECKSUM,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_LATER_FRAGMENT,
  PACKET_BIT_SUM,
  PACKET_BIT_TCP,
  PACKET_BIT_UNCHECKABLE,
  PACKET_BIT_UNFINISHED,
} from "../layout";
import { config } from "../state";
import { be16, be32, swap16 } from "./bytes";
import { fold, sumBytes, sumPseudoHeader } from "./checksum";
import { decodeIcmp, decodeIcmp6 } from "./icmp";
import { LAYER_DONE, LAYER_TRANSPORT } from "./layer";
import { Packet } from "./packet";
import { readTcpOptions, TCP_SYN } from "./tcp";
import { decodeGre, decodeIpInIp, decodeVxlan, isVxlan } from "./tunnel";

export const PROTO_ICMP: u32 = 1;
export const PROTO_IGMP: u32 = 2;
export const PROTO_IPIP: u32 = 4;
export const PROTO_TCP: u32 = 6;
export const PROTO_UDP: u32 = 17;
export const PROTO_DCCP: u32 = 33;
export const PROTO_IP6: u32 = 41;
export const PROTO_GRE: u32 = 47;
export const PROTO_ESP: u32 = 50;
export const PROTO_AH: u32 = 51;
export const PROTO_ICMP6: u32 = 58;
export const PROTO_SCTP: u32 = 132;
export const PROTO_UDPLITE: u32 = 136;

const TCP_HEADER_SIZE: u32 = 20;
const UDP_HEADER_SIZE: u32 = 8;

/** The port words of that protocol's key change places with its ends. */
export function portsFollowEnds(proto: u32): bool {
  return (
    proto == PROTO_TCP ||
    proto == PROTO_UDP ||
    proto == PROTO_SCTP ||
    proto == PROTO_DCCP ||
    proto == PROTO_UDPLITE
  );
}

export function decodeTransport(p: Packet): i32 {
  const proto = p.next;
  p.proto = <u8>proto;
  p.appBytes = p.claimed;
  if (p.has(PACKET_BIT_LATER_FRAGMENT)) return LAYER_DONE;
  switch (proto) {
    case PROTO_TCP:
      return decodeTcp(p);
    case PROTO_UDP:
      return decodeUdp(p);
    case PROTO_ICMP:
      return decodeIcmp(p);
    case PROTO_ICMP6:
      return decodeIcmp6(p);
    case PROTO_SCTP:
    case PROTO_DCCP:
    case PROTO_UDPLITE:
      if (p.left >= 4) p.setPorts(be16(<usize>p.cursor), be16(<usize>p.cursor + 2));
      else shortHeader(p, 4);
      return LAYER_DONE;
    case PROTO_ESP:
      // The SPI (RFC 4303 2), whole, in the two port words; it does not turn with the direction.
      if (p.left >= 4) p.setPorts(be16(<usize>p.cursor + 2), be16(<usize>p.cursor));
      else shortHeader(p, 4);
      return LAYER_DONE;
    case PROTO_AH:
      return decodeAh(p);
    case PROTO_IPIP:
    case PROTO_IP6:
      return decodeIpInIp(p);
    case PROTO_GRE:
      return decodeGre(p);
    default:
      return LAYER_DONE;
  }
}

/** Notes a header of `size` bytes that is not there: cut by the capture, or by the datagram itself. */
export function shortHeader(p: Packet, size: u32): void {
  if (p.claimed >= size) p.note(NOTE_TRUNCATED);
  else p.note(p.has(PACKET_BIT_FRAGMENT) ? NOTE_FRAGMENT_TINY : NOTE_BAD_HEADER);
}

/** TCP (RFC 9293 3.1). */
function decodeTcp(p: Packet): i32 {
  const at = <usize>p.cursor;
  const left = p.left;
  const claimed = p.claimed;
  if (left < TCP_HEADER_SIZE) {
    shortHeader(p, TCP_HEADER_SIZE);
    if (left >= 4) p.setPorts(be16(at), be16(at + 2));
    if (left < 16) {
      // Without the data offset the header is taken as twenty bytes.
      const size = left >= 13 ? (<u32>load<u8>(at, 12) >> 4) << 2 : TCP_HEADER_SIZE;
      p.appBytes = claimed > size ? claimed - size : 0;
      return LAYER_DONE;
    }
  } else {
    p.setPorts(be16(at), be16(at + 2));
  }
  p.tcpSeq = be32(at + 4);
  p.tcpAck = be32(at + 8);
  const word = be16(at + 12);
  const flags = word & 0x01ff;
  p.tcpFlags = <u16>flags;
  p.tcpWindow = <u16>be16(at + 14);
  p.mark(PACKET_BIT_TCP);
  const size = (word >> 12) << 2;
  p.appBytes = claimed > size ? claimed - size : 0;
  if (size < TCP_HEADER_SIZE) {
    p.note(NOTE_BAD_HEADER);
    return LAYER_DONE;
  }
  if (size > claimed) {
    shortHeader(p, size);
    return LAYER_DONE;
  }
  if (size > left) {
    p.note(NOTE_TRUNCATED);
  } else {
    p.payload = <u32>at + size;
    p.payloadSize = left - size;
    if ((flags & TCP_SYN) != 0 && size > TCP_HEADER_SIZE) readTcpOptions(p, at + TCP_HEADER_SIZE, at + size);
    if (left == claimed) verifyTcp(p, at, size, load<u16>(at, 16));
  }
  return LAYER_DONE;
}

/** UDP (RFC 768). Application bytes go by the IP length, as argus counts. */
function decodeUdp(p: Packet): i32 {
  const at = <usize>p.cursor;
  const left = p.left;
  p.appBytes = p.claimed > UDP_HEADER_SIZE ? p.claimed - UDP_HEADER_SIZE : 0;
  if (left < UDP_HEADER_SIZE) {
    shortHeader(p, UDP_HEADER_SIZE);
    if (left >= 4) p.setPorts(be16(at), be16(at + 2));
    return LAYER_DONE;
  }
  const to = be16(at + 2);
  p.setPorts(be16(at), to);
  const length = be16(at + 4);
  if (length < UDP_HEADER_SIZE && length != 0) p.note(NOTE_BAD_HEADER);
  else if (length > p.claimed && !p.has(PACKET_BIT_FRAGMENT)) p.note(NOTE_BAD_HEADER);
  p.payload = <u32>at + UDP_HEADER_SIZE;
  p.payloadSize = left - UDP_HEADER_SIZE;
  const checksum = <u32>load<u16>(at, 6);
  // A zero checksum is none (IPv4; for IPv6 tunnels RFC 6935). The sum is over the UDP length.
  if (checksum != 0 && length >= UDP_HEADER_SIZE && length <= left) {
    verify(p, sumBytes(at, length), length, checksum);
  }
  if (isVxlan(p, at, to)) return decodeVxlan(p);
  return LAYER_DONE;
}

/** Authentication header (RFC 4302 2): the protocol goes on behind it. */
function decodeAh(p: Packet): i32 {
  if (p.left < 8) {
    shortHeader(p, 8);
    return LAYER_DONE;
  }
  const at = <usize>p.cursor;
  const size = (<u32>load<u8>(at, 1) + 2) << 2;
  // An AH inside an AH is refused, so the walk ends.
  if ((p.notes & <u32>NOTE_AH) != 0 || size > p.left) {
    shortHeader(p, size);
    return LAYER_DONE;
  }
  p.note(NOTE_AH);
  p.next = <u32>load<u8>(at);
  p.advance(size);
  p.l4 = p.cursor;
  return LAYER_TRANSPORT;
}

function checkable(p: Packet): bool {
  return (
    (config().flags & <u32>CONFIG_FLAG_CHECKSUM) != 0 &&
    !p.has(PACKET_BIT_FRAGMENT | PACKET_BIT_UNCHECKABLE) &&
    (p.notes & <u32>NOTE_LENGTH_LIES) == 0
  );
}

/** The payload is summed apart from the header: its sum tells retransmissions with other bytes. */
function verifyTcp(p: Packet, at: usize, size: u32, checksum: u32): void {
  if (!checkable(p)) return;
  const payloadSum = sumBytes(at + size, p.payloadSize);
  if (p.payloadSize != 0) {
    p.payloadSum = <u16>fold(payloadSum);
    p.mark(PACKET_BIT_SUM);
  }
  verify(p, sumBytes(at, size) + payloadSum, p.left, checksum);
}

/**
 * Compares with the field. Zero, or the pseudo-header's sum alone, is a checksum left to the network card; and whatever
 * the kernel says is.
 */
function verify(p: Packet, sum: u64, length: u32, checksum: u32): void {
  if (!checkable(p)) return;
  const pseudo = sumPseudoHeader(p.keyAt, p.kind == <u8>KIND_IPV6, <u32>p.proto, length);
  if (fold(sum + pseudo) == 0xffff) return;
  // Segmentation offload leaves the length out of the partial sum, or puts the whole one in.
  if (
    checksum == 0 ||
    p.has(PACKET_BIT_UNFINISHED) ||
    checksum == fold(pseudo) ||
    checksum == fold(pseudo + 0xffff - <u64>swap16(length & 0xffff))
  ) {
    p.note(NOTE_OFFLOADED);
    return;
  }
  p.note(NOTE_BAD_L4_CHECKSUM);
  p.mark(PACKET_BIT_BAD_CHECKSUM);
}

/** ICMP and ICMPv6 over the whole message; ICMPv6 has the pseudo-header (RFC 4443 2.3). */
export function verifyIcmp(p: Packet, at: usize, withPseudoHeader: bool): void {
  // Without its checksum field the message cannot be judged.
  if (!checkable(p) || p.left != p.claimed || p.left < 4) return;
  let sum = sumBytes(at, p.left);
  if (withPseudoHeader) sum += sumPseudoHeader(p.keyAt, true, PROTO_ICMP6, p.left);
  if (fold(sum) == 0xffff) return;
  if (load<u16>(at, 2) == 0 || p.has(PACKET_BIT_UNFINISHED)) {
    p.note(NOTE_OFFLOADED);
    return;
  }
  p.note(NOTE_BAD_L4_CHECKSUM);
  p.mark(PACKET_BIT_BAD_CHECKSUM);
}
