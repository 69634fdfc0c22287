// What frames of the kernel's rings have in common, whatever the ring's version: a virtio_net_hdr right before the frame
// (linux/virtio_net.h), and a VLAN tag that the card took out. Apart so that listening and standing inline read both alike.
// Always holds: nothing is checked here; the caller knows that the bytes before the frame are the slot's.

export const STATUS_VLAN_VALID: u32 = 16;
export const STATUS_VLAN_TYPE_VALID: u32 = 64;

export const VIRTIO_SIZE: u32 = 10;
export const VIRTIO_NEEDS_SUM: u32 = 1; // a flag in its first byte
export const VIRTIO_SEGMENT_TYPE_OFFSET: usize = 1;
const VIRTIO_SEGMENT_SIZE_OFFSET: usize = 4;
const VIRTIO_SEGMENT_UFO: u32 = 3; // one datagram that the kernel will fragment: one packet to us

export const ETHERTYPE_VLAN: u32 = 0x8100;
export const ETHERNET_ADDRESSES_SIZE: u32 = 12;
export const VLAN_TAG_SIZE: u32 = 4;

/** Whether the frame is as it was on the wire: neither merged nor without its checksum. */
export function isPlain(virtio: usize): bool {
  return load<u16>(virtio) == 0;
}

/** Bytes of payload a packet of a frame that is several merged into one, else 0. */
export function segmentOf(virtio: usize): u32 {
  const type = <u32>load<u8>(virtio, VIRTIO_SEGMENT_TYPE_OFFSET);
  return type != 0 && type != VIRTIO_SEGMENT_UFO ? <u32>load<u16>(virtio, VIRTIO_SEGMENT_SIZE_OFFSET) : 0;
}

/** Whether the frame's transport checksum is still to be filled in: it came from this machine, or was merged. */
export function isUnfinished(virtio: usize): bool {
  return (<u32>load<u8>(virtio) & VIRTIO_NEEDS_SUM) != 0;
}

/** Moves the two addresses to `frame`, four bytes ahead of where they are, and puts the tag behind them. */
export function restoreTag(frame: usize, type: u32, tag: u32): void {
  const high = load<u64>(frame, VLAN_TAG_SIZE);
  const low = load<u32>(frame, VLAN_TAG_SIZE + 8);
  store<u64>(frame, high);
  store<u32>(frame, low, 8);
  store<u16>(frame, bswap<u16>(<u16>type), 12);
  store<u16>(frame, bswap<u16>(<u16>tag), 14);
}
