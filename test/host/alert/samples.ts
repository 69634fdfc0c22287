// Alerts of every kind that the forms write differently.
// Apart because the golden files and the tests of reading back want the same ones.
// Always holds: the order is that of the golden files; each has a name that says what it shows.

import * as R from "../../../assembly/match/rules-layout.js";
import * as frames from "../../../examples/frame.js";
import { letterFrames, SNORT_TIME_NS } from "../../../examples/letter.js";
import type { Alert } from "../../../host/alert/alert.js";
import { type AlertSpec, buildAlert } from "./alert-builder.js";

const {
  concat,
  ethernet,
  hex,
  icmp6Echo,
  icmpEcho,
  icmpError,
  ipv4,
  ipv6,
  ipv6Fragment,
  tcp,
  tcpOption,
  text,
  udp,
} = frames;

export const LETTER_MESSAGE = "WEB-IIS File permission canonicalization";
const letterFrame = letterFrames().find(({ timeNs }) => timeNs === SNORT_TIME_NS)!.frame;
const V4 = { src: "192.0.2.1", dst: "198.51.100.2" };
const V6 = { src: "2001:db8::1", dst: "2001:db8:0:1::2" };
const REQUEST = text("GET /cgi-bin/test HTTP/1.1\r\nHost: example.net\r\n\r\n");

/** The letter's packet and its rule. */
export const LETTER: AlertSpec = {
  frame: letterFrame,
  timeNs: SNORT_TIME_NS,
  rule: {
    message: LETTER_MESSAGE,
    classtype: "web-application-attack",
    classification: "Web Application Attack",
    priority: 1,
    references: [
      { system: "bugtraq", id: "1806", url: "http://www.securityfocus.com/bid/1806" },
      { system: "cve", id: "2000-0884" },
    ],
    metadata: ["policy letter", "created_at 2001_10_17", "policy worms", "checked"],
  },
  sid: 981,
  rev: 3,
  packetIndex: 10,
  packets: [2, 0],
  flowBytes: [302, 0],
  flowStartNs: SNORT_TIME_NS - 3_014_551_000n,
  findings: [0, 1, 4, 25, 26],
  cause: R.CAUSE_LEAKY_FILTER,
  bits: R.ALERT_BIT_TO_SERVER | R.ALERT_BIT_FROM_INITIATOR | R.ALERT_BIT_HTTP,
};

const tcpFrame = (options: Partial<frames.TcpOptions>, payload: Uint8Array = new Uint8Array(0)) =>
  ethernet({}, ipv4(V4, tcp({ sport: 40000, dport: 80, seq: 1, ack: 2, ...options }, payload)));

