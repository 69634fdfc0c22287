// Made captures of UDP, ICMP, ICMPv6, ARP, IGMP, SCTP, ESP, AH and protocols without a name.
// Apart from TCP because here the question is only who asked, and what stands for ports.
// Longer than other files because it is a table: a case an entry, nothing else.

import { address6 } from "../../../examples/frame/bytes.js";
import {
  ah,
  arp,
  concat,
  esp,
  ethernet,
  filler,
  hex,
  icmp6Error,
  icmpEcho,
  icmpError,
  igmp,
  ipv4,
  ipv6,
  sctp,
  sctpChunk,
  tcp,
  u8,
  u16,
  u32,
  udp,
} from "../../../examples/frame.js";
import {
  at,
  type Case,
  CLIENT,
  CLIENT6,
  c,
  cIcmp,
  cIcmp6,
  cIp,
  cUdp,
  SERVER,
  SERVER6,
  s,
  sIcmp,
  sIcmp6,
  sUdp,
} from "./make.js";

const ROUTER = "10.0.0.254";

function dns(id: number, fromServer = false): Uint8Array {
  const message = concat(u16(id), hex("0100 0001 0000 0000 0000"), filler(17));
  const ends = fromServer ? { src: SERVER, dst: CLIENT } : { src: CLIENT, dst: SERVER };
  const ports = fromServer ? { sport: 53, dport: 40000 } : { sport: 40000, dport: 53 };
  return ethernet({}, ipv4(ends, udp(ports, message)));
}

const UDP_CASES: readonly Case[] = [
  { name: "udp-one", what: "one datagram", frames: [cUdp(20)] },
  { name: "udp-oneway", what: "three datagrams one way", frames: [cUdp(20), cUdp(20), cUdp(20)] },
  { name: "udp-both", what: "question and answer", frames: [cUdp(20), sUdp(120)] },
  { name: "udp-server-first", what: "the low port speaks first", frames: [sUdp(20), cUdp(20)] },
  { name: "udp-padding", what: "2 bytes, padded to Ethernet's least", frames: [cUdp(2)] },
  { name: "udp-empty", what: "no payload at all", frames: [cUdp(0)] },
  {
    name: "udp-length-lies",
    what: "the UDP length says 500",
    frames: [
      ethernet({}, ipv4({ src: CLIENT, dst: SERVER }, udp({ sport: 1, dport: 2, length: 500 }, filler(20)))),
    ],
  },
  {
    name: "udp-gap-300",
    what: "a pause of 300 s",
    frames: [at(0, cUdp(5)), at(300, sUdp(5)), at(600, cUdp(5))],
  },
  {
    name: "udp-same-port",
    what: "both ports equal, both ways",
    frames: [cUdp(5, 123, 123), sUdp(5, 123, 123)],
  },
  {
    name: "udp-dns-ids",
    what: "three DNS questions from one port",
    frames: [dns(1), dns(1, true), dns(2), dns(3), dns(3, true)],
  },
  {
    name: "udp-dns-answer-first",
    what: "a DNS answer whose question was missed",
    frames: [dns(7, true), dns(8), dns(8, true)],
  },
  {
    name: "udp-dns-crossed",
    what: "answer of the first id before the second's question, other way round",
    frames: [dns(1), dns(2, true), dns(1, true), dns(2)],
  },
  {
    name: "udp6-both",
    what: "UDP over IPv6",
    frames: [
      ethernet({}, ipv6({ src: CLIENT6, dst: SERVER6 }, udp({ sport: 9, dport: 10 }, filler(5)))),
      ethernet({}, ipv6({ src: SERVER6, dst: CLIENT6 }, udp({ sport: 10, dport: 9 }, filler(6)))),
    ],
  },
  {
    name: "udp-multicast",
    what: "to a group",
    frames: [
      ethernet({}, ipv4({ src: CLIENT, dst: "239.1.2.3" }, udp({ sport: 1900, dport: 1900 }, filler(50)))),
    ],
  },
];

const echo = (id: number, sequence: number, reply = false): Uint8Array =>
  reply
    ? ethernet({}, ipv4({ src: SERVER, dst: CLIENT }, icmpEcho({ id, sequence, reply })))
    : ethernet({}, ipv4({ src: CLIENT, dst: SERVER }, icmpEcho({ id, sequence })));

