// The slots of the kernel's rings, TPACKET_V2 (linux/if_packet.h): which are ours, where their frames lie, how they are
// handed over. Apart from forwarding because here are the kernel's offsets, and the order in which memory must be seen.
// Always holds: a slot's status is read before anything else of it (acquire), and written after everything else
// (release); slots filled for sending are handed over together, so that a call that dies leaves none half done.
//
//   slot   +0 status, +4 bytes on the wire, +8 bytes captured, +12 offset of the frame (u16), +16 seconds, +20 ns,
//          +24 VLAN tag (u16), +26 its ethertype (u16)
//          received: a virtio_net_hdr of 10 bytes, then the frame at its offset
//          to send: a virtio_net_hdr and the frame from +32 on, their bytes together at +4

import {
  ETHERNET_ADDRESSES_SIZE,
  ETHERTYPE_VLAN,
  isUnfinished,
  restoreTag,
  STATUS_VLAN_TYPE_VALID,
  STATUS_VLAN_VALID,
  VIRTIO_SIZE,
  VLAN_TAG_SIZE,
} from "../capture/ring-frame";
import { COUNTER_INLINE_TX_WRONG, COUNTER_VLAN_RESTORED } from "../layout";
import { count } from "../state";
import { LINKTYPE_ETHERNET } from "../wire/link";
import { Side } from "./state";

const SLOT_LENGTH_OFFSET: usize = 4;
const SLOT_CAPTURED_OFFSET: usize = 8;
const SLOT_MAC_OFFSET: usize = 12;
const SLOT_SECONDS_OFFSET: usize = 16;
const SLOT_NS_OFFSET: usize = 20;
const SLOT_VLAN_TAG_OFFSET: usize = 24;
const SLOT_VLAN_TYPE_OFFSET: usize = 26;
const SLOT_HEADER_SIZE: u32 = 32;

const STATUS_KERNEL: u32 = 0;
const STATUS_USER: u32 = 1;
const STATUS_SEND_REQUEST: u32 = 1;
const STATUS_WRONG_FORMAT: u32 = 4;

const VIRTIO_HEADERS_OFFSET: usize = 2;
const VIRTIO_SUM_START_OFFSET: usize = 6;
const VIRTIO_SUM_OFFSET_OFFSET: usize = 8; // of the checksum from there

const ETHERNET_SIZE: u32 = 14;

// ---- Receiving ----

/** The slot that lies `ahead` of the next one; `ahead` below the number of slots. */
export function receiveSlot(side: Side, ahead: u32): usize {
  let number = side.rxNext + ahead;
  if (number >= side.rxSlots) number -= side.rxSlots;
  return <usize>side.rxBase + <usize>number * side.slotSize;
}

/** Whether the kernel has given us that slot. */
export function isReceived(slot: usize): bool {
  return (atomic.load<u32>(slot) & STATUS_USER) != 0;
}

/** ns; when the frame was received. */
export function slotTime(slot: usize): u64 {
  return <u64>load<u32>(slot, SLOT_SECONDS_OFFSET) * 1000000000 + <u64>load<u32>(slot, SLOT_NS_OFFSET);
}

export function slotCaptured(slot: usize): u32 {
  return load<u32>(slot, SLOT_CAPTURED_OFFSET);
}

export function slotWire(slot: usize): u32 {
  return load<u32>(slot, SLOT_LENGTH_OFFSET);
}

/**
 * Where the slot's frame begins, 0 when its fields lead outside. Before it is room for its virtio_net_hdr and a tag.
 * A frame that is shorter than its link header can't have been received either.
 */
export function frameIn(slot: usize, size: u32): usize {
  const mac = <u32>load<u16>(slot, SLOT_MAC_OFFSET);
  const captured = load<u32>(slot, SLOT_CAPTURED_OFFSET);
  if (mac < SLOT_HEADER_SIZE + VLAN_TAG_SIZE + VIRTIO_SIZE || mac > size) return 0;
  return captured < ETHERNET_SIZE || captured > size - mac ? 0 : slot + mac;
}

export function isTagged(slot: usize, link: u32): bool {
  return (load<u32>(slot) & STATUS_VLAN_VALID) != 0 && link == LINKTYPE_ETHERNET;
}

