// Records as other exporters make them: their elements, their times, their ways to say who began.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import {
  ip4,
  message,
  ntp,
  type Octets,
  optionsTemplate,
  REVERSE,
  set,
  spec,
  template,
  u8,
  u16,
  u32,
  u64,
} from "./build.js";
import { decodeAll, valuesOf } from "./records.js";

const KEY = [spec(8, 4), spec(12, 4), spec(7, 2), spec(11, 2), spec(4, 1)];
const key = (proto: number, sport = 1024, dport = 80): number[] => [
  ...ip4("192.0.2.1"),
  ...ip4("198.51.100.2"),
  ...u16(sport),
  ...u16(dport),
  proto,
];
const EXPORT = 1_700_000_100;
const START_US = 1_700_000_000_123_456;

function one(specs: Octets[], octets: Octets[], before: Octets[] = []): FlowRecord {
  const { records } = decodeAll([message([...before, template(256, ...specs), set(256, ...octets)], EXPORT)]);
  expect(records).toHaveLength(1);
  return records[0]!;
}

describe("times", () => {
  const us = (record: FlowRecord) => [record.startUs, record.lastUs];

  it.each<[string, Octets[], Octets[], [number, number]]>([
    [
      "seconds",
      [spec(150, 4), spec(151, 4)],
      [u32(1_700_000_000), u32(1_700_000_002)],
      [1_700_000_000e6, 1_700_000_002e6],
    ],
    [
      "milliseconds",
      [spec(152, 8), spec(153, 8)],
      [u64(1_700_000_000_123), u64(1_700_000_000_999)],
      [1_700_000_000_123e3, 1_700_000_000_999e3],
    ],
    [
      "microseconds",
      [spec(154, 8), spec(155, 8)],
      // The fraction as most exporters make it: rounded down.
      [
        ntp(1_700_000_000, Math.floor((123_456 * 2 ** 32) / 1e6)),
        ntp(1_700_000_000, Math.floor((999_999 * 2 ** 32) / 1e6)),
      ],
      [START_US, 1_700_000_000_999_999],
    ],
    [
      "nanoseconds",
      [spec(156, 8), spec(157, 8)],
      [ntp(1_700_000_000, 2 ** 31), ntp(1_700_000_001)],
      [1_700_000_000_500_000, 1_700_000_001e6],
    ],
    [
      "microseconds before the export",
      [spec(158, 4), spec(159, 4)],
      [u32(2_000_001), u32(1)],
      [1_700_000_097_999_999, 1_700_000_099_999_999],
    ],
    [
      "a duration in milliseconds",
      [spec(152, 8), spec(161, 4)],
      [u64(1_700_000_000_123), u32(500)],
      [1_700_000_000_123e3, 1_700_000_000_623e3],
    ],
    [
      "a duration in microseconds, to the end",
      [spec(153, 8), spec(162, 4)],
      [u64(1_700_000_000_123), u32(500)],
      [1_700_000_000_122_500, 1_700_000_000_123_000],
    ],
    ["nothing: the message's", [spec(2, 1)], [[1]], [EXPORT * 1e6, EXPORT * 1e6]],
    [
      "a time that can't be",
      [spec(152, 8), spec(153, 8)],
      [u64(2n ** 63n), u64(0)],
      [18_446_744_073_708_000, 0],
    ],
  ])("are told by %s", (_, specs, octets, expected) => {
    expect(us(one([...KEY, ...specs], [key(17), ...octets]))).toEqual(expected);
  });

  it("are told by up times, from the start that the record or an option tells", () => {
    const specs = [...KEY, spec(22, 4), spec(21, 4)];
    const octets = [key(17), u32(1000), u32(2000)];
    const expected = [1_600_000_001_000_000, 1_600_000_002_000_000];
    expect(us(one([...specs, spec(160, 8)], [...octets, u64(1_600_000_000_000)]))).toEqual(expected);
    const option = [
      optionsTemplate(257, 1, spec(143, 4), spec(160, 8)),
      set(257, u32(7), u64(1_600_000_000_000)),
    ];
    expect(us(one(specs, octets, option))).toEqual(expected);
  });

  it("are told by NTP beyond 2036, where its seconds begin again", () => {
    const [start] = us(one([...KEY, spec(154, 8)], [key(17), [...u32(100), ...u32(0)]]));
    expect(start).toBe((2 ** 32 - 2_208_988_800 + 100) * 1e6);
  });
});

describe("counts", () => {
  it("of both directions come from reverse elements, deltas or totals", () => {
    const specs = [spec(86, 8), spec(86, 8, REVERSE), spec(85, 8), spec(85, 8, REVERSE)];
    const record = one([...KEY, ...specs], [key(6), u64(5), u64(4), u64(500), u64(400)]);
    expect(valuesOf(record)).toMatchObject({
      spkts: [5, undefined],
      dpkts: [4, undefined],
      sbytes: [500, undefined],
      dbytes: [400, undefined],
    });
  });

  it("of initiator and responder are read too", () => {
    const record = one([...KEY, spec(298, 4), spec(299, 4)], [key(17), u32(3), u32(2)]);
    expect([record.packets("orig"), record.packets("resp")]).toEqual([3, 2]);
  });

  it("of a delta and a total say what was told before", () => {
    const record = one([...KEY, spec(2, 4), spec(86, 4)], [key(17), u32(3), u32(10)]);
    expect([record.packets("orig"), record.packetsOfLife("orig"), record.isLater]).toEqual([3, 10, true]);
  });
});

