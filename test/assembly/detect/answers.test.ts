// Backscatter: SYN-ACKs, RSTs and ICMP errors whose question never passed; and what only looks so.

import { describe, expect, it } from "vitest";
import { UNASKED_MIN } from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import type { FindingName } from "../../../host/record/findings.js";
import { answeredBit, apart } from "./bits.js";
import { back, connection, handshake, hosts, icmpError, refused, tcp, udp } from "./frames.js";
import { Rig, type RigOptions } from "./rig.js";

const rig = new Rig();
const VICTIM = "198.51.100.80";
/** Addresses outside our networks, which nobody calls dark. */
const STRANGERS = apart(hosts(300, 0, "192.168"), answeredBit, 20);
const DARK = "10.0.3.3";

function ended(frames: readonly Uint8Array[], options: RigOptions = {}): FindingName[] {
  rig.begin(options);
  return rig
    .send(...frames)
    .pass(60_000)
    .names()
    .filter((name) => name !== "one-way" && name !== "dark-destination");
}

const synAck = (dst: string, more = {}): Uint8Array =>
  tcp({ src: VICTIM, dst, sport: 80, dport: 5000, flags: "SA", ...more });
const rst = (dst: string, more = {}): Uint8Array =>
  tcp({ src: VICTIM, dst, sport: 80, dport: 5000, flags: "RA", ...more });
const asked = (dst: string): Uint8Array => tcp({ src: dst, dst: VICTIM, sport: 5000, flags: "S" });
const error = (dst: string, type = 3, code = 1): Uint8Array =>
  icmpError({ src: VICTIM, dst }, asked(dst), type, code);

describe("a SYN-ACK that answers nothing", () => {
  it("is backscatter by itself, and when the one answered says so", () => {
    expect(ended([synAck(STRANGERS[0]!)])).toEqual(["backscatter"]);
    expect(ended([synAck(STRANGERS[0]!), synAck(STRANGERS[0]!)])).toEqual(["backscatter"]);
    expect(ended([synAck(DARK)])).toEqual(["backscatter"]);
    expect(ended([synAck(STRANGERS[0]!, { flags: "SAE" })])).toEqual(["backscatter"]);
    expect(
      ended([
        synAck(STRANGERS[0]!),
        tcp({ ...back({ src: VICTIM, dst: STRANGERS[0]!, sport: 80, dport: 5000 }), flags: "R" }),
      ]),
    ).toEqual(["backscatter"]);
  });

  it("is judged at its end, and counted once a flow", () => {
    rig.begin();
    rig.send(...STRANGERS.map((dst) => synAck(dst)));
    rig.core.exports.drain();
    expect(rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_BACKSCATTER)).toBe(0);
    expect(rig.pass(60_000).with("backscatter")).toHaveLength(STRANGERS.length);
  });

  it("is none when its receiver goes on, or its sender does", () => {
    const there = { src: VICTIM, dst: STRANGERS[0]!, sport: 80, dport: 5000 };
    expect(ended([synAck(there.dst), tcp({ ...back(there), flags: "A" })])).toEqual([]);
    expect(
      ended([synAck(there.dst), tcp({ ...back(there), flags: "A" }), tcp({ ...back(there), flags: "R" })]),
    ).toEqual([]);
    expect(ended([synAck(there.dst), tcp({ ...there, flags: "PA", data: "hello", seq: 1001 })])).toEqual([]);
    expect(ended([synAck(there.dst), tcp({ ...there, flags: "FA", seq: 1001 })])).toEqual([]);
  });
});

describe("RSTs and ICMP errors that answer nothing", () => {
  it.each([
    ["RSTs", rst],
    ["host unreachable", (dst: string) => error(dst, 3, 1)],
    ["time exceeded", (dst: string) => error(dst, 11, 0)],
  ])("are backscatter from so many addresses on: %s", (_, frame) => {
    expect(ended(STRANGERS.slice(0, UNASKED_MIN - 1).map((dst) => frame(dst)))).toEqual([]);
    expect(ended(STRANGERS.slice(0, UNASKED_MIN).map((dst) => frame(dst)))).toEqual(["backscatter"]);
    rig.begin();
    rig.send(...STRANGERS.map((dst) => frame(dst))).pass(60_000);
    expect(rig.with("backscatter")).toHaveLength(STRANGERS.length - UNASKED_MIN + 1);
  });

  it("are backscatter at once to an address that nobody uses", () => {
    expect(ended([rst(DARK)])).toEqual(["backscatter"]);
    expect(ended([error(DARK)])).toEqual(["backscatter"]);
    expect(ended([rst(DARK)], { limits: { learnNs: 10n ** 15n } })).toEqual([]);
  });

  it("are backscatter in a network of unused addresses, where nobody ever converses", () => {
    const options = { isTwoWay: false, homes: [{ network: "10.0.0.0/16", kind: "unused" as const }] };
    for (const frame of [synAck, rst, error]) expect(ended([frame(DARK)], options)).toEqual(["backscatter"]);
  });

  it("are none to the same few addresses again and again", () => {
    const frames = Array.from({ length: 60 }, (_, i) => rst(STRANGERS[i % 3]!, { sport: 100 + i }));
    expect(ended(frames)).toEqual([]);
  });

  it("are none of redirects, which routers send to all around them", () => {
    expect(ended(STRANGERS.map((dst) => error(dst, 5, 1)))).toEqual([]);
  });
});

