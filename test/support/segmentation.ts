// What the kernel, or a card, makes of a frame that it is to take apart: TCP segmentation offload, as Linux does it
// (net/ipv4/tcp_offload.c, net/ipv4/af_inet.c), written down once more for tests.
// Apart because it is the reference that joined segments are held against. Always holds: nothing of the module is used.

import type { Sent } from "./slot-rig.js";

const NEEDS_SUM = 1;
const TCP4 = 1;
const TCP6 = 4;
const PSH_FIN = 0x09;
const CWR = 0x80;
const ETHERNET = 14;

function onesSum(bytes: Uint8Array, sum = 0): number {
  let total = sum;
  for (let at = 0; at < bytes.length; at += 2) total += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

/** The frames that go over the wire for it. */
export function onTheWire({ bytes, virtio }: Sent): Uint8Array[] {
  if (virtio.flags === 0 && virtio.type === 0) return [bytes];
  if (virtio.flags !== NEEDS_SUM || (virtio.type !== TCP4 && virtio.type !== TCP6)) {
    throw new Error(`flags ${virtio.flags} and type ${virtio.type} are none that segments are joined with`);
  }
  const is4 = virtio.type === TCP4;
  const ipSize = is4 ? 20 : 40;
  const tcpAt = ETHERNET + ipSize;
  const headers = tcpAt + (bytes[tcpAt + 12]! >> 4) * 4;
  if (virtio.headers !== headers || virtio.start !== tcpAt || virtio.offset !== 16) {
    throw new Error(`${JSON.stringify(virtio)} does not fit headers of ${headers} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const claimed = is4 ? view.getUint16(ETHERNET + 2) - ipSize : view.getUint16(ETHERNET + 4);
  if (claimed !== bytes.length - tcpAt) throw new Error(`the IP header claims ${claimed} bytes`);
  // What stands in the checksum is the sum of the pseudo header.
  if (view.getUint16(tcpAt + 16) !== pseudoSum(bytes, is4, bytes.length - tcpAt)) {
    throw new Error("the partial sum is wrong");
  }
  const frames: Uint8Array[] = [];
  for (let at = headers; at < bytes.length; at += virtio.segment) {
    const payload = bytes.subarray(at, Math.min(bytes.length, at + virtio.segment));
    frames.push(
      segment(
        bytes.subarray(0, headers),
        payload,
        at - headers,
        frames.length,
        is4,
        at + virtio.segment >= bytes.length,
      ),
    );
  }
  return frames;
}

function pseudoSum(frame: Uint8Array, is4: boolean, size: number): number {
  const addresses = is4
    ? frame.subarray(ETHERNET + 12, ETHERNET + 20)
    : frame.subarray(ETHERNET + 8, ETHERNET + 40);
  return onesSum(addresses, 6 + size);
}

function segment(
  head: Uint8Array,
  payload: Uint8Array,
  offset: number,
  index: number,
  is4: boolean,
  isLast: boolean,
): Uint8Array {
  const frame = new Uint8Array(head.length + payload.length);
  frame.set(head);
  frame.set(payload, head.length);
  const view = new DataView(frame.buffer);
  const tcpAt = ETHERNET + (is4 ? 20 : 40);
  if (is4) {
    view.setUint16(ETHERNET + 2, frame.length - ETHERNET);
    view.setUint16(ETHERNET + 4, (view.getUint16(ETHERNET + 4) + index) & 0xffff);
    view.setUint16(ETHERNET + 10, 0);
    view.setUint16(ETHERNET + 10, ~onesSum(frame.subarray(ETHERNET, tcpAt)) & 0xffff);
  } else {
    view.setUint16(ETHERNET + 4, frame.length - tcpAt);
  }
  view.setUint32(tcpAt + 4, (view.getUint32(tcpAt + 4) + offset) >>> 0);
  if (!isLast) frame[tcpAt + 13] = frame[tcpAt + 13]! & ~PSH_FIN;
  if (index > 0) frame[tcpAt + 13] = frame[tcpAt + 13]! & ~CWR;
  view.setUint16(tcpAt + 16, 0);
  const sum = onesSum(frame.subarray(tcpAt), pseudoSum(frame, is4, frame.length - tcpAt));
  view.setUint16(tcpAt + 16, ~sum & 0xffff);
  return frame;
}
