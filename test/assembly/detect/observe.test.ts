// One-way, dark destinations, IDs of 0: when they are raised, and what is none.

import { describe, expect, it } from "vitest";
import { END_SILENCE_MS, SILENCE_MS, ZERO_IDS_MIN } from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { back, connection, echo, handshake, packet, tcp, udp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const ENDS = { src: "198.51.100.9", dst: "203.0.113.5" };
const DARK = "10.0.3.3";
const ALIVE = "10.0.200.1";
const LONG_MS = 70_000;

describe("one-way", () => {
  const first = tcp({ ...ENDS, flags: "S" });

  it("is told by the first packet after so long a silence", () => {
    const oneWay = (): number => rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_ONE_WAY);
    rig
      .begin()
      .send(first)
      .wait(SILENCE_MS - 1)
      .send(first);
    expect(oneWay()).toBe(0);
    rig.send(first);
    expect(oneWay()).toBe(1);
    rig.begin().send(first).wait(SILENCE_MS).send(first);
    expect(oneWay()).toBe(1);
  });

  it("is told at the flow's end, when it is old enough, or fell silent", () => {
    rig
      .begin()
      .send(first)
      .wait(END_SILENCE_MS - 2)
      .send(tcp({ ...ENDS, sport: 9, flags: "S" }));
    expect(rig.names()).toEqual([]);
    rig
      .begin()
      .send(first)
      .wait(END_SILENCE_MS - 1)
      .send(tcp({ ...ENDS, sport: 9, flags: "S" }));
    expect(rig.found()).toEqual({ "one-way": 1 });
    rig.begin().send(first);
    expect(rig.pass(LONG_MS).found()).toEqual({ "one-way": 1 });
    rig
      .begin({ limits: { flowSets: 1 } })
      .send(first)
      .wait(END_SILENCE_MS);
    for (let sport = 1; sport <= 64; sport++)
      rig.send(...connection({ src: ALIVE, dst: "203.0.113.200", sport }));
    expect(rig.found()).toEqual({ "one-way": 1 });
    expect(rig.counter(L.COUNTER_FLOWS_EVICTED)).toBeGreaterThan(0);
  });

  it.each([
    ["UDP", udp(ENDS)],
    ["UDP over IPv6", udp({ src: "2001:db8::1", dst: "2001:db8::2" })],
    ["an echo request", echo(ENDS)],
    ["an echo request over IPv6", echo({ src: "2001:db8::1", dst: "2001:db8::2" })],
    [
      "SCTP",
      f.ethernet({}, packet(ENDS, f.sctp({ sport: 1, dport: 2 }, f.sctpChunk({ type: 1 }, f.filler(16))))),
    ],
  ])("is of %s", (_, frame) => {
    expect(rig.begin().send(frame).pass(LONG_MS).names()).toEqual(["one-way"]);
  });

  it.each([
    ["a group", udp({ ...ENDS, dst: "224.0.0.251" })],
    ["all on the line", udp({ ...ENDS, dst: "255.255.255.255" })],
    ["a group of IPv6", udp({ src: "2001:db8::1", dst: "ff02::fb" })],
    [
      "a group's MAC",
      f.ethernet({ dst: "01:00:5e:01:02:03" }, packet(ENDS, f.udp({ sport: 1, dport: 2 }, f.filler(8)))),
    ],
    ["anybody by ICMP that asks nothing", f.ethernet({}, packet(ENDS, f.icmp({ type: 9 }, f.filler(8))))],
    ["a protocol without answers", f.ethernet({}, f.ipv4({ ...ENDS, proto: 103 }, f.filler(20)))],
    ["ARP", f.ethernet({}, f.arp({ senderIp: "10.0.0.1", targetIp: "10.0.0.2" }))],
    [
      "fragments whose first never came",
      f.ethernet({}, f.ipv4({ ...ENDS, proto: 17, id: 5, offset: 800 }, f.filler(40))),
    ],
  ])("is none to %s", (_, frame) => {
    expect(rig.begin().send(frame).pass(LONG_MS).pass(LONG_MS).names()).toEqual([]);
  });

  it("is one to a station whose MAC only looks like a group's further on", () => {
    const frame = f.ethernet(
      { dst: "02:01:01:01:01:01" },
      packet(ENDS, f.udp({ sport: 1, dport: 2 }, f.filler(8))),
    );
    expect(rig.begin().send(frame).pass(LONG_MS).names()).toEqual(["one-way"]);
  });

  it("is none once the other side was heard, whatever it said", () => {
    expect(
      rig
        .begin()
        .send(first, tcp({ ...back(ENDS), flags: "RA" }))
        .pass(LONG_MS)
        .names(),
    ).toEqual([]);
    expect(
      rig
        .begin()
        .send(echo(ENDS), echo({ src: ENDS.dst, dst: ENDS.src, reply: true }))
        .pass(LONG_MS)
        .names(),
    ).toEqual([]);
  });

  it("is once a flow, however long it goes on", () => {
    rig.begin({ limits: { statusNs: 10_000_000_000n } });
    for (let i = 0; i < 60; i++) rig.send(udp(ENDS)).wait(1000);
    expect(rig.counter(L.COUNTER_RECORDS_STATUS)).toBeGreaterThan(3);
    expect(rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_ONE_WAY)).toBe(1);
  });

  it("goes by packet time, whichever way the clock is set", () => {
    rig
      .begin()
      .send(first)
      .wait(-3_600_000)
      .send(first)
      .wait(SILENCE_MS - 2)
      .send(first);
    expect(rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_ONE_WAY)).toBe(0);
    // At the very end of time nothing wraps.
    rig.begin({ isTwoWay: false });
    const last = (1n << 64n) - 2_000_000_000n;
    for (const timeNs of [last, last + 1n, last + 1_999_999_999n]) rig.core.push(first, { timeNs });
    expect(rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_ONE_WAY)).toBe(0);
    // And its beginning is a time like any other.
    rig.begin({ isTwoWay: false });
    for (const timeNs of [0n, 1n, 3_000_000_001n]) rig.core.push(first, { timeNs });
    expect(rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_ONE_WAY)).toBe(1);
  });
});

