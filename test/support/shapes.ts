// One frame of every encapsulation and protocol that stray reads, with what it must be read as. The tests of decoding
// and of truncation go through all of them. Always holds: checksums are right; the talk is 10.0.0.1 to 10.0.0.2 or
// 2001:db8::1 to 2001:db8::2 unless it says otherwise.

import * as f from "../../examples/frame.js";

export interface Shape {
  name: string;
  link: number;
  frame: Uint8Array;
  talk: string;
  proto: number;
  notes: string[];
  /** Bytes that the flow counts. */
  bytes: number;
  appBytes: number;
}

const V4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const TALK4 = "10.0.0.1:4000 > 10.0.0.2:80";
const TALK6 = "2001:db8::1:4000 > 2001:db8::2:80";
const OUTER = { src: "192.0.2.1", dst: "192.0.2.2" };
const DATA = f.filler(32);

export const segment = f.tcp({ sport: 4000, dport: 80, flags: "PA", seq: 1, ack: 2 }, DATA);
export const packet4 = f.ipv4(V4, segment);
export const packet6 = f.ipv6(V6, segment);

function shape(name: string, frame: Uint8Array, over: Partial<Shape> = {}): Shape {
  return {
    name,
    link: 1,
    frame,
    talk: TALK4,
    proto: 6,
    notes: [],
    bytes: frame.length,
    appBytes: 32,
    ...over,
  };
}

/** A link other than Ethernet: its header is not counted. */
function linked(
  name: string,
  link: number,
  head: Uint8Array,
  packet: Uint8Array,
  over: Partial<Shape> = {},
): Shape {
  return shape(name, f.concat(head, packet), { link, bytes: packet.length, ...over });
}

const none = new Uint8Array(0);

function headOf(whole: Uint8Array, packet: Uint8Array): Uint8Array {
  return whole.slice(0, whole.length - packet.length);
}

export const LINK_SHAPES: readonly Shape[] = [
  shape("Ethernet and IPv4", f.ethernet({}, packet4)),
  shape("Ethernet with padding", f.ethernet({ pad: 120 }, packet4)),
  shape("Ethernet and IPv6", f.ethernet({}, packet6), { talk: TALK6 }),
  shape("802.1Q", f.ethernet({}, f.vlan({ id: 100 }, packet4)), { notes: ["VLAN"] }),
  shape("802.1Q priority tag (id 0)", f.ethernet({}, f.vlan({ id: 0 }, packet4)), { notes: ["VLAN"] }),
  shape(
    "QinQ, 802.1ad outside",
    f.ethernet({}, f.vlan({ id: 5, tpid: 0x88a8 }, f.vlan({ id: 6 }, packet4))),
    {
      notes: ["QINQ"],
    },
  ),
  shape("QinQ, 0x8100 twice", f.ethernet({}, f.vlan({ id: 5 }, f.vlan({ id: 6 }, packet4))), {
    notes: ["VLAN", "QINQ"],
  }),
  shape("QinQ, 0x9100 outside", f.ethernet({}, f.vlan({ id: 5, tpid: 0x9100 }, f.vlan({ id: 6 }, packet4))), {
    notes: ["QINQ"],
  }),
  shape("MPLS, one label", f.ethernet({}, f.mpls({ labels: [16] }, packet4)), { notes: ["MPLS"] }),
  shape("MPLS, three labels, IPv6", f.ethernet({}, f.mpls({ labels: [16, 17, 18] }, packet6)), {
    talk: TALK6,
    notes: ["MPLS"],
  }),
  shape("MPLS in a VLAN", f.ethernet({}, f.vlan({ id: 7 }, f.mpls({ labels: [16] }, packet4))), {
    notes: ["VLAN", "MPLS"],
  }),
  shape(
    "MPLS pseudowire with a control word",
    f.ethernet({}, f.mpls({ labels: [16] }, f.concat(f.u32(0), f.ethernet({}, packet4)))),
    {
      notes: ["MPLS"],
    },
  ),
  shape("PPPoE", f.ethernet({}, f.pppoe({}, packet4)), { notes: ["PPPOE", "PPP"] }),
  shape("PPPoE and IPv6", f.ethernet({}, f.pppoe({}, packet6)), { talk: TALK6, notes: ["PPPOE", "PPP"] }),
  shape(
    "LLC and SNAP",
    f.ethernet({ type: 8 + packet4.length }, f.concat(f.hex("aaaa030000000800"), packet4)),
  ),
  linked("raw IPv4", 101, none, packet4),
  linked("raw IPv6", 101, none, packet6, { talk: TALK6 }),
  linked("raw, BSD's number", 12, none, packet4),
  linked("IPv4 only", 228, none, packet4),
  linked("IPv6 only", 229, none, packet6, { talk: TALK6 }),
  linked("null, little-endian", 0, headOf(f.loopback({}, packet4), packet4), packet4),
  linked("null, big-endian", 0, headOf(f.loopback({ bigEndian: true }, packet4), packet4), packet4),
  linked("null, IPv6 as FreeBSD has it", 0, f.hex("1c000000"), packet6, { talk: TALK6 }),
  linked("loop", 108, headOf(f.loopback({ bigEndian: true }, packet4), packet4), packet4),
  linked("Linux cooked", 113, headOf(f.cooked({}, packet4), packet4), packet4),
  linked("Linux cooked and IPv6", 113, headOf(f.cooked({}, packet6), packet6), packet6, { talk: TALK6 }),
  linked("Linux cooked v2", 276, headOf(f.cooked2({}, packet4), packet4), packet4),
  linked("PPP with address and control", 9, f.hex("ff030021"), packet4, { notes: ["PPP"] }),
  linked("PPP without", 9, f.hex("0021"), packet4, { notes: ["PPP"] }),
  linked("PPP, compressed protocol", 9, f.hex("21"), packet4, { notes: ["PPP"] }),
  linked("PPP in HDLC and IPv6", 50, f.hex("ff030057"), packet6, { talk: TALK6, notes: ["PPP"] }),
  linked("Cisco HDLC", 104, f.hex("0f000800"), packet4),
];

