// Made captures of what lies around and beside the transport header: link types, VLANs, tunnels, fragments, IPv6
// extension headers, cut and damaged packets.
// Apart because these are the captures where argus and stray differ on purpose.
// Longer than other files because it is a table: a case an entry, nothing else.

import {
  cooked,
  cooked2,
  ethernet,
  filler,
  gre,
  hex,
  ipv4,
  ipv4Fragments,
  ipv6,
  ipv6Extension,
  ipv6Fragments,
  LINK_COOKED,
  LINK_COOKED2,
  LINK_LOOP,
  LINK_NULL,
  LINK_PPP,
  LINK_RAW,
  loopback,
  mpls,
  ppp,
  pppoe,
  tcp,
  udp,
  vlan,
  vxlan,
} from "../../../examples/frame.js";
import { type Case, CLIENT, CLIENT6, c, cIp, cUdp, SERVER, SERVER6, s, sIp } from "./make.js";

const inner = (): Uint8Array =>
  ipv4({ src: "192.168.1.1", dst: "192.168.1.2" }, udp({ sport: 5, dport: 6 }, filler(20)));
const inner6 = (): Uint8Array =>
  ipv6({ src: CLIENT6, dst: SERVER6 }, udp({ sport: 5, dport: 6 }, filler(20)));
const wide = (): Uint8Array =>
  ipv4({ src: "192.168.1.1", dst: "192.168.1.2" }, tcp({ sport: 5, dport: 6, flags: "PA" }, filler(1400)));
const datagram = udp({ sport: 5, dport: 6 }, filler(2000));
const outer = { src: CLIENT, dst: SERVER };
const raw6 = (flags: string): Uint8Array =>
  ipv6({ src: CLIENT6, dst: SERVER6 }, tcp({ sport: 1000, dport: 80, flags }));

const LINK_CASES: readonly Case[] = [
  {
    name: "link-cooked",
    what: "Linux cooked",
    linkType: LINK_COOKED,
    frames: [cooked({}, cIp("S")), cooked({ direction: 4 }, sIp("SA")), cooked({}, cIp("A", 10))],
  },
  {
    name: "link-cooked2",
    what: "Linux cooked v2",
    linkType: LINK_COOKED2,
    frames: [cooked2({}, cIp("S")), cooked2({ direction: 4 }, sIp("SA"))],
  },
  {
    name: "link-null",
    what: "BSD loopback",
    linkType: LINK_NULL,
    frames: [loopback({}, cIp("S")), loopback({}, sIp("SA"))],
  },
  { name: "link-null6", what: "BSD loopback, IPv6", linkType: LINK_NULL, frames: [loopback({}, raw6("S"))] },
  {
    name: "link-loop",
    what: "OpenBSD loopback",
    linkType: LINK_LOOP,
    frames: [loopback({ bigEndian: true }, cIp("S")), loopback({ bigEndian: true }, sIp("SA"))],
  },
  { name: "link-raw", what: "raw IP", linkType: LINK_RAW, frames: [cIp("S"), sIp("SA"), cIp("A", 10)] },
  { name: "link-raw6", what: "raw IPv6", linkType: LINK_RAW, frames: [raw6("S")] },
  {
    name: "link-raw-dlt12",
    what: "raw IP under its old number",
    linkType: 12,
    frames: [cIp("S"), sIp("SA")],
  },
  {
    name: "link-ppp",
    what: "PPP",
    linkType: LINK_PPP,
    frames: [ppp({ framing: true }, cIp("S")), ppp({ framing: true }, sIp("SA"))],
  },
  {
    name: "link-ppp6",
    what: "PPP with IPv6",
    linkType: LINK_PPP,
    frames: [ppp({ framing: true }, raw6("S"))],
  },
  {
    name: "llc",
    what: "an 802.3 frame with LLC (spanning tree)",
    frames: [ethernet({ type: 38, dst: "01:80:c2:00:00:00" }, hex(`424203 ${"00".repeat(35)}`))],
  },
  {
    name: "lldp",
    what: "ethertype 0x88cc",
    frames: [ethernet({ type: 0x88cc, dst: "01:80:c2:00:00:0e" }, filler(60))],
  },
  {
    name: "ethertype-both",
    what: "an unknown ethertype both ways",
    frames: [
      ethernet({ type: 0x9999 }, filler(60)),
      ethernet({ type: 0x9999, src: "02:00:00:00:00:02", dst: "02:00:00:00:00:01" }, filler(60)),
    ],
  },
];