const error = (type: number, code: number, packet: Uint8Array, rest = u32(0)): Uint8Array =>
  ethernet({}, ipv4({ src: ROUTER, dst: CLIENT }, icmpError({ type, code, rest }, packet)));

const lostUdp = ipv4({ src: CLIENT, dst: SERVER }, udp({ sport: 40000, dport: 7777 }, filler(20)));

const ICMP_CASES: readonly Case[] = [
  {
    name: "icmp-echo",
    what: "two questions, two answers",
    frames: [echo(0x1234, 1), echo(0x1234, 1, true), echo(0x1234, 2), echo(0x1234, 2, true)],
  },
  {
    name: "icmp-echo-ids",
    what: "two pings side by side",
    frames: [echo(1, 1), echo(2, 1), echo(1, 1, true), echo(2, 1, true)],
  },
  { name: "icmp-echo-request-only", what: "no answer", frames: [echo(0x1234, 1), echo(0x1234, 2)] },
  { name: "icmp-echo-reply-only", what: "only the answer", frames: [echo(0x1234, 1, true)] },
  {
    name: "icmp-echo-reply-first",
    what: "answer before its question",
    frames: [echo(0x1234, 1, true), echo(0x1234, 1)],
  },
  {
    name: "icmp-echo-replies",
    what: "two answers of different sequence, then a question",
    frames: [echo(0x1234, 1, true), echo(0x1234, 2, true), echo(0x1234, 3)],
  },
  {
    name: "icmp-echo-both-ask",
    what: "both sides ping with one id",
    frames: [
      echo(7, 1),
      sIcmp({ type: 8, rest: concat(u16(7), u16(1)) }),
      echo(7, 1, true),
      cIcmp({ type: 0, rest: concat(u16(7), u16(1)) }),
    ],
  },
  {
    name: "icmp-echo-code",
    what: "an echo with code 9 (nmap)",
    frames: [
      cIcmp({ type: 8, code: 9, rest: concat(u16(5), u16(295)) }),
      sIcmp({ type: 0, code: 9, rest: concat(u16(5), u16(295)) }),
    ],
  },
  {
    name: "icmp-echo-code-answer0",
    what: "an echo with code 9 answered with code 0",
    frames: [
      cIcmp({ type: 8, code: 9, rest: concat(u16(5), u16(295)) }),
      sIcmp({ type: 0, code: 0, rest: concat(u16(5), u16(295)) }),
    ],
  },
  {
    name: "icmp-timestamp",
    what: "timestamp question and answer",
    frames: [
      cIcmp({ type: 13, rest: concat(u16(5), u16(1)) }, filler(12)),
      sIcmp({ type: 14, rest: concat(u16(5), u16(1)) }, filler(12)),
    ],
  },
  {
    name: "icmp-timestamp-ids",
    what: "two timestamp questions of different id",
    frames: [
      cIcmp({ type: 13, rest: concat(u16(5), u16(1)) }, filler(12)),
      cIcmp({ type: 13, rest: concat(u16(6), u16(1)) }, filler(12)),
    ],
  },
  {
    name: "icmp-timestamp-reply-only",
    what: "only the timestamp answer",
    frames: [sIcmp({ type: 14, rest: concat(u16(5), u16(1)) }, filler(12))],
  },
  {
    name: "icmp-mask",
    what: "address mask question and answer",
    frames: [
      cIcmp({ type: 17, rest: concat(u16(5), u16(1)) }, filler(4)),
      sIcmp({ type: 18, rest: concat(u16(5), u16(1)) }, filler(4)),
    ],
  },
  {
    name: "icmp-info",
    what: "information question and answer",
    frames: [
      cIcmp({ type: 15, rest: concat(u16(5), u16(1)) }, filler(0)),
      sIcmp({ type: 16, rest: concat(u16(5), u16(1)) }, filler(0)),
    ],
  },
  {
    name: "icmp-router",
    what: "router solicitation and advertisement",
    frames: [cIcmp({ type: 10 }, filler(0)), sIcmp({ type: 9 }, filler(8))],
  },
  {
    name: "icmp-router-adv-only",
    what: "router advertisement alone",
    frames: [sIcmp({ type: 9 }, filler(8))],
  },
  ...[0, 1, 2, 3, 4, 9, 10, 13].map((code) => ({
    name: `icmp-unreachable-${code}`,
    what: `destination unreachable, code ${code}, of a UDP datagram seen before`,
    frames: [cUdp(20), error(3, code, lostUdp)],
  })),
  {
    name: "icmp-unreachable-alone",
    what: "port unreachable of a flow not seen",
    frames: [error(3, 3, lostUdp)],
  },
  {
    name: "icmp-unreachable-twice",
    what: "two port unreachables of different flows",
    frames: [
      error(3, 3, lostUdp),
      error(3, 3, ipv4({ src: CLIENT, dst: SERVER }, udp({ sport: 40000, dport: 7778 }, filler(20)))),
    ],
  },
  {
    name: "icmp-unreachable-both",
    what: "port unreachable either way between the same two",
    frames: [
      ethernet({}, ipv4({ src: SERVER, dst: CLIENT }, icmpError({ type: 3, code: 3 }, lostUdp))),
      ethernet(
        {},
        ipv4(
          { src: CLIENT, dst: SERVER },
          icmpError(
            { type: 3, code: 3 },
            ipv4({ src: SERVER, dst: CLIENT }, udp({ sport: 1, dport: 2 }, filler(20))),
          ),
        ),
      ),
    ],
  },
  {
    name: "icmp-unreachable-tcp",
    what: "host unreachable of a SYN",
    frames: [c("S"), error(3, 1, cIp("S"))],
  },
  {
    name: "icmp-unreachable-short",
    what: "an unreachable that quotes nothing",
    frames: [cIcmp({ type: 3, code: 3 }, filler(0))],
  },
  { name: "icmp-ttl", what: "time exceeded", frames: [cUdp(20), error(11, 0, lostUdp)] },
  { name: "icmp-redirect", what: "redirect", frames: [cUdp(20), error(5, 1, lostUdp, hex("0a0000fd"))] },
  { name: "icmp-quench", what: "source quench", frames: [cUdp(20), error(4, 0, lostUdp)] },
  { name: "icmp-parameter", what: "parameter problem", frames: [cUdp(20), error(12, 0, lostUdp)] },
  {
    name: "icmp-unknown-type",
    what: "type 40, both ways",
    frames: [cIcmp({ type: 40 }), sIcmp({ type: 40 })],
  },
  {
    name: "icmp-short",
    what: "an ICMP message of two bytes",
    frames: [ethernet({ pad: 60 }, ipv4({ src: CLIENT, dst: SERVER, proto: 1 }, Uint8Array.of(8, 0)))],
  },
];