const inner = f.ethernet({}, packet4);

export const TUNNEL_SHAPES: readonly Shape[] = [
  shape("GRE", f.ethernet({}, f.ipv4(OUTER, f.gre({}, packet4))), { notes: ["GRE"] }),
  shape(
    "GRE with checksum, key and sequence",
    f.ethernet({}, f.ipv4(OUTER, f.gre({ checksum: true, key: 1, sequence: 2 }, packet4))),
    {
      notes: ["GRE"],
    },
  ),
  shape("GRE with Ethernet", f.ethernet({}, f.ipv4(OUTER, f.gre({}, inner))), { notes: ["GRE"] }),
  shape("GRE over IPv6", f.ethernet({}, f.ipv6(V6, f.gre({}, packet4))), { notes: ["GRE"] }),
  shape(
    "ERSPAN type II",
    f.ethernet({}, f.ipv4(OUTER, f.gre({ type: 0x88be, sequence: 1 }, f.concat(f.filler(8), inner)))),
    {
      notes: ["GRE"],
    },
  ),
  shape("IP in IP", f.ethernet({}, f.ipv4(OUTER, packet4)), { notes: ["IPIP"] }),
  shape("6in4", f.ethernet({}, f.ipv4(OUTER, packet6)), { talk: TALK6, notes: ["IPIP"] }),
  shape("4in6", f.ethernet({}, f.ipv6(V6, packet4)), { notes: ["IPIP"] }),
  shape(
    "VXLAN",
    f.ethernet({}, f.ipv4(OUTER, f.udp({ sport: 5000, dport: f.VXLAN_PORT }, f.vxlan({}, inner)))),
    {
      notes: ["VXLAN"],
    },
  ),
  shape(
    "VXLAN in a VLAN over IPv6",
    f.ethernet(
      {},
      f.vlan({ id: 9 }, f.ipv6(V6, f.udp({ sport: 5000, dport: f.VXLAN_PORT }, f.vxlan({}, inner)))),
    ),
    {
      notes: ["VLAN", "VXLAN"],
    },
  ),
  shape("authentication header", f.ethernet({}, f.ipv4(V4, f.ah({}, segment))), { notes: ["AH"] }),
];

