// Segments of one connection that follow one another go out as one frame, which the kernel or the card takes apart again
// into the same bytes (TCP segmentation offload; virtio spec 5.1.6.2, linux/virtio_net.h): a frame handed over costs far
// more than its bytes. Apart from forwarding, which knows frames only one by one.
// Always holds: only what is taken apart into exactly the bytes that came in is joined: right checksums, headers that
// differ in nothing but what offload counts up, one size of payload but for the last; order stays; at the end of a chunk
// everything goes.

import { VIRTIO_SEGMENT_TYPE_OFFSET, VIRTIO_SIZE } from "../capture/ring-frame";
import {
  COUNTER_INLINE_JOINED,
  INLINE_BASE,
  KIND_IPV6,
  PACKET_BIT_BAD_CHECKSUM,
  PACKET_BIT_FRAGMENT,
  PACKET_BIT_IPV4,
  PACKET_BIT_SUM,
  PACKET_BIT_TCP,
} from "../layout";
import { count } from "../state";
import { be16 } from "../wire/bytes";
import { fold, sumBytes } from "../wire/checksum";
import { Packet } from "../wire/packet";
import { TCP_ACK, TCP_PSH } from "../wire/tcp";
import { PROTO_TCP } from "../wire/transport";
import { copyFrame } from "./copy";
import { INLINE_TRAIN_OFFSET } from "./inline-layout";
import { growSend, sendRoom } from "./rings";
import { Side } from "./state";

const ETHERNET_SIZE: u32 = 14;
const IP4_SIZE: u32 = 20;
const IP6_SIZE: u32 = 40;
const TCP_SIZE: u32 = 20;
const TCP_FLAGS_OFFSET: usize = 13;

const VIRTIO_NEEDS_SUM: u8 = 1;
const VIRTIO_HEADERS_OFFSET: usize = 2;
const VIRTIO_SEGMENT_SIZE_OFFSET: usize = 4;
const VIRTIO_SUM_START_OFFSET: usize = 6;
const VIRTIO_SUM_PLACE_OFFSET: usize = 8;
const SEGMENT_TCP4: u8 = 1;
const SEGMENT_TCP6: u8 = 4;
const TCP_SUM_OFFSET: u16 = 16;

@unmanaged
class Train {
  /** The virtio_net_hdr of its slot, its frame behind it; 0 = nothing can be joined. */
  at: u32;
  headers: u32;
  /** Bytes of the frame so far. */
  size: u32;
  /** Payload of each segment but the last. */
  segment: u32;
  segments: u32;
  nextSeq: u32;
  nextId: u32;
  isIp6: u32;
}

function train(): Train {
  return changetype<Train>(<usize>(INLINE_BASE + INLINE_TRAIN_OFFSET));
}

/** The frame of `p` was just put into the slot at `at` (its virtio_net_hdr): the next ones may join it. */
export function beginTrain(to: Side, p: Packet, frame: usize, length: u32, at: usize): void {
  const t = train();
  t.at = 0;
  if (to.txSlotSize <= to.slotSize) return;
  if (!isPlain(p, frame, length) || (<u32>p.tcpFlags & TCP_PSH) != 0) return;
  t.at = <u32>at;
  t.headers = p.payload - <u32>frame;
  t.size = length;
  t.segment = p.payloadSize;
  t.segments = 1;
  t.nextSeq = p.tcpSeq + p.payloadSize;
  t.nextId = (p.ipId + 1) & 0xffff;
  t.isIp6 = <u32>(<i32>p.kind == KIND_IPV6);
}

/** The frame goes with those before it; true when it was joined, and needs no slot of its own. */
export function joinTrain(to: Side, p: Packet, frame: usize, length: u32): bool {
  const t = train();
  if (t.at == 0 || p.tcpSeq != t.nextSeq || p.payload - <u32>frame != t.headers) return false;
  const payload = p.payloadSize;
  if (payload > t.segment || t.size + payload > sendRoom(to)) return false;
  if (!isPlain(p, frame, length)) return false;
  const head = <usize>t.at + VIRTIO_SIZE;
  if (!isAlike(t, head, p, frame)) return false;
  copyFrame(head + t.size, p.payload, payload);
  t.size += payload;
  t.segments += 1;
  t.nextSeq += payload;
  t.nextId = (t.nextId + 1) & 0xffff;
  const flags = head + ETHERNET_SIZE + (t.isIp6 != 0 ? IP6_SIZE : IP4_SIZE);
  store<u8>(flags, load<u8>(flags, TCP_FLAGS_OFFSET) | <u8>(p.tcpFlags & TCP_PSH), TCP_FLAGS_OFFSET);
  count(COUNTER_INLINE_JOINED);
  if (payload < t.segment || (<u32>p.tcpFlags & TCP_PSH) != 0) endTrain();
  return true;
}