const TUNNEL_CASES: readonly Case[] = [
  {
    name: "vlan",
    what: "one tag, both ways",
    frames: [ethernet({}, vlan({ id: 100 }, cIp("S"))), ethernet({}, vlan({ id: 100 }, sIp("SA")))],
  },
  {
    name: "vlan-mixed",
    what: "one flow on two VLANs and without",
    frames: [ethernet({}, vlan({ id: 100 }, cIp("S"))), ethernet({}, vlan({ id: 200 }, sIp("SA"))), c("A")],
  },
  {
    name: "vlan-nested",
    what: "0x8100 in 0x8100",
    frames: [ethernet({}, vlan({ id: 100 }, vlan({ id: 7 }, cIp("S"))))],
  },
  {
    name: "vlan-qinq",
    what: "0x88a8 outermost",
    frames: [ethernet({}, vlan({ id: 100, tpid: 0x88a8 }, vlan({ id: 7 }, cIp("S"))))],
  },
  {
    name: "vlan-9100",
    what: "0x9100 outermost",
    frames: [ethernet({}, vlan({ id: 100, tpid: 0x9100 }, vlan({ id: 7 }, cIp("S"))))],
  },
  { name: "gre", what: "GRE around IPv4", frames: [ethernet({}, ipv4(outer, gre({}, inner())))] },
  {
    name: "gre-key",
    what: "GRE with key, sequence and checksum",
    frames: [ethernet({}, ipv4(outer, gre({ key: 1, sequence: 2, checksum: true }, inner())))],
  },
  {
    name: "gre-ethernet",
    what: "GRE around Ethernet",
    frames: [ethernet({}, ipv4(outer, gre({}, ethernet({}, inner()))))],
  },
  {
    name: "gre-ethernet6",
    what: "GRE around Ethernet around IPv6, UDP and TCP",
    frames: [
      ethernet({}, ipv4(outer, gre({}, ethernet({}, inner6())))),
      ethernet({}, ipv4(outer, gre({}, ethernet({}, raw6("S"))))),
    ],
  },
  {
    name: "gre-pptp",
    what: "enhanced GRE (PPTP) around PPP around IPv4",
    frames: [
      ethernet({}, ipv4(outer, gre({ type: 0x880b, key: 1, sequence: 1 }, ppp({ framing: true }, inner())))),
    ],
  },
  {
    name: "gre-fragmented",
    what: "a GRE packet in two fragments",
    frames: ipv4Fragments({ ...outer, id: 3 }, gre({}, wide()), 800).map((piece) => ethernet({}, piece)),
  },
  {
    name: "ipip-fragmented",
    what: "IP in IP in two fragments",
    frames: ipv4Fragments({ ...outer, id: 3 }, wide(), 800).map((piece) => ethernet({}, piece)),
  },
  {
    name: "gre-inner-fragments",
    what: "fragments inside of GRE",
    frames: ipv4Fragments({ src: "192.168.1.1", dst: "192.168.1.2", id: 3 }, datagram, 800).map((piece) =>
      ethernet({}, ipv4(outer, gre({}, piece))),
    ),
  },
  {
    name: "vlan-mpls",
    what: "MPLS in a VLAN",
    frames: [ethernet({}, vlan({ id: 5 }, mpls({ labels: [16] }, inner())))],
  },
  {
    name: "vlan-pppoe",
    what: "PPPoE in a VLAN",
    frames: [ethernet({}, vlan({ id: 5 }, pppoe({}, cIp("S"))))],
  },
  {
    name: "cooked-vlan",
    what: "a VLAN tag in a cooked capture",
    linkType: LINK_COOKED,
    frames: [cooked({}, vlan({ id: 5 }, cIp("S")))],
  },
  {
    name: "vlan-priority",
    what: "a tag of VLAN 0",
    frames: [ethernet({}, vlan({ id: 0, priority: 5 }, cIp("S")))],
  },
  { name: "gre6", what: "GRE around IPv6", frames: [ethernet({}, ipv4(outer, gre({}, inner6())))] },
  {
    name: "gre-ppp",
    what: "enhanced GRE (PPTP) without payload",
    frames: [ethernet({}, ipv4(outer, gre({ type: 0x880b, key: 1 }, filler(0))))],
  },
  { name: "ipip", what: "IP in IP", frames: [ethernet({}, ipv4(outer, inner()))] },
  { name: "6in4", what: "IPv6 in IPv4", frames: [ethernet({}, ipv4(outer, inner6()))] },
  {
    name: "4in6",
    what: "IPv4 in IPv6",
    frames: [ethernet({}, ipv6({ src: CLIENT6, dst: SERVER6 }, inner()))],
  },
  {
    name: "vxlan",
    what: "VXLAN",
    frames: [ethernet({}, ipv4(outer, udp({ sport: 50000, dport: 4789 }, vxlan({}, ethernet({}, inner())))))],
  },
  { name: "mpls", what: "two labels", frames: [ethernet({}, mpls({ labels: [16, 17] }, inner()))] },
  {
    name: "pppoe",
    what: "PPPoE session",
    frames: [ethernet({}, pppoe({}, cIp("S"))), ethernet({}, pppoe({}, sIp("SA")))],
  },
  { name: "pppoe6", what: "PPPoE session with IPv6", frames: [ethernet({}, pppoe({}, raw6("S")))] },
  {
    name: "pppoe-lcp",
    what: "PPPoE session with LCP",
    frames: [ethernet({}, pppoe({ protocol: 0xc021 }, filler(10)))],
  },
];