describe("dark-destination", () => {
  const to = (dst: string, options = {}): string[] =>
    rig
      .begin(options)
      .send(tcp({ ...ENDS, dst, flags: "S" }))
      .pass(LONG_MS)
      .names();

  it("is a silence to an address of ours that nobody uses", () => {
    expect(to(DARK)).toEqual(["one-way", "dark-destination"]);
    expect(to(ALIVE)).toEqual(["one-way"]);
    expect(to("203.0.113.5")).toEqual(["one-way"]);
  });

  it("is none while learning, on a one-way tap, and to the edges of a network", () => {
    expect(to(DARK, { limits: { learnNs: 10n ** 15n } })).toEqual(["one-way"]);
    expect(to(DARK, { isTwoWay: false })).toEqual(["one-way"]);
    const homes = [
      { network: "10.0.3.0/24", kind: "ours" },
      { network: "10.0.200.0/24", kind: "ours" },
    ] as const;
    expect(to("10.0.3.255", { homes })).toEqual(["one-way"]);
    expect(to("10.0.3.0", { homes })).toEqual(["one-way"]);
    expect(to("10.0.3.254", { homes })).toEqual(["one-way", "dark-destination"]);
  });

  it("is always where the configuration says that nobody is, and never where it says that somebody is", () => {
    const unused = [
      { network: "10.0.0.0/16", kind: "ours" },
      { network: "10.0.3.0/24", kind: "unused" },
    ] as const;
    const used = [
      { network: "10.0.0.0/16", kind: "ours" },
      { network: "10.0.3.3", kind: "used" },
    ] as const;
    expect(to(DARK, { homes: unused, isTwoWay: false, limits: { learnNs: 10n ** 15n } })).toContain(
      "dark-destination",
    );
    expect(to(DARK, { homes: used })).toEqual(["one-way"]);
  });

  it("is none where most of what is heard hears others out of our sight", () => {
    rig.begin();
    for (let i = 0; i < 5; i++) {
      const ends = { src: "203.0.113.7", dst: DARK, sport: 5000 + i };
      rig.send(...connection(ends).filter((_, at) => [0, 2, 3, 5, 7].includes(at)));
    }
    expect(
      rig
        .send(tcp({ ...ENDS, dst: "10.0.9.9", flags: "S" }))
        .pass(4_000_000)
        .names(),
    ).toEqual(["one-way"]);
  });

  it("is none to who was alive before, for as long as that counts", () => {
    const limits = { aliveNs: 3_600_000_000_000n };
    const later = (ms: number, talk: (rig: Rig) => void = () => {}): string[] => {
      rig.begin({ limits });
      talk(rig);
      // Others of ours go on.
      rig.wait(ms).send(...connection({ src: "10.0.0.77", dst: "203.0.113.200" }));
      return rig
        .send(tcp({ ...ENDS, dst: ALIVE, flags: "S" }))
        .pass(LONG_MS)
        .names();
    };
    expect(later(3_500_000)).toEqual(["one-way"]);
    expect(later(3_700_000)).toEqual(["one-way", "dark-destination"]);
    // One long conversation is enough.
    const call = { src: ALIVE, dst: "203.0.113.8", sport: 5000, dport: 5060 };
    expect(
      later(0, () => {
        rig.send(udp(call), udp(back(call)));
        for (let s = 0; s < 5000; s += 50) rig.wait(50_000).send(udp(call));
      }),
    ).toEqual(["one-way"]);
  });
});