/** Nothing joins it any more: what was joined is told how it is taken apart. */
export function endTrain(): void {
  const t = train();
  const virtio = <usize>t.at;
  t.at = 0;
  if (virtio == 0 || t.segments == 1) return;
  const ip = virtio + VIRTIO_SIZE + ETHERNET_SIZE;
  const isIp6 = t.isIp6 != 0;
  const ipSize = isIp6 ? IP6_SIZE : IP4_SIZE;
  const tcpSize = t.size - ETHERNET_SIZE - ipSize;
  if (isIp6) {
    store<u16>(ip, bswap<u16>(<u16>tcpSize), 4);
  } else {
    store<u16>(ip, bswap<u16>(<u16>(tcpSize + IP4_SIZE)), 2);
    store<u16>(ip, 0, 10);
    store<u16>(ip, ~(<u16>fold(sumBytes(ip, IP4_SIZE))), 10);
  }
  // The sum of the pseudo header alone: whoever takes the frame apart goes on from there.
  const addresses = isIp6 ? sumBytes(ip + 8, 32) : sumBytes(ip + 12, 8);
  const rest = bswap<u16>(<u16>PROTO_TCP) + <u64>bswap<u16>(<u16>tcpSize);
  store<u16>(ip + ipSize, <u16>fold(addresses + rest), TCP_SUM_OFFSET);
  store<u8>(virtio, VIRTIO_NEEDS_SUM);
  store<u8>(virtio, isIp6 ? SEGMENT_TCP6 : SEGMENT_TCP4, VIRTIO_SEGMENT_TYPE_OFFSET);
  store<u16>(virtio, <u16>t.headers, VIRTIO_HEADERS_OFFSET);
  store<u16>(virtio, <u16>t.segment, VIRTIO_SEGMENT_SIZE_OFFSET);
  store<u16>(virtio, <u16>(ETHERNET_SIZE + ipSize), VIRTIO_SUM_START_OFFSET);
  store<u16>(virtio, TCP_SUM_OFFSET, VIRTIO_SUM_PLACE_OFFSET);
  growSend(virtio, VIRTIO_SIZE + t.size);
}

/** A TCP segment with data and nothing special, right in every sum, that fills its frame. */
function isPlain(p: Packet, frame: usize, length: u32): bool {
  const wanted = PACKET_BIT_TCP | PACKET_BIT_SUM;
  if ((<i32>p.bits & (wanted | PACKET_BIT_BAD_CHECKSUM | PACKET_BIT_FRAGMENT)) != wanted) return false;
  if (p.notes != 0 || p.merged != 0 || p.payloadSize == 0) return false;
  if ((<u32>p.tcpFlags & ~TCP_PSH) != TCP_ACK) return false;
  // Neither partial sum nor segmentation of its own.
  const virtio = frame - VIRTIO_SIZE;
  if ((load<u8>(virtio) & VIRTIO_NEEDS_SUM) != 0 || load<u8>(virtio, VIRTIO_SEGMENT_TYPE_OFFSET) != 0)
    return false;
  const ip = frame + ETHERNET_SIZE;
  if (<usize>p.l3 != ip || <usize>p.payload + p.payloadSize != frame + length) return false;
  if (p.has(PACKET_BIT_IPV4)) {
    return <usize>p.l4 == ip + IP4_SIZE && be16(ip + 2) == length - ETHERNET_SIZE;
  }
  return <usize>p.l4 == ip + IP6_SIZE && be16(ip + 4) == length - ETHERNET_SIZE - IP6_SIZE;
}

/** Its headers are the first segment's, but for what is counted up from segment to segment. */
function isAlike(t: Train, head: usize, p: Packet, frame: usize): bool {
  if (load<u64>(head) != load<u64>(frame) || load<u32>(head, 8) != load<u32>(frame, 8)) return false;
  if (load<u16>(head, 12) != load<u16>(frame, 12)) return false;
  const a = head + ETHERNET_SIZE;
  const b = frame + ETHERNET_SIZE;
  if (t.isIp6 != 0) return isAlike6(a, b) && isAlikeTcp(a + IP6_SIZE, b + IP6_SIZE, p.payload - p.l4);
  if (p.ipId != t.nextId || load<u16>(a) != load<u16>(b) || load<u32>(a, 6) != load<u32>(b, 6)) return false;
  return load<u64>(a, 12) == load<u64>(b, 12) && isAlikeTcp(a + IP4_SIZE, b + IP4_SIZE, p.payload - p.l4);
}

function isAlike6(a: usize, b: usize): bool {
  return (
    load<u32>(a) == load<u32>(b) &&
    load<u16>(a, 6) == load<u16>(b, 6) &&
    load<u64>(a, 8) == load<u64>(b, 8) &&
    load<u64>(a, 16) == load<u64>(b, 16) &&
    load<u64>(a, 24) == load<u64>(b, 24) &&
    load<u64>(a, 32) == load<u64>(b, 32)
  );
}

/** Ports, acknowledgement, window, urgent pointer and options; flags were looked at, the sequence number too. */
function isAlikeTcp(a: usize, b: usize, size: u32): bool {
  if (load<u32>(a) != load<u32>(b) || load<u32>(a, 8) != load<u32>(b, 8)) return false;
  if (load<u8>(a, 12) != load<u8>(b, 12) || load<u16>(a, 14) != load<u16>(b, 14)) return false;
  if (load<u16>(a, 18) != load<u16>(b, 18)) return false;
  for (let at: u32 = TCP_SIZE; at < size; at += 4) {
    if (load<u32>(a + at) != load<u32>(b + at)) return false;
  }
  return true;
}
