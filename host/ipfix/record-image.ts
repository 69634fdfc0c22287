// A flow record being rebuilt from IPFIX fields: the same bytes that the classifier makes, so that everything that
// reads records reads these.
// Apart from the decoder because this knows records and nothing of messages.
// Always holds: source is end A; one image serves for all records; what no field told is as in a flow just begun.

import * as L from "../../assembly/layout.js";
import { FlowRecord, PROTO_ESP } from "../record/flow-record.js";
import { guessConversation, isIcmp } from "./foreign-records.js";
import { ImageTimes } from "./image-times.js";
import { recordReason, VLAN_SEEN } from "./meanings.js";
import { BASE_DIRECTION, BASE_HEADER, CODE } from "./place.js";

const TWO_TO_32 = 4294967296;
const CODES = 64;
const ENDS = [0, 1] as const;
const FLOW = L.RECORD_FLOW_OFFSET;
const ADDRESSES = [FLOW + L.FLOW_ADDRESS_A_OFFSET, FLOW + L.FLOW_ADDRESS_B_OFFSET] as const;
const PORTS = [FLOW + L.FLOW_PORT_A_OFFSET, FLOW + L.FLOW_PORT_B_OFFSET] as const;
const REPORTED = [FLOW + L.FLOW_REPORTED_PACKETS_A_OFFSET, FLOW + L.FLOW_REPORTED_PACKETS_B_OFFSET] as const;
const DIRECTIONS = [FLOW + L.FLOW_DIR_A_OFFSET, FLOW + L.FLOW_DIR_B_OFFSET] as const;

const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_RARP = 0x8035;
const BIFLOW_REVERSE_INITIATOR = 2;

function blankImage(): Uint8Array {
  const bytes = new Uint8Array(L.RECORD_SIZE);
  for (const at of DIRECTIONS) {
    bytes[at + L.DIR_WINDOW_SCALE_OFFSET] = L.WINDOW_SCALE_NONE;
    new DataView(bytes.buffer).setUint16(at + L.DIR_VLAN_OFFSET, L.VLAN_NONE, true);
  }
  return bytes;
}

const BLANK = blankImage();

export class RecordImage {
  private readonly record = new FlowRecord(new ArrayBuffer(L.RECORD_SIZE));
  private readonly bytes = this.record.bytes;
  private readonly view = this.record.view;
  private readonly times = new ImageTimes();
  /** Which codes were told, of either end, and what they said: finish() makes sense of it. */
  private readonly told = new Uint8Array(CODES * 2);
  private readonly values = new Float64Array(CODES * 2);
  private readonly macs = [new Uint8Array(6), new Uint8Array(6)] as const;

  /** `bootMs`: what up times count from, where an option told it. */
  begin(exportMs: number, bootMs: number): void {
    this.bytes.set(BLANK);
    this.told.fill(0);
    this.values.fill(0);
    this.times.begin(exportMs, bootMs);
  }

  /** A plain number of `size` bytes in the record; what is too large for it becomes the most that fits. */
  number(end: number, base: number, offset: number, size: number, high: number, low: number): void {
    const start = base === BASE_HEADER ? 0 : base === BASE_DIRECTION ? DIRECTIONS[end]! : FLOW;
    const at = start + offset;
    if (size === 8) this.u64(at, high, low);
    else if (size === 4) this.view.setUint32(at, high > 0 ? 0xffffffff : low, true);
    else if (size === 2) this.view.setUint16(at, high > 0 || low > 0xffff ? 0xffff : low, true);
    else this.bytes[at] = high > 0 || low > 0xff ? 0xff : low;
  }

  /** A number with a code of its own, of `end` (0 source, 1 destination). */
  value(code: number, end: number, high: number, low: number): void {
    const index = code * 2 + end;
    this.told[index] = 1;
    this.values[index] = high * TWO_TO_32 + low;
    const direction = DIRECTIONS[end]!;
    switch (code) {
      case CODE.appBytes:
        this.u64(direction + L.DIR_APP_BYTES_OFFSET, high, low);
        break;
      case CODE.wireBytes:
        this.u64(direction + L.DIR_BYTES_OFFSET, high, low);
        break;
      case CODE.wireBytesOfLife:
        if (!this.has(CODE.wireBytes, end)) this.u64(direction + L.DIR_BYTES_OFFSET, high, low);
        break;
      case CODE.vlan:
        this.view.setUint16(direction + L.DIR_VLAN_OFFSET, low, true);
        break;
      case CODE.dscp:
        this.classOfService(direction, low << 2);
        break;
      case CODE.firstClassOfService:
        this.classOfService(direction, low);
        break;
      case CODE.ttl:
        this.bytes[direction + L.DIR_TTL_LOW_OFFSET] = low;
        this.bytes[direction + L.DIR_TTL_HIGH_OFFSET] = low;
        break;
      default:
        this.times.set(code, high, low);
    }
  }

