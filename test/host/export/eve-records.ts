// Flow records of every kind that EVE writes differently.
// Apart because the golden file, the property tests and the receivers' tests want the same ones.
// Always holds: the order is that of test/golden/eve/flows.jsonl; each has a name that says what it shows.

import * as L from "../../../assembly/layout.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import { buildRecord, type RecordSpec } from "../../support/record-builder.js";

const START_US = 1_795_557_600_000_000; // 2026-11-24T22:00:00Z
const SYN_PAIR = L.FLOW_FLAG_SYN | L.FLOW_FLAG_SYNACK | L.FLOW_FLAG_HANDSHAKE;

const SPECS: readonly (readonly [name: string, spec: RecordSpec, made?: number])[] = [
  [
    "TCP, handshake, closed, VLAN, idle",
    {
      orig: {
        address: "192.168.1.10",
        port: 51514,
        packets: 7,
        bytes: 735,
        appBytes: 210,
        flags: "SPAF",
        mac: "2:0:0:0:0:1",
        vlan: 10,
        ttl: [64, 64],
        id: 4711,
        idUp: 6,
        df: 7,
        window: 64240,
        seqNext: 5,
        ackHigh: 9,
      },
      resp: {
        address: "198.51.100.7",
        port: 443,
        packets: 6,
        bytes: 2186,
        appBytes: 1700,
        flags: "SPAF",
        mac: "2:0:0:0:0:2",
        vlan: 10,
        ttl: [52, 53],
        window: 65160,
        retransmits: 1,
        seqNext: 9,
        ackHigh: 5,
      },
      tcpState: L.TCP_STATE_CLOSED,
      flowFlags: SYN_PAIR,
      dirReason: L.DIR_REASON_SYN,
      synackUs: 12_345,
      ackdatUs: 78,
      lastUs: START_US + 2_500_001,
      reason: L.RECORD_REASON_IDLE,
      sequence: 41,
      firstFrame: 1001,
      notes: L.NOTE_VLAN,
    },
    START_US + 62_500_001,
  ],
  [
    "TCP, mid-stream, one way, with findings (the letter's case), initiator stored second",
    {
      initiatorIsB: true,
      orig: {
        address: "217.29.131.130",
        port: 27708,
        packets: 2,
        bytes: 302,
        appBytes: 194,
        flags: "FPA",
        ttl: [101, 101],
        id: 0,
        idZero: 2,
      },
      resp: { address: "130.216.236.45", port: 80 },
      tcpState: L.TCP_STATE_MIDSTREAM,
      findings: [0, 1, 2, 3],
      reason: L.RECORD_REASON_EVICTED,
    },
  ],
  [
    "TCP, intermediate record of a long flow",
    {
      orig: { port: 40000, packets: 100, bytes: 9000, reportedPackets: 90, reportedBytes: 8000, flags: "SA" },
      resp: { port: 22, packets: 80, bytes: 7000, reportedPackets: 75, reportedBytes: 6900, flags: "SA" },
      tcpState: L.TCP_STATE_ESTABLISHED,
      flowFlags: SYN_PAIR,
      dirReason: L.DIR_REASON_SYN,
      reason: L.RECORD_REASON_STATUS,
      lastUs: START_US + 59_999_999,
    },
  ],
  [
    "TCP, SYN alone",
    {
      orig: { flags: "S" },
      tcpState: L.TCP_STATE_SYN_SENT,
      flowFlags: L.FLOW_FLAG_SYN,
      dirReason: L.DIR_REASON_SYN,
      reason: L.RECORD_REASON_REFUSED,
    },
  ],
  [
    "TCP, one side closed",
    {
      orig: { flags: "SA" },
      resp: { packets: 2, bytes: 120, flags: "SAF" },
      tcpState: L.TCP_STATE_CLOSING,
      flowFlags: SYN_PAIR,
      dirReason: L.DIR_REASON_SYN,
    },
  ],
  [
    "TCP, reset, ports used again",
    {
      orig: { flags: "S" },
      resp: { packets: 1, bytes: 60, flags: "RA" },
      tcpState: L.TCP_STATE_RESET,
      flowFlags: L.FLOW_FLAG_SYN,
      dirReason: L.DIR_REASON_SYN,
      reason: L.RECORD_REASON_REUSED,
    },
  ],
  [
    "UDP over IPv6",
    {
      kind: L.KIND_IPV6,
      proto: 17,
      orig: { address: "2001:db8::1", port: 5353, packets: 3, bytes: 300, ttl: [255, 255] },
      resp: { address: "ff02::fb", port: 5353 },
    },
  ],
  [
    "ICMP echo, answered",
    {
      proto: 1,
      extra: 77,
      orig: { port: 8, packets: 2, bytes: 196 },
      resp: { port: 0, packets: 2, bytes: 196 },
    },
  ],
  [
    "ICMPv6 unreachable",
    {
      kind: L.KIND_IPV6,
      proto: 58,
      orig: { address: "fe80::1", port: 1 },
      resp: { address: "fe80::2", port: 4 },
      icmpType: 1,
    },
  ],
  ["ESP", { proto: 50, orig: { port: 0x5678 }, resp: { port: 0x1234 } }],
  ["a protocol without a name", { proto: 253 }],
  [
    "ARP, answered",
    {
      kind: L.KIND_ARP,
      proto: 0,
      extra: 1,
      orig: { mac: "2:0:0:0:0:1" },
      resp: { packets: 1, bytes: 60, mac: "2:0:0:0:0:2" },
    },
  ],
  [
    "LLDP",
    {
      kind: L.KIND_MAC,
      proto: 0,
      extra: 0x88cc,
      orig: { address: "0:e0:1e:8e:31:71" },
      resp: { address: "1:80:c2:0:0:e" },
    },
  ],
  [
    "spanning tree (LLC)",
    {
      kind: L.KIND_MAC,
      proto: 0,
      extra: 0x42,
      orig: { address: "0:e0:1e:8e:31:71" },
      resp: { address: "1:80:c2:0:0:0" },
    },
  ],
];

export const EVE_RECORDS: readonly (readonly [name: string, record: FlowRecord])[] = SPECS.map(
  ([name, spec, madeUs]) => {
    const record = buildRecord({ startUs: START_US, ...spec });
    if (madeUs !== undefined) {
      record.view.setBigUint64(record.header + L.RECORD_TIME_OFFSET, BigInt(madeUs) * 1000n, true);
    }
    return [name, record];
  },
);