const target = concat(u32(0), address6(SERVER6));
const SOLICITED = "ff02::1:ff00:2";
const id6 = (id: number, sequence: number): Uint8Array => concat(u16(id), u16(sequence));
const lostUdp6 = ipv6({ src: CLIENT6, dst: SERVER6 }, udp({ sport: 40000, dport: 7777 }, filler(20)));

const ICMP6_CASES: readonly Case[] = [
  {
    name: "icmp6-ns-na",
    what: "neighbour solicitation (unicast) and advertisement",
    frames: [cIcmp6({ type: 135 }, target.slice(4)), sIcmp6({ type: 136 }, target.slice(4))],
  },
  {
    name: "icmp6-ns-multicast",
    what: "solicitation to the solicited-node group, advertisement back",
    frames: [cIcmp6({ type: 135 }, target.slice(4), SOLICITED), sIcmp6({ type: 136 }, target.slice(4))],
  },
  { name: "icmp6-na-only", what: "advertisement alone", frames: [sIcmp6({ type: 136 }, target.slice(4))] },
  {
    name: "icmp6-na-first",
    what: "advertisement, then a solicitation the same way back",
    frames: [sIcmp6({ type: 136 }, target.slice(4)), cIcmp6({ type: 135 }, target.slice(4))],
  },
  {
    name: "icmp6-ns-both",
    what: "solicitations both ways, answered",
    frames: [
      cIcmp6({ type: 135 }, target.slice(4)),
      sIcmp6({ type: 136 }, target.slice(4)),
      sIcmp6({ type: 135 }, target.slice(4)),
      cIcmp6({ type: 136 }, target.slice(4)),
    ],
  },
  { name: "icmp6-rs", what: "router solicitation", frames: [cIcmp6({ type: 133 }, filler(0), "ff02::2")] },
  {
    name: "icmp6-ra",
    what: "router advertisement to all nodes",
    frames: [sIcmp6({ type: 134 }, filler(8), "ff02::1")],
  },
  {
    name: "icmp6-rs-ra",
    what: "router solicitation and advertisement by unicast",
    frames: [cIcmp6({ type: 133 }, filler(0)), sIcmp6({ type: 134 }, filler(8))],
  },
  {
    name: "icmp6-echo",
    what: "two pings of one id",
    frames: [
      cIcmp6({ type: 128, rest: id6(9, 1) }),
      sIcmp6({ type: 129, rest: id6(9, 1) }),
      cIcmp6({ type: 128, rest: id6(9, 2) }),
      sIcmp6({ type: 129, rest: id6(9, 2) }),
    ],
  },
  {
    name: "icmp6-echo-ids",
    what: "two pings of different ids",
    frames: [cIcmp6({ type: 128, rest: id6(9, 1) }), cIcmp6({ type: 128, rest: id6(10, 1) })],
  },
  {
    name: "icmp6-echo-reply-only",
    what: "only the answer",
    frames: [sIcmp6({ type: 129, rest: id6(9, 1) })],
  },
  {
    name: "icmp6-mld",
    what: "multicast listener query, v1 report, done, v2 report",
    frames: [
      cIcmp6({ type: 130 }, filler(16), "ff02::1"),
      cIcmp6({ type: 131 }, filler(16), "ff02::1:3"),
      cIcmp6({ type: 132 }, filler(16), "ff02::2"),
      cIcmp6({ type: 143 }, filler(20), "ff02::16"),
    ],
  },
  ...[0, 1, 3, 4].map((code) => ({
    name: `icmp6-unreachable-${code}`,
    what: `destination unreachable, code ${code}`,
    frames: [
      ethernet({}, lostUdp6),
      ethernet({}, ipv6({ src: "2001:db8::fe", dst: CLIENT6 }, icmp6Error({ type: 1, code }, lostUdp6))),
    ],
  })),
  {
    name: "icmp6-too-big",
    what: "packet too big",
    frames: [
      ethernet({}, ipv6({ src: "2001:db8::fe", dst: CLIENT6 }, icmp6Error({ type: 2, code: 0 }, lostUdp6))),
    ],
  },
  {
    name: "icmp6-ttl",
    what: "time exceeded",
    frames: [
      ethernet({}, ipv6({ src: "2001:db8::fe", dst: CLIENT6 }, icmp6Error({ type: 3, code: 0 }, lostUdp6))),
    ],
  },
  {
    name: "icmp6-parameter",
    what: "parameter problem",
    frames: [
      ethernet({}, ipv6({ src: "2001:db8::fe", dst: CLIENT6 }, icmp6Error({ type: 4, code: 0 }, lostUdp6))),
    ],
  },
  { name: "icmp6-redirect", what: "redirect", frames: [cIcmp6({ type: 137 }, filler(32))] },
];

