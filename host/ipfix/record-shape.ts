// What a record is, as far as its template and its lists go.
// Apart from the encoder because these are questions to the record, each with its reason.
// Always holds: they read the record and nothing else, and allocate nothing.

import * as L from "../../assembly/layout.js";
import { type FlowRecord, PROTO_TCP } from "../record/flow-record.js";
import { SHAPES } from "./templates.js";

const SHAPE_IP4 = SHAPES.indexOf("ipv4-tcp");
const SHAPE_IP6 = SHAPES.indexOf("ipv6-tcp");
const SHAPE_ARP = SHAPES.indexOf("arp");
const SHAPE_MAC = SHAPES.indexOf("mac");

/** Which of SHAPES the record is. */
export function shapeOf(record: FlowRecord): number {
  if (!record.isIp) return record.kind === L.KIND_ARP ? SHAPE_ARP : SHAPE_MAC;
  const first = record.kind === L.KIND_IPV4 ? SHAPE_IP4 : SHAPE_IP6;
  if (record.proto === PROTO_TCP) return first;
  return first + (record.hasPorts ? 1 : record.isIcmp ? 2 : 3);
}

const SCALE_MASK = 0xff00;
const SCALE_WORD = L.DIR_BITS_OFFSET;
const VLAN_WORD = L.DIR_VLAN_OFFSET - 2;

/** The responder's half of the record says nothing: it is as it was when the flow began. */
export function isSilent(record: FlowRecord): boolean {
  const at = record.resp;
  if (record.u32(at) !== 0) return false;
  for (let offset = 4; offset < L.FLOW_DIR_SIZE; offset += 4) {
    const word = record.u32(at + offset);
    if (offset === SCALE_WORD) {
      if (word !== SCALE_MASK) return false;
    } else if (offset === VLAN_WORD) {
      const vlan = word >>> 16;
      if ((word & 0xffff) !== 0 || (vlan !== 0 && vlan !== L.VLAN_NONE)) return false;
    } else if (word !== 0) {
      return false;
    }
  }
  const isB = !record.initiatorIsB;
  return (
    record.u32(record.flow + (isB ? L.FLOW_REPORTED_PACKETS_B_OFFSET : L.FLOW_REPORTED_PACKETS_A_OFFSET)) ===
    0
  );
}

/** OUT_OF_ORDER, OVERLAPS, GAPS and FRAGMENTS are neighbours. */
export function hasTrouble(record: FlowRecord, at: number): boolean {
  return (
    record.u32(at + L.DIR_OUT_OF_ORDER_OFFSET) !== 0 ||
    record.u32(at + L.DIR_GAPS_OFFSET) !== 0 ||
    record.u16(at + L.DIR_ZERO_WINDOWS_OFFSET) !== 0 ||
    record.u16(at + L.DIR_BAD_CHECKSUMS_OFFSET) !== 0
  );
}

/** Earlier records told part of the flow. */
export function isContinued(record: FlowRecord): boolean {
  const { flow } = record;
  return (
    record.isLater ||
    record.u16(flow + L.FLOW_STATUS_COUNT_OFFSET) !== 0 ||
    record.u32(flow + L.FLOW_START_OFFSET) !== record.u32(flow + L.FLOW_RECORD_START_OFFSET) ||
    record.u32(flow + L.FLOW_START_OFFSET + 4) !== record.u32(flow + L.FLOW_RECORD_START_OFFSET + 4)
  );
}
