// The frame builder, held against bytes known from elsewhere and against tshark's own decoding and checksums.
// Mirrors examples/frame.ts; other tests trust what it builds.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as frames from "../../examples/frame.js";
import { pcapBytes, writePcapFile } from "../../examples/pcap-writer.js";
import { requireProgram } from "../support/system.js";

const {
  arp,
  esp,
  ethernet,
  filler,
  gre,
  hex,
  icmp6Echo,
  icmp6Error,
  icmpEcho,
  icmpError,
  igmp,
  ipip,
  ipv4,
  ipv4Fragments,
  ipv6,
  ipv6Extension,
  ipv6Fragments,
  mpls,
  pppoe,
  sctp,
  sctpChunk,
  tcp,
  tcpOption,
  udp,
  vlan,
  vxlan,
} = frames;

const V4 = { src: "192.0.2.1", dst: "198.51.100.2" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const syn = tcp({
  sport: 40000,
  dport: 80,
  flags: "S",
  options: frames.concat(tcpOption.mss(1460), tcpOption.sackPermitted(), tcpOption.windowScale(7)),
});
const query = udp({ sport: 9998, dport: 9999 }, filler(101));
const inner = ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, query);

/** Each frame with what tshark's protocol column of the whole stack must be. */
const CASES: readonly [string, string, Uint8Array][] = [
  ["TCP with options", "eth:ethertype:ip:tcp", ethernet({}, ipv4(V4, syn))],
  ["UDP of odd length", "eth:ethertype:ip:udp:data", ethernet({}, ipv4(V4, query))],
  ["IPv4 options", "eth:ethertype:ip:tcp", ethernet({}, ipv4({ ...V4, options: hex("94 04 00 00") }, syn))],
  ["IPv6", "eth:ethertype:ipv6:tcp", ethernet({}, ipv6(V6, syn))],
  [
    "IPv6 extension",
    "eth:ethertype:ipv6:ipv6.hopopts:ipv6.dstopts:udp:data",
    ethernet({}, ipv6(V6, ipv6Extension({ kind: 0 }, ipv6Extension({ kind: 60 }, query)))),
  ],
  [
    "QinQ",
    "eth:ethertype:ieee8021ad:ethertype:vlan:ethertype:ip:tcp",
    ethernet({}, vlan({ id: 7, tpid: 0x88a8 }, vlan({ id: 8 }, ipv4(V4, syn)))),
  ],
  ["MPLS", "eth:ethertype:mpls:ip:tcp", ethernet({}, mpls({ labels: [16, 17] }, ipv4(V4, syn)))],
  ["PPPoE", "eth:ethertype:pppoes:ppp:ipv6:tcp", ethernet({}, pppoe({}, ipv6(V6, syn)))],
  ["ICMP echo", "eth:ethertype:ip:icmp:data", ethernet({}, ipv4(V4, icmpEcho({ id: 9, sequence: 2 })))],
  ["ICMP error", "eth:ethertype:ip:icmp:ip:udp", ethernet({}, ipv4(V4, icmpError({}, inner)))],
  ["ICMPv6 echo", "eth:ethertype:ipv6:icmpv6:data", ethernet({}, ipv6(V6, icmp6Echo({ id: 9 })))],
  [
    "ICMPv6 error",
    "eth:ethertype:ipv6:icmpv6:ipv6:udp:data",
    ethernet({}, ipv6(V6, icmp6Error({}, ipv6(V6, query)))),
  ],
  [
    "SCTP",
    "eth:ethertype:ip:sctp",
    ethernet({}, ipv4(V4, sctp({ sport: 1, dport: 2 }, sctpChunk({ type: 11 }, filler(0))))),
  ],
  [
    "GRE",
    "eth:ethertype:ip:gre:ip:udp:data",
    ethernet({}, ipv4(V4, gre({ key: 5, checksum: true, sequence: 1 }, inner))),
  ],
  [
    "GRE with Ethernet",
    "eth:ethertype:ip:gre:eth:ethertype:ip:udp:data",
    ethernet({}, ipv4(V4, gre({}, ethernet({}, inner)))),
  ],
  ["IP in IP", "eth:ethertype:ip:ip:udp:data", ethernet({}, ipip(V4, inner))],
  ["6in4", "eth:ethertype:ip:ipv6:tcp", ethernet({}, ipv4(V4, ipv6(V6, syn)))],
  [
    "VXLAN",
    "eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:udp:data",
    ethernet({}, ipv4(V4, udp({ sport: 5, dport: 4789 }, vxlan({ vni: 3 }, ethernet({}, inner))))),
  ],
  ["ARP", "eth:ethertype:arp", ethernet({}, arp({ senderIp: "10.0.0.1", targetIp: "10.0.0.2" }))],
  ["IGMP", "eth:ethertype:ip:igmp:igmp", ethernet({}, ipv4(V4, igmp({ group: "224.0.0.251" })))],
  ["ESP", "eth:ethertype:ip:esp", ethernet({}, ipv4(V4, esp({})))],
  ["AH", "eth:ethertype:ip:ah:tcp", ethernet({}, ipv4(V4, frames.ah({}, syn)))],
];

const tsharkIsThere = requireProgram("tshark", "tshark");