const ask = arp({ operation: 1, senderIp: CLIENT, targetIp: SERVER });
const answer = arp({
  operation: 2,
  senderMac: "02:00:00:00:00:02",
  senderIp: SERVER,
  targetMac: "02:00:00:00:00:01",
  targetIp: CLIENT,
});
const BROADCAST = "ff:ff:ff:ff:ff:ff";
const asked = (packet: Uint8Array): Uint8Array => ethernet({ dst: BROADCAST, pad: 60 }, packet);
const answered = (packet: Uint8Array): Uint8Array =>
  ethernet({ src: "02:00:00:00:00:02", dst: "02:00:00:00:00:01", pad: 60 }, packet);

const ARP_CASES: readonly Case[] = [
  { name: "arp-ask-answer", what: "question and answer", frames: [asked(ask), answered(answer)] },
  {
    name: "arp-ask-only",
    what: "question without answer, three times",
    frames: [asked(ask), asked(ask), asked(ask)],
  },
  { name: "arp-answer-only", what: "answer alone", frames: [answered(answer)] },
  { name: "arp-answer-first", what: "answer before its question", frames: [answered(answer), asked(ask)] },
  {
    name: "arp-both-ask",
    what: "either side asks for the other and is answered",
    frames: [
      asked(ask),
      answered(answer),
      asked(arp({ senderMac: "02:00:00:00:00:02", senderIp: SERVER, targetIp: CLIENT })),
      answered(arp({ operation: 2, senderIp: CLIENT, targetMac: "02:00:00:00:00:02", targetIp: SERVER })),
    ],
  },
  {
    name: "arp-both-ask-only",
    what: "either side asks for the other, no answers",
    frames: [asked(ask), asked(arp({ senderMac: "02:00:00:00:00:02", senderIp: SERVER, targetIp: CLIENT }))],
  },
  {
    name: "arp-gratuitous",
    what: "a host asks for itself",
    frames: [
      asked(arp({ senderIp: CLIENT, targetIp: CLIENT })),
      asked(arp({ senderIp: CLIENT, targetIp: CLIENT })),
    ],
  },
  {
    name: "arp-gratuitous-reply",
    what: "a host answers for itself, to all",
    frames: [asked(arp({ operation: 2, senderIp: CLIENT, targetIp: CLIENT }))],
  },
  {
    name: "arp-gratuitous-both",
    what: "a host asks for itself and answers for itself",
    frames: [
      asked(arp({ senderIp: CLIENT, targetIp: CLIENT })),
      asked(arp({ operation: 2, senderIp: CLIENT, targetIp: CLIENT })),
    ],
  },
  {
    name: "arp-probe",
    what: "is that address free: sender 0.0.0.0",
    frames: [
      asked(arp({ senderIp: "0.0.0.0", targetIp: SERVER })),
      asked(arp({ senderIp: "0.0.0.0", targetIp: SERVER })),
    ],
  },
  {
    name: "arp-probe-answered",
    what: "a probe that is answered",
    frames: [
      asked(arp({ senderIp: "0.0.0.0", targetIp: SERVER })),
      answered(
        arp({
          operation: 2,
          senderMac: "02:00:00:00:00:02",
          senderIp: SERVER,
          targetMac: "02:00:00:00:00:01",
          targetIp: "0.0.0.0",
        }),
      ),
    ],
  },
  {
    name: "arp-conflict",
    what: "two hosts answer",
    frames: [
      asked(ask),
      answered(answer),
      ethernet(
        { src: "02:00:00:00:00:03", dst: "02:00:00:00:00:01", pad: 60 },
        arp({
          operation: 2,
          senderMac: "02:00:00:00:00:03",
          senderIp: SERVER,
          targetMac: "02:00:00:00:00:01",
          targetIp: CLIENT,
        }),
      ),
    ],
  },
  {
    name: "arp-two-askers",
    what: "two MAC addresses ask from one address",
    frames: [
      asked(ask),
      ethernet(
        { src: "02:00:00:00:00:03", dst: BROADCAST },
        arp({ senderMac: "02:00:00:00:00:03", senderIp: CLIENT, targetIp: SERVER }),
      ),
    ],
  },
  {
    name: "arp-repeated",
    what: "asked and answered again after 100 s",
    frames: [at(0, asked(ask)), at(1, answered(answer)), at(100, asked(ask)), at(101, answered(answer))],
  },
  {
    name: "arp-unpadded",
    what: "42-byte frames",
    frames: [ethernet({ dst: BROADCAST }, ask), ethernet({}, answer)],
  },
  {
    name: "rarp",
    what: "RARP question and answer",
    frames: [
      asked(arp({ operation: 3, senderIp: "0.0.0.0", targetIp: "0.0.0.0", targetMac: "02:00:00:00:00:01" })),
      answered(arp({ operation: 4, senderIp: SERVER, targetIp: CLIENT, targetMac: "02:00:00:00:00:01" })),
    ],
  },
];

