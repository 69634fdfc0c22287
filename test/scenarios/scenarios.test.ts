// The scenarios themselves: deterministic, in order of time, sound on the wire, readable by other programs.
// What stray makes of them is in confusion.test.ts and findings.test.ts.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as L from "../../assembly/layout.js";
import { writePcapFile } from "../../examples/pcap-writer.js";
import { SCENARIOS, type Scenario, scenario } from "../../examples/scenarios/index.js";
import { requireProgram } from "../support/system.js";
import { keyOf, readScenario } from "./run-scenario.js";

const SEEDS = [1, 2, 3, 4, 5, 1_000_003];

function bytesOf({ frames }: Scenario): string {
  return frames.map(({ timeNs, frame }) => `${timeNs} ${Buffer.from(frame).toString("hex")}`).join("\n");
}

describe.each(SCENARIOS)("%s", (name) => {
  it("is the same for the same seed and another for another", () => {
    expect(bytesOf(scenario(name, 7))).toBe(bytesOf(scenario(name, 7)));
    expect(bytesOf(scenario(name, 7))).not.toBe(bytesOf(scenario(name, 8)));
  });

  it.each(SEEDS)("has 200 to 3,000 frames, times ascending (seed %d)", (seed) => {
    const { frames, home } = scenario(name, seed);
    expect(frames.length).toBeGreaterThanOrEqual(200);
    expect(frames.length).toBeLessThanOrEqual(3_000);
    expect(frames.every(({ timeNs }, i) => i === 0 || timeNs > frames[i - 1]!.timeNs)).toBe(true);
    expect(home[0]).toMatch(/^\d+\.\d+\.\d+\.0\/24$/);
  });

  it.each(SEEDS)("is decoded whole, with right checksums (seed %d)", (seed) => {
    const given = scenario(name, seed);
    const { flows, counter } = readScenario(given);
    const packets = flows.reduce((sum, { orig, resp }) => sum + orig.packets + resp.packets, 0);
    expect(packets).toBe(given.frames.length);
    expect(flows.filter(({ orig, resp }) => orig.badChecksums + resp.badChecksums > 0)).toEqual([]);
    const odd = flows.flatMap(({ notes }) => notes).filter((note) => note !== "pickup" && note !== "loss");
    expect(odd).toEqual([]);
    expect(counter(L.COUNTER_FINDING_FIRST + L.FINDING_BAD_CHECKSUM)).toBe(0);
  });

  it.each(SEEDS)("has the source and the flows that it speaks of (seed %d)", (seed) => {
    const given = scenario(name, seed);
    const { flows } = readScenario(given);
    const keys = new Set(flows.map(keyOf));
    const addresses = new Set(
      flows.flatMap(({ source, destination }) => [source.address, destination.address]),
    );
    const { source, flow, findings } = given.expected;
    const named = [source, flow, ...Object.keys(findings)].filter((one) => one !== undefined);
    expect(named.filter((one) => !keys.has(one) && !addresses.has(one))).toEqual([]);
  });
});

describe("readers", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stray-scenarios-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function fileOf(name: (typeof SCENARIOS)[number]): { path: string; count: number } {
    const path = join(folder, `${name}.pcap`);
    const { frames } = scenario(name, 1);
    writePcapFile(path, {}, (writer) => {
      for (const { timeNs, frame } of frames) writer.write(timeNs, frame);
    });
    return { path, count: frames.length };
  }

  it.skipIf(!requireProgram("tcpdump", "tcpdump")).each(SCENARIOS)("tcpdump reads %s", (name) => {
    const { path, count } = fileOf(name);
    const { stdout } = spawnSync("tcpdump", ["-nn", "-v", "-r", path], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect(stdout.split("\n").filter((line) => /^\d\d:/.test(line))).toHaveLength(count);
    // ICMP errors quote eight bytes of TCP, which tcpdump marks [|tcp]; [|http] and [|smtp] are lines over segments.
    expect(stdout.match(/\(incorrect|bad cksum|truncated|malformed|\[\|(?!(tcp|http|smtp)\])/g)).toBe(null);
  });

  it.skipIf(!requireProgram("tshark", "tshark")).each(SCENARIOS)(
    "tshark finds nothing wrong in %s",
    (name) => {
      const { path, count } = fileOf(name);
      const checks = ["ip", "tcp", "udp"].flatMap((proto) => ["-o", `${proto}.check_checksum:TRUE`]);
      const run = (...args: string[]) =>
        spawnSync("tshark", ["-n", "-r", path, ...checks, ...args], { encoding: "utf8", maxBuffer: 1 << 26 });
      const bad =
        "_ws.malformed || ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0 || icmp.checksum.status==0 || icmpv6.checksum.status==0";
      expect(run("-Y", bad).stdout).toBe("");
      expect(run("-T", "fields", "-e", "frame.number").stdout.trimEnd().split("\n")).toHaveLength(count);
    },
  );
});