describe.skipIf(!tsharkIsThere)("frames as tshark decodes them", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stray-frame-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Lines of `fields` for each frame, and all expert notes about checksums and malformed packets. */
  function tshark(
    linkType: number,
    packets: readonly Uint8Array[],
    field: string,
  ): { lines: string[]; bad: string } {
    const path = join(folder, `${linkType}.pcap`);
    writePcapFile(path, { linkType, nanosecond: true }, (writer) => {
      for (const [i, packet] of packets.entries()) writer.write(BigInt(i) * 1_000_000n, packet);
    });
    const checks = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
    const base = ["-n", "-r", path, ...checks, "-o", "sctp.checksum:CRC 32c"];
    const run = (...args: string[]) => spawnSync("tshark", [...base, ...args], { encoding: "utf8" }).stdout;
    return {
      // tshark 4.4 leaves out the IP that follows MPLS, though not what follows that.
      lines: run("-T", "fields", "-e", field).replace("mpls:tcp", "mpls:ip:tcp").trimEnd().split("\n"),
      bad: run(
        "-Y",
        "_ws.malformed || ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0 || icmp.checksum.status==0 || icmpv6.checksum.status==0 || sctp.checksum.status==0 || igmp.checksum.status==0",
      ),
    };
  }

  it("have the layers asked for, right lengths and right checksums", () => {
    const { lines, bad } = tshark(
      1,
      CASES.map(([, , frame]) => frame),
      "frame.protocols",
    );
    expect(lines.map((line, i) => [CASES[i]?.[0], line])).toEqual(
      CASES.map(([name, stack]) => [name, stack]),
    );
    expect(bad).toBe("");
  });

  it("are found out when a checksum is wrong", () => {
    const wrong = [
      ipv4(V4, tcp({ sport: 1, dport: 2, checksum: 7 })),
      ipv4(V4, sctp({ sport: 1, dport: 2, checksum: 7 })),
    ];
    const { bad } = tshark(
      1,
      wrong.map((packet) => ethernet({}, packet)),
      "frame.protocols",
    );
    expect(bad.trimEnd().split("\n")).toHaveLength(2);
  });

  it("fragments join again, IPv4 and IPv6", () => {
    const big = udp({ sport: 1, dport: 2 }, filler(3000));
    const parts = [
      ...ipv4Fragments({ ...V4, id: 77 }, big, 1400),
      ...ipv6Fragments({ ...V6, id: 78 }, big, 1400),
    ];
    const { lines, bad } = tshark(
      1,
      parts.map((part) => ethernet({}, part)),
      "udp.length",
    );
    expect(lines).toEqual(["", "", "3008", "", "", "3008"]);
    expect(bad).toBe("");
  });

  it.each([
    ["null", frames.LINK_NULL, frames.loopback({}, ipv6(V6, syn)), "null:ipv6:tcp"],
    ["loop", frames.LINK_LOOP, frames.loopback({ bigEndian: true }, ipv4(V4, syn)), "null:ip:tcp"],
    ["cooked", frames.LINK_COOKED, frames.cooked({}, ipv4(V4, syn)), "sll:ethertype:ip:tcp"],
    ["cooked v2", frames.LINK_COOKED2, frames.cooked2({}, ipv6(V6, syn)), "sll:ethertype:ipv6:tcp"],
    ["raw", frames.LINK_RAW, ipv4(V4, syn), "raw:ip:tcp"],
    ["PPP", frames.LINK_PPP, frames.ppp({ framing: true }, ipv4(V4, syn)), "ppp:ip:tcp"],
  ])("stand in link type %s", (_, linkType, frame, stack) => {
    const { lines, bad } = tshark(linkType, [frame], "frame.protocols");
    expect(lines).toEqual([stack]);
    expect(bad).toBe("");
  });
});

describe("overrides", () => {
  it("keep what is given, right or not", () => {
    const frame = ethernet(
      {},
      ipv4({ ...V4, length: 9, checksum: 0x1234, headerWords: 3 }, tcp({ sport: 1, dport: 2, checksum: 7 })),
    );
    expect(frame[14]).toBe(0x43);
    expect([...frame.slice(16, 18)]).toEqual([0, 9]);
    expect([...frame.slice(24, 26)]).toEqual([0x12, 0x34]);
    expect([...frame.slice(50, 52)]).toEqual([0, 7]);
  });

  it("say what is missing when a type cannot be inferred", () => {
    expect(() => ethernet({}, filler(10))).toThrow(/ethertype/);
    expect(() => ipv4(V4, filler(10))).toThrow(/protocol/);
  });
});

describe("pcap files", () => {
  it.each([
    [false, false, "d4c3b2a1"],
    [true, false, "4d3cb2a1"],
    [false, true, "a1b2c3d4"],
    [true, true, "a1b23c4d"],
  ])("nanosecond %s, big-endian %s", (nanosecond, bigEndian, magic) => {
    const bytes = Buffer.from(
      pcapBytes({ nanosecond, bigEndian, snapLength: 5, linkType: 101 }, (writer) =>
        writer.write(3_000_004_567n, filler(9)),
      ),
    );
    const read = (at: number): number => (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
    expect(bytes.toString("hex", 0, 4)).toBe(magic);
    expect([read(16), read(20)]).toEqual([5, 101]);
    expect([read(24), read(28), read(32), read(36)]).toEqual([3, nanosecond ? 4567 : 4, 5, 9]);
    expect(bytes).toHaveLength(24 + 16 + 5);
  });
});
