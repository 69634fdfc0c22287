// Sweeps over ports and hosts, SYN scans and ACK scans: at exactly how many, in which flow, how often, and what is none.

import { describe, expect, it } from "vitest";
import {
  ACK_SCAN_MIN,
  ASK_PACKETS_MAX,
  HOST_SWEEP_MIN,
  PORT_SWEEP_MIN,
  SOURCE_WINDOW_S,
  TRACE_TTL_MAX,
} from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import { apart, hostBit, placeBit, portsApart } from "./bits.js";
import { back, connection, echo, handshake, hosts, icmpError, refused, tcp, udp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const SCANNER = "198.51.100.9";
const HOST = "203.0.113.5";
const ENDS = { src: SCANNER, dst: HOST };
const WINDOW_MS = SOURCE_WINDOW_S * 1000;
/** Longer than any turn, shorter than any flow's timeout. */
const TURNS_MS = 12_000;
const PORTS = portsApart(40);
const HOSTS = apart(hosts(400), hostBit, 40);

function scanPorts(count: number, flags = "S", from = 0): Rig {
  for (const dport of PORTS.slice(from, from + count)) rig.send(...refused({ ...ENDS, dport, flags }));
  return rig;
}

describe("a sweep over ports", () => {
  it("is raised with the port that makes it too many, in its flow", () => {
    rig.begin();
    expect(scanPorts(PORT_SWEEP_MIN - 1).found()).toEqual({});
    rig.begin();
    expect(scanPorts(PORT_SWEEP_MIN).found()).toEqual({ "port-sweep": 1, "syn-scan": 1 });
    expect(rig.with("port-sweep")[0]?.destination.port).toBe(PORTS[PORT_SWEEP_MIN - 1]);
  });

  it("is raised once a window, and again in the next", () => {
    rig.begin();
    scanPorts(40).wait(WINDOW_MS + 1000);
    scanPorts(PORT_SWEEP_MIN);
    expect(rig.found()).toEqual({ "port-sweep": 2, "syn-scan": 2 });
  });

  it("does not count the same port twice", () => {
    rig.begin();
    for (let i = 0; i < 100; i++) rig.send(...refused({ ...ENDS, sport: 30_000 + i, dport: PORTS[i % 14]! }));
    expect(rig.found()).toEqual({});
  });

  it("is none while the source opened as many connections", () => {
    rig.begin();
    for (let i = 0; i < PORT_SWEEP_MIN; i++) rig.send(...connection({ ...ENDS, sport: 20_000 + i }));
    expect(scanPorts(PORT_SWEEP_MIN).found()).toEqual({});
    rig.begin();
    for (let i = 0; i < PORT_SWEEP_MIN - 1; i++) rig.send(...connection({ ...ENDS, sport: 20_000 + i }));
    // It converses: it does not only look.
    expect(scanPorts(PORT_SWEEP_MIN).found()).toEqual({ "port-sweep": 1 });
  });

  it.each([
    ["a", 3, 1, true],
    ["a", 3, 4, false],
    ["a", 11, 0, false],
    ["a", 5, 0, false],
  ])("counts ICMP's refusal (%s type %d code %d: %s)", (_, type, code, isRefusal) => {
    rig.begin();
    for (const dport of PORTS.slice(0, PORT_SWEEP_MIN)) {
      const syn = tcp({ ...ENDS, dport, flags: "S" });
      rig.send(syn, icmpError({ src: "203.0.113.1", dst: SCANNER }, syn, type, code));
    }
    expect(rig.counter(L.COUNTER_ASKED_IN_VAIN)).toBe(isRefusal ? PORT_SWEEP_MIN : 0);
    expect(rig.names().includes("port-sweep")).toBe(isRefusal);
  });

  it("counts what the asker gives up as soon as it is answered (half open)", () => {
    rig.begin();
    for (const dport of PORTS.slice(0, PORT_SWEEP_MIN)) {
      const [syn, synAck] = handshake({ ...ENDS, dport });
      rig.send(syn!, synAck!, tcp({ ...ENDS, dport, flags: "R", seq: 101 }));
    }
    expect(rig.found()).toEqual({ "port-sweep": 1, "syn-scan": 1 });
  });

  it.each([
    ["NULL", ""],
    ["FIN", "F"],
    ["Xmas", "FPU"],
  ])("of %s probes is no SYN scan", (_, flags) => {
    rig.begin();
    const names = scanPorts(PORT_SWEEP_MIN, flags).names();
    expect(names).toContain("port-sweep");
    expect(names).not.toContain("syn-scan");
  });

  it("by datagrams that are refused", () => {
    rig.begin();
    for (const dport of PORTS.slice(0, PORT_SWEEP_MIN)) {
      const question = udp({ ...ENDS, dport });
      rig.send(question, icmpError({ src: HOST, dst: SCANNER }, question, 3, 3));
    }
    expect(rig.found()).toEqual({ "port-sweep": 1 });
  });

  it("counts each way of asking for itself", () => {
    rig.begin();
    scanPorts(PORT_SWEEP_MIN - 1);
    scanPorts(PORT_SWEEP_MIN - 1, "F");
    expect(rig.names()).not.toContain("port-sweep");
  });

  it("is found in each of a few hosts that are scanned side by side", () => {
    rig.begin();
    for (const dport of PORTS) {
      for (const dst of hosts(10)) rig.send(...refused({ src: SCANNER, dst, dport }));
    }
    expect(rig.names()).toEqual(["syn-scan", "port-sweep"]);
  });
});

describe("silence", () => {
  it("counts at the source's next ask, after a turn's time, or at the flow's end", () => {
    const ask = (dport: number, sport = 40_000): Rig => rig.send(tcp({ ...ENDS, sport, dport, flags: "S" }));
    rig.begin();
    for (const dport of PORTS.slice(0, PORT_SWEEP_MIN)) ask(dport);
    rig.core.exports.drain();
    const raised = (): number => rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_PORT_SWEEP);
    expect(raised()).toBe(0);
    for (let ms = 0; ms < TURNS_MS; ms += 1000) ask(PORTS[0]!, 41_000 + ms).wait(1000);
    expect(raised()).toBe(1);
    rig.begin();
    for (const dport of PORTS.slice(0, PORT_SWEEP_MIN)) ask(dport);
    expect(rig.pass(60_000).names()).toContain("port-sweep");
  });

  it("of less than a turn is none, however many wait", () => {
    // A burst just before the turn: its answers are on their way.
    for (let offsetMs = 0; offsetMs < 4000; offsetMs += 130) {
      rig.begin();
      rig.send(tcp({ ...ENDS, dport: PORTS[39]!, flags: "S" })).wait(offsetMs);
      for (const dport of PORTS.slice(0, 35)) rig.send(tcp({ ...ENDS, dport, flags: "S" }));
      rig.wait(300).send(tcp({ ...ENDS, dport: PORTS[38]!, flags: "S" }));
      for (const dport of PORTS.slice(0, 35)) rig.send(...connection({ ...ENDS, dport }).slice(1));
      expect(rig.names(), `${offsetMs} ms`).not.toContain("port-sweep");
    }
  });

  it("is taken back by a late answer", () => {
    rig.begin();
    const asked = PORTS.slice(0, PORT_SWEEP_MIN - 1);
    for (const dport of asked) rig.send(tcp({ ...ENDS, dport, flags: "S" }));
    for (let i = 1; i <= 12; i++) {
      rig.wait(1000).send(tcp({ ...ENDS, sport: 41_000 + i, dport: asked[0]!, flags: "S" }));
    }
    for (const dport of asked) rig.send(...handshake({ ...ENDS, dport }).slice(1));
    // With the one that was asked all the time it is one too few.
    scanPorts(PORT_SWEEP_MIN - 2, "S", PORT_SWEEP_MIN);
    expect(rig.names()).not.toContain("port-sweep");
  });

  it("of flows that lost their places at once is not known, and answers are taken in all the same", () => {
    // A table of one set: every ask is pushed out before its answer comes.
    rig.begin({ limits: { flowSets: 1 } });
    const asked = hosts(200);
    const ask = (dst: string): Uint8Array => tcp({ src: "10.0.0.7", dst, dport: 443, flags: "S", seq: 100 });
    for (let at = 0; at < asked.length; at += 50) {
      const some = asked.slice(at, at + 50);
      rig.send(...some.map(ask)).wait(80);
      for (const dst of some) rig.send(...handshake({ src: "10.0.0.7", dst, dport: 443 }).slice(1));
      rig.wait(4000);
    }
    expect(rig.counter(L.COUNTER_ASKED_LOST)).toBeGreaterThan(50);
    expect(rig.names().filter((name) => name !== "one-way")).toEqual([]);
  });
});

