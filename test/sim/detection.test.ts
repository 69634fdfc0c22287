// Detection beside the flow table: what it keeps and judges changes no flow. Over the simulation's traffic the records
// with detection on are those without it, byte for byte, but for findings, notes and detection's own flags; and they are
// the same however the traffic is cut into chunks and batches. STRAY_SEED gives another run.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as L from "../../assembly/layout.js";
import { writePcapFile } from "../../examples/pcap-writer.js";
import { writeHomes } from "../../host/wasm/homes.js";
import { viewMemory } from "../../host/wasm/memory.js";
import { Core, type CoreLimits } from "../support/core.js";
import { feed } from "../support/feed.js";
import { Random, seedOf } from "../support/random.js";
import { Traffic } from "./traffic.js";

const seed = seedOf("detection beside flows");
const PACKETS = 20_000;
const SECOND_NS = 1_000_000_000n;
const DETECTION_FLAGS =
  L.FLOW_FLAG_GROUP |
  L.FLOW_FLAG_RESET_A |
  L.FLOW_FLAG_RESET_B |
  L.FLOW_FLAG_ASKED |
  L.FLOW_FLAG_RETRIED |
  L.FLOW_FLAG_UNHEARD |
  L.FLOW_FLAG_COMPANY |
  L.FLOW_FLAG_FIN_DATA;
const HOMES = [{ network: "10.0.0.0/24", kind: "ours" }] as const;
const ON: Partial<CoreLimits> = {
  detectFlags: L.DETECT_FLAG_ON,
  sourceLimit: 64,
  targetLimit: 8,
  recentLimit: 64,
  aliveLimit: 8,
};

const folder = mkdtempSync(join(tmpdir(), "stray-detection-"));
const path = join(folder, "traffic.pcap");
let capture: Uint8Array;
beforeAll(() => {
  const traffic = new Traffic(seed, 300);
  writePcapFile(path, { nanosecond: true }, (writer) => {
    for (let i = 0; i < PACKETS || traffic.busy; i++) {
      const { timeNs, bytes } = traffic.next();
      writer.write(timeNs, bytes);
    }
  });
  capture = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const core = new Core();

interface Read {
  records: Buffer[];
  counters: Buffer;
  oneWay: number;
}

function read(limits: Partial<CoreLimits>, piece: number, budget = 100_000): Read {
  core.reset({ recordLimit: 1024, ...limits, homeCount: HOMES.length });
  writeHomes(viewMemory(core.memory), HOMES);
  const records: Buffer[] = [];
  const onRecords = (): void => {
    core.take((record) => records.push(Buffer.from(record)));
  };
  expect(feed(core, capture, { piece, budget, onRecords }).ended).toBe("ended");
  for (let more = 1; more !== 0; onRecords()) more = core.exports.flush();
  const oneWay = core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_ONE_WAY);
  return { records, counters: Buffer.from(core.counterBytes()), oneWay };
}

/** Without what detection writes into a flow. */
function masked(record: Buffer): string {
  const copy = Buffer.from(record);
  const at = (offset: number): number => L.RECORD_FLOW_OFFSET + offset;
  copy.writeBigUInt64LE(0n, at(L.FLOW_FINDINGS_OFFSET));
  copy.writeUInt32LE(0, at(L.FLOW_NOTES_OFFSET));
  copy.writeUInt32LE(
    (copy.readUInt32LE(at(L.FLOW_FLAGS_OFFSET)) & ~DETECTION_FLAGS) >>> 0,
    at(L.FLOW_FLAGS_OFFSET),
  );
  return copy.toString("hex");
}

/** What is strange is told at once by one intermediate record more: the last records tell the same lives. */
function lives(records: readonly Buffer[]): Buffer[] {
  const isLast = (record: Buffer): boolean =>
    record.readUInt32LE(L.RECORD_REASON_OFFSET) !== L.RECORD_REASON_STATUS;
  return records.filter(isLast).map((record) => {
    const copy = Buffer.from(record);
    const at = (offset: number): number => L.RECORD_FLOW_OFFSET + offset;
    copy.fill(0, L.RECORD_SEQUENCE_OFFSET, L.RECORD_SEQUENCE_OFFSET + 8);
    copy.fill(0, at(L.FLOW_RECORD_START_OFFSET), at(L.FLOW_RECORD_START_OFFSET) + 8);
    copy.fill(0, at(L.FLOW_STATUS_COUNT_OFFSET), at(L.FLOW_STATUS_COUNT_OFFSET) + 2);
    copy.fill(0, at(L.FLOW_REPORTED_PACKETS_A_OFFSET), at(L.FLOW_REPORTED_PACKETS_B_OFFSET) + 4);
    for (const direction of [L.FLOW_DIR_A_OFFSET, L.FLOW_DIR_B_OFFSET]) {
      const from = at(direction + L.DIR_REPORTED_BYTES_OFFSET);
      copy.fill(0, from, from + 16);
    }
    return copy;
  });
}

describe.each([
  ["with room for every flow", { flowSets: 1024 }],
  ["in a table far too small", { flowSets: 3 }],
  ["with protected flows, so that newcomers are refused", { flowSets: 1, protectNs: 600n * SECOND_NS }],
  ["with intermediate records", { flowSets: 64, statusNs: 2n * SECOND_NS }],
  [
    "with short timeouts",
    {
      flowSets: 64,
      tcpOpeningNs: SECOND_NS,
      tcpEstablishedNs: 5n * SECOND_NS,
      udpNs: SECOND_NS,
      ghostNs: 3n * SECOND_NS,
    },
  ],
  [
    "after learning, for a while",
    { flowSets: 256, learnNs: 20n * SECOND_NS, aliveNs: 10n * SECOND_NS, pickupNs: 10n * SECOND_NS },
  ],
  ["with inspection", { flowSets: 64, inspectFlags: L.INSPECT_FLAG_ON }],
] as [string, Partial<CoreLimits>][])("%s", (_, limits) => {
  it("the flows are those without detection", () => {
    const off = read(limits, 100_000);
    const on = read({ ...limits, ...ON }, 100_000);
    const told =
      limits.statusNs === undefined
        ? [off.records, on.records]
        : [off, on].map((read) => lives(read.records));
    const [without, withIt] = told as [Buffer[], Buffer[]];
    expect(withIt.length).toBe(without.length);
    const differing = withIt.findIndex((record, i) => masked(record) !== masked(without[i]!));
    expect(differing, "the first record that differs").toBe(-1);
    expect(off.oneWay).toBe(0);
    expect(on.oneWay).toBeGreaterThan(100);
  });

  it("the same comes out in chunks and batches of any size", () => {
    const random = new Random(seed, 9);
    const whole = read({ ...limits, ...ON }, L.WINDOW_DATA_SIZE);
    for (let run = 0; run < 3; run++) {
      const cut = read({ ...limits, ...ON }, random.between(64, 20_000), random.between(1, 50));
      expect(Buffer.concat(cut.records).equals(Buffer.concat(whole.records))).toBe(true);
      expect(cut.counters.equals(whole.counters)).toBe(true);
    }
  });
});
