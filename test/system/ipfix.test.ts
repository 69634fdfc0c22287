// IPFIX held against programs that others wrote: tshark reads our files, stray reads softflowd's records.

import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as L from "../../assembly/layout.js";
import { ethernet, ipv4, tcp, udp } from "../../examples/frame.js";
import { pcapBytes } from "../../examples/pcap-writer.js";
import { IpfixDecoder } from "../../host/ipfix/decoder.js";
import { OWN_ELEMENTS } from "../../host/ipfix/own-elements.js";
import { addressText } from "../../host/record/address.js";
import type { FlowRecord } from "../../host/record/flow-record.js";
import { copyOf, valuesOf } from "../host/ipfix/records.js";
import { Bench } from "../host/store/disk.js";
import { buildRecord } from "../support/record-builder.js";
import { requireProgram } from "../support/system.js";

const hasTshark = requireProgram("tshark", "tshark");
const hasSoftflowd = requireProgram("softflowd", "softflowd");

const MAC_A = "02:00:00:00:00:0a";
const MAC_B = "02:00:00:00:00:0b";
const V6 = {
  kind: L.KIND_IPV6,
  orig: { address: "2001:db8::1", port: 5353 },
  resp: { address: "ff02::fb", port: 5353 },
};

/** One of each shape, and of each list. */
const RECORDS: readonly FlowRecord[] = [
  buildRecord({
    startUs: 1_700_000_000_123_456,
    lastUs: 1_700_000_009_999_999,
    initiatorIsB: true,
    flowFlags: L.FLOW_FLAG_SYN | L.FLOW_FLAG_SYNACK | L.FLOW_FLAG_FIN_B,
    findings: [0, 28],
    orig: {
      address: "192.0.2.1",
      port: 1234,
      packets: 5,
      bytes: 500,
      appBytes: 77,
      flags: "FSPA",
      ttl: [63, 64],
      mac: MAC_A,
      id: 9,
      retransmits: 3,
    },
    resp: {
      address: "198.51.100.2",
      port: 80,
      packets: 4,
      bytes: 400,
      appBytes: 66,
      flags: "SA",
      ttl: [50, 51],
      mac: MAC_B,
      vlan: 12,
      gaps: 2,
    },
  }),
  buildRecord({ proto: 17, orig: { port: 40_000, packets: 1, bytes: 2 ** 33 }, resp: { port: 53 } }),
  buildRecord({ proto: 1, extra: 77, orig: { port: 8, packets: 2 }, resp: { port: 0, packets: 2 } }),
  buildRecord({ proto: 50, orig: { port: 0x1111 }, resp: { port: 0x2222 } }),
  buildRecord({ ...V6, proto: 17 }),
  buildRecord({ ...V6, proto: 6, resp: { address: "2001:db8::2", port: 22, packets: 1, flags: "SA" } }),
  buildRecord({ ...V6, proto: 58, orig: { address: "fe80::1", port: 135 }, resp: { address: "ff02::1" } }),
  buildRecord({
    kind: L.KIND_ARP,
    proto: 0,
    extra: 1,
    orig: { port: 0, mac: MAC_A },
    resp: { port: 0, packets: 1, mac: MAC_B },
  }),
  buildRecord({
    kind: L.KIND_MAC,
    proto: 0,
    extra: 0x88cc,
    orig: { address: MAC_A, port: 0, mac: MAC_A },
    resp: { address: MAC_B, port: 0 },
  }),
  buildRecord({
    reason: L.RECORD_REASON_STATUS,
    orig: { packets: 30, reportedPackets: 10 },
    resp: { packets: 20, reportedPackets: 7 },
  }),
];

/** What `tshark -V` says of each flow: label to values. */
function flowsIn(text: string): Map<string, string[]>[] {
  const flows: Map<string, string[]>[] = [];
  let flow: Map<string, string[]> | undefined;
  for (const line of text.split("\n")) {
    if (/^ {8}Flow \d+$/.test(line)) {
      flow = new Map();
      flows.push(flow);
    } else if (/^ {0,8}\S/.test(line)) flow = undefined;
    const [, label, value] = /^ +([^:]+): (.*)$/.exec(line) ?? [];
    if (flow && label !== undefined) flow.set(label, [...(flow.get(label) ?? []), value!]);
  }
  return flows;
}

const ownHex = (flow: Map<string, string[]>, name: string): string[] => {
  const { id } = OWN_ELEMENTS.find((element) => element.name === name)!;
  const prefix = `(Example Enterprise Number for Documentation Use) Type ${id}: Value (hex bytes): `;
  return (flow.get("Enterprise Private entry") ?? [])
    .filter((value) => value.startsWith(prefix))
    .map((value) => value.slice(prefix.length));
};