describe("a sweep over hosts", () => {
  it("is raised with the host that makes it too many, and not one before", () => {
    for (const count of [HOST_SWEEP_MIN - 1, HOST_SWEEP_MIN]) {
      rig.begin();
      for (const dst of HOSTS.slice(0, count)) rig.send(...refused({ src: SCANNER, dst, dport: 22 }));
      expect(rig.found()).toEqual(count < HOST_SWEEP_MIN ? {} : { "host-sweep": 1, "syn-scan": 1 });
    }
  });

  it("is of one port: others do not add to it", () => {
    rig.begin();
    for (const [i, dst] of HOSTS.slice(0, 38).entries()) {
      rig.send(...refused({ src: SCANNER, dst, dport: i % 2 === 0 ? 22 : 23 }));
    }
    expect(rig.found()).toEqual({});
  });

  it("by pings", () => {
    rig.begin();
    for (const dst of HOSTS.slice(0, HOST_SWEEP_MIN)) rig.send(echo({ src: SCANNER, dst }));
    expect(rig.pass(60_000).names()).toEqual(["one-way", "host-sweep"]);
  });

  it("in IPv6", () => {
    rig.begin();
    const many = apart(
      Array.from({ length: 300 }, (_, i) => `2001:db8::${(i + 1).toString(16)}`),
      hostBit,
      HOST_SWEEP_MIN,
    );
    for (const dst of many) rig.send(...refused({ src: "2001:db8:ffff::1", dst, dport: 22 }));
    expect(rig.found()).toEqual({ "host-sweep": 1, "syn-scan": 1 });
  });
});

