// Builds a place of the alert ring by hand, around a frame of the frame builder.
// Apart so that tests of every form of an alert need no classifier.
// Always holds: offsets into the frame are read from the frame by code of this file's own; what is not given is what a
// plain alert on Ethernet has.

import ipaddr from "ipaddr.js";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import { Alert, type RuleWords } from "../../../host/alert/alert.js";

export interface AlertSpec {
  frame: Uint8Array;
  timeNs?: bigint;
  /** Message only, or all words; null for a rule that is not known. */
  rule?: string | Partial<RuleWords> | null;
  gid?: number;
  sid?: number;
  rev?: number;
  kind?: number;
  action?: number;
  bits?: number;
  link?: number;
  /** Bytes of the frame that are kept, captured, on the wire. */
  kept?: number;
  captured?: number;
  wire?: number;
  /** Offset of the IP header; that of the upper layer where IPv6 has extension headers. */
  l3?: number;
  l4?: number;
  vlan?: number;
  sequence?: number;
  packetIndex?: number;
  flowStartNs?: bigint;
  /** Bits. */
  findings?: readonly number[];
  cause?: number;
  /** Packets and bytes of the initiator, of the responder. */
  packets?: readonly [number, number];
  flowBytes?: readonly [number, number];
}

export const TIME_NS = 1_795_557_600_123_456_789n; // 2026-11-24T22:00:00.123456789Z
const LINKTYPE_ETHERNET = 1;

export function ruleWords(rule: string | Partial<RuleWords>): RuleWords {
  const given = typeof rule === "string" ? { message: rule } : rule;
  return { message: "", priority: 3, references: [], metadata: [], ...given };
}

/** An alert in a buffer of its own. */
export function buildAlert(spec: AlertSpec): Alert {
  const buffer = new ArrayBuffer(L.ALERT_SIZE);
  writeAlert(new Uint8Array(buffer), 0, spec);
  const words = spec.rule === null ? undefined : ruleWords(spec.rule ?? "test rule");
  return new Alert(buffer, () => words).pointAt(0);
}

/** Writes the place at `at`. */
export function writeAlert(bytes: Uint8Array, at: number, spec: AlertSpec): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const { frame } = spec;
  const kept = Math.min(spec.kept ?? frame.length, L.ALERT_SIZE - R.ALERT_FRAME_OFFSET);
  const u8 = (offset: number, value: number) => view.setUint8(at + offset, value);
  const u16 = (offset: number, value: number) => view.setUint16(at + offset, value, true);
  const u32 = (offset: number, value: number) => view.setUint32(at + offset, value, true);
  const u64 = (offset: number, value: bigint | number) => view.setBigUint64(at + offset, BigInt(value), true);
  const timeNs = spec.timeNs ?? TIME_NS;
  u64(R.ALERT_SEQUENCE_OFFSET, spec.sequence ?? 1);
  u64(R.ALERT_TIME_OFFSET, timeNs);
  u64(R.ALERT_PACKET_INDEX_OFFSET, spec.packetIndex ?? 1);
  u32(R.ALERT_RULE_OFFSET, 0);
  u32(R.ALERT_GENERATION_OFFSET, 1);
  u32(R.ALERT_SID_OFFSET, spec.sid ?? 1_000_001);
  u32(R.ALERT_GID_OFFSET, spec.gid ?? 1);
  u32(R.ALERT_REV_OFFSET, spec.rev ?? 1);
  u8(R.ALERT_KIND_OFFSET, spec.kind ?? R.ALERT_KIND_ALERT);
  u8(R.ALERT_ACTION_OFFSET, spec.action ?? R.ACTION_ALERT);
  u16(R.ALERT_BITS_OFFSET, spec.bits ?? R.ALERT_BIT_TO_SERVER | R.ALERT_BIT_FROM_INITIATOR);
  u32(R.ALERT_FRAME_SIZE_OFFSET, kept);
  u32(R.ALERT_CAPTURED_OFFSET, spec.captured ?? frame.length);
  u32(R.ALERT_WIRE_OFFSET, spec.wire ?? spec.captured ?? frame.length);
  u32(R.ALERT_LINK_OFFSET, spec.link ?? LINKTYPE_ETHERNET);
  u64(R.ALERT_FLOW_START_OFFSET, spec.flowStartNs ?? timeNs);
  u64(R.ALERT_FLOW_FIRST_FRAME_OFFSET, spec.packetIndex ?? 1);
  u64(
    R.ALERT_FINDINGS_OFFSET,
    (spec.findings ?? []).reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n),
  );
  const [packets, flowBytes] = [spec.packets ?? [1, 0], spec.flowBytes ?? [frame.length, 0]];
  u64(R.ALERT_ORIG_PACKETS_OFFSET, packets[0]);
  u64(R.ALERT_RESP_PACKETS_OFFSET, packets[1]);
  u64(R.ALERT_ORIG_BYTES_OFFSET, flowBytes[0]);
  u64(R.ALERT_RESP_BYTES_OFFSET, flowBytes[1]);
  u16(R.ALERT_VLAN_OFFSET, spec.vlan ?? L.VLAN_NONE);
  u8(R.ALERT_CAUSE_OFFSET, spec.cause ?? R.CAUSE_UNKNOWN);
  bytes.set(frame.subarray(0, kept), at + R.ALERT_FRAME_OFFSET);
  writeHeaders(bytes, at, view, spec);
}