const TALK_IP = "10.0.0.1 > 10.0.0.2";
const TALK_IP6 = "2001:db8::1 > 2001:db8::2";
const datagram = f.udp({ sport: 4000, dport: 80 }, DATA);

export const PROTOCOL_SHAPES: readonly Shape[] = [
  shape("IPv4 with options", f.ethernet({}, f.ipv4({ ...V4, options: f.hex("94040000") }, segment)), {
    notes: ["IP_OPTIONS"],
  }),
  shape(
    "IPv6 with three extension headers",
    f.ethernet(
      {},
      f.ipv6(
        V6,
        f.ipv6Extension(
          {},
          f.ipv6Extension(
            { kind: f.EXTENSION_ROUTING },
            f.ipv6Extension({ kind: f.EXTENSION_DESTINATION }, segment),
          ),
        ),
      ),
    ),
    {
      talk: TALK6,
      notes: ["IP_OPTIONS"],
    },
  ),
  shape("IPv6 with an atomic fragment", f.ethernet({}, f.ipv6(V6, f.ipv6Fragment({ id: 9 }, segment))), {
    talk: TALK6,
    notes: ["IP_OPTIONS"],
  }),
  shape(
    "TCP with options",
    f.ethernet(
      {},
      f.ipv4(
        V4,
        f.tcp({
          sport: 4000,
          dport: 80,
          flags: "S",
          options: f.concat(f.tcpOption.mss(1460), f.tcpOption.windowScale(7)),
        }),
      ),
    ),
    {
      appBytes: 0,
    },
  ),
  shape("UDP", f.ethernet({}, f.ipv4(V4, datagram)), { proto: 17 }),
  shape("UDP over IPv6", f.ethernet({}, f.ipv6(V6, datagram)), { proto: 17, talk: TALK6 }),
  shape("ICMP echo", f.ethernet({}, f.ipv4(V4, f.icmpEcho({ id: 7 }))), {
    proto: 1,
    talk: TALK_IP,
    appBytes: 64,
  }),
  shape("ICMP error", f.ethernet({}, f.ipv4(V4, f.icmpError({}, f.ipv4(OUTER, datagram)))), {
    proto: 1,
    talk: TALK_IP,
    appBytes: 36,
  }),
  shape("ICMPv6 echo", f.ethernet({}, f.ipv6(V6, f.icmp6Echo({ id: 7 }))), {
    proto: 58,
    talk: TALK_IP6,
    appBytes: 64,
  }),
  shape(
    "SCTP",
    f.ethernet({}, f.ipv4(V4, f.sctp({ sport: 4000, dport: 80 }, f.sctpChunk({ type: 1 }, f.filler(16))))),
    {
      proto: 132,
    },
  ),
  shape("ESP", f.ethernet({}, f.ipv4(V4, f.esp({ spi: 0x12345678 }))), {
    proto: 50,
    talk: TALK_IP,
    appBytes: 72,
  }),
  shape("IGMP", f.ethernet({}, f.ipv4(V4, f.igmp({ group: "239.1.1.1" }))), {
    proto: 2,
    talk: TALK_IP,
    appBytes: 8,
  }),
  shape("a protocol without ports", f.ethernet({}, f.ipv4({ ...V4, proto: 89 }, f.filler(44))), {
    proto: 89,
    talk: TALK_IP,
    appBytes: 44,
  }),
  shape("ARP", f.ethernet({ pad: 60 }, f.arp({ senderIp: "10.0.0.1", targetIp: "10.0.0.2" })), {
    proto: 0,
    talk: TALK_IP,
    appBytes: 32,
  }),
  shape("another ethertype", f.ethernet({ type: 0x88cc }, f.filler(40)), {
    proto: 0,
    talk: "02:00:00:00:00:01 > 02:00:00:00:00:02",
    appBytes: 54,
  }),
];

export const SHAPES: readonly Shape[] = [...LINK_SHAPES, ...TUNNEL_SHAPES, ...PROTOCOL_SHAPES];
