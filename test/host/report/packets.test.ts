// The packets of a case, however they are wrapped: IPv4 and IPv6 at once, VLAN, tunnels, fragments, several cases.

import { expect, it } from "vitest";
import { ethernet, ipv4, ipv4Fragments, ipv6, tcp, udp, vlan } from "../../../examples/frame.js";
import type { TimedFrame } from "../../../examples/letter.js";
import { reportOf } from "../../support/report.js";

const START_NS = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;

function timed(frames: readonly Uint8Array[]): TimedFrame[] {
  return frames.map((frame, n) => ({ timeNs: START_NS + BigInt(n) * 1_000_000_000n, frame }));
}

const probe = (dport: number) => tcp({ sport: 40_000, dport, seq: 7, flags: "" }, new Uint8Array(0));

it("are all found, of IPv4 and IPv6 together, tagged or not", async () => {
  const frames = Array.from({ length: 30 }, (_, n) => [
    ethernet({}, ipv4({ src: "203.0.113.7", dst: "192.0.2.1", ttl: 50 }, probe(100 + n))),
    ethernet(
      {},
      vlan({ id: 7 }, ipv6({ src: "2001:db8:f::7", dst: "2001:db8::1", hopLimit: 60 }, probe(100 + n))),
    ),
  ]).flat();
  const report = await reportOf(timed(frames));
  expect(report.cases.map(({ subject }) => subject).sort()).toEqual(["2001:db8:f::7", "203.0.113.7"]);
  for (const one of report.cases) {
    expect(one.packets).toEqual({ count: 30, leftOut: 0, reason: null });
    expect(one.features.map(({ text }) => text)).toContain("TCP flags are none at all in all 30 packets");
    expect(one.causes[0]?.cause).toBe("stealth-scan");
    expect(
      one.checks.every(({ command }) => !command?.includes("tcp[tcpflags]") || one.subject.includes(".")),
    ).toBe(true);
  }
});

it("are all found in a tunnel, by the inner addresses", async () => {
  const frames = Array.from({ length: 30 }, (_, n) =>
    ethernet(
      {},
      ipv4(
        { src: "198.51.100.1", dst: "198.51.100.2", proto: 4 },
        ipv4({ src: "203.0.113.7", dst: "192.0.2.1", ttl: 33 }, probe(100 + n)),
      ),
    ),
  );
  const [only] = (await reportOf(timed(frames))).cases;
  expect(only?.subject).toBe("203.0.113.7");
  expect(only?.packets.count).toBe(30);
  expect(only?.features.some(({ text }) => text.startsWith("TTL is 33 in all 30 packets"))).toBe(true);
});

it("that are fragments are counted one by one", async () => {
  const big = udp({ sport: 5000, dport: 53 }, new Uint8Array(3000).fill(65));
  const pieces = (id: number) =>
    ipv4Fragments({ src: "203.0.113.7", dst: "192.0.2.1", id }, big, 1480).map((packet) =>
      ethernet({}, packet),
    );
  const scan = Array.from({ length: 30 }, (_, n) =>
    ethernet({}, ipv4({ src: "203.0.113.7", dst: "192.0.2.1" }, probe(100 + n))),
  );
  const [only] = (await reportOf(timed([...scan, ...pieces(1), ...pieces(2)]))).cases;
  expect(only?.packets.leftOut).toBe(0);
  expect(only?.packets.reason).toBe(null);
});