/** What the module reads of the headers: addresses, ports, offsets. */
function writeHeaders(bytes: Uint8Array, at: number, view: DataView, spec: AlertSpec): void {
  const { frame } = spec;
  const be16 = (offset: number) => ((frame[offset] ?? 0) << 8) | (frame[offset + 1] ?? 0);
  const u16 = (offset: number, value: number) => view.setUint16(at + offset, value, true);
  const u32 = (offset: number, value: number) => view.setUint32(at + offset, value, true);
  const l3 = spec.l3 ?? (spec.link === undefined || spec.link === LINKTYPE_ETHERNET ? 14 : 0);
  const isIp6 = (frame[l3] ?? 0) >> 4 === 6;
  const l4 = spec.l4 ?? l3 + (isIp6 ? 40 : ((frame[l3] ?? 0) & 15) * 4);
  const proto = isIp6 ? (spec.l4 === undefined ? frame[l3 + 6]! : frame[l3 + 40]!) : frame[l3 + 9]!;
  const isLater = !isIp6 && (be16(l3 + 6) & 0x1fff) !== 0;
  const headerSize = isLater ? 0 : proto === 6 ? ((frame[l4 + 12] ?? 0x50) >> 4) * 4 : 8;
  const payload = l4 + headerSize;
  const end = Math.min(
    frame.length,
    spec.captured ?? frame.length,
    l3 + (isIp6 ? 40 + be16(l3 + 4) : be16(l3 + 2)),
  );
  u32(R.ALERT_L3_OFFSET, l3);
  u32(R.ALERT_L4_OFFSET, l4);
  u32(R.ALERT_PAYLOAD_OFFSET, payload <= end ? payload : R.ALERT_OFFSET_NONE);
  u32(R.ALERT_PAYLOAD_SIZE_OFFSET, Math.max(0, end - payload));
  const source = at + R.ALERT_SOURCE_OFFSET;
  const destination = at + R.ALERT_DESTINATION_OFFSET;
  if (isIp6) {
    bytes.set(frame.subarray(l3 + 8, l3 + 24), source);
    bytes.set(frame.subarray(l3 + 24, l3 + 40), destination);
  } else {
    for (const place of [source, destination]) bytes.set([0xff, 0xff], place + 10);
    bytes.set(frame.subarray(l3 + 12, l3 + 16), source + 12);
    bytes.set(frame.subarray(l3 + 16, l3 + 20), destination + 12);
  }
  const isIcmp = proto === 1 || proto === 58;
  const hasPorts = !isLater && (proto === 6 || proto === 17 || proto === 132 || isIcmp);
  const sport = !hasPorts ? 0 : isIcmp ? frame[l4]! : be16(l4);
  const dport = !hasPorts ? 0 : isIcmp ? frame[l4 + 1]! : be16(l4 + 2);
  u16(R.ALERT_SPORT_OFFSET, sport);
  u16(R.ALERT_DPORT_OFFSET, dport);
  view.setUint8(at + R.ALERT_PROTO_OFFSET, proto);
  view.setUint8(at + R.ALERT_FAMILY_OFFSET, isIp6 ? L.KIND_IPV6 : L.KIND_IPV4);
  writeKey(view, at, bytes, { sport, dport, proto, kind: isIp6 ? L.KIND_IPV6 : L.KIND_IPV4 });
}

/** The flow's key word, the end with the lower address (as little-endian words) first. */
function writeKey(
  view: DataView,
  at: number,
  bytes: Uint8Array,
  key: { sport: number; dport: number; proto: number; kind: number },
): void {
  const backwards = (offset: number) =>
    Buffer.from(bytes.slice(at + offset, at + offset + 16))
      .reverse()
      .toString("hex");
  const source = backwards(R.ALERT_SOURCE_OFFSET);
  const destination = backwards(R.ALERT_DESTINATION_OFFSET);
  const isOrdered = source < destination || (source === destination && key.sport <= key.dport);
  const word = at + R.ALERT_FLOW_KEY_OFFSET;
  view.setUint16(word, isOrdered ? key.sport : key.dport, true);
  view.setUint16(word + 2, isOrdered ? key.dport : key.sport, true);
  view.setUint8(word + 4, key.proto);
  view.setUint8(word + 5, key.kind);
}

/** Bytes of an address's text, as 16: IPv4 mapped. */
export function address16(text: string): Uint8Array {
  const parts = ipaddr.parse(text).toByteArray();
  return Uint8Array.from(parts.length === 16 ? parts : [...new Array(10).fill(0), 0xff, 0xff, ...parts]);
}