describe("a flow asks nothing", () => {
  const silent = (frames: readonly Uint8Array[]): string[] => {
    rig.begin();
    rig.send(...frames).pass(100_000);
    expect(rig.counter(L.COUNTER_ASKED)).toBe(1);
    return rig.names();
  };

  it.each([
    [
      "with FIN and ACK: it is what is left of a conversation",
      (dst: string) => tcp({ src: SCANNER, dst, flags: "FA" }),
    ],
    ["with a RST", (dst: string) => tcp({ src: SCANNER, dst, flags: "R" })],
    ["with a SYN-ACK", (dst: string) => tcp({ src: SCANNER, dst, flags: "SA" })],
    ["with data", (dst: string) => tcp({ src: SCANNER, dst, flags: "PA", data: "data" })],
    ["with an echo reply", (dst: string) => echo({ src: SCANNER, dst, reply: true })],
    [
      "with a datagram that looks like an answer",
      (dst: string) => udp({ src: SCANNER, dst, sport: 53, dport: 4000 }),
    ],
    [
      "with a datagram that asks for the way",
      (dst: string) => udp({ src: SCANNER, dst, ttl: TRACE_TTL_MAX }),
    ],
    ["with a datagram to a group", (dst: string) => udp({ src: SCANNER, dst: dst.replace(/^203/, "224") })],
  ])("%s", (_, frame) => {
    const names = silent(HOSTS.map(frame));
    expect(names).not.toContain("host-sweep");
  });

  it("but a datagram with one hop more asks", () => {
    rig.begin();
    for (const dst of HOSTS) rig.send(udp({ src: SCANNER, dst, ttl: TRACE_TTL_MAX + 1 }));
    expect(rig.pass(100_000).names()).toContain("host-sweep");
  });
});

describe("who is heard out of our sight", () => {
  it.each([
    [
      "an ACK behind the SYN",
      (dst: string) => [tcp({ src: SCANNER, dst, flags: "S" }), tcp({ src: SCANNER, dst, flags: "A" })],
    ],
    [
      "an acknowledgement that goes on",
      (dst: string) => [1000, 2000].map((ack) => tcp({ src: SCANNER, dst, flags: "A", ack })),
    ],
    [
      "as many datagrams as nobody sends unheard",
      (dst: string) => Array.from({ length: ASK_PACKETS_MAX }, () => udp({ src: SCANNER, dst })),
    ],
    [
      "as many probes",
      (dst: string) => Array.from({ length: ASK_PACKETS_MAX }, () => tcp({ src: SCANNER, dst, flags: "A" })),
    ],
  ])("asked for something: %s", (_, frames) => {
    rig.begin();
    for (const dst of HOSTS) rig.send(...frames(dst));
    rig.pass(4_000_000);
    expect(rig.names()).toEqual(["one-way"]);
    expect(rig.counter(L.COUNTER_ASKED_IN_VAIN)).toBe(0);
  });
});

