// Identities of an alert's flow: Community ID as others reckon it, flow_id as that of the flow's records.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { ethernet, icmp, icmp6Echo, icmpEcho, ipv4, ipv6, sctp, tcp, udp } from "../../../examples/frame.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { communityId } from "../../../host/alert/community-id.js";
import { alertFlowId } from "../../../host/alert/flow-key.js";
import { flowId } from "../../../host/export/flow-id.js";
import { buildRecord } from "../../support/record-builder.js";
import { requireProgram } from "../../support/system.js";
import { buildAlert } from "./alert-builder.js";

const A = { src: "192.0.2.9", dst: "192.0.2.10" };
const B = { src: A.dst, dst: A.src };
const A6 = { src: "2001:db8::9", dst: "2001:db8::1:0" };

const FRAMES = [
  ipv4({ src: "128.232.110.120", dst: "66.35.250.204" }, tcp({ sport: 34855, dport: 80 })),
  ipv4({ src: "66.35.250.204", dst: "128.232.110.120" }, tcp({ sport: 80, dport: 34855 })),
  ipv4(A, tcp({ sport: 9, dport: 8 })),
  ipv4(B, tcp({ sport: 8, dport: 9 })),
  ipv4({ src: A.src, dst: A.src }, udp({ sport: 9, dport: 8 })),
  ipv4(A, udp({ sport: 53, dport: 1024 })),
  ipv4(B, icmpEcho({})),
  ipv4(A, icmpEcho({ reply: true })),
  ipv4(B, icmp({ type: 11, code: 0 })),
  ipv4(A, icmp({ type: 13 }, new Uint8Array(12))),
  ipv6(A6, tcp({ sport: 1, dport: 2 })),
  ipv6(A6, icmp6Echo({})),
  ipv6(A6, icmp6Echo({ reply: true })),
  ipv4(B, sctp({ sport: 5, dport: 6 })),
  ipv4({ ...B, proto: 47 }, new Uint8Array(8)),
].map((packet) => ethernet({}, packet));

describe("community id", () => {
  it("is that of the specification's example, both ways", () => {
    for (const frame of FRAMES.slice(0, 2)) {
      expect(communityId(buildAlert({ frame }))).toBe("1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    }
  });

  it("is the same in both directions", () => {
    expect(communityId(buildAlert({ frame: FRAMES[2]! }))).toBe(
      communityId(buildAlert({ frame: FRAMES[3]! })),
    );
    expect(communityId(buildAlert({ frame: FRAMES[6]! }))).toBe(
      communityId(buildAlert({ frame: FRAMES[7]! })),
    );
    expect(communityId(buildAlert({ frame: FRAMES[11]! }))).not.toBe(
      communityId(buildAlert({ frame: FRAMES[10]! })),
    );
  });

  it.skipIf(!requireProgram("tshark", "tshark"))("is what tshark says", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-community-"));
    try {
      const path = join(folder, "flows.pcap");
      writeFileSync(
        path,
        pcapBytes({ snapLength: 65535 }, (writer) => {
          for (const frame of FRAMES) writer.write(1n, frame);
        }),
      );
      const args = ["-r", path, "--enable-protocol", "communityid", "-T", "fields", "-e", "communityid"];
      const { stdout } = spawnSync("tshark", args, { encoding: "utf8" });
      const theirs = stdout.split("\n").slice(0, FRAMES.length);
      const ours = FRAMES.map((frame) => communityId(buildAlert({ frame })));
      expect(ours).toEqual(theirs);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("flow_id", () => {
  const startUs = 1_795_557_600_000_000;
  const flowStartNs = BigInt(startUs) * 1000n;

  // Lower as little-endian words is not lower as a person reads it.
  it.each([
    ["192.0.2.9", 40000, "198.51.100.2", 80],
    ["10.0.0.255", 5, "10.0.1.0", 6],
    ["10.0.0.1", 7, "10.0.0.1", 8],
    ["10.0.0.1", 8, "10.0.0.1", 7],
  ])("is that of the flow's records: %s %d, %s %d", (src, sport, dst, dport) => {
    const back = buildAlert({
      frame: ethernet({}, ipv4({ src: dst, dst: src }, tcp({ sport: dport, dport: sport }))),
      flowStartNs,
    });
    const there = buildAlert({ frame: ethernet({}, ipv4({ src, dst }, tcp({ sport, dport }))), flowStartNs });
    expect(alertFlowId(back)).toBe(alertFlowId(there));
    const reversed = (text: string) =>
      text
        .split(".")
        .reverse()
        .map((part) => part.padStart(3, "0"))
        .join(".");
    const isFirst = reversed(src) < reversed(dst) || (src === dst && sport <= dport);
    const ends = [
      { address: src, port: sport },
      { address: dst, port: dport },
    ];
    const record = buildRecord({
      orig: isFirst ? ends[0]! : ends[1]!,
      resp: isFirst ? ends[1]! : ends[0]!,
      startUs,
      kind: L.KIND_IPV4,
    });
    expect(alertFlowId(there)).toBe(flowId(record));
  });
});
