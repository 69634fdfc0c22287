// A record of the ring as an object, field by field from the layout. Apart from the host's own reader, which it
// must not share mistakes with. Always holds: numbers are numbers, 64-bit times are bigint nanoseconds.

import * as L from "../../assembly/layout.js";

export interface FlowSide {
  packets: number;
  bytes: number;
  appBytes: number;
  seqNext: number;
  ackHigh: number;
  idZero: number;
  idSame: number;
  idUp: number;
  df: number;
  flags: number;
  ttlLow: number;
  ttlHigh: number;
  tosFirst: number;
  tosLast: number;
  window: number;
  zeroWindows: number;
  fragments: number;
  badChecksums: number;
  mac: string;
  vlan: number;
  seqFirst: number;
  ackFirst: number;
  retransmits: number;
  ackAdvances: number;
  outOfOrder: number;
  overlaps: number;
  gaps: number;
  windowScale: number;
  bits: number;
  reportedBytes: number;
  reportedAppBytes: number;
}

export interface FlowRecord {
  sequence: number;
  timeNs: bigint;
  packetIndex: number;
  reason: number;
  set: number;
  victimClass: number;
  addressA: string;
  addressB: string;
  portA: number;
  portB: number;
  proto: number;
  kind: number;
  extra: number;
  lastNs: bigint;
  startNs: bigint;
  flags: number;
  state: number;
  dirReason: number;
  class: number;
  icmpType: number;
  recordStartNs: bigint;
  synackUs: number;
  ackdatUs: number;
  icmpErrors: number;
  statusCount: number;
  notes: number;
  reportedPacketsA: number;
  reportedPacketsB: number;
  firstFrame: number;
  a: FlowSide;
  b: FlowSide;
  /** Packets of both sides. */
  packets: number;
  /** The initiator's side and the responder's. */
  orig: FlowSide;
  resp: FlowSide;
}

/** Address, port, protocol and kind of both ends: what a record is paired by. */
export function keyOf(record: FlowRecord): string {
  const { kind, proto, extra, addressA, portA, addressB, portB } = record;
  return `${kind}/${proto}/${extra} ${addressA}:${portA} ${addressB}:${portB}`;
}

function hexOf(view: DataView, at: number, size: number): string {
  return Buffer.from(view.buffer, view.byteOffset + at, size).toString("hex");
}

export function readRecord(bytes: Uint8Array): FlowRecord {
  const view = new DataView(bytes.slice().buffer);
  const u64 = (at: number): number => Number(view.getBigUint64(at, true));
  const u32 = (at: number): number => view.getUint32(at, true);
  const f = L.RECORD_FLOW_OFFSET;
  const flow8 = (offset: number): number => view.getUint8(f + offset);
  const flow16 = (offset: number): number => view.getUint16(f + offset, true);
  const flow32 = (offset: number): number => view.getUint32(f + offset, true);
  const time = (offset: number): bigint => view.getBigUint64(f + offset, true);
  const a = readSide(view, f + L.FLOW_DIR_A_OFFSET);
  const b = readSide(view, f + L.FLOW_DIR_B_OFFSET);
  const flags = flow32(L.FLOW_FLAGS_OFFSET);
  const initiatorB = (flags & L.FLOW_FLAG_INITIATOR_B) !== 0;
  return {
    sequence: u64(L.RECORD_SEQUENCE_OFFSET),
    timeNs: view.getBigUint64(L.RECORD_TIME_OFFSET, true),
    packetIndex: u64(L.RECORD_PACKET_INDEX_OFFSET),
    reason: u32(L.RECORD_REASON_OFFSET),
    set: u32(L.RECORD_SET_OFFSET),
    victimClass: u32(L.RECORD_VICTIM_CLASS_OFFSET),
    addressA: hexOf(view, f + L.FLOW_ADDRESS_A_OFFSET, 16),
    addressB: hexOf(view, f + L.FLOW_ADDRESS_B_OFFSET, 16),
    portA: flow16(L.FLOW_PORT_A_OFFSET),
    portB: flow16(L.FLOW_PORT_B_OFFSET),
    proto: flow8(L.FLOW_PROTO_OFFSET),
    kind: flow8(L.FLOW_KIND_OFFSET),
    extra: flow16(L.FLOW_EXTRA_OFFSET),
    lastNs: time(L.FLOW_LAST_OFFSET),
    startNs: time(L.FLOW_START_OFFSET),
    flags,
    state: flow8(L.FLOW_STATE_OFFSET),
    dirReason: flow8(L.FLOW_DIR_REASON_OFFSET),
    class: flow8(L.FLOW_CLASS_OFFSET),
    icmpType: flow8(L.FLOW_ICMP_TYPE_OFFSET),
    recordStartNs: time(L.FLOW_RECORD_START_OFFSET),
    synackUs: flow32(L.FLOW_SYNACK_US_OFFSET),
    ackdatUs: flow32(L.FLOW_ACKDAT_US_OFFSET),
    icmpErrors: flow16(L.FLOW_ICMP_ERRORS_OFFSET),
    statusCount: flow16(L.FLOW_STATUS_COUNT_OFFSET),
    notes: flow32(L.FLOW_NOTES_OFFSET),
    reportedPacketsA: flow32(L.FLOW_REPORTED_PACKETS_A_OFFSET),
    reportedPacketsB: flow32(L.FLOW_REPORTED_PACKETS_B_OFFSET),
    firstFrame: u64(f + L.FLOW_FIRST_FRAME_OFFSET),
    a,
    b,
    packets: a.packets + b.packets,
    orig: initiatorB ? b : a,
    resp: initiatorB ? a : b,
  };
}

