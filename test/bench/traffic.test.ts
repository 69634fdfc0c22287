// The made traffic is what the benchmark says it is: the same bytes each time, handshakes first, sequence numbers
// that fit, checksums that tshark finds right. Mirrors traffic.ts.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pcapBytes, writePcapFile } from "../../examples/pcap-writer.js";
import { requireProgram } from "../support/system.js";
import { fillTraffic, type TrafficCase } from "./traffic.js";

const CASE: TrafficCase = { flows: 300, mix: "imix", packets: 20_000 };

function digest(): string {
  return createHash("sha256")
    .update(pcapBytes({}, (writer) => fillTraffic(writer, CASE)))
    .digest("hex");
}

describe("bench traffic", () => {
  it("is the same each time", () => {
    expect(digest()).toBe(digest());
  });

  it.skipIf(!requireProgram("tshark", "tshark"))("is sound in tshark's eyes", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-traffic-"));
    const path = join(folder, "traffic.pcap");
    writePcapFile(path, {}, (writer) => fillTraffic(writer, CASE));
    const checks = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
    const count = (filter: string): number => {
      const args = ["-n", "-r", path, ...checks, "-Y", filter, "-T", "fields", "-e", "frame.number"];
      return spawnSync("tshark", args, { encoding: "utf8" }).stdout.split("\n").length - 1;
    };
    try {
      expect(count("ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0")).toBe(0);
      expect(count("tcp.analysis.lost_segment || tcp.analysis.retransmission")).toBe(0);
      expect(count("tcp.analysis.ack_lost_segment || tcp.analysis.out_of_order")).toBe(0);
      const synOnly = count("tcp.flags.syn==1 && tcp.flags.ack==0");
      expect(synOnly).toBe(210);
      expect(count("tcp.flags.syn==1 && tcp.flags.ack==1")).toBe(synOnly);
      expect(count("udp")).toBeGreaterThan(5000);
      expect(count("ipv6")).toBeGreaterThan(1000);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
