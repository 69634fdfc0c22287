// One block of a kernel's packet ring (TPACKET_V3, linux/if_packet.h), read where the kernel wrote it.
// Apart from the capture files because here nothing is waited for and the frames are the kernel's until they are
// given back. Always holds: the batch is empty when readBlock() returns, so the block can be given back; an offset
// that leads outside the block ends it, and is counted.
//
//   block   +0 version, +8 status, +12 packets, +16 offset of the first, +20 bytes used
//   packet  +0 offset of the next, +4 seconds, +8 ns, +12 captured, +16 on the wire, +20 status,
//           +24 offset of the frame (u16), +32 VLAN tag, +36 its ethertype (u16)
//           then, right before the frame, a virtio_net_hdr of 10 bytes (linux/virtio_net.h)

import { processBatch, pushPacket } from "../batch";
import { COUNTER_RING_BLOCKS, COUNTER_RING_DAMAGED, COUNTER_VLAN_RESTORED, RING_FRAMES_MAX } from "../layout";
import { count } from "../state";
import { LINKTYPE_ETHERNET } from "../wire/link";
import {
  ETHERNET_ADDRESSES_SIZE,
  ETHERTYPE_VLAN,
  isPlain,
  isUnfinished,
  restoreTag,
  STATUS_VLAN_TYPE_VALID,
  STATUS_VLAN_VALID,
  segmentOf,
  VIRTIO_SIZE,
  VLAN_TAG_SIZE,
} from "./ring-frame";

const BLOCK_PACKETS_OFFSET: usize = 12;
const BLOCK_FIRST_OFFSET: usize = 16;
const BLOCK_HEADER_SIZE: u32 = 48;

const FRAME_NEXT_OFFSET: usize = 0;
const FRAME_SECONDS_OFFSET: usize = 4;
const FRAME_NS_OFFSET: usize = 8;
const FRAME_CAPTURED_OFFSET: usize = 12;
const FRAME_WIRE_OFFSET: usize = 16;
const FRAME_STATUS_OFFSET: usize = 20;
const FRAME_MAC_OFFSET: usize = 24;
const FRAME_VLAN_TAG_OFFSET: usize = 32;
const FRAME_VLAN_TYPE_OFFSET: usize = 36;
const FRAME_HEADER_SIZE: u32 = 48;

/** Takes every frame of the block at `address`; `link` a LINKTYPE_ value. Answers how many frames there were. */
export function readBlock(address: u32, size: u32, link: u32, input: u32): u32 {
  const block = <usize>address;
  const frames = load<u32>(block, BLOCK_PACKETS_OFFSET);
  let offset = load<u32>(block, BLOCK_FIRST_OFFSET);
  let taken: u32 = 0;
  count(COUNTER_RING_BLOCKS);
  while (taken < frames && taken < <u32>RING_FRAMES_MAX) {
    if (offset < BLOCK_HEADER_SIZE || offset > size || size - offset < FRAME_HEADER_SIZE) break;
    const header = block + offset;
    if (!takeFrame(header, size - offset, link, input)) break;
    taken++;
    const next = load<u32>(header, FRAME_NEXT_OFFSET);
    if (next == 0) break;
    if (next > size - offset) {
      offset = size;
      continue;
    }
    offset += next;
  }
  if (taken < frames) count(COUNTER_RING_DAMAGED);
  processBatch();
  return taken;
}

/** The frame whose header lies there with `room` bytes of block from it on; false when it leads outside. */
function takeFrame(header: usize, room: u32, link: u32, input: u32): bool {
  const mac = <u32>load<u16>(header, FRAME_MAC_OFFSET);
  let captured = load<u32>(header, FRAME_CAPTURED_OFFSET);
  let wire = load<u32>(header, FRAME_WIRE_OFFSET);
  if (mac < FRAME_HEADER_SIZE + VIRTIO_SIZE || mac > room || captured > room - mac) return false;
  let frame = header + mac;
  const virtio = frame - VIRTIO_SIZE;
  let segment: u32 = 0;
  let unfinished = false;
  if (!isPlain(virtio)) {
    segment = segmentOf(virtio);
    unfinished = isUnfinished(virtio);
  }
  const status = load<u32>(header, FRAME_STATUS_OFFSET);
  if ((status & STATUS_VLAN_VALID) != 0 && link == LINKTYPE_ETHERNET && captured >= ETHERNET_ADDRESSES_SIZE) {
    frame -= VLAN_TAG_SIZE;
    const hasType = (status & STATUS_VLAN_TYPE_VALID) != 0;
    const type = hasType ? <u32>load<u16>(header, FRAME_VLAN_TYPE_OFFSET) : ETHERTYPE_VLAN;
    restoreTag(frame, type, load<u32>(header, FRAME_VLAN_TAG_OFFSET));
    captured += VLAN_TAG_SIZE;
    wire += VLAN_TAG_SIZE;
    count(COUNTER_VLAN_RESTORED);
  }
  const seconds = <u64>load<u32>(header, FRAME_SECONDS_OFFSET);
  const time = seconds * 1000000000 + <u64>load<u32>(header, FRAME_NS_OFFSET);
  pushPacket(time, frame, captured, wire, link, input, segment, unfinished);
  return true;
}
