// Whom a rejected packet is answered to, and how: TCP by resets, the rest by ICMP; made straight into sending slots.
// Apart from the verdict because a frame is made only when the whole chunk is judged. Always holds: what must not be
// answered is not (errors, later fragments, groups, what is inside a tunnel, what is damaged); tokens bound how many
// packets are made; every packet that is not made is counted by its reason.

import {
  COUNTER_INLINE_REJECTS,
  COUNTER_INLINE_REJECTS_FULL,
  COUNTER_INLINE_REJECTS_LIMITED,
  COUNTER_INLINE_REJECTS_NONE,
  KIND_IPV6,
  PACKET_BIT_BAD_CHECKSUM,
  PACKET_BIT_CARRIER_FRAGMENT,
  PACKET_BIT_LATER_FRAGMENT,
  PACKET_BIT_TCP,
  PACKET_BIT_UNCHECKABLE,
} from "../layout";
import { count } from "../state";
import { LINKTYPE_ETHERNET } from "../wire/link";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../wire/tcp";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_TCP } from "../wire/transport";
import { makeReset, makeUnreachable, resetSize, unreachableSize } from "./answers";
import { VERDICT_TELL_DESTINATION, VERDICT_TELL_SOURCE } from "./inline-layout";
import { linkSize } from "./link-header";
import { beginSend, hasRoom, sendRoom } from "./rings";
import { Side } from "./state";
import { takeToken } from "./tokens";

/** Answers a packet that was dropped; `from` the side that it came in at, `verdict` VERDICT_TELL_*. */
export function reject(p: Packet, from: Side, to: Side, verdict: u32): void {
  const link = p.link == LINKTYPE_ETHERNET ? linkSize(<usize>p.frame, p.captured) : 0;
  if (link == 0 || !isAnswerable(p, link)) {
    count(COUNTER_INLINE_REJECTS_NONE);
    return;
  }
  const toSource = (verdict & VERDICT_TELL_SOURCE) != 0;
  const toDestination = (verdict & VERDICT_TELL_DESTINATION) != 0;
  if (p.has(PACKET_BIT_TCP)) {
    if (toSource) resetSource(p, from, link);
    if (toDestination) resetDestination(p, to, link);
  } else if (toSource && <u32>p.proto != PROTO_TCP && !isError(p)) {
    sendUnreachable(p, from, link);
  } else {
    count(COUNTER_INLINE_REJECTS_NONE);
  }
}

/** The reset that the other end would have sent had it no connection (RFC 9293 3.10.7.1). */
function resetSource(p: Packet, side: Side, link: u32): void {
  const flags = <u32>p.tcpFlags;
  if ((flags & TCP_RST) != 0) {
    count(COUNTER_INLINE_REJECTS_NONE);
    return;
  }
  const data = begin(p, side, resetSize(p, link));
  if (data == 0) return;
  if ((flags & TCP_ACK) != 0) {
    makeReset(data, p, link, true, p.tcpAck, 0, TCP_RST);
  } else {
    const length = p.appBytes + <u32>((flags & TCP_SYN) != 0) + <u32>((flags & TCP_FIN) != 0);
    makeReset(data, p, link, true, 0, p.tcpSeq + length, TCP_RST | TCP_ACK);
  }
}

/**
 * The reset that the source would have sent instead of the packet: its number is the next one that the destination
 * waits for, if the packet was in order; if not, the destination says so in a packet that is answered in turn (RFC 5961
 * 3.2). Of a connection whose SYN was dropped it knows nothing.
 */
function resetDestination(p: Packet, side: Side, link: u32): void {
  const flags = <u32>p.tcpFlags;
  const hasAck = (flags & TCP_ACK) != 0;
  if ((flags & TCP_SYN) != 0 && !hasAck) {
    count(COUNTER_INLINE_REJECTS_NONE);
    return;
  }
  const data = begin(p, side, resetSize(p, link));
  if (data == 0) return;
  makeReset(data, p, link, false, p.tcpSeq, hasAck ? p.tcpAck : 0, hasAck ? TCP_RST | TCP_ACK : TCP_RST);
}

function sendUnreachable(p: Packet, side: Side, link: u32): void {
  const data = begin(p, side, unreachableSize(p, link));
  if (data != 0) makeUnreachable(data, p, link);
}

/** Where the virtio_net_hdr of a frame of `size` bytes goes; 0, and counted, when none may be made. */
function begin(p: Packet, side: Side, size: u32): usize {
  if (size > sendRoom(side) || !hasRoom(side, 0)) {
    count(COUNTER_INLINE_REJECTS_FULL);
    return 0;
  }
  if (!takeToken(p.time)) {
    count(COUNTER_INLINE_REJECTS_LIMITED);
    return 0;
  }
  count(COUNTER_INLINE_REJECTS);
  return beginSend(side, size);
}

/** A whole packet of one station to one other, by addresses that are single ones. */
function isAnswerable(p: Packet, link: u32): bool {
  if (p.tunnels != 0 || p.l3 - p.frame != link || p.isToGroup) return false;
  if ((<u32>load<u8>(<usize>p.frame, SOURCE_MAC_OFFSET) & GROUP_BIT) != 0) return false;
  if (p.has(PACKET_BIT_LATER_FRAGMENT | PACKET_BIT_CARRIER_FRAGMENT)) return false;
  // A wrong checksum: it might be about anything. Another destination than the header's: see a routing header.
  if (p.has(PACKET_BIT_BAD_CHECKSUM | PACKET_BIT_UNCHECKABLE)) return false;
  const ip = <usize>p.l3;
  if (<i32>p.kind == KIND_IPV6) return isSingle6(ip + 8) && isSingle6(ip + 24);
  return isSingle4(ip + 12) && isSingle4(ip + 16);
}

const SOURCE_MAC_OFFSET: usize = 6;
const GROUP_BIT: u32 = 1;

/** Not of this network (0/8), loopback, groups, reserved, broadcast (RFC 1122 3.2.2, RFC 1812 4.3.2.7). */
function isSingle4(at: usize): bool {
  const first = <u32>load<u8>(at);
  return first != 0 && first != 127 && first < 224;
}

/** Not a group, unspecified or loopback (RFC 4443 2.4 e). */
function isSingle6(at: usize): bool {
  if (load<u8>(at) == 0xff) return false;
  return load<u64>(at) != 0 || (load<u64>(at, 8) & ~LOOPBACK_LAST) != 0;
}

/** ::1, its second half as it lies in memory. */
const LOOPBACK_LAST: u64 = 0x0100000000000000;

/** An error is never answered by an error (RFC 1122 3.2.2, RFC 4443 2.4 e), nor is a redirect. */
function isError(p: Packet): bool {
  const type = <u32>p.icmpType;
  if (<u32>p.proto == PROTO_ICMP) return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
  return <u32>p.proto == PROTO_ICMP6 && (type < 128 || type == 137);
}