describe("ip-id-zero", () => {
  const zeros = (count: number, more = {}): string[] => {
    rig.begin().send(...handshake(ENDS));
    for (let i = 0; i < count; i++) rig.send(tcp({ ...back(ENDS), flags: "A", id: 0, df: false, ...more }));
    return rig.names();
  };

  it("is so many packets of a direction with an ID of 0 that routers may cut", () => {
    rig
      .begin()
      .send(
        ...Array.from({ length: ZERO_IDS_MIN - 1 }, () => tcp({ ...ENDS, flags: "S", id: 0, df: false })),
      );
    expect(rig.names()).toEqual([]);
    rig
      .begin()
      .send(...Array.from({ length: ZERO_IDS_MIN }, () => tcp({ ...ENDS, flags: "S", id: 0, df: false })));
    expect(rig.names()).toEqual(["ip-id-zero"]);
  });

  it("is none with DF, in any packet of the direction", () => {
    expect(zeros(20, { df: true })).toEqual([]);
    // The SYN-ACK had DF.
    expect(zeros(20)).toEqual([]);
  });

  it("is none of fragments, of IPv6, of other IDs, of groups, of pings", () => {
    const fragment = f.ethernet({}, f.ipv4({ ...ENDS, id: 0, proto: 17, mf: true }, f.filler(64)));
    expect(rig.begin().send(fragment, fragment).names()).not.toContain("ip-id-zero");
    const six = udp({ src: "2001:db8::1", dst: "2001:db8::2", id: 0, df: false });
    expect(rig.begin().send(six, six).names()).toEqual([]);
    const other = udp({ ...ENDS, id: 5, df: false });
    expect(rig.begin().send(other, other).names()).toEqual([]);
    const group = udp({ ...ENDS, dst: "239.1.2.3", id: 0, df: false });
    expect(rig.begin().send(group, group).names()).toEqual([]);
    const ping = echo({ ...ENDS, id: 0, df: false });
    expect(rig.begin().send(ping, ping).names()).toEqual([]);
  });
});
