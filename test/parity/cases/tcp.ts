// Made captures of TCP: who is the source, which arrow, which flags, and what happens to reused ports.
// Apart from the other protocols because most of argus' own rules are about TCP.

import { tcpOption } from "../../../examples/frame.js";
import { at, type Case, c, c6, s, s6 } from "./make.js";

const HANDSHAKE = [c("S"), s("SA"), c("A")];
const CLOSE = [c("FA"), s("FA"), c("A")];

export const TCP_CASES: readonly Case[] = [
  {
    name: "tcp-full",
    what: "handshake, data both ways, close",
    frames: [...HANDSHAKE, c("PA", 100), s("PA", 200), ...CLOSE],
  },
  { name: "tcp-handshake-only", what: "three packets", frames: HANDSHAKE },
  { name: "tcp-syn-only", what: "a lone SYN", frames: [c("S")] },
  { name: "tcp-syn-retry", what: "SYN three times, no answer", frames: [c("S"), c("S"), c("S")] },
  { name: "tcp-syn-rst", what: "a closed port", frames: [c("S"), s("RA")] },
  {
    name: "tcp-syn-rst-again",
    what: "a closed port, three times",
    frames: [c("S"), s("RA"), c("S"), s("RA"), c("S"), s("RA")],
  },
  {
    name: "tcp-syn-ack-seen-syn-only-client",
    what: "one way: SYN, ACK, data from the client",
    frames: [c("S"), c("A"), c("PA", 50)],
  },
  { name: "tcp-synack-only", what: "a lone SYN+ACK", frames: [s("SA")] },
  { name: "tcp-synack-rst", what: "SYN+ACK answered by RST (backscatter)", frames: [s("SA"), c("R")] },
  { name: "tcp-synack-rstack", what: "SYN+ACK answered by RST+ACK", frames: [s("SA"), c("RA")] },
  { name: "tcp-synack-ack", what: "SYN missed: SYN+ACK, ACK", frames: [s("SA"), c("A")] },
  {
    name: "tcp-synack-data",
    what: "SYN missed: SYN+ACK, data at once",
    frames: [s("SA"), c("PA", 10), s("PA", 10)],
  },
  { name: "tcp-synack-fin", what: "SYN+ACK answered by FIN+ACK", frames: [s("SA"), c("FA")] },
  {
    name: "tcp-synack-own-data",
    what: "SYN+ACK, then only server data",
    frames: [s("SA"), s("PA", 10), s("PA", 10)],
  },
  {
    name: "tcp-synack-own-then-rst",
    what: "SYN+ACK, server data, client RST",
    frames: [s("SA"), s("PA", 10), c("R")],
  },
  {
    name: "tcp-synack-rst-then-ack",
    what: "SYN+ACK, RST, then ACK from its receiver",
    frames: [s("SA"), c("R"), c("A")],
  },
  { name: "tcp-synack-twice", what: "SYN+ACK twice, alone", frames: [s("SA"), s("SA")] },
  { name: "tcp-synack-both", what: "SYN+ACK from either side", frames: [s("SA"), c("SA")] },
  { name: "tcp-synack-both-ack", what: "SYN+ACK from either side, ACK", frames: [s("SA"), c("SA"), c("A")] },
  {
    name: "tcp-synack-syn",
    what: "SYN+ACK captured before its SYN",
    frames: [s("SA"), c("S"), c("A"), s("A", 5)],
  },
  { name: "tcp-ack-synack", what: "client ACK first, then SYN+ACK", frames: [c("A"), s("SA"), c("A")] },
  {
    name: "tcp-ack-synack-only",
    what: "client ACK first, then SYN+ACK, nothing more",
    frames: [c("A"), s("SA")],
  },
  {
    name: "tcp-data-synack",
    what: "server data first, then its SYN+ACK, ACK",
    frames: [s("PA", 10), s("SA"), c("A")],
  },
  {
    name: "tcp-data-syn-synack",
    what: "server data, SYN, SYN+ACK, ACK",
    frames: [s("PA", 10), c("S"), s("SA"), c("A")],
  },
  {
    name: "tcp-data-syn-synack-only",
    what: "server data, SYN, SYN+ACK",
    frames: [s("PA", 10), c("S"), s("SA")],
  },
  { name: "tcp-data-syn", what: "server data, then a SYN from the client", frames: [s("PA", 10), c("S")] },
  {
    name: "tcp-fin-syn",
    what: "server FIN first (old connection), then a new handshake",
    frames: [s("FA"), ...HANDSHAKE, s("PA", 5)],
  },
  {
    name: "tcp-rst-syn",
    what: "server RST first (old connection), then a new handshake",
    frames: [s("R"), ...HANDSHAKE, s("PA", 5)],
  },
  { name: "tcp-rst-first", what: "RST, then data", frames: [s("R"), c("PA", 20), s("PA", 30)] },
  {
    name: "tcp-rst-first-client",
    what: "client RST, then client SYN and the rest",
    frames: [c("R"), ...HANDSHAKE],
  },
  { name: "tcp-rst-only", what: "a lone RST", frames: [s("R")] },
  { name: "tcp-rstack-only", what: "a lone RST+ACK", frames: [s("RA")] },
  { name: "tcp-rst-both", what: "RST from either side", frames: [s("R"), c("R")] },
  { name: "tcp-fin-only", what: "a lone FIN", frames: [c("F")] },
  { name: "tcp-finack-only", what: "a lone FIN+ACK", frames: [c("FA")] },
  { name: "tcp-fin-rst", what: "FIN scan, RST back", frames: [c("F"), s("RA")] },
  { name: "tcp-null", what: "a segment without flags", frames: [c("")] },
  { name: "tcp-null-rst", what: "null scan, RST back", frames: [c(""), s("RA")] },
  { name: "tcp-xmas", what: "FIN, PSH, URG", frames: [c("FPU")] },
  { name: "tcp-all-flags", what: "every flag at once", frames: [c("FSRPAUEC")] },
  { name: "tcp-syn-fin", what: "SYN with FIN", frames: [c("SF")] },
  { name: "tcp-syn-psh", what: "SYN with PSH, answered", frames: [c("SP", 5), s("SA"), c("A")] },
  { name: "tcp-syn-urg", what: "SYN with URG", frames: [c("SU")] },
  { name: "tcp-syn-rst-one", what: "SYN with RST", frames: [c("SR")] },
  { name: "tcp-synack-psh", what: "SYN+ACK with PSH", frames: [c("S"), s("SPA"), c("A")] },
  { name: "tcp-synack-psh-first", what: "SYN+ACK with PSH, SYN missed", frames: [s("SPA", 5), c("A")] },
  { name: "tcp-ecn", what: "ECN set-up", frames: [c("SEC"), s("SAE"), c("A"), c("PAC", 5)] },
  { name: "tcp-ecn-syn", what: "a lone ECN SYN", frames: [c("SEC")] },
  { name: "tcp-ecn-synack-first", what: "ECN SYN+ACK, SYN missed", frames: [s("SAE"), c("A")] },
  { name: "tcp-midstream-client", what: "client data and server data", frames: [c("PA", 100), s("PA", 50)] },
  { name: "tcp-midstream-server", what: "server data first", frames: [s("PA", 100), c("A"), s("PA", 50)] },
  { name: "tcp-midstream-oneway", what: "only one side's data", frames: [c("PA", 100), c("PA", 100)] },
  { name: "tcp-midstream-close", what: "midstream, both FIN", frames: [s("PA", 10), c("A"), ...CLOSE] },
  {
    name: "tcp-simultaneous-open",
    what: "SYN from both, SYN+ACK from both",
    frames: [c("S"), s("S"), c("SA"), s("SA")],
  },
  { name: "tcp-simultaneous-syns", what: "SYN from both", frames: [c("S"), s("S")] },
  { name: "tcp-syn-data", what: "SYN with 20 bytes (fast open)", frames: [c("S", 20), s("SA"), c("A")] },
  {
    name: "tcp-retransmission",
    what: "the same 100 bytes three times",
    frames: [...HANDSHAKE, c("PA", 100), c("PA", 100), c("PA", 100)],
  },
  { name: "tcp-rst-text", what: "RST with text", frames: [...HANDSHAKE, s("RA", 12)] },
  {
    name: "tcp-options",
    what: "options in every segment",
    frames: [
      c("S", 0, { options: tcpOption.mss(1460) }),
      s("SA", 0, { options: tcpOption.mss(1460) }),
      c("A", 33, { options: tcpOption.timestamps(1, 2) }),
    ],
  },
  {
    name: "tcp-offset-small",
    what: "data offset of 3 words",
    frames: [c("S"), c("PA", 30, { headerWords: 3 })],
  },
  {
    name: "tcp-offset-large",
    what: "data offset beyond the segment",
    frames: [c("S"), c("PA", 4, { headerWords: 15 })],
  },
  {
    name: "tcp-reuse-after-fin",
    what: "the same ports again after a full close",
    frames: [...HANDSHAKE, ...CLOSE, ...HANDSHAKE, c("PA", 7)],
  },
  {
    name: "tcp-reuse-after-rst",
    what: "the same ports again after a RST",
    frames: [...HANDSHAKE, c("RA"), ...HANDSHAKE, c("PA", 7)],
  },
  {
    name: "tcp-reuse-turned",
    what: "the same ports, opened by the other side the second time",
    frames: [...HANDSHAKE, ...CLOSE, s("S"), c("SA"), s("A")],
  },
  {
    name: "tcp-reuse-half-closed",
    what: "the same ports again after one FIN",
    frames: [...HANDSHAKE, c("FA"), s("A"), ...HANDSHAKE],
  },
  {
    name: "tcp-reuse-midstream-fin",
    what: "midstream close, then a handshake from the other side",
    frames: [s("PA", 5), s("FA"), c("FA"), ...HANDSHAKE],
  },
  {
    name: "tcp-reuse-far",
    what: "the same ports 100 s later",
    frames: [...HANDSHAKE, ...CLOSE, at(106, c("S")), at(107, s("SA")), at(108, c("A"))],
  },
  {
    name: "tcp-stray-after-rst",
    what: "segments after a RST",
    frames: [...HANDSHAKE, s("R"), c("PA", 9), s("R")],
  },
  {
    name: "tcp-synack-after-close",
    what: "midstream FIN both, then SYN+ACK, ACK",
    frames: [c("FA"), s("FA"), s("SA"), c("A")],
  },
  {
    name: "tcp-gap-200",
    what: "midstream, silent for 200 s, the other side goes on",
    frames: [at(0, s("PA", 5)), at(200, c("PA", 5))],
  },
  {
    name: "tcp-backwards",
    what: "the first packet has the latest time",
    frames: [at(5, s("SA")), at(1, c("S")), at(6, c("A"))],
  },
  {
    name: "tcp-same-ports",
    what: "both ports equal",
    frames: [
      c("S", 0, { ports: [500, 500] }),
      s("SA", 0, { ports: [500, 500] }),
      c("A", 0, { ports: [500, 500] }),
    ],
  },
  { name: "tcp6-full", what: "IPv6 handshake and data", frames: [c6("S"), s6("SA"), c6("A"), c6("PA", 40)] },
  { name: "tcp6-synack-first", what: "IPv6, SYN missed", frames: [s6("SA"), c6("A"), c6("PA", 40), s6("A")] },
  { name: "tcp6-midstream", what: "IPv6 midstream", frames: [s6("PA", 9), c6("A")] },
  { name: "tcp6-rst-first", what: "IPv6, RST first", frames: [s6("R"), c6("PA", 9)] },
  {
    name: "tcp6-data-syn-synack",
    what: "IPv6: server data, SYN, SYN+ACK, ACK",
    frames: [s6("PA", 10), c6("S"), s6("SA"), c6("A")],
  },
];
