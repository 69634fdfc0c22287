// One decoded frame: what the decoders fill in and the flow table reads.
// Apart because every decoder shares it. Always holds: `cursor` <= `end`, and no byte at or behind `end` is read.

import {
  PACKET_ADDRESS_A_OFFSET,
  PACKET_APP_BYTES_OFFSET,
  PACKET_BITS_OFFSET,
  PACKET_CURSOR_OFFSET,
  PACKET_L3_OFFSET,
  PACKET_MERGED_OFFSET,
  PACKET_NOTES_OFFSET,
  PACKET_PORT_A_OFFSET,
  PACKET_QUOTED_HASH_OFFSET,
  PACKET_QUOTED_KEY_OFFSET,
  PACKET_QUOTED_SRC_OFFSET,
  PACKET_SENDER_HASH_OFFSET,
  PACKET_SET_OFFSET,
  PACKET_SIZE,
  PACKET_SMAC_OFFSET,
  PACKET_TCP_SEQ_OFFSET,
  PACKET_VLAN_OFFSET,
  SET_NONE,
  VLAN_NONE,
  WINDOW_SCALE_NONE,
} from "../layout";

// ::ffff:0:0/96 in little-endian halves: where an IPv4 address goes.
export const IPV4_MAPPED: u64 = 0x00000000ffff0000;

const DMAC_GROUP: u32 = 0x00010000; // in macMiddle, whose upper half is DMAC's first two bytes

@unmanaged
export class Packet {
  time: u64;
  frame: u32;
  captured: u32;
  wire: u32;
  counted: u32;
  link: u32;
  undecoded: u32;
  // The key.
  addressA0: u64;
  addressA1: u64;
  addressB0: u64;
  addressB1: u64;
  portA: u16;
  portB: u16;
  proto: u8;
  kind: u8;
  extra: u16;
  hash: u64;
  // Transport.
  tcpSeq: u32;
  tcpAck: u32;
  tcpFlags: u16;
  tcpWindow: u16;
  appBytes: u32;
  payload: u32;
  payloadSize: u32;
  ipId: u32;
  ttl: u8;
  tos: u8;
  bits: u16;
  smacHigh: u32; // smac and dmac: twelve bytes copied as they came
  macMiddle: u32;
  dmacLow: u32;
  vlan: u16;
  payloadSum: u16;
  notes: u32;
  windowScale: u8;
  icmpType: u8;
  icmpCode: u8;
  answer: u8;
  fragmentOffset: u32;
  l3: u32;
  l3Size: u32;
  l4: u32;
  quoted: u32;
  input: u32;
  quotedA0: u64;
  quotedA1: u64;
  quotedB0: u64;
  quotedB1: u64;
  quotedKey: u64;
  quotedHash: u64;
  // The walk.
  cursor: u32;
  end: u32;
  claimed: u32;
  next: u32;
  tunnels: u32;
  set: u32;
  way: i32;
  merged: u32;
  // What detect/ahead.ts keeps of a packet that seems to begin a flow.
  senderHash: u64;
  targetHash: u64;

  get left(): u32 {
    return this.end - this.cursor;
  }

  /** Ports, protocol, kind and extra as one word, laid out as in a flow slot. */
  get key(): u64 {
    return load<u64>(changetype<usize>(this), PACKET_PORT_A_OFFSET);
  }

  set key(value: u64) {
    store<u64>(changetype<usize>(this), value, PACKET_PORT_A_OFFSET);
  }

  /** Address of the key: two addresses, then the key word. */
  get keyAt(): usize {
    return changetype<usize>(this) + PACKET_ADDRESS_A_OFFSET;
  }

  /** Address of the key that an ICMP error quotes, or of a tunnel's datagram. */
  get quotedAt(): usize {
    return changetype<usize>(this) + PACKET_QUOTED_SRC_OFFSET;
  }

  /** The frame went to a group of stations, or to all (IEEE 802: the lowest bit of the first byte). */
  get isToGroup(): bool {
    return (this.macMiddle & DMAC_GROUP) != 0;
  }

  has(bit: i32): bool {
    return (<i32>this.bits & bit) != 0;
  }

  mark(bit: i32): void {
    this.bits = <u16>(<i32>this.bits | bit);
  }

  note(note: i32): void {
    this.notes |= <u32>note;
  }

  /** Steps over a header of that size; the caller has checked it against `left`. */
  advance(size: u32): void {
    this.cursor += size;
    this.claimed = this.claimed > size ? this.claimed - size : 0;
  }

  /** Cuts what follows the enclosing header's claimed length (link padding). */
  trim(size: u32): void {
    this.claimed = size;
    if (this.left > size) this.end = this.cursor + size;
  }

  setPorts(a: u32, b: u32): void {
    this.portA = <u16>a;
    this.portB = <u16>b;
  }

  setIp4(source: usize, destination: usize): void {
    this.addressA0 = 0;
    this.addressA1 = IPV4_MAPPED | ((<u64>load<u32>(source)) << 32);
    this.addressB0 = 0;
    this.addressB1 = IPV4_MAPPED | ((<u64>load<u32>(destination)) << 32);
  }

  setIp6(source: usize, destination: usize): void {
    this.addressA0 = load<u64>(source);
    this.addressA1 = load<u64>(source, 8);
    this.addressB0 = load<u64>(destination);
    this.addressB1 = load<u64>(destination, 8);
  }
}

if (offsetof<Packet>("addressA0") != PACKET_ADDRESS_A_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("portA") != PACKET_PORT_A_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("tcpSeq") != PACKET_TCP_SEQ_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("appBytes") != PACKET_APP_BYTES_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("bits") != PACKET_BITS_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("smacHigh") != PACKET_SMAC_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("vlan") != PACKET_VLAN_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("notes") != PACKET_NOTES_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("l3") != PACKET_L3_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("quotedKey") != PACKET_QUOTED_KEY_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("quotedHash") != PACKET_QUOTED_HASH_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("cursor") != PACKET_CURSOR_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("merged") != PACKET_MERGED_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("senderHash") != PACKET_SENDER_HASH_OFFSET) ERROR("Packet drifted from layout");
if (offsetof<Packet>("set") != PACKET_SET_OFFSET) ERROR("Packet drifted from layout");

/** Makes the slot at that address an undecoded frame: everything but the frame's own facts is zero. */
export function resetPacket(at: usize, time: u64, frame: usize, captured: u32, wire: u32, link: u32): Packet {
  for (let offset: usize = 0; offset < <usize>PACKET_SIZE; offset += 16) {
    v128.store(at + offset, i64x2.splat(0));
  }
  const p = changetype<Packet>(at);
  p.time = time;
  p.frame = <u32>frame;
  p.captured = captured;
  p.wire = wire;
  p.counted = wire;
  p.link = link;
  p.vlan = <u16>VLAN_NONE;
  p.windowScale = <u8>WINDOW_SCALE_NONE;
  p.cursor = <u32>frame;
  p.end = <u32>frame + captured;
  p.claimed = wire;
  p.set = SET_NONE;
  p.way = -1;
  return p;
}