const pieces = (id: number, from = CLIENT, to = SERVER): Uint8Array[] =>
  ipv4Fragments({ src: from, dst: to, id }, datagram, 800).map((piece) => ethernet({}, piece));
const pieces6 = ipv6Fragments({ src: CLIENT6, dst: SERVER6, id: 77 }, datagram, 800).map((piece) =>
  ethernet({}, piece),
);
const [first = filler(0), second = filler(0), third = filler(0)] = pieces(1);

const FRAGMENT_CASES: readonly Case[] = [
  { name: "frag-in-order", what: "three fragments of a UDP datagram", frames: [first, second, third] },
  { name: "frag-reverse", what: "the last first", frames: [third, second, first] },
  {
    name: "frag-two",
    what: "two datagrams and an answer",
    frames: [...pieces(1), ...pieces(2), ...pieces(3, SERVER, CLIENT)],
  },
  { name: "frag-no-first", what: "only later fragments", frames: [second, third] },
  { name: "frag-incomplete", what: "the last never comes", frames: [first, second] },
  {
    name: "frag-duplicate",
    what: "a later fragment again after completion",
    frames: [first, second, third, third],
  },
  {
    name: "frag-tcp",
    what: "a TCP segment in two fragments, midstream",
    frames: ipv4Fragments(
      { src: CLIENT, dst: SERVER, id: 5 },
      tcp({ sport: 40000, dport: 80, flags: "PA" }, filler(1000)),
      600,
    ).map((piece) => ethernet({}, piece)),
  },
  {
    name: "frag-tcp-no-first",
    what: "the later fragment of a TCP segment alone",
    frames: ipv4Fragments(
      { src: CLIENT, dst: SERVER, id: 5 },
      tcp({ sport: 40000, dport: 80, flags: "PA" }, filler(1000)),
      600,
    )
      .slice(1)
      .map((piece) => ethernet({}, piece)),
  },
  {
    name: "frag-two-flows",
    what: "fragments of two datagrams with one id, from either side",
    frames: [first, ...pieces(1, SERVER, CLIENT), second, third],
  },
  {
    name: "frag-icmp",
    what: "a large ping",
    frames: ipv4Fragments(
      { src: CLIENT, dst: SERVER, id: 6, proto: 1 },
      hex(`0800 0000 1234 0001 ${"aa".repeat(1600)}`),
      800,
    ).map((piece) => ethernet({}, piece)),
  },
  {
    name: "frag-tiny",
    what: "a first fragment with 8 bytes of TCP",
    frames: ipv4Fragments(
      { src: CLIENT, dst: SERVER, id: 8 },
      tcp({ sport: 40000, dport: 80, flags: "S" }),
      8,
    ).map((piece) => ethernet({ pad: 60 }, piece)),
  },
  { name: "frag6", what: "IPv6 fragments", frames: pieces6 },
  {
    name: "frag6-atomic",
    what: "an IPv6 fragment header with nothing more",
    frames: ipv6Fragments(
      { src: CLIENT6, dst: SERVER6, id: 78 },
      udp({ sport: 5, dport: 6 }, filler(20)),
      800,
    ).map((piece) => ethernet({}, piece)),
  },
];

