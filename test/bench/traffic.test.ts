// The made traffic is what the benchmark says it is: the same bytes each time, handshakes first, sequence numbers
// that fit, checksums that tshark finds right. Mirrors traffic.ts.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type PcapWriter, pcapBytes, writePcapFile } from "../../examples/pcap-writer.js";
import { requireProgram } from "../support/system.js";
import { fillFlood, fillTraffic, type TrafficCase } from "./traffic.js";

const CASE: TrafficCase = { flows: 300, mix: "imix", packets: 20_000 };

function digest(fill: (writer: PcapWriter) => void): string {
  return createHash("sha256").update(pcapBytes({}, fill)).digest("hex");
}

/** Calls `look` with a count of the frames that a filter of tshark lets through. */
function withTshark(
  fill: (writer: PcapWriter) => void,
  look: (fields: (filter: string, field?: string) => string[]) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "stray-traffic-"));
  const path = join(folder, "traffic.pcap");
  writePcapFile(path, {}, fill);
  const checks = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
  try {
    look((filter, field = "frame.number") => {
      const args = ["-n", "-r", path, ...checks, "-Y", filter, "-T", "fields", "-e", field];
      return spawnSync("tshark", args, { encoding: "utf8" }).stdout.split("\n").slice(0, -1);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("bench traffic", () => {
  it("is the same each time", () => {
    const fill = (writer: PcapWriter) => fillTraffic(writer, CASE);
    expect(digest(fill)).toBe(digest(fill));
  });

  it.skipIf(!requireProgram("tshark", "tshark"))("is sound in tshark's eyes", () => {
    withTshark(
      (writer) => fillTraffic(writer, CASE),
      (fields) => {
        const count = (filter: string): number => fields(filter).length;
        expect(count("ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0")).toBe(0);
        expect(count("tcp.analysis.lost_segment || tcp.analysis.retransmission")).toBe(0);
        expect(count("tcp.analysis.ack_lost_segment || tcp.analysis.out_of_order")).toBe(0);
        const synOnly = count("tcp.flags.syn==1 && tcp.flags.ack==0");
        expect(synOnly).toBe(210);
        expect(count("tcp.flags.syn==1 && tcp.flags.ack==1")).toBe(synOnly);
        expect(count("udp")).toBeGreaterThan(5000);
        expect(count("ipv6")).toBeGreaterThan(1000);
      },
    );
  });
});

describe("a flood", () => {
  const PACKETS = 20_000;
  const fill = (writer: PcapWriter) => fillFlood(writer, PACKETS);

  it("is the same each time", () => {
    expect(digest(fill)).toBe(digest(fill));
  });

  it.skipIf(!requireProgram("tshark", "tshark"))("is of SYNs alone, each from an address of its own", () => {
    withTshark(fill, (fields) => {
      const sources = fields("tcp.flags==2 && ip.dst==10.0.0.80 && tcp.dstport==80", "ip.src");
      expect(new Set(sources).size).toBe(PACKETS);
      expect(fields("ip.checksum.status==0 || tcp.checksum.status==0")).toEqual([]);
      expect(sources.filter((source) => /^(0|10|127|22[4-9]|2[345]\d)\./.test(source))).toEqual([]);
    });
  });
});
