// A view over one flow record in WASM memory, oriented: "orig" is the initiator, "resp" the other end.
// Apart from the names and columns (fields.ts) so that filters read numbers without making strings.
// Always holds: pointing it at another record allocates nothing; packets, bytes and application bytes are
// what happened since the flow's last intermediate record, everything else is of the flow's whole life.

import * as L from "../../assembly/layout.js";

const TWO_TO_32 = 4294967296;

export const PROTO_ICMP = 1;
export const PROTO_TCP = 6;
export const PROTO_UDP = 17;
export const PROTO_ESP = 50;
export const PROTO_ICMP6 = 58;
export const PROTO_SCTP = 132;

const PORT_PROTOCOLS = new Set([PROTO_TCP, PROTO_UDP, 33, PROTO_SCTP, 136]);

/** Which end of a flow: the initiator or the other one. */
export type End = "orig" | "resp";

export class FlowRecord {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Address of the flow slot's copy in the record. */
  flow = 0;
  /** Address of the record's header. */
  header = 0;
  orig = 0;
  resp = 0;
  initiatorIsB = false;
  flags = 0;
  kind = 0;
  proto = 0;

  constructor(buffer: ArrayBufferLike) {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Points the view at the record whose header begins at `address`. */
  pointAt(address: number): this {
    this.header = address;
    const flow = address + L.RECORD_FLOW_OFFSET;
    this.flow = flow;
    this.flags = this.u32(flow + L.FLOW_FLAGS_OFFSET);
    this.kind = this.bytes[flow + L.FLOW_KIND_OFFSET]!;
    this.proto = this.bytes[flow + L.FLOW_PROTO_OFFSET]!;
    this.initiatorIsB = (this.flags & L.FLOW_FLAG_INITIATOR_B) !== 0;
    this.orig = flow + (this.initiatorIsB ? L.FLOW_DIR_B_OFFSET : L.FLOW_DIR_A_OFFSET);
    this.resp = flow + (this.initiatorIsB ? L.FLOW_DIR_A_OFFSET : L.FLOW_DIR_B_OFFSET);
    return this;
  }

  /** Address of the direction that `end` sends. */
  direction(end: End): number {
    return end === "orig" ? this.orig : this.resp;
  }

  // ---- What kind of flow ----------------------------------------------------------------------------------

  get isIp(): boolean {
    return this.kind === L.KIND_IPV4 || this.kind === L.KIND_IPV6;
  }

  /** TCP with a header read; later fragments alone are not. */
  get isTcp(): boolean {
    return this.proto === PROTO_TCP && this.isIp && (this.flags & L.FLOW_FLAG_FRAGMENTS_ONLY) === 0;
  }

  get isIcmp(): boolean {
    return (
      (this.kind === L.KIND_IPV4 && this.proto === PROTO_ICMP) ||
      (this.kind === L.KIND_IPV6 && this.proto === PROTO_ICMP6)
    );
  }

  get hasPorts(): boolean {
    return this.isIp && PORT_PROTOCOLS.has(this.proto);
  }

  /** Earlier intermediate records of the flow told part of it. */
  get isLater(): boolean {
    return (
      this.u32(this.flow + L.FLOW_REPORTED_PACKETS_A_OFFSET) !== 0 ||
      this.u32(this.flow + L.FLOW_REPORTED_PACKETS_B_OFFSET) !== 0
    );
  }

  get extra(): number {
    return this.u16(this.flow + L.FLOW_EXTRA_OFFSET);
  }

  get tcpState(): number {
    return this.bytes[this.flow + L.FLOW_STATE_OFFSET]!;
  }

  get dirReason(): number {
    return this.bytes[this.flow + L.FLOW_DIR_REASON_OFFSET]!;
  }

  /** Type of the flow's first ICMP packet, as it was sent. */
  get icmpTypeFirst(): number {
    return this.bytes[this.flow + L.FLOW_ICMP_TYPE_OFFSET]!;
  }

  get icmpErrors(): number {
    return this.u16(this.flow + L.FLOW_ICMP_ERRORS_OFFSET);
  }

  get notes(): number {
    return this.u32(this.flow + L.FLOW_NOTES_OFFSET);
  }

  get findingsLow(): number {
    return this.u32(this.flow + L.FLOW_FINDINGS_OFFSET);
  }

  get findingsHigh(): number {
    return this.u32(this.flow + L.FLOW_FINDINGS_OFFSET + 4);
  }

  // ---- Ends -----------------------------------------------------------------------------------------------

  /** Address in memory of the 16 bytes of an end's address. */
  addressAt(end: End): number {
    const isB = (end === "orig") === this.initiatorIsB;
    return this.flow + (isB ? L.FLOW_ADDRESS_B_OFFSET : L.FLOW_ADDRESS_A_OFFSET);
  }

  /** Port word of end A or B as stored; ICMP and ESP keep other things there. */
  portOf(end: End): number {
    const isB = (end === "orig") === this.initiatorIsB;
    return this.u16(this.flow + (isB ? L.FLOW_PORT_B_OFFSET : L.FLOW_PORT_A_OFFSET));
  }

  get portA(): number {
    return this.u16(this.flow + L.FLOW_PORT_A_OFFSET);
  }

  get portB(): number {
    return this.u16(this.flow + L.FLOW_PORT_B_OFFSET);
  }

  /** Port, ICMP type (orig) or code (resp), ESP's SPI (resp); -1 when the protocol has none. */
  port(end: End): number {
    if (this.hasPorts) return this.portOf(end);
    if (this.isIcmp) return end === "orig" ? this.portA : this.portB & 0xff;
    if (this.proto === PROTO_ESP && this.isIp && end === "resp") return this.portA + this.portB * 65536;
    return -1;
  }

  // ---- Counters and times ---------------------------------------------------------------------------------

  packets(end: End): number {
    const isB = (end === "orig") === this.initiatorIsB;
    const at = isB ? L.FLOW_REPORTED_PACKETS_B_OFFSET : L.FLOW_REPORTED_PACKETS_A_OFFSET;
    const total = this.packetsOfLife(end);
    const reported = this.u32(this.flow + at);
    return reported === 0 ? total : (total - reported) % TWO_TO_32;
  }

  packetsOfLife(end: End): number {
    return this.u64(this.direction(end) + L.DIR_PACKETS_OFFSET);
  }

  wireBytes(end: End): number {
    const at = this.direction(end);
    return this.u64(at + L.DIR_BYTES_OFFSET) - this.u64(at + L.DIR_REPORTED_BYTES_OFFSET);
  }

  appBytes(end: End): number {
    const at = this.direction(end);
    return this.u64(at + L.DIR_APP_BYTES_OFFSET) - this.u64(at + L.DIR_REPORTED_APP_BYTES_OFFSET);
  }

  /** Microseconds since 1970. */
  get startUs(): number {
    return this.microseconds(this.flow + L.FLOW_RECORD_START_OFFSET);
  }

  get lastUs(): number {
    return this.microseconds(this.flow + L.FLOW_LAST_OFFSET);
  }

  get tcpFlagsBoth(): number {
    return this.tcpFlags("orig") | this.tcpFlags("resp");
  }

  tcpFlags(end: End): number {
    return this.u16(this.direction(end) + L.DIR_TCP_FLAGS_OFFSET);
  }

  dirBits(end: End): number {
    return this.bytes[this.direction(end) + L.DIR_BITS_OFFSET]!;
  }

  vlan(end: End): number {
    return this.u16(this.direction(end) + L.DIR_VLAN_OFFSET);
  }

  /** Last window advertised, scaled when both ends agreed to scale (RFC 7323, section 2.2). */
  window(end: End): number {
    const window = this.dirU16(end, L.DIR_WINDOW_OFFSET);
    const own = this.bytes[this.direction(end) + L.DIR_WINDOW_SCALE_OFFSET]!;
    const other = this.bytes[this.direction(end === "orig" ? "resp" : "orig") + L.DIR_WINDOW_SCALE_OFFSET]!;
    if (own === L.WINDOW_SCALE_NONE || other === L.WINDOW_SCALE_NONE) return window;
    return window * 2 ** Math.min(own, 14);
  }

  dirU8(end: End, offset: number): number {
    return this.bytes[this.direction(end) + offset]!;
  }

  dirU16(end: End, offset: number): number {
    return this.u16(this.direction(end) + offset);
  }

  dirU32(end: End, offset: number): number {
    return this.u32(this.direction(end) + offset);
  }

  /** Retransmitted segments and gaps in the sequence. */
  loss(end: End): number {
    return this.dirU32(end, L.DIR_RETRANSMITS_OFFSET) + this.dirU16(end, L.DIR_GAPS_OFFSET);
  }

  // ---- The record itself ----------------------------------------------------------------------------------

  get sequence(): number {
    return this.u64(this.header + L.RECORD_SEQUENCE_OFFSET);
  }

  get reason(): number {
    return this.u32(this.header + L.RECORD_REASON_OFFSET);
  }

  get firstFrame(): number {
    return this.u64(this.flow + L.FLOW_FIRST_FRAME_OFFSET);
  }

  // ---- Reads ----------------------------------------------------------------------------------------------

  u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** Exact up to 2^53. */
  u64(at: number): number {
    return this.view.getUint32(at + 4, true) * TWO_TO_32 + this.view.getUint32(at, true);
  }

  /** A u64 of nanoseconds as whole microseconds, exactly: 2^32 = 4294967 * 1000 + 296. */
  private microseconds(at: number): number {
    const high = this.view.getUint32(at + 4, true);
    return high * 4294967 + Math.floor((high * 296 + this.view.getUint32(at, true)) / 1000);
  }
}
