// Checksums: right, wrong, none, left to the network card, and not to be judged.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { bitNames, type Input, read } from "../../support/read.js";
import type { FlowRecord } from "../../support/record.js";

const V4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const DATA = f.filler(33);

interface Judged {
  notes: string[];
  bad: number;
  record: FlowRecord;
}

function judge(input: Input, flags: number = L.CONFIG_FLAG_CHECKSUM): Judged {
  const { records } = read([input], { flags });
  const record = records[0] as FlowRecord;
  return { notes: bitNames("NOTE_", record.notes), bad: record.orig.badChecksums, record };
}

const KINDS: { name: string; build: (checksum?: number) => Uint8Array }[] = [
  {
    name: "TCP",
    build: (checksum) =>
      f.ethernet(
        {},
        f.ipv4(V4, f.tcp({ sport: 1, dport: 2, ...(checksum !== undefined && { checksum }) }, DATA)),
      ),
  },
  {
    name: "UDP",
    build: (checksum) =>
      f.ethernet(
        {},
        f.ipv4(V4, f.udp({ sport: 1, dport: 2, ...(checksum !== undefined && { checksum }) }, DATA)),
      ),
  },
  {
    name: "ICMP",
    build: (checksum) =>
      f.ethernet({}, f.ipv4(V4, f.icmp({ type: 8, ...(checksum !== undefined && { checksum }) }, DATA))),
  },
  {
    name: "TCP over IPv6",
    build: (checksum) =>
      f.ethernet(
        {},
        f.ipv6(V6, f.tcp({ sport: 1, dport: 2, ...(checksum !== undefined && { checksum }) }, DATA)),
      ),
  },
  {
    name: "UDP over IPv6",
    build: (checksum) =>
      f.ethernet(
        {},
        f.ipv6(V6, f.udp({ sport: 1, dport: 2, ...(checksum !== undefined && { checksum }) }, DATA)),
      ),
  },
  {
    name: "ICMPv6",
    build: (checksum) =>
      f.ethernet({}, f.ipv6(V6, f.icmp6({ type: 128, ...(checksum !== undefined && { checksum }) }, DATA))),
  },
];

describe.each(KINDS)("$name", ({ name, build }) => {
  it("right", () => {
    expect(judge(build())).toMatchObject({ notes: [], bad: 0 });
  });

  it("wrong", () => {
    expect(judge(build(0x1234))).toMatchObject({ notes: ["BAD_L4_CHECKSUM"], bad: 1 });
  });

  it("wrong, but not to be verified", () => {
    expect(judge(build(0x1234), 0)).toMatchObject({ notes: [], bad: 0 });
  });

  it("zero is none, or left to the card", () => {
    const { notes, bad } = judge(build(0));
    expect(bad).toBe(0);
    expect(notes).toEqual(name.startsWith("UDP") ? [] : ["OFFLOADED"]);
  });

  it("wrong, but the capture cut the packet", () => {
    const frame = build(0x1234);
    expect(judge({ frame: frame.slice(0, -1), wire: frame.length })).toMatchObject({ bad: 0 });
  });

  it("right, with padding behind the packet", () => {
    expect(judge(f.concat(build(), f.hex("ffffffff")))).toMatchObject({ notes: [], bad: 0 });
  });

  it("one changed byte anywhere behind the header is found", () => {
    const frame = build();
    for (let at = frame.length - DATA.length; at < frame.length; at++) {
      const changed = frame.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      expect(judge(changed).bad, `byte ${at}`).toBe(1);
    }
  });
});

describe("partial checksums, as cards that finish them get them", () => {
  /** The pseudo-header's sum alone, not inverted. */
  function pseudoSum(src: number[], dst: number[], proto: number, length: number): number {
    const words = [...pairs(src), ...pairs(dst), proto, length];
    let sum = words.reduce((total, word) => total + word, 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    return sum;
  }
  const pairs = (bytes: number[]): number[] =>
    bytes.filter((_, i) => i % 2 === 0).map((byte, i) => (byte << 8) | (bytes[i * 2 + 1] ?? 0));
  const a = [10, 0, 0, 1];
  const b = [10, 0, 0, 2];

  it.each([
    ["TCP", 6, 20 + DATA.length],
    ["UDP", 17, 8 + DATA.length],
  ])("%s", (_, proto, length) => {
    const checksum = pseudoSum(a, b, proto, length);
    const build = proto === 6 ? f.tcp : f.udp;
    const frame = f.ethernet({}, f.ipv4(V4, build({ sport: 1, dport: 2, checksum }, DATA)));
    expect(judge(frame)).toMatchObject({ notes: ["OFFLOADED"], bad: 0 });
  });

  it("TCP with segmentation: the sum leaves the length out", () => {
    const checksum = pseudoSum(a, b, 6, 0);
    const frame = f.ethernet({}, f.ipv4(V4, f.tcp({ sport: 1, dport: 2, checksum }, DATA)));
    expect(judge(frame)).toMatchObject({ notes: ["OFFLOADED"], bad: 0 });
  });
});

describe("the IPv4 header", () => {
  const segment = f.tcp({ sport: 1, dport: 2 }, DATA);

  it("wrong", () => {
    const frame = f.ethernet({}, f.ipv4({ ...V4, checksum: 0x1234 }, segment));
    expect(judge(frame)).toMatchObject({ notes: ["BAD_IP_CHECKSUM"], bad: 1 });
  });

  it("zero is left to the card", () => {
    const frame = f.ethernet({}, f.ipv4({ ...V4, checksum: 0 }, segment));
    expect(judge(frame)).toMatchObject({ notes: ["OFFLOADED"], bad: 0 });
  });

  it("right with options, wrong when one of them changes", () => {
    const frame = f.ethernet({}, f.ipv4({ ...V4, options: f.hex("9404000001010101") }, segment));
    expect(judge(frame).bad).toBe(0);
    frame[14 + 23] = 7;
    expect(judge(frame)).toMatchObject({ notes: ["IP_OPTIONS", "BAD_IP_CHECKSUM"], bad: 1 });
  });
});

describe("not to be judged", () => {
  it("fragments", () => {
    const [first] = f.ipv4Fragments(
      { ...V4, id: 5 },
      f.udp({ sport: 1, dport: 2, checksum: 0x1234 }, f.filler(100)),
      48,
    );
    expect(judge(f.ethernet({}, first as Uint8Array)).bad).toBe(0);
  });

  it("IPv6 with a routing header that has hops left: the sum is over the last address", () => {
    const routing = f.ipv6Extension(
      { kind: f.EXTENSION_ROUTING, data: f.hex("0001000000000000") },
      f.udp({ sport: 1, dport: 2, checksum: 0x1234 }, DATA),
    );
    expect(judge(f.ethernet({}, f.ipv6(V6, routing))).bad).toBe(0);
  });

  it("an IP length beyond the frame", () => {
    const frame = f.ethernet(
      {},
      f.ipv4({ ...V4, length: 900 }, f.tcp({ sport: 1, dport: 2, checksum: 0x1234 }, DATA)),
    );
    expect(judge(frame).bad).toBe(0);
  });
});
