// ICMP and ICMPv6: a question and its answer are one flow; an error is a flow of its own and marks the one it quotes.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { bitNames, read, readOne, talkOf } from "../../support/read.js";

const V4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const BACK4 = { src: "10.0.0.2", dst: "10.0.0.1" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const BACK6 = { src: "2001:db8::2", dst: "2001:db8::1" };
const ROUTER4 = { src: "192.0.2.1", dst: "10.0.0.1" };
const ROUTER6 = { src: "2001:db8:ffff::1", dst: "2001:db8::1" };
const eth = (packet: Uint8Array): Uint8Array => f.ethernet({}, packet);

describe("echo", () => {
  it("request and reply are one flow, initiated by the asker", () => {
    const record = readOne([
      eth(f.ipv4(V4, f.icmpEcho({ id: 300 }))),
      eth(f.ipv4(BACK4, f.icmpEcho({ id: 300, reply: true }))),
    ]);
    expect(talkOf(record)).toBe("10.0.0.1 > 10.0.0.2");
    expect(record).toMatchObject({ portA: 8, extra: 300, icmpType: 8, dirReason: L.DIR_REASON_FIRST_PACKET });
    expect([record.orig.packets, record.resp.packets]).toEqual([1, 1]);
  });

  it("a reply alone: the initiator is the one it answers", () => {
    const record = readOne([eth(f.ipv4(BACK4, f.icmpEcho({ id: 300, reply: true })))]);
    expect(talkOf(record)).toBe("10.0.0.1 > 10.0.0.2");
    expect(record).toMatchObject({ portA: 8, icmpType: 0, dirReason: L.DIR_REASON_ANSWER });
    expect([record.orig.packets, record.resp.packets]).toEqual([0, 1]);
    expect(bitNames("FLOW_FLAG_", record.flags)).toContain("TURNED");
  });

  it("another identifier is another flow, the same sequence or not", () => {
    const { records } = read([1, 2].map((id) => eth(f.ipv4(V4, f.icmpEcho({ id, sequence: 9 })))));
    expect(records.length).toBe(2);
  });

  it("both ask each other with the same identifier: two flows", () => {
    const { records } = read([V4, BACK4].map((ends) => eth(f.ipv4(ends, f.icmpEcho({ id: 5 })))));
    expect(records.map(talkOf).sort()).toEqual(["10.0.0.1 > 10.0.0.2", "10.0.0.2 > 10.0.0.1"]);
  });

  it("to oneself: one flow, initiated by the asker", () => {
    const own = { src: "127.0.0.1", dst: "127.0.0.1" };
    const record = readOne([
      eth(f.ipv4(own, f.icmpEcho({ id: 5 }))),
      eth(f.ipv4(own, f.icmpEcho({ id: 5, reply: true }))),
    ]);
    expect(record.packets).toBe(2);
  });

  it("ICMPv6 likewise", () => {
    const record = readOne([
      eth(f.ipv6(V6, f.icmp6Echo({ id: 7 }))),
      eth(f.ipv6(BACK6, f.icmp6Echo({ id: 7, reply: true }))),
    ]);
    expect(talkOf(record)).toBe("2001:db8::1 > 2001:db8::2");
    expect(record).toMatchObject({ portA: 128, extra: 7 });
  });
});

describe("ARP", () => {
  it("asker and asked are the ends, a reply alone is turned", () => {
    const ask = f.ethernet({ pad: 60 }, f.arp({ senderIp: "10.0.0.1", targetIp: "10.0.0.2" }));
    const reply = f.ethernet(
      { pad: 60 },
      f.arp({ operation: 2, senderIp: "10.0.0.2", targetIp: "10.0.0.1" }),
    );
    expect(readOne([ask, reply])).toMatchObject({ dirReason: L.DIR_REASON_FIRST_PACKET, packets: 2 });
    const alone = readOne([reply]);
    expect(talkOf(alone)).toBe("10.0.0.1 > 10.0.0.2");
    expect([alone.orig.packets, alone.resp.packets]).toEqual([0, 1]);
  });
});

const QUOTES = [
  { name: "UDP", packet: f.ipv4(V4, f.udp({ sport: 4000, dport: 53 }, f.filler(30))) },
  { name: "TCP", packet: f.ipv4(V4, f.tcp({ sport: 4000, dport: 80, flags: "S" })) },
  { name: "SCTP", packet: f.ipv4(V4, f.sctp({ sport: 4000, dport: 80 })) },
  { name: "echo", packet: f.ipv4(V4, f.icmpEcho({ id: 99 })) },
  { name: "ESP", packet: f.ipv4(V4, f.esp({ spi: 0x12345678 })) },
  {
    name: "options",
    packet: f.ipv4({ ...V4, options: f.hex("94040000") }, f.udp({ sport: 4000, dport: 53 })),
  },
];

describe("an error marks the flow it quotes", () => {
  it.each(QUOTES)("$name", ({ packet }) => {
    const { core, records } = read([
      eth(packet),
      eth(f.ipv4(ROUTER4, f.icmpError({ type: 3, code: 1 }, packet))),
    ]);
    const quoted = records.find(({ firstFrame }) => firstFrame === 1);
    expect(records.length).toBe(2);
    expect(quoted?.icmpErrors).toBe(1);
    expect(quoted?.packets).toBe(1);
    expect(bitNames("FLOW_FLAG_ICMP_", quoted?.flags ?? 0)).toEqual(["UNREACHABLE"]);
    expect(core.counter(L.COUNTER_ICMP_QUOTED)).toBe(1);
    expect(core.counter(L.COUNTER_ICMP_UNMATCHED)).toBe(0);
  });

  it.each([
    [3, "UNREACHABLE"],
    [11, "TIME_EXCEEDED"],
    [5, "REDIRECT"],
    [4, "OTHER"],
    [12, "OTHER"],
  ])("ICMP type %d is %s", (type, name) => {
    const packet = QUOTES[0]?.packet as Uint8Array;
    const { records } = read([eth(packet), eth(f.ipv4(ROUTER4, f.icmpError({ type, code: 0 }, packet)))]);
    const quoted = records.find(({ proto }) => proto === 17);
    expect(bitNames("FLOW_FLAG_ICMP_", quoted?.flags ?? 0)).toEqual([name]);
  });

  it.each([
    [1, "UNREACHABLE"],
    [2, "OTHER"],
    [3, "TIME_EXCEEDED"],
    [4, "OTHER"],
  ])("ICMPv6 type %d is %s", (type, name) => {
    const packet = f.ipv6(V6, f.udp({ sport: 4000, dport: 53 }, f.filler(30)));
    const { records } = read([eth(packet), eth(f.ipv6(ROUTER6, f.icmp6Error({ type, code: 0 }, packet)))]);
    const quoted = records.find(({ proto }) => proto === 17);
    expect(bitNames("FLOW_FLAG_ICMP_", quoted?.flags ?? 0)).toEqual([name]);
  });

  it("of a flow not in the table: counted, and a flow of its own all the same", () => {
    const packet = QUOTES[0]?.packet as Uint8Array;
    const { core, records } = read([eth(f.ipv4(ROUTER4, f.icmpError({}, packet)))]);
    expect(records.map(talkOf)).toEqual(["192.0.2.1 > 10.0.0.1"]);
    expect(core.counter(L.COUNTER_ICMP_UNMATCHED)).toBe(1);
  });

  it("quoting too little to tell the ports: nothing is marked", () => {
    const packet = QUOTES[0]?.packet as Uint8Array;
    const { records } = read([eth(packet), eth(f.ipv4(ROUTER4, f.icmpError({ quote: 24 }, packet)))]);
    expect(records.find(({ proto }) => proto === 17)?.icmpErrors).toBe(0);
  });
});
