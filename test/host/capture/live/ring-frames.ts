// Takes frames out of a ring as plain objects: an independent reading of TPACKET_V3 (linux/if_packet.h) for tests.
// Apart from the reader under test, which hands out blocks only. Always holds: what is returned is a copy.

import type { PacketRing } from "../../../../host/capture/live/packet-socket.js";
import type { RingHandle } from "../../../../host/capture/live/ring-reader.js";
import { RingPoll, RingReader } from "../../../../host/capture/live/ring-reader.js";
import { markOf } from "./frames.js";

const WAIT_MS = 50;
const WAITS_MAX = 100;
const TP_STATUS_VLAN_VALID = 1 << 4;
const TP_STATUS_VLAN_TPID_VALID = 1 << 6;

export interface RingFrame {
  readonly bytes: Buffer;
  /** On the wire, before the snap length cut it. */
  readonly length: number;
  /** The tag that the kernel took out: TPID and TCI. */
  readonly vlan: readonly [number, number] | undefined;
  /** The 10 bytes of struct virtio_net_hdr right before the frame. */
  readonly virtio: Buffer;
  readonly mac: number;
  readonly net: number;
  readonly seconds: number;
}

/** All frames of the blocks that wait, giving the blocks back. */
export function takeFrames(memory: SharedArrayBuffer, reader: RingReader): RingFrame[] {
  const frames: RingFrame[] = [];
  for (let address = reader.next(); address !== 0; address = reader.next()) {
    frames.push(...blockFrames(new DataView(memory, address, reader.handle.blockBytes)));
    reader.release();
  }
  return frames;
}

/** Waits until `count` frames came, or so long that no more will. */
export function receive(
  memory: SharedArrayBuffer,
  handle: RingHandle,
  count: number,
  reader?: RingReader,
): RingFrame[] {
  const source = reader ?? new RingReader(memory, handle);
  const poll = new RingPoll([handle]);
  const frames = takeFrames(memory, source);
  for (let waits = 0; waits < WAITS_MAX && frames.length < count; waits++) {
    poll.wait(WAIT_MS);
    frames.push(...takeFrames(memory, source));
  }
  return frames;
}

/** Marks of the frames that came, in order. */
export function receiveMarks(
  memory: SharedArrayBuffer,
  ring: PacketRing,
  count: number,
  reader?: RingReader,
): string[] {
  return receive(memory, ring.handle, count, reader).map(({ bytes }) => markOf(bytes) ?? "?");
}

function blockFrames(block: DataView): RingFrame[] {
  const frames: RingFrame[] = [];
  let at = block.getUint32(16, true);
  for (let left = block.getUint32(12, true); left > 0; left--) {
    frames.push(frame(block, at));
    at += block.getUint32(at, true);
  }
  return frames;
}

function frame(block: DataView, at: number): RingFrame {
  const mac = block.getUint16(at + 24, true);
  const status = block.getUint32(at + 20, true);
  const bytes = (from: number, count: number): Buffer =>
    Buffer.from(new Uint8Array(block.buffer, block.byteOffset + at + from, count));
  const hasTag = (status & TP_STATUS_VLAN_VALID) !== 0;
  const tpid = (status & TP_STATUS_VLAN_TPID_VALID) !== 0 ? block.getUint16(at + 36, true) : 0x8100;
  return {
    bytes: bytes(mac, block.getUint32(at + 12, true)),
    length: block.getUint32(at + 16, true),
    vlan: hasTag ? [tpid, block.getUint32(at + 32, true)] : undefined,
    virtio: bytes(mac - 10, 10),
    mac,
    net: block.getUint16(at + 26, true),
    seconds: block.getUint32(at + 4, true),
  };
}