describe("who began", () => {
  const flags = (sent: number, answered: number) =>
    one(
      [...KEY, spec(2, 4), spec(2, 4, REVERSE), spec(6, 1), spec(6, 1, REVERSE)],
      [key(6), u32(sent ? 3 : 0), u32(answered ? 2 : 0), [sent], [answered]],
    );

  it("is the source where its SYN shows it", () => {
    expect(valuesOf(flags(0x1b, 0x1a))).toMatchObject({
      dir: "->",
      dir_reason: "syn",
      state: "FIN",
      "is established": true,
    });
    expect(valuesOf(flags(0x02, 0))).toMatchObject({ dir: "->", state: "REQ" });
  });

  it("is open where one side alone may have asked or answered", () => {
    expect(valuesOf(flags(0x12, 0))).toMatchObject({
      dir: "?>",
      dir_reason: "first-packet",
      "is midstream": true,
    });
    expect(valuesOf(flags(0x18, 0x10))).toMatchObject({ dir: "<?>", state: "CON" });
  });

  it("shows no time that nobody measured", () => {
    expect(valuesOf(flags(0x1b, 0x1a))).toMatchObject({
      synack: "absent",
      tcprtt: "absent",
      ackdat: "absent",
    });
  });

  it("is the destination when the exporter says so (RFC 5103, reverse initiator)", () => {
    const record = one([...KEY, spec(2, 4), spec(239, 1)], [key(17), u32(3), u8(2)]);
    expect(valuesOf(record)).toMatchObject({
      saddr: "198.51.100.2",
      daddr: "192.0.2.1",
      spkts: [0, undefined],
      dpkts: [3, undefined],
    });
  });
});

describe("kinds", () => {
  it("of ICMP have type and code in an element, or in the destination port", () => {
    const inPort = one(KEY, [key(1, 0, 0x0300)]);
    expect(valuesOf(inPort)).toMatchObject({ sport: [3, "3"], dport: [0, "0"], state: "URN" });
    const own = one([...KEY, spec(32, 2)], [key(1, 0, 0), u16(0x0800)]);
    expect(valuesOf(own)).toMatchObject({ sport: [8, "8"], state: "ECO" });
    const apart = one([...KEY, spec(176, 1), spec(177, 1)], [key(1, 0, 0), [3], [3]]);
    expect(valuesOf(apart)).toMatchObject({ dport: [3, "3"], state: "URP" });
  });

  it("are told by the family that is not 0", () => {
    const specs = [spec(8, 4), spec(12, 4), spec(27, 16), spec(28, 16)];
    const v6 = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1];
    expect(one(specs, [ip4("0.0.0.0"), ip4("0.0.0.0"), v6, v6]).kind).toBe(L.KIND_IPV6);
    const v4 = one(specs, [ip4("10.0.0.1"), ip4("10.0.0.2"), Array(16).fill(0), Array(16).fill(0)]);
    expect(valuesOf(v4)).toMatchObject({ saddr: "10.0.0.1", daddr: "10.0.0.2" });
  });

  it("without IP are of MAC addresses; ARP by its ethertype", () => {
    const mac = one(
      [spec(56, 6), spec(80, 6), spec(256, 2), spec(2, 1)],
      [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], u16(0x88cc), [1]],
    );
    expect(valuesOf(mac)).toMatchObject({
      saddr: "02:00:00:00:00:01",
      proto: "lldp",
      smac: "02:00:00:00:00:01",
      dmac: "",
    });
    const arp = one([spec(8, 4), spec(12, 4), spec(256, 2)], [ip4("10.0.0.1"), ip4("10.0.0.2"), u16(0x0806)]);
    expect(valuesOf(arp)).toMatchObject({ proto: "arp", dir: "who" });
  });

  it("have TTL, TOS and VLAN where they were told", () => {
    const specs = [...KEY, spec(2, 1), spec(192, 1), spec(5, 1), spec(58, 2)];
    expect(valuesOf(one(specs, [key(17), [1], [63], [8], u16(12)]))).toMatchObject({
      sttl: [63, undefined],
      stos: [8, undefined],
      svlan: [12, undefined],
    });
    expect(valuesOf(one(KEY, [key(17)]))).toMatchObject({
      sttl: ["absent", undefined],
      stos: ["absent", undefined],
      svlan: ["absent", undefined],
    });
  });

  it("have the nearest reason", () => {
    const reason = (registry: number) =>
      valuesOf(one([...KEY, spec(136, 1)], [key(17), [registry]]))["reason"];
    expect([1, 2, 3, 4, 5].map(reason)).toEqual(["idle", "status", "reused", "flush", "evicted"]);
  });

  it("are numbered as they come", () => {
    const { records } = decodeAll([message([template(256, ...KEY), set(256, key(6), key(17))])]);
    expect(records.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});