describe.skipIf(!hasTshark)("tshark reads a file of the store", () => {
  let bench: Bench;
  let text: string;
  let flows: Map<string, string[]>[];
  beforeAll(async () => {
    bench = new Bench();
    const store = await bench.open();
    for (const record of RECORDS) store.write(record);
    await store.close();
    const child = spawnSync("tshark", ["-n", "-r", join(bench.folder, bench.files[0]!), "-V"], {
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
      maxBuffer: 1 << 26,
    });
    expect(child.status, child.stderr).toBe(0);
    text = child.stdout;
    flows = flowsIn(text).filter((flow) => flow.has("Flow End Reason"));
  });
  afterAll(() => bench.dispose());

  it("without an error or a warning, to the last byte", () => {
    expect(text).not.toMatch(/malformed|expert info|unexpected|no template/i);
    expect(flows).toHaveLength(RECORDS.length);
    const lengths = [...text.matchAll(/^ {4}Length: (\d+)$/gm)].map(([, length]) => Number(length));
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(bench.bytes(bench.files[0]!).length);
  });

  it("with the values of both directions, the reverse elements among them", () => {
    const [flow] = flows;
    expect(Object.fromEntries(flow!)).toMatchObject({
      StartTime: ["Nov 14, 2023 22:13:20.123000000 UTC"],
      EndTime: ["Nov 14, 2023 22:13:29.999000000 UTC"],
      SrcAddr: ["192.0.2.1"],
      DstAddr: ["198.51.100.2"],
      SrcPort: ["1234"],
      DstPort: ["80"],
      Protocol: ["TCP (6)"],
      "Biflow Direction": ["Initiator (1)"],
      Packets: ["4 (Reverse Type 2 PKTS)", "5"],
      Octets: ["400 (Reverse Type 1 BYTES)", "500"],
      "Initiator Octets": ["77"],
      "Responder Octets": ["66"],
      "TCP Flags": ["0x0012, ACK, SYN (Reverse Type 6 TCP_FLAGS)", "0x001b, ACK, PSH, SYN, FIN"],
      MinTTL: ["50 (Reverse Type 52 IP TTL MINIMUM)", "63"],
      MaxTTL: ["51 (Reverse Type 53 IP TTL MAXIMUM)", "64"],
      "Vlan Id": ["12 (Reverse Type 58 SRC_VLAN)", "0"],
      "Source Mac Address": [MAC_A],
      "Destination Mac Address": [MAC_B],
    });
    expect(ownHex(flow!, "strayFindings")).toEqual(["00 00 00 00 10 00 00 01"]);
    expect(ownHex(flow!, "strayLastIpId")).toEqual(["00 09", "00 00"]);
    expect(ownHex(flow!, "strayTcpRetransmitCount")).toEqual(["00 00 00 03", "00 00 00 00"]);
    expect(ownHex(flow!, "strayTcpGapCount")).toEqual(["00 00", "00 02"]);
    expect(ownHex(flow!, "strayFlowStartNanosecondsPart")).toEqual(["00 06 f5 40"]);
  });

  it("with the values of every other kind of flow", () => {
    const [, oneWay, icmp, esp, udp6, tcp6, icmp6, arp, mac, later] = flows.map((flow) =>
      Object.fromEntries(flow),
    );
    expect(oneWay).toMatchObject({ Octets: ["8589934592"], Packets: ["1"], Protocol: ["UDP (17)"] });
    expect(oneWay).not.toHaveProperty("Biflow Direction");
    expect(icmp).toMatchObject({ "ICMP Type": ["0x0800"], Protocol: ["ICMP (1)"] });
    expect(esp).toMatchObject({ "IPSec SPI": ["572657937"], Protocol: ["Encap Security Payload (50)"] });
    expect(udp6).toMatchObject({ SrcAddr: ["2001:db8::1"], DstAddr: ["ff02::fb"], DstPort: ["5353"] });
    expect(tcp6).toMatchObject({ DstAddr: ["2001:db8::2"], DstPort: ["22"] });
    expect(icmp6).toMatchObject({
      SrcAddr: ["fe80::1"],
      "IPv6 ICMP Type": ["135"],
      Protocol: ["ICMPv6 (58)"],
    });
    expect(arp).toMatchObject({ SrcAddr: ["192.0.2.1"], "Ethernet Type": ["2054"] });
    expect(mac).toMatchObject({ "Ethernet Type": ["35020"], "Source Mac Address": [MAC_A] });
    expect(later).toMatchObject({
      "Flow End Reason": ["Active timeout (2)"],
      Packets: ["13 (Reverse Type 2 PKTS)", "20"],
    });
  });

  it("with the options: type information of every element, and the file's time window", () => {
    const options = flowsIn(text.replace(/^( {8}Flow \d+) \[.*\]$/gm, "$1"));
    const names = options.flatMap((flow) => flow.get("Information Element Name") ?? []);
    expect(names).toEqual(OWN_ELEMENTS.map(({ name }) => name));
    const ids = options.flatMap((flow) => flow.get("Information Element Id") ?? []).map(Number);
    expect(ids).toEqual(OWN_ELEMENTS.map(({ id }) => id));
    expect(text).toContain("Min Flow Start Seconds: Oct 17, 2001 11:31:06.000000000 UTC");
    expect(text).toContain("Max Flow End Seconds: Nov 14, 2023 22:13:30.000000000 UTC");
  });
});