function readSide(view: DataView, d: number): FlowSide {
  const u64 = (offset: number): number => Number(view.getBigUint64(d + offset, true));
  const u32 = (offset: number): number => view.getUint32(d + offset, true);
  const u16 = (offset: number): number => view.getUint16(d + offset, true);
  const u8 = (offset: number): number => view.getUint8(d + offset);
  return {
    packets: u64(L.DIR_PACKETS_OFFSET),
    bytes: u64(L.DIR_BYTES_OFFSET),
    appBytes: u64(L.DIR_APP_BYTES_OFFSET),
    seqNext: u32(L.DIR_SEQ_NEXT_OFFSET),
    ackHigh: u32(L.DIR_ACK_HIGH_OFFSET),
    idZero: u32(L.DIR_ID_ZERO_OFFSET),
    idSame: u32(L.DIR_ID_SAME_OFFSET),
    idUp: u32(L.DIR_ID_UP_OFFSET),
    df: u32(L.DIR_DF_OFFSET),
    flags: u16(L.DIR_TCP_FLAGS_OFFSET),
    ttlLow: u8(L.DIR_TTL_LOW_OFFSET),
    ttlHigh: u8(L.DIR_TTL_HIGH_OFFSET),
    tosFirst: u8(L.DIR_TOS_FIRST_OFFSET),
    tosLast: u8(L.DIR_TOS_LAST_OFFSET),
    window: u16(L.DIR_WINDOW_OFFSET),
    zeroWindows: u16(L.DIR_ZERO_WINDOWS_OFFSET),
    fragments: u16(L.DIR_FRAGMENTS_OFFSET),
    badChecksums: u16(L.DIR_BAD_CHECKSUMS_OFFSET),
    mac: hexOf(view, d + L.DIR_MAC_OFFSET, 6),
    vlan: u16(L.DIR_VLAN_OFFSET),
    seqFirst: u32(L.DIR_SEQ_FIRST_OFFSET),
    ackFirst: u32(L.DIR_ACK_FIRST_OFFSET),
    retransmits: u32(L.DIR_RETRANSMITS_OFFSET),
    ackAdvances: u32(L.DIR_ACK_ADVANCES_OFFSET),
    outOfOrder: u16(L.DIR_OUT_OF_ORDER_OFFSET),
    overlaps: u16(L.DIR_OVERLAPS_OFFSET),
    gaps: u16(L.DIR_GAPS_OFFSET),
    windowScale: u8(L.DIR_WINDOW_SCALE_OFFSET),
    bits: u8(L.DIR_BITS_OFFSET),
    reportedBytes: u64(L.DIR_REPORTED_BYTES_OFFSET),
    reportedAppBytes: u64(L.DIR_REPORTED_APP_BYTES_OFFSET),
  };
}
