// Builds a block of a kernel's packet ring as linux/if_packet.h describes it (TPACKET_V3), frames and all.
// Apart so that the walk can be tested with any bytes, without a kernel.
// Always holds: offsets and counts are right unless a frame says otherwise.

import { concat } from "../../examples/frame.js";

export interface RingFrame {
  bytes: Uint8Array;
  timeNs?: bigint;
  wire?: number;
  vlan?: { tag: number; type?: number };
  /** virtio_net_hdr: segmentation type and bytes a segment. */
  merged?: { type: number; segment: number };
  /** virtio_net_hdr: the transport checksum is still to be filled in. */
  isUnfinished?: boolean;
}

const BLOCK_HEADER_SIZE = 48;
const MAC_OFFSET = 96;
const VIRTIO_SIZE = 10;

export function ringBlock(frames: readonly RingFrame[], size: number): Uint8Array {
  const parts = frames.map((frame, index) => ringFrame(frame, index === frames.length - 1));
  const block = new Uint8Array(size);
  const body = concat(...parts);
  if (BLOCK_HEADER_SIZE + body.length > size) throw new Error(`the block needs ${body.length} bytes more`);
  block.set(body, BLOCK_HEADER_SIZE);
  const view = new DataView(block.buffer);
  view.setUint32(0, 3, true); // version
  view.setUint32(8, 1, true); // status: the reader's
  view.setUint32(12, frames.length, true);
  view.setUint32(16, BLOCK_HEADER_SIZE, true);
  view.setUint32(20, BLOCK_HEADER_SIZE + body.length, true);
  return block;
}

function ringFrame(
  { bytes, timeNs = 1_000_000_000n, wire = bytes.length, vlan, merged, isUnfinished = false }: RingFrame,
  isLast: boolean,
): Uint8Array {
  const room = Math.ceil((MAC_OFFSET + bytes.length) / 16) * 16;
  const out = new Uint8Array(room);
  const view = new DataView(out.buffer);
  view.setUint32(0, isLast ? 0 : room, true);
  view.setUint32(4, Number(timeNs / 1_000_000_000n), true);
  view.setUint32(8, Number(timeNs % 1_000_000_000n), true);
  view.setUint32(12, bytes.length, true);
  view.setUint32(16, wire, true);
  view.setUint32(20, vlan ? 1 | 16 | (vlan.type === undefined ? 0 : 64) : 1, true);
  view.setUint16(24, MAC_OFFSET, true);
  view.setUint16(26, MAC_OFFSET + 14, true);
  view.setUint32(32, vlan?.tag ?? 0, true);
  view.setUint16(36, vlan?.type ?? 0, true);
  out[MAC_OFFSET - VIRTIO_SIZE] = isUnfinished ? 1 : 0;
  out[MAC_OFFSET - VIRTIO_SIZE + 1] = merged?.type ?? 0;
  view.setUint16(MAC_OFFSET - VIRTIO_SIZE + 4, merged?.segment ?? 0, true);
  out.set(bytes, MAC_OFFSET);
  return out;
}