  /** An address, `size` bytes at `at`. A template may have both IP families: the one that is not 0 counts. */
  octets(code: number, end: number, from: Uint8Array, at: number, size: number): void {
    const address = ADDRESSES[end]!;
    if (code === CODE.mac && size === 6) copy(this.macs[end]!, 0, from, at, size);
    else if (code === CODE.firstMac && size === 6) {
      copy(this.bytes, DIRECTIONS[end]! + L.DIR_MAC_OFFSET, from, at, size);
    } else if (code === CODE.address6 && size === 16) {
      if (this.has(CODE.address4, end) && isZero(from, at, size)) return;
      this.told[CODE.address4 * 2 + end] = 0;
      copy(this.bytes, address, from, at, size);
    } else if (code === CODE.address4 && size === 4) {
      if (this.has(CODE.address6, end) && isZero(from, at, size)) return;
      this.told[CODE.address6 * 2 + end] = 0;
      this.bytes.fill(0, address, address + 10);
      this.bytes.fill(0xff, address + 10, address + 12);
      copy(this.bytes, address + 12, from, at, size);
    } else return;
    this.told[code * 2 + end] = 1;
  }

  /** The record, valid until the next begin(); undefined when the fields are not of a flow. `number`: its own, from 1. */
  finish(number: number): FlowRecord | undefined {
    const kind = this.kind();
    if (kind === L.KIND_FREE) return undefined;
    this.bytes[FLOW + L.FLOW_KIND_OFFSET] = kind;
    this.finishKey(kind);
    this.finishHeader(number);
    this.times.finish(this.view, FLOW);
    for (const end of ENDS) this.finishDirection(kind, end);
    const isOurs = this.has(CODE.flowFlags, 0);
    const flags = this.valueOf(CODE.flowFlags, 0) & ~L.FLOW_FLAG_INITIATOR_B;
    this.view.setUint32(FLOW + L.FLOW_FLAGS_OFFSET, flags, true);
    if (!isOurs) guessConversation(this.record.pointAt(0));
    if (this.valueOf(CODE.biflowDirection, 0) === BIFLOW_REVERSE_INITIATOR)
      this.bytes[FLOW + L.FLOW_FLAGS_OFFSET]! |= L.FLOW_FLAG_INITIATOR_B;
    return this.record.pointAt(0);
  }

  private kind(): number {
    if (this.either(CODE.address6)) return L.KIND_IPV6;
    const etherType = this.valueOf(CODE.etherType, 0);
    const isArp = etherType === ETHERTYPE_ARP || etherType === ETHERTYPE_RARP;
    if (this.either(CODE.address4)) return isArp ? L.KIND_ARP : L.KIND_IPV4;
    return this.either(CODE.mac) ? L.KIND_MAC : L.KIND_FREE;
  }

  /** What identifies the flow besides IP addresses. */
  private finishKey(kind: number): void {
    const { view } = this;
    const etherType = this.valueOf(CODE.etherType, 0);
    if (kind === L.KIND_MAC) {
      for (const end of ENDS) copy(this.bytes, ADDRESSES[end] + 10, this.macs[end], 0, 6);
      view.setUint16(FLOW + L.FLOW_EXTRA_OFFSET, etherType, true);
    } else if (kind === L.KIND_ARP) {
      view.setUint16(FLOW + L.FLOW_EXTRA_OFFSET, etherType === ETHERTYPE_RARP ? 2 : 1, true);
    } else this.finishPorts(kind, this.bytes[FLOW + L.FLOW_PROTO_OFFSET]!);
  }