/** Puts the tag of the slot back into its frame, which begins four bytes ahead from then on: so does its virtio_net_hdr. */
export function putTagBack(slot: usize, frame: usize): void {
  const from = frame - VIRTIO_SIZE;
  const to = from - VLAN_TAG_SIZE;
  const early = load<u64>(from);
  const late = load<u16>(from, 8);
  store<u64>(to, early);
  store<u16>(to, late, 8);
  const headers = load<u16>(to, VIRTIO_HEADERS_OFFSET);
  if (headers != 0) store<u16>(to, headers + <u16>VLAN_TAG_SIZE, VIRTIO_HEADERS_OFFSET);
  if (isUnfinished(to)) {
    const start = load<u16>(to, VIRTIO_SUM_START_OFFSET);
    store<u16>(to, start + <u16>VLAN_TAG_SIZE, VIRTIO_SUM_START_OFFSET);
  }
  const hasType = (load<u32>(slot) & STATUS_VLAN_TYPE_VALID) != 0;
  const type = hasType ? <u32>load<u16>(slot, SLOT_VLAN_TYPE_OFFSET) : ETHERTYPE_VLAN;
  restoreTag(frame - VLAN_TAG_SIZE, type, <u32>load<u16>(slot, SLOT_VLAN_TAG_OFFSET));
  count(COUNTER_VLAN_RESTORED);
}

if (ETHERNET_ADDRESSES_SIZE + 2 != ETHERNET_SIZE) ERROR("a frame that gets a tag has two addresses");

/**
 * Whether the kernel takes the virtio_net_hdr for a frame of that length: the headers that it tells of, and the checksum
 * to be filled in, lie within. A refused slot holds up all that follow it unless PACKET_LOSS is set.
 */
export function isSendable(virtio: usize, length: u32): bool {
  if (<u32>load<u16>(virtio, VIRTIO_HEADERS_OFFSET) > length) return false;
  if (!isUnfinished(virtio)) return true;
  const start = <u32>load<u16>(virtio, VIRTIO_SUM_START_OFFSET);
  return start + <u32>load<u16>(virtio, VIRTIO_SUM_OFFSET_OFFSET) + 2 <= length;
}

/** Gives the next `slots` slots back to the kernel; what was read of them must have been used. */
export function giveBack(side: Side, slots: u32): void {
  let number = side.rxNext;
  for (let i: u32 = 0; i < slots; i++) {
    atomic.store<u32>(<usize>side.rxBase + <usize>number * side.slotSize, STATUS_KERNEL);
    number = number + 1 == side.rxSlots ? 0 : number + 1;
  }
  side.rxNext = number;
}

// ---- Sending ----

/** Whether, behind the slots filled in this chunk, `ahead` more and then one are free. */
export function hasRoom(side: Side, ahead: u32): bool {
  const used = side.txFilled + ahead;
  if (used >= side.txSlots) return false;
  const status = atomic.load<u32>(sendSlot(side, used));
  return status == STATUS_KERNEL || (status & STATUS_WRONG_FORMAT) != 0;
}

function sendSlot(side: Side, ahead: u32): usize {
  let number = side.txNext + ahead;
  if (number >= side.txSlots) number -= side.txSlots;
  return <usize>side.txBase + <usize>number * side.txSlotSize;
}

/** Bytes of the largest frame that a slot for sending holds. */
export function sendRoom(side: Side): u32 {
  const used = SLOT_HEADER_SIZE + VIRTIO_SIZE;
  return side.txSlotSize > used ? side.txSlotSize - used : 0;
}

/** Takes the next free slot for a frame of `size` bytes, for which there is room; where its virtio_net_hdr goes. */
export function beginSend(side: Side, size: u32): usize {
  const slot = sendSlot(side, side.txFilled);
  if ((load<u32>(slot) & STATUS_WRONG_FORMAT) != 0) count(COUNTER_INLINE_TX_WRONG);
  side.txFilled += 1;
  store<u32>(slot, VIRTIO_SIZE + size, SLOT_LENGTH_OFFSET);
  return slot + SLOT_HEADER_SIZE;
}

/** The slot whose virtio_net_hdr lies there holds so many bytes now, that header's among them. */
export function growSend(virtio: usize, size: u32): void {
  store<u32>(virtio - SLOT_HEADER_SIZE, size, SLOT_LENGTH_OFFSET);
}

/** Hands over the filled slots. */
export function handOver(side: Side): void {
  const filled = side.txFilled;
  let number = side.txNext;
  for (let i: u32 = 0; i < filled; i++) {
    atomic.store<u32>(<usize>side.txBase + <usize>number * side.txSlotSize, STATUS_SEND_REQUEST);
    number = number + 1 == side.txSlots ? 0 : number + 1;
  }
  side.txFilled = 0;
  side.txNext = number;
  side.txPending += filled;
}