const DAMAGE_CASES: readonly Case[] = [
  {
    name: "snap-54",
    what: "TCP cut behind its header",
    snapLength: 54,
    frames: [c("S"), s("SA"), c("A"), c("PA", 500)],
  },
  {
    name: "snap-50",
    what: "TCP cut behind the flags",
    snapLength: 50,
    frames: [c("S"), s("SA"), c("A"), c("PA", 500)],
  },
  {
    name: "snap-46",
    what: "TCP cut before the flags",
    snapLength: 46,
    frames: [c("S"), s("SA"), c("A"), c("PA", 500)],
  },
  { name: "snap-38", what: "TCP cut behind the ports", snapLength: 38, frames: [c("S"), s("SA"), c("A")] },
  { name: "snap-34", what: "cut behind the IP header", snapLength: 34, frames: [c("S"), s("SA"), cUdp(30)] },
  { name: "snap-30", what: "cut inside the IP header", snapLength: 30, frames: [c("S"), s("SA")] },
  { name: "snap-42-udp", what: "UDP cut behind its header", snapLength: 42, frames: [cUdp(300), cUdp(300)] },
  { name: "snap-38-udp", what: "UDP cut behind the ports", snapLength: 38, frames: [cUdp(300)] },
  {
    name: "ip-length-0",
    what: "IP length 0 (segmentation offload)",
    frames: [
      ethernet(
        {},
        ipv4(
          { src: CLIENT, dst: SERVER, length: 0 },
          tcp({ sport: 40000, dport: 80, flags: "PA" }, filler(300)),
        ),
      ),
    ],
  },
  {
    name: "ip-length-long",
    what: "IP length beyond the frame",
    frames: [
      ethernet(
        {},
        ipv4(
          { src: CLIENT, dst: SERVER, length: 1500 },
          tcp({ sport: 40000, dport: 80, flags: "PA" }, filler(30)),
        ),
      ),
    ],
  },
  {
    name: "ip-length-long-udp",
    what: "UDP: IP length beyond the frame",
    frames: [
      ethernet({}, ipv4({ src: CLIENT, dst: SERVER, length: 1500 }, udp({ sport: 5, dport: 6 }, filler(30)))),
    ],
  },
  {
    name: "ip-length-long-answer",
    what: "UDP: the answer's IP length beyond the frame",
    frames: [
      ethernet({}, ipv4({ src: CLIENT, dst: SERVER }, udp({ sport: 5, dport: 6 }, filler(30)))),
      ethernet({}, ipv4({ src: SERVER, dst: CLIENT, length: 1500 }, udp({ sport: 6, dport: 5 }, filler(30)))),
    ],
  },
  {
    name: "ip-length-long-icmp",
    what: "ICMP: IP length beyond the frame",
    frames: [
      ethernet(
        {},
        ipv4({ src: CLIENT, dst: SERVER, length: 1500, proto: 1 }, hex(`0800000012340001${"aa".repeat(40)}`)),
      ),
    ],
  },
  {
    name: "ip-length-long-other",
    what: "another protocol: IP length beyond the frame",
    frames: [ethernet({}, ipv4({ src: CLIENT, dst: SERVER, length: 1500, proto: 89 }, filler(40)))],
  },
  {
    name: "ip-length-below-udp",
    what: "UDP: IP length below what UDP claims, bytes behind it",
    frames: [
      ethernet({}, ipv4({ src: CLIENT, dst: SERVER, length: 40 }, udp({ sport: 5, dport: 6 }, filler(100)))),
    ],
  },
  {
    name: "ip-length-short",
    what: "IP length 10",
    frames: [
      ethernet(
        {},
        ipv4(
          { src: CLIENT, dst: SERVER, length: 10 },
          tcp({ sport: 40000, dport: 80, flags: "PA" }, filler(30)),
        ),
      ),
    ],
  },
  {
    name: "ip-length-30",
    what: "IP length ends inside the TCP header",
    frames: [
      ethernet(
        {},
        ipv4(
          { src: CLIENT, dst: SERVER, length: 30 },
          tcp({ sport: 40000, dport: 80, flags: "PA" }, filler(30)),
        ),
      ),
    ],
  },
  {
    name: "ip-ihl-3",
    what: "header length of 3 words",
    frames: [
      ethernet(
        {},
        ipv4({ src: CLIENT, dst: SERVER, headerWords: 3 }, udp({ sport: 5, dport: 6 }, filler(30))),
      ),
    ],
  },
  {
    name: "ip-ihl-15",
    what: "header length beyond the packet",
    frames: [
      ethernet(
        {},
        ipv4({ src: CLIENT, dst: SERVER, headerWords: 15 }, udp({ sport: 5, dport: 6 }, filler(4))),
      ),
    ],
  },
  {
    name: "ip-version-5",
    what: "version 5",
    frames: [
      ethernet({}, ipv4({ src: CLIENT, dst: SERVER, version: 5 }, udp({ sport: 5, dport: 6 }, filler(30)))),
    ],
  },
  {
    name: "ip-options",
    what: "IPv4 options",
    frames: [
      ethernet(
        {},
        ipv4({ src: CLIENT, dst: SERVER, options: hex("94040000") }, udp({ sport: 5, dport: 6 }, filler(30))),
      ),
    ],
  },
  {
    name: "ip-bad-checksum",
    what: "wrong header checksum",
    frames: [
      ethernet({}, ipv4({ src: CLIENT, dst: SERVER, checksum: 1 }, udp({ sport: 5, dport: 6 }, filler(30)))),
    ],
  },
  {
    name: "udp-short-ip",
    what: "a UDP datagram of 4 bytes",
    frames: [ethernet({ pad: 60 }, ipv4({ src: CLIENT, dst: SERVER, proto: 17 }, hex("00050006")))],
  },
  {
    name: "tcp-short-ip",
    what: "a TCP segment of 4 bytes",
    frames: [ethernet({ pad: 60 }, ipv4({ src: CLIENT, dst: SERVER, proto: 6 }, hex("00050006")))],
  },
  {
    name: "ip6-extensions",
    what: "hop-by-hop, destination options, UDP",
    frames: [
      ethernet(
        {},
        ipv6(
          { src: CLIENT6, dst: SERVER6 },
          ipv6Extension({}, ipv6Extension({ kind: 60 }, udp({ sport: 5, dport: 6 }, filler(20)))),
        ),
      ),
    ],
  },
  {
    name: "ip6-extension-tcp",
    what: "destination options, TCP",
    frames: [
      ethernet(
        {},
        ipv6(
          { src: CLIENT6, dst: SERVER6 },
          ipv6Extension({ kind: 60 }, tcp({ sport: 5, dport: 6, flags: "PA" }, filler(20))),
        ),
      ),
    ],
  },
  {
    name: "ip6-routing",
    what: "routing header, UDP",
    frames: [
      ethernet(
        {},
        ipv6(
          { src: CLIENT6, dst: SERVER6 },
          ipv6Extension({ kind: 43, data: hex("000000000000") }, udp({ sport: 5, dport: 6 }, filler(20))),
        ),
      ),
    ],
  },
  {
    name: "ip6-length-0",
    what: "IPv6 length 0",
    frames: [
      ethernet({}, ipv6({ src: CLIENT6, dst: SERVER6, length: 0 }, udp({ sport: 5, dport: 6 }, filler(20)))),
    ],
  },
  {
    name: "ip6-length-long",
    what: "IPv6 length beyond the frame",
    frames: [
      ethernet(
        {},
        ipv6({ src: CLIENT6, dst: SERVER6, length: 900 }, udp({ sport: 5, dport: 6 }, filler(20))),
      ),
    ],
  },
];

export const LAYER_CASES: readonly Case[] = [
  ...LINK_CASES,
  ...TUNNEL_CASES,
  ...FRAGMENT_CASES,
  ...DAMAGE_CASES,
];