describe("an ACK scan", () => {
  const places = apart(PORTS, (port) => placeBit(HOST, port), 20);

  it("is raised from so many places on, in each flow", () => {
    for (const [count, flows] of [
      [ACK_SCAN_MIN - 1, 0],
      [ACK_SCAN_MIN, 1],
      [ACK_SCAN_MIN + 3, 4],
    ] as const) {
      rig.begin();
      for (const dport of places.slice(0, count)) rig.send(...refused({ ...ENDS, dport, flags: "A" }));
      expect(rig.found()["ack-scan"] ?? 0).toBe(flows);
    }
  });

  it("is of silent places too", () => {
    rig.begin();
    for (const dport of places.slice(0, ACK_SCAN_MIN)) rig.send(tcp({ ...ENDS, dport, flags: "A" }));
    expect(rig.pass(4_000_000).names()).toContain("ack-scan");
  });

  it("is none where somebody answers, nor where more was opened", () => {
    rig.begin();
    for (const dport of places) {
      rig.send(tcp({ ...ENDS, dport, flags: "A" }), tcp({ ...back({ ...ENDS, dport }), flags: "A" }));
    }
    expect(rig.found()).toEqual({});
    rig.begin();
    for (let i = 0; i < 20; i++) rig.send(...connection({ ...ENDS, sport: 20_000 + i }));
    for (const dport of places) rig.send(...refused({ ...ENDS, dport, flags: "A" }));
    expect(rig.names()).not.toContain("ack-scan");
  });

  it("is none with FIN, nor with data", () => {
    rig.begin();
    for (const dport of places) {
      rig.send(tcp({ ...ENDS, dport, flags: "FA" }), tcp({ ...back({ ...ENDS, dport }), flags: "R" }));
    }
    expect(rig.found()).toEqual({});
  });
});

describe("where only one direction passes", () => {
  it("silence is no sweep by datagrams, pings and probes, but to addresses known to be unused", () => {
    const frames = [
      (dst: string) => udp({ src: "10.0.0.9", dst }),
      (dst: string) => echo({ src: "10.0.0.9", dst }),
      (dst: string) => tcp({ src: "10.0.0.9", dst, flags: "F" }),
    ];
    for (const frame of frames) {
      rig.begin({ isTwoWay: false });
      rig.send(...HOSTS.map(frame));
      expect(rig.pass(4_000_000).names()).not.toContain("host-sweep");
      rig.begin({ isTwoWay: false, homes: [{ network: "203.0.0.0/16", kind: "unused" }] });
      rig.send(...HOSTS.map(frame));
      expect(rig.pass(4_000_000).names()).toContain("host-sweep");
    }
  });

  it("a SYN that nobody goes on after is in vain all the same", () => {
    rig.begin({ isTwoWay: false });
    for (const dst of HOSTS) rig.send(tcp({ src: "10.0.0.9", dst, flags: "S" }));
    expect(rig.pass(60_000).names()).toEqual(["one-way", "syn-scan", "host-sweep"]);
  });
});

describe("who asks", () => {
  it("is who sent first, whoever opens a connection on the same ports then", () => {
    // A stale ACK, then the other side opens: neither asked in vain.
    rig.begin();
    for (const dport of PORTS) {
      rig.send(tcp({ ...ENDS, dport, flags: "A" }), ...handshake({ ...back({ ...ENDS, dport }) }));
    }
    expect(rig.pass(4_000_000).names()).toEqual([]);
    expect(rig.counter(L.COUNTER_ASKED_IN_VAIN)).toBe(0);
  });

  it("asks nothing anew when a conversation goes on after it was recorded", () => {
    rig.begin({ limits: { tcpEstablishedNs: 60_000_000_000n } });
    for (const dport of PORTS) rig.send(...handshake({ ...ENDS, dport }));
    rig.pass(100_000);
    for (const dport of PORTS) rig.send(tcp({ ...ENDS, dport, flags: "A", seq: 101 }));
    rig.pass(4_000_000);
    expect(rig.names()).toEqual(["one-way"]);
  });
});

describe("the source's opened connections", () => {
  it("count half in the next window: who is cut off from the net is no scanner", () => {
    rig.begin();
    for (let i = 0; i < 100; i++)
      rig.send(...connection({ src: "10.0.0.9", dst: HOSTS[i % 40]!, sport: 20_000 + i }));
    const cutOff = (): string[] => {
      rig.wait(WINDOW_MS + 1000);
      for (const dst of HOSTS.slice(0, 30)) rig.send(tcp({ src: "10.0.0.9", dst, flags: "S" }));
      rig.pass(60_000);
      return rig.names().filter((name) => name !== "one-way");
    };
    expect(cutOff()).toEqual([]);
    expect(cutOff()).toEqual(["host-sweep"]);
  });
});
