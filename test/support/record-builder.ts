// Builds a flow record by hand, in the words of initiator and responder.
// Apart so that tests of everything behind the classifier need no classifier.
// Always holds: what is not given is what a plain IPv4 TCP flow of one handshake-less packet has, or 0.

import ipaddr from "ipaddr.js";
import * as L from "../../assembly/layout.js";
import { FlowRecord } from "../../host/record/flow-record.js";

export interface SideSpec {
  address?: string;
  port?: number;
  packets?: number;
  bytes?: number;
  appBytes?: number;
  reportedPackets?: number;
  reportedBytes?: number;
  reportedAppBytes?: number;
  /** Letters of FSRPAUEC. */
  flags?: string;
  ttl?: readonly [low: number, high: number];
  tos?: number;
  /** Last IP ID, and the counts of packets with ID 0, the same ID, one a little higher. */
  id?: number;
  idZero?: number;
  idSame?: number;
  idUp?: number;
  df?: number;
  mac?: string;
  vlan?: number;
  window?: number;
  windowScale?: number;
  zeroWindows?: number;
  retransmits?: number;
  gaps?: number;
  outOfOrder?: number;
  overlaps?: number;
  ackAdvances?: number;
  seqNext?: number;
  ackHigh?: number;
  fragments?: number;
  badChecksums?: number;
}

export interface RecordSpec {
  kind?: number;
  proto?: number;
  extra?: number;
  /** The initiator is stored as end B. */
  initiatorIsB?: boolean;
  orig?: SideSpec;
  resp?: SideSpec;
  startUs?: number;
  lastUs?: number;
  flowFlags?: number;
  tcpState?: number;
  dirReason?: number;
  icmpType?: number;
  icmpErrors?: number;
  notes?: number;
  /** Bits. */
  findings?: readonly number[];
  synackUs?: number;
  ackdatUs?: number;
  reason?: number;
  sequence?: number;
  firstFrame?: number;
}

const FLAG_LETTERS = "FSRPAUEC";

/** A record in a buffer of its own. */
export function buildRecord(spec: RecordSpec = {}): FlowRecord {
  const buffer = new ArrayBuffer(L.RECORD_SIZE);
  writeRecord(new DataView(buffer), 0, spec);
  return new FlowRecord(buffer).pointAt(0);
}

/** Writes the record at `at`. */
export function writeRecord(view: DataView, at: number, spec: RecordSpec): void {
  const flow = at + L.RECORD_FLOW_OFFSET;
  const kind = spec.kind ?? L.KIND_IPV4;
  const isB = spec.initiatorIsB ?? false;
  const u8 = (offset: number, value: number) => view.setUint8(flow + offset, value);
  const u16 = (offset: number, value: number) => view.setUint16(flow + offset, value, true);
  const u32 = (offset: number, value: number) => view.setUint32(flow + offset, value, true);
  const ns = (offset: number, us: number) => view.setBigUint64(flow + offset, BigInt(us) * 1000n, true);

  view.setBigUint64(at + L.RECORD_SEQUENCE_OFFSET, BigInt(spec.sequence ?? 1), true);
  view.setUint32(at + L.RECORD_REASON_OFFSET, spec.reason ?? L.RECORD_REASON_FLUSH, true);
  u8(L.FLOW_PROTO_OFFSET, spec.proto ?? 6);
  u8(L.FLOW_KIND_OFFSET, kind);
  u16(L.FLOW_EXTRA_OFFSET, spec.extra ?? 0);
  const startUs = spec.startUs ?? 1_003_318_266_000_000;
  ns(L.FLOW_START_OFFSET, startUs);
  ns(L.FLOW_RECORD_START_OFFSET, startUs);
  ns(L.FLOW_LAST_OFFSET, spec.lastUs ?? startUs);
  u32(L.FLOW_FLAGS_OFFSET, (spec.flowFlags ?? 0) | (isB ? L.FLOW_FLAG_INITIATOR_B : 0));
  u8(L.FLOW_STATE_OFFSET, spec.tcpState ?? L.TCP_STATE_NONE);
  u8(L.FLOW_DIR_REASON_OFFSET, spec.dirReason ?? L.DIR_REASON_FIRST_PACKET);
  u8(L.FLOW_ICMP_TYPE_OFFSET, spec.icmpType ?? 0);
  u16(L.FLOW_ICMP_ERRORS_OFFSET, spec.icmpErrors ?? 0);
  u32(L.FLOW_NOTES_OFFSET, spec.notes ?? 0);
  const findings = (spec.findings ?? []).reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n);
  view.setBigUint64(flow + L.FLOW_FINDINGS_OFFSET, findings, true);
  u32(L.FLOW_SYNACK_US_OFFSET, spec.synackUs ?? 0);
  u32(L.FLOW_ACKDAT_US_OFFSET, spec.ackdatUs ?? 0);
  view.setBigUint64(flow + L.FLOW_FIRST_FRAME_OFFSET, BigInt(spec.firstFrame ?? 1), true);
  writeSide(view, flow, isB, kind, { address: "192.0.2.1", port: 1024, packets: 1, bytes: 60, ...spec.orig });
  writeSide(view, flow, !isB, kind, { address: "192.0.2.2", port: 80, ...spec.resp });
}

