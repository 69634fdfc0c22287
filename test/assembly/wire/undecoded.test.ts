// Frames that belong to no flow: each reason by an example. Always holds: such a frame is one packet of one reason.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { read, undecodedReasons } from "../../support/read.js";
import { packet4, packet6 } from "../../support/shapes.js";

const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };

function eth(type: number, hex: string): Uint8Array {
  return f.ethernet({ type }, f.hex(hex));
}

function chain(length: number): Uint8Array {
  let packet = f.udp({ sport: 1, dport: 2 });
  for (let i = 0; i < length; i++) packet = f.ipv6Extension({ kind: f.EXTENSION_DESTINATION }, packet);
  return f.ethernet({}, f.ipv6(V6, packet));
}

const manyTags = (count: number): Uint8Array => {
  let frame = f.vlan({ id: 1 }, packet4);
  for (let i = 1; i < count; i++) frame = f.vlan({ id: 1 }, frame);
  return f.ethernet({}, frame);
};

const CASES: { reason: string; name: string; frame: Uint8Array; link?: number }[] = [
  { reason: "EMPTY", name: "no byte", frame: new Uint8Array(0) },
  { reason: "LINKTYPE", name: "a link type not known", frame: packet4, link: 9999 },
  { reason: "LINK_TRUNCATED", name: "13 bytes of Ethernet", frame: f.filler(13) },
  { reason: "LINK_TRUNCATED", name: "15 bytes of Linux cooked", frame: f.filler(15), link: 113 },
  { reason: "LINK_TRUNCATED", name: "3 bytes of loopback", frame: f.filler(3), link: 0 },
  { reason: "VLAN_TRUNCATED", name: "half a tag", frame: eth(0x8100, "0001") },
  { reason: "MPLS_TRUNCATED", name: "three bytes of a label", frame: eth(0x8847, "000011") },
  { reason: "MPLS_TRUNCATED", name: "labels and nothing under them", frame: eth(0x8847, "00001140") },
  {
    reason: "MPLS_DEPTH",
    name: "labels without an end",
    frame: eth(0x8847, "00001040".repeat(L.MPLS_DEPTH_MAX + 1)),
  },
  { reason: "PPP_TRUNCATED", name: "PPPoE without its protocol", frame: eth(0x8864, "110000010002") },
  { reason: "PPP_TRUNCATED", name: "half a PPPoE header", frame: eth(0x8864, "1100") },
  { reason: "IP4_TRUNCATED", name: "19 bytes of IPv4", frame: eth(0x0800, "45".padEnd(38, "0")) },
  {
    reason: "IP4_HEADER",
    name: "an IPv4 header of four words",
    frame: eth(0x0800, "44000020".padEnd(64, "0")),
  },
  {
    reason: "IP4_HEADER",
    name: "an IPv4 total length below its header",
    frame: eth(0x0800, "45000013".padEnd(64, "0")),
  },
  {
    reason: "IP_VERSION",
    name: "version 5 in an IPv4 frame",
    frame: eth(0x0800, "55000020".padEnd(64, "0")),
  },
  {
    reason: "IP_VERSION",
    name: "version 4 in an IPv6 frame",
    frame: eth(0x86dd, "45000020".padEnd(96, "0")),
  },
  { reason: "IP_VERSION", name: "version 0 in raw IP", frame: f.hex("00".repeat(40)), link: 101 },
  {
    reason: "IP6_TRUNCATED",
    name: "39 bytes of IPv6",
    frame: f.ethernet({ type: 0x86dd }, packet6.slice(0, 39)),
  },
  {
    reason: "IP6_EXTENSION",
    name: "half an extension header",
    frame: f.ethernet({}, f.ipv6({ ...V6, proto: 0 }, f.hex("1100"))),
  },
  {
    reason: "IP6_EXTENSION",
    name: "an extension header longer than the packet",
    frame: f.ethernet({}, f.ipv6({ ...V6, proto: 60 }, f.hex("11ff000000000000"))),
  },
  {
    reason: "IP6_CHAIN",
    name: "more extension headers than are followed",
    frame: chain(L.IP6_EXTENSION_MAX + 1),
  },
  {
    reason: "ARP_TRUNCATED",
    name: "20 bytes of ARP",
    frame: eth(0x0806, "00010800060400010000000000000a0000010000"),
  },
  { reason: "ARP_TRUNCATED", name: "7 bytes of ARP", frame: eth(0x0806, "00010800060400") },
  {
    reason: "ARP_FORMAT",
    name: "ARP of other addresses",
    frame: eth(0x0806, "000186dd06100001".padEnd(80, "0")),
  },
  { reason: "LAYERS", name: "more tags than are followed", frame: manyTags(L.LAYER_MAX + 2) },
  { reason: "WIFI", name: "a beacon", frame: f.hex("8000".padEnd(100, "0")), link: 105 },
  { reason: "WIFI", name: "an encrypted data frame", frame: f.hex("0840".padEnd(100, "0")), link: 105 },
  { reason: "LLC_TRUNCATED", name: "two bytes of LLC", frame: eth(60, "4242") },
  {
    reason: "LINK_FORMAT",
    name: "radiotap of impossible length",
    frame: f.hex("0000040000000000"),
    link: 127,
  },
];

describe("undecoded", () => {
  it.each(CASES)("$reason: $name", ({ reason, frame, link }) => {
    const { core, records } = read([frame], {}, link ?? 1);
    expect(undecodedReasons(core)).toEqual([reason]);
    expect(records).toEqual([]);
    expect(core.counter(L.COUNTER_FLOWS_CREATED)).toBe(0);
  });

  it("every reason of the layout has an example here", () => {
    const named = Object.keys(L)
      .filter((name) => /^COUNTER_UNDECODED_/.test(name) && !/_(FIRST|LAST)$/.test(name))
      .map((name) => name.slice("COUNTER_UNDECODED_".length));
    expect(named.filter((name) => !CASES.some(({ reason }) => reason === name))).toEqual([]);
  });

  it("as many extension headers as are followed are followed", () => {
    const { records } = read([chain(L.IP6_EXTENSION_MAX - 1)]);
    expect(records[0]?.proto).toBe(17);
  });
});