const ip = (src: string, dst: string, payload: Uint8Array, proto?: number): Uint8Array =>
  ethernet({}, ipv4({ src, dst, ...(proto !== undefined && { proto }) }, payload));

const OTHER_CASES: readonly Case[] = [
  { name: "igmp-query", what: "general query", frames: [ip(CLIENT, "224.0.0.1", igmp({ type: 0x11 }))] },
  {
    name: "igmp-group-query",
    what: "group-specific query",
    frames: [ip(CLIENT, "239.1.2.3", igmp({ type: 0x11, group: "239.1.2.3" }))],
  },
  { name: "igmp-report", what: "v2 report", frames: [ip(CLIENT, "239.1.2.3", igmp({ group: "239.1.2.3" }))] },
  {
    name: "igmp-leave",
    what: "leave",
    frames: [ip(CLIENT, "224.0.0.2", igmp({ type: 0x17, group: "239.1.2.3" }))],
  },
  {
    name: "igmp-v3-report",
    what: "v3 report with two records",
    frames: [ip(CLIENT, "224.0.0.22", concat(hex("2200 0000 0000 0002"), filler(16)), 2)],
  },
  {
    name: "sctp",
    what: "INIT, INIT ACK",
    frames: [
      ip(CLIENT, SERVER, sctp({ sport: 5000, dport: 2905 }, sctpChunk({ type: 1 }, filler(16)))),
      ip(SERVER, CLIENT, sctp({ sport: 2905, dport: 5000 }, sctpChunk({ type: 2 }, filler(40)))),
    ],
  },
  {
    name: "sctp-ports",
    what: "two associations of one address pair",
    frames: [
      ip(CLIENT, SERVER, sctp({ sport: 5000, dport: 2905 }, filler(16))),
      ip(CLIENT, SERVER, sctp({ sport: 5001, dport: 2905 }, filler(16))),
    ],
  },
  {
    name: "esp",
    what: "ESP both ways, an SPI each",
    frames: [
      ip(CLIENT, SERVER, esp({ spi: 0x1111 })),
      ip(SERVER, CLIENT, esp({ spi: 0x2222 })),
      ip(CLIENT, SERVER, esp({ spi: 0x1111, sequence: 2 })),
    ],
  },
  {
    name: "esp-one-spi",
    what: "one SPI both ways",
    frames: [ip(CLIENT, SERVER, esp({ spi: 0x1111 })), ip(SERVER, CLIENT, esp({ spi: 0x1111 }))],
  },
  {
    name: "ah",
    what: "AH around TCP",
    frames: [ip(CLIENT, SERVER, ah({}, tcp({ sport: 1000, dport: 80, flags: "S" })))],
  },
  {
    name: "ospf",
    what: "protocol 89 both ways",
    frames: [ip(CLIENT, SERVER, filler(40), 89), ip(SERVER, CLIENT, filler(40), 89)],
  },
  { name: "ospf-answer", what: "protocol 89, one way", frames: [ip(SERVER, CLIENT, filler(40), 89)] },
  { name: "proto-253", what: "an experimental protocol", frames: [ip(CLIENT, SERVER, filler(40), 253)] },
  {
    name: "udplite",
    what: "UDP-Lite both ways",
    frames: [
      ip(CLIENT, SERVER, udp({ sport: 9, dport: 10 }, filler(8)), 136),
      ip(SERVER, CLIENT, udp({ sport: 10, dport: 9 }, filler(8)), 136),
    ],
  },
  {
    name: "dccp",
    what: "DCCP both ways",
    frames: [
      ip(CLIENT, SERVER, concat(u16(9), u16(10), filler(16)), 33),
      ip(SERVER, CLIENT, concat(u16(10), u16(9), filler(16)), 33),
    ],
  },
  {
    name: "ip6-no-next",
    what: "IPv6 with no next header",
    frames: [ethernet({}, ipv6({ src: CLIENT6, dst: SERVER6, proto: 59 }, u8(0)))],
  },
  {
    name: "udp6-loopback",
    what: "::1 to ::1, both ways",
    frames: [
      ethernet({}, ipv6({ src: "::1", dst: "::1" }, udp({ sport: 9, dport: 10 }, filler(5)))),
      ethernet({}, ipv6({ src: "::1", dst: "::1" }, udp({ sport: 10, dport: 9 }, filler(6)))),
    ],
  },
  {
    name: "udp-loopback",
    what: "127.0.0.1 to itself, both ways",
    frames: [
      ip("127.0.0.1", "127.0.0.1", udp({ sport: 10, dport: 9 }, filler(5))),
      ip("127.0.0.1", "127.0.0.1", udp({ sport: 9, dport: 10 }, filler(6))),
    ],
  },
  { name: "tcp-and-rst-unknown", what: "a server answers nothing but RST", frames: [s("R"), s("R")] },
];

export const DATAGRAM_CASES: readonly Case[] = [
  ...UDP_CASES,
  ...ICMP_CASES,
  ...ICMP6_CASES,
  ...ARP_CASES,
  ...OTHER_CASES,
];