/** A TCP conversation of five packets and a datagram, by hand. */
function conversation(): Uint8Array {
  const [a, b] = [
    { src: "10.0.0.1", dst: "10.0.0.2" },
    { src: "10.0.0.2", dst: "10.0.0.1" },
  ];
  const [out, back] = [
    { sport: 4000, dport: 80 },
    { sport: 80, dport: 4000 },
  ];
  return pcapBytes({ snapLength: 65535 }, (writer) => {
    const frames = [
      ipv4(a, tcp({ ...out, flags: 2, seq: 1 })),
      ipv4(b, tcp({ ...back, flags: 18, seq: 9, ack: 2 })),
      ipv4(a, tcp({ ...out, flags: 16, seq: 2, ack: 10 })),
      ipv4(a, tcp({ ...out, flags: 17, seq: 2, ack: 10 })),
      ipv4(b, tcp({ ...back, flags: 17, seq: 10, ack: 3 })),
      ipv4(a, udp({ sport: 5000, dport: 53 }, new Uint8Array(20))),
    ];
    for (const [index, packet] of frames.entries()) {
      writer.write(1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n, ethernet({}, packet));
    }
  });
}

describe.skipIf(!hasSoftflowd)("stray reads what softflowd exports", () => {
  const folder = mkdtempSync(join(tmpdir(), "stray-softflowd-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs softflowd on the conversation; the records that its messages tell. */
  async function exported(...options: string[]): Promise<FlowRecord[]> {
    const capture = join(folder, "talk.pcap");
    writeFileSync(capture, conversation());
    const socket = createSocket("udp4");
    const records: FlowRecord[] = [];
    const decoder = new IpfixDecoder((record) => records.push(copyOf(record)) > 0);
    socket.on("message", (bytes) => expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address() as AddressInfo;
    const words = ["-r", capture, "-v", "10", "-n", `127.0.0.1:${port}`, "-d", ...options];
    const child = spawn("softflowd", words, { stdio: "ignore" });
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    // The last message may be on its way.
    for (
      let tries = 0;
      tries < 200 && records.reduce((sum, r) => sum + r.packets("orig") + r.packets("resp"), 0) < 6;
      tries++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    socket.close();
    return records;
  }

  it.each([
    ["milli", 1000],
    ["micro", 1],
    ["nano", 1],
  ])("both directions in one, with times in %sseconds", async (unit, precisionUs) => {
    const records = await exported("-b", "-A", unit);
    expect(records).toHaveLength(2);
    const talk = records.find(({ proto }) => proto === 6)!;
    expect(valuesOf(talk)).toMatchObject({
      saddr: "10.0.0.1",
      sport: [4000, "4000"],
      dir: "->",
      daddr: "10.0.0.2",
      spkts: [3, undefined],
      dpkts: [2, undefined],
      sflags: "FSA",
      dflags: "FSA",
      state: "FIN",
    });
    expect(Math.abs(talk.startUs - 1_700_000_000_000_000)).toBeLessThan(precisionUs + 1);
    expect(Math.abs(talk.lastUs - 1_700_000_000_004_000)).toBeLessThan(precisionUs + 1);
  });

  it("each direction by itself, with VLAN and MAC fields", async () => {
    const records = await exported("-T", "ether", "-A", "milli");
    const ends = records.map((r) => `${addressText(r, "orig")} ${r.packets("orig")} ${r.packets("resp")}`);
    expect(ends.sort()).toEqual(["10.0.0.1 1 0", "10.0.0.1 3 0", "10.0.0.2 2 0"]);
    expect(valuesOf(records[0]!)["smac"]).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  });
});