function writeSide(view: DataView, flow: number, isB: boolean, kind: number, side: SideSpec): void {
  const dir = flow + (isB ? L.FLOW_DIR_B_OFFSET : L.FLOW_DIR_A_OFFSET);
  const u16 = (offset: number, value: number) => view.setUint16(dir + offset, value, true);
  const u32 = (offset: number, value: number) => view.setUint32(dir + offset, value, true);
  const u64 = (offset: number, value: number) => view.setBigUint64(dir + offset, BigInt(value), true);
  writeBytes(
    view,
    flow + (isB ? L.FLOW_ADDRESS_B_OFFSET : L.FLOW_ADDRESS_A_OFFSET),
    addressBytes(side, kind),
  );
  view.setUint16(flow + (isB ? L.FLOW_PORT_B_OFFSET : L.FLOW_PORT_A_OFFSET), side.port ?? 0, true);
  view.setUint32(
    flow + (isB ? L.FLOW_REPORTED_PACKETS_B_OFFSET : L.FLOW_REPORTED_PACKETS_A_OFFSET),
    side.reportedPackets ?? 0,
    true,
  );
  u64(L.DIR_PACKETS_OFFSET, side.packets ?? 0);
  u64(L.DIR_BYTES_OFFSET, side.bytes ?? 0);
  u64(L.DIR_APP_BYTES_OFFSET, side.appBytes ?? 0);
  u64(L.DIR_REPORTED_BYTES_OFFSET, side.reportedBytes ?? 0);
  u64(L.DIR_REPORTED_APP_BYTES_OFFSET, side.reportedAppBytes ?? 0);
  u32(L.DIR_ID_ZERO_OFFSET, side.idZero ?? 0);
  u32(L.DIR_ID_SAME_OFFSET, side.idSame ?? 0);
  u32(L.DIR_ID_UP_OFFSET, side.idUp ?? 0);
  u32(L.DIR_DF_OFFSET, side.df ?? 0);
  u16(L.DIR_ID_LAST_OFFSET, side.id ?? 0);
  u16(
    L.DIR_TCP_FLAGS_OFFSET,
    [...(side.flags ?? "")].reduce((bits, letter) => bits | (1 << FLAG_LETTERS.indexOf(letter)), 0),
  );
  const [low, high] = side.ttl ?? [0, 0];
  view.setUint8(dir + L.DIR_TTL_LOW_OFFSET, low);
  view.setUint8(dir + L.DIR_TTL_HIGH_OFFSET, high);
  view.setUint8(dir + L.DIR_TOS_LAST_OFFSET, side.tos ?? 0);
  u16(L.DIR_WINDOW_OFFSET, side.window ?? 0);
  view.setUint8(dir + L.DIR_WINDOW_SCALE_OFFSET, side.windowScale ?? L.WINDOW_SCALE_NONE);
  u16(L.DIR_ZERO_WINDOWS_OFFSET, side.zeroWindows ?? 0);
  u16(L.DIR_FRAGMENTS_OFFSET, side.fragments ?? 0);
  u16(L.DIR_BAD_CHECKSUMS_OFFSET, side.badChecksums ?? 0);
  if (side.mac !== undefined) writeBytes(view, dir + L.DIR_MAC_OFFSET, macBytes(side.mac));
  u16(L.DIR_VLAN_OFFSET, side.vlan ?? L.VLAN_NONE);
  u32(L.DIR_RETRANSMITS_OFFSET, side.retransmits ?? 0);
  u16(L.DIR_GAPS_OFFSET, side.gaps ?? 0);
  u16(L.DIR_OUT_OF_ORDER_OFFSET, side.outOfOrder ?? 0);
  u16(L.DIR_OVERLAPS_OFFSET, side.overlaps ?? 0);
  u32(L.DIR_ACK_ADVANCES_OFFSET, side.ackAdvances ?? 0);
  u32(L.DIR_SEQ_NEXT_OFFSET, side.seqNext ?? 0);
  u32(L.DIR_ACK_HIGH_OFFSET, side.ackHigh ?? 0);
  const bits =
    (side.id === undefined ? 0 : L.DIR_BIT_ID) |
    (side.ttl === undefined ? 0 : L.DIR_BIT_TTL) |
    (side.seqNext === undefined ? 0 : L.DIR_BIT_SEQ) |
    (side.ackHigh === undefined ? 0 : L.DIR_BIT_ACK);
  view.setUint8(dir + L.DIR_BITS_OFFSET, bits);
}

function addressBytes(side: SideSpec, kind: number): number[] {
  const address = side.address ?? "0.0.0.0";
  if (kind === L.KIND_MAC) return [...new Array<number>(10).fill(0), ...macBytes(address)];
  const parsed = ipaddr.parse(address);
  return parsed instanceof ipaddr.IPv4 ? parsed.toIPv4MappedAddress().toByteArray() : parsed.toByteArray();
}

function macBytes(text: string): number[] {
  return text.split(":").map((part) => Number.parseInt(part, 16));
}

function writeBytes(view: DataView, at: number, bytes: readonly number[]): void {
  bytes.forEach((byte, index) => {
    view.setUint8(at + index, byte);
  });
}