  private finishPorts(kind: number, proto: number): void {
    let source = this.valueOf(CODE.port, 0);
    let destination = this.valueOf(CODE.port, 1);
    if (isIcmp(kind, proto)) {
      // Without an element of its own, type and code lie in the destination port, as in NetFlow 5.
      const both = this.has(CODE.icmpTypeCode, 0) ? this.valueOf(CODE.icmpTypeCode, 0) : destination;
      source = this.has(CODE.icmpType, 0) ? this.valueOf(CODE.icmpType, 0) : both >>> 8;
      destination = this.has(CODE.icmpCode, 0) ? this.valueOf(CODE.icmpCode, 0) : both & 0xff;
      if (!this.has(CODE.flowFlags, 0)) this.bytes[FLOW + L.FLOW_ICMP_TYPE_OFFSET] = source;
    } else if (proto === PROTO_ESP && this.has(CODE.spi, 0)) {
      const spi = this.valueOf(CODE.spi, 0);
      source = spi & 0xffff;
      destination = spi >>> 16;
    }
    this.view.setUint16(PORTS[0], source, true);
    this.view.setUint16(PORTS[1], destination, true);
  }

  private finishHeader(number: number): void {
    const { view } = this;
    if (
      view.getUint32(L.RECORD_SEQUENCE_OFFSET, true) === 0 &&
      view.getUint32(L.RECORD_SEQUENCE_OFFSET + 4, true) === 0
    ) {
      this.u64(L.RECORD_SEQUENCE_OFFSET, Math.floor(number / TWO_TO_32), number >>> 0);
    }
    if (this.bytes[L.RECORD_REASON_OFFSET] === 0) {
      this.bytes[L.RECORD_REASON_OFFSET] = recordReason(this.valueOf(CODE.endReason, 0));
    }
  }

  private finishDirection(kind: number, end: 0 | 1): void {
    const { view } = this;
    const at = DIRECTIONS[end];
    const delta = this.valueOf(CODE.packets, end);
    const packets = this.has(CODE.packetsOfLife, end) ? this.valueOf(CODE.packetsOfLife, end) : delta;
    this.u64(at + L.DIR_PACKETS_OFFSET, Math.floor(packets / TWO_TO_32), packets >>> 0);
    if (this.has(CODE.packets, end)) view.setUint32(REPORTED[end], (packets - delta) >>> 0, true);
    // Where MAC addresses are the flow's ends, a sender's own is told apart; without that it is taken for its end's.
    const isSender = kind !== L.KIND_MAC || (packets > 0 && !this.has(CODE.firstMac, end));
    if (isSender && this.has(CODE.mac, end)) copy(this.bytes, at + L.DIR_MAC_OFFSET, this.macs[end], 0, 6);
    const vlanAt = at + L.DIR_VLAN_OFFSET;
    if (this.has(CODE.evidenceFlags, end)) {
      const evidence = this.valueOf(CODE.evidenceFlags, end);
      this.bytes[at + L.DIR_BITS_OFFSET] = evidence & ~VLAN_SEEN;
      if ((evidence & VLAN_SEEN) === 0) view.setUint16(vlanAt, L.VLAN_NONE, true);
      return;
    }
    if (view.getUint16(vlanAt, true) === 0) view.setUint16(vlanAt, L.VLAN_NONE, true);
    const hasTtl = this.bytes[at + L.DIR_TTL_LOW_OFFSET] !== 0 || this.has(CODE.firstClassOfService, end);
    if (hasTtl && packets > 0) this.bytes[at + L.DIR_BITS_OFFSET] = L.DIR_BIT_TTL;
  }

  private has(code: number, end: number): boolean {
    return this.told[code * 2 + end] === 1;
  }

  private either(code: number): boolean {
    return this.has(code, 0) || this.has(code, 1);
  }

  /** 0 when it was not told. */
  private valueOf(code: number, end: number): number {
    return this.values[code * 2 + end]!;
  }

  private classOfService(direction: number, tos: number): void {
    this.bytes[direction + L.DIR_TOS_FIRST_OFFSET] = tos;
    this.bytes[direction + L.DIR_TOS_LAST_OFFSET] = tos;
  }

  private u64(at: number, high: number, low: number): void {
    this.view.setUint32(at, low, true);
    this.view.setUint32(at + 4, high, true);
  }
}

function copy(to: Uint8Array, toAt: number, from: Uint8Array, at: number, size: number): void {
  for (let i = 0; i < size; i++) to[toAt + i] = from[at + i]!;
}

function isZero(bytes: Uint8Array, at: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (bytes[at + i] !== 0) return false;
  return true;
}