const SPECS: readonly (readonly [name: string, spec: AlertSpec])[] = [
  ["the letter's", LETTER],
  [
    "TCP options, no payload, a drop",
    {
      frame: tcpFrame({
        flags: "S",
        window: 64240,
        options: concat(
          tcpOption.mss(1460),
          tcpOption.sackPermitted(),
          tcpOption.timestamps(100, 0),
          tcpOption.nop(),
          tcpOption.windowScale(7),
        ),
      }),
      action: R.ACTION_DROP,
      rule: { message: "connection attempt", classification: "Attempted Recon", priority: 2 },
    },
  ],
  ["every TCP flag, urgent", { frame: tcpFrame({ flags: "FSRPAUEC", urgent: 5 }, text("x".repeat(16))) }],
  [
    "found in the stream, of the answer",
    {
      frame: ethernet(
        {},
        ipv4(
          { src: V4.dst, dst: V4.src, ttl: 60 },
          tcp({ sport: 80, dport: 40000, flags: "PA" }, text("root:x:0:0:")),
        ),
      ),
      bits: R.ALERT_BIT_STREAM,
      packets: [4, 5],
      flowBytes: [400, 5000],
    },
  ],
  [
    "UDP, VLAN",
    {
      frame: ethernet(
        {},
        frames.vlan({ id: 10 }, ipv4({ ...V4, tos: 0x10 }, udp({ sport: 5353, dport: 53 }, text("query")))),
      ),
      l3: 18,
      vlan: 10,
    },
  ],
  [
    "ICMP echo",
    { frame: ethernet({}, ipv4(V4, icmpEcho({ id: 512, sequence: 256 }, text("abcdefghijklmnopqrstuvw")))) },
  ],
  [
    "ICMP error, with what it quotes",
    {
      frame: ethernet(
        {},
        ipv4(
          V4,
          icmpError(
            { type: 3, code: 3 },
            ipv4({ src: V4.dst, dst: V4.src, id: 77 }, udp({ sport: 53, dport: 1024 }, text("answer"))),
          ),
        ),
      ),
    },
  ],
  [
    "first fragment",
    {
      frame: ethernet(
        {},
        ipv4({ ...V4, mf: true, id: 9 }, udp({ sport: 1, dport: 2, length: 64 }, text("0123456789abcdef"))),
      ),
    },
  ],
  [
    "later fragment",
    { frame: ethernet({}, ipv4({ ...V4, offset: 1480, id: 9, proto: 17 }, text("0123456789abcdef"))) },
  ],
  [
    "IP options",
    {
      frame: ethernet(
        {},
        ipv4({ ...V4, options: hex("07 07 04 c0 00 02 63 01 94 04 00 00") }, udp({ sport: 1, dport: 2 })),
      ),
    },
  ],
  [
    "another protocol",
    {
      frame: ethernet({}, ipv4({ ...V4, proto: 253 }, text("opaque"))),
      rule: { message: "odd protocol", priority: 4 },
    },
  ],
  [
    "IPv6 TCP",
    {
      frame: ethernet(
        {},
        ipv6(
          { ...V6, hopLimit: 57 },
          tcp({ sport: 50000, dport: 443, flags: "PA", seq: 0xfedcba98, ack: 0x1000 }, REQUEST),
        ),
      ),
    },
  ],
  [
    "IPv6 fragment",
    {
      frame: ethernet(
        {},
        ipv6(V6, ipv6Fragment({ id: 0xabcd, more: true }, udp({ sport: 1, dport: 2 }, text("piece")))),
      ),
      l4: 62,
    },
  ],
  [
    "ICMPv6 echo reply",
    { frame: ethernet({}, ipv6(V6, icmp6Echo({ id: 1, sequence: 2, reply: true }, text("ping")))) },
  ],
  ["no link layer", { frame: ipv4(V4, udp({ sport: 500, dport: 500 }, text("raw"))), link: 101 }],
  ["cut in the TCP header", { frame: tcpFrame({}).subarray(0, 44), wire: 1514 }],
  ["cut in the IP header", { frame: tcpFrame({}).subarray(0, 30), wire: 60 }],
  ["more payload than is kept", { frame: tcpFrame({ flags: "PA" }, REQUEST), kept: 60 }],
  [
    "a rule that is not known",
    { frame: tcpFrame({ flags: "A" }, text("data")), rule: null, gid: 3, sid: 19187, rev: 7 },
  ],
  [
    "hostile texts",
    {
      frame: tcpFrame(
        { flags: "PA" },
        hex("1b 5b 32 4a 1b 5d 30 3b 78 07 00 7f 80 9b c2 9b 0d 0a 22 5c 5d 3c"),
      ),
      rule: {
        message:
          'bad \u001b[2J\u001b]0;x\u0007 " \\ ] \r\n[**] [1:1:1] forged [**] \u009b\u202e caf\u00e9 \ud800',
        classification: "cl\u001bass\n",
        priority: 1,
        references: [{ system: "url", id: "x\u001b[0m\ny" }],
        metadata: ["__proto__ \u001b[1m", "\n"],
      },
    },
  ],
];

export const SAMPLES: readonly { readonly name: string; readonly spec: AlertSpec; readonly alert: Alert }[] =
  SPECS.map(([name, spec]) => ({ name, spec, alert: buildAlert(spec) }));