describe("an answer is none", () => {
  const all = (frame: (dst: string) => Uint8Array[]): Uint8Array[] => STRANGERS.flatMap(frame);

  it("where the question passed", () => {
    expect(ended(all((dst) => [asked(dst), synAck(dst)]))).toEqual([]);
    expect(ended(all((dst) => [asked(dst), rst(dst)]))).toEqual([]);
    expect(ended(all((dst) => [asked(dst), error(dst)]))).toEqual([]);
  });

  it("where a closed, idle or evicted conversation ends late", () => {
    const talks = STRANGERS.map((src) => ({ src, dst: VICTIM, sport: 5000 }));
    for (const laterMs of [1, 20_000, 100_000, 2_000_000]) {
      rig.begin();
      for (const talk of talks) rig.send(...connection(talk));
      rig.pass(15_000).wait(laterMs);
      rig.send(...STRANGERS.map((dst) => rst(dst, { seq: 912 })));
      expect(rig.pass(60_000).names(), `${laterMs} ms later`).not.toContain("backscatter");
    }
    // Pushed out by others.
    rig.begin({ limits: { flowSets: 1 } });
    for (const talk of talks) rig.send(...connection(talk));
    for (let sport = 1; sport < 200; sport++)
      rig.send(...connection({ src: "192.168.200.1", dst: VICTIM, sport }));
    rig.send(...STRANGERS.map((dst) => rst(dst, { seq: 912 })));
    expect(rig.counter(L.COUNTER_FLOWS_EVICTED)).toBeGreaterThan(100);
    expect(rig.pass(60_000).names()).not.toContain("backscatter");
  });

  it("where it answers a scan whose flows lost their places", () => {
    const scanners = STRANGERS.slice(0, 8);
    rig.begin({ limits: { flowSets: 1 } });
    for (const src of scanners) {
      for (let dport = 1; dport <= 60; dport++)
        rig.send(tcp({ src, dst: VICTIM, sport: 5000, dport, flags: "S" }));
    }
    for (const dst of scanners) {
      for (let sport = 1; sport <= 60; sport++) rig.send(rst(dst, { sport })).wait(20);
    }
    rig.pass(60_000);
    expect(rig.names()).not.toContain("backscatter");
    expect(rig.counter(L.COUNTER_FLOWS_EVICTED)).toBeGreaterThan(400);
  });

  it("where an error speaks of a datagram whose flow lost its place", () => {
    rig.begin({ limits: { flowSets: 1 } });
    const questions = STRANGERS.map((src) => udp({ src, dst: "198.51.100.53", dport: 53 }));
    rig.send(...questions);
    for (let sport = 1; sport < 200; sport++)
      rig.send(...connection({ src: "192.168.200.1", dst: VICTIM, sport }));
    for (const [i, dst] of STRANGERS.entries())
      rig.send(icmpError({ src: "198.51.100.1", dst }, questions[i]!, 3, 3));
    expect(rig.pass(60_000).names()).not.toContain("backscatter");
    expect(rig.counter(L.COUNTER_ICMP_UNMATCHED)).toBeGreaterThan(UNASKED_MIN);
  });

  it("soon after the sensor began, and when frames were lost", () => {
    const frames = all((dst) => [synAck(dst), rst(dst, { sport: 81 }), error(dst)]);
    expect(ended(frames, { limits: { pickupNs: 60_000_000_000n } })).toEqual([]);
    rig.begin();
    rig.core.view.setBigUint64(L.STATE_BASE + L.STATE_LOSS_TIME_OFFSET, rig.timeNs, true);
    expect(
      rig
        .send(...frames)
        .pass(60_000)
        .names(),
    ).toEqual(["one-way"]);
  });

  it("where only one direction passes", () => {
    const frames = all((dst) => [synAck(dst), rst(dst, { sport: 81 }), error(dst)]);
    expect(ended(frames, { isTwoWay: false })).toEqual([]);
    // One conversation both ways does not change that, where others are heard from one side that hears the other.
    rig.begin();
    const clients = hosts(4, 0, "192.168");
    for (const src of clients)
      rig.send(...connection({ src, dst: VICTIM }).filter((_, i) => ![1, 4, 6].includes(i)));
    expect(
      rig
        .send(...frames)
        .pass(4_000_000)
        .names(),
    ).toEqual(["one-way"]);
  });

  it("with a header that cannot be", () => {
    const damaged = synAck(STRANGERS[0]!);
    damaged[14 + 20 + 12] = 0x10;
    expect(ended([damaged])).not.toContain("backscatter");
  });
});

describe("half open", () => {
  it("health checks are none, on whatever side the RST comes", () => {
    const checks = Array.from({ length: 60 }, (_, i) => ({
      src: "10.0.0.2",
      dst: "10.0.0.80",
      sport: 30_000 + i,
    }));
    const frames = checks.flatMap((check) => [
      ...handshake(check).slice(0, 2),
      tcp({ ...check, flags: "R", seq: 101 }),
    ]);
    expect(ended(frames)).toEqual([]);
    expect(ended(checks.flatMap((check) => refused(check)))).toEqual([]);
  });
});
