// Looks at the live table: what is live is found, copied as a record of its whole life, and nothing changes by it.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp, udp } from "../../../examples/frame.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { Core } from "../../support/core.js";

const SECOND_NS = 1_000_000_000n;
const frame = (sport: number, size = 20): Uint8Array =>
  ethernet({}, ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, udp({ sport, dport: 53 }, filler(size))));

function live(core: Core): FlowRecord[] {
  const end = 1024 * L.SET_WAYS;
  const records: FlowRecord[] = [];
  for (let slot = core.exports.nextLive(0); slot < end; slot = core.exports.nextLive(slot + 1)) {
    expect(core.exports.snapshot(slot)).toBe(1);
    const copy = core.bytes.slice(L.SNAPSHOT_BASE, L.SNAPSHOT_BASE + L.RECORD_SIZE);
    records.push(new FlowRecord(copy.buffer).pointAt(0));
  }
  return records;
}

describe("snapshot()", () => {
  it("finds every live flow once", () => {
    const core = new Core();
    for (let port = 1; port <= 300; port++) core.push(frame(port));
    core.exports.drain();
    const ports = live(core).map((record) => record.port("orig"));
    expect(ports.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  it("finds none in an empty table, and none that is over", () => {
    const core = new Core();
    expect(core.exports.nextLive(0)).toBe(1024 * L.SET_WAYS);
    core.push(frame(1));
    core.exports.drain();
    core.exports.flush();
    expect(live(core)).toEqual([]);
  });

  it("tells the whole life, intermediate records or not", () => {
    const core = new Core({ statusNs: 5n * SECOND_NS });
    for (let second = 1n; second <= 20n; second++) core.push(frame(1), { timeNs: second * SECOND_NS });
    core.exports.drain();
    expect(core.records().length).toBeGreaterThan(1);
    const [record] = live(core);
    expect(record?.packets("orig")).toBe(20);
    expect(record?.startUs).toBe(1_000_000);
    expect(record?.lastUs).toBe(20_000_000);
    expect(record?.reason).toBe(L.RECORD_REASON_LIVE);
  });

  it("changes nothing that the worker has", () => {
    const core = new Core();
    for (let port = 1; port <= 50; port++) core.push(frame(port));
    core.exports.drain();
    const before = core.bytes.slice(L.RECORDS_BASE, L.FLOWS_BASE + 1024 * L.SET_WAYS * L.FLOW_SIZE);
    const state = core.bytes.slice(L.STATE_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
    live(core);
    const after = core.bytes.slice(L.RECORDS_BASE, L.FLOWS_BASE + 1024 * L.SET_WAYS * L.FLOW_SIZE);
    expect(Buffer.compare(before, after)).toBe(0);
    expect(core.bytes.slice(L.STATE_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE)).toEqual(state);
  });
});

describe("pickup", () => {
  const segment = (flags: string): Uint8Array =>
    ethernet({}, ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, tcp({ sport: 9, dport: 80, flags })));
  const notes = (core: Core): number => live(core)[0]?.notes ?? 0;

  it("marks TCP heard without a SYN soon after the start", () => {
    const core = new Core({ pickupNs: 60n * SECOND_NS });
    core.push(segment("A"));
    core.exports.drain();
    expect(notes(core) & L.NOTE_PICKUP).toBe(L.NOTE_PICKUP);
  });

  it("marks neither a connection that opens, nor one heard later, nor any of a file", () => {
    const opening = new Core({ pickupNs: 60n * SECOND_NS });
    opening.push(segment("S"));
    opening.exports.drain();
    expect(notes(opening) & L.NOTE_PICKUP).toBe(0);

    const later = new Core({ pickupNs: 60n * SECOND_NS, udpNs: 1n * SECOND_NS });
    later.push(frame(1), { timeNs: SECOND_NS });
    later.push(segment("A"), { timeNs: 62n * SECOND_NS });
    later.exports.drain();
    expect(live(later).map((record) => record.notes & L.NOTE_PICKUP)).toEqual([0, 0]);

    const file = new Core();
    file.push(segment("A"));
    file.exports.drain();
    expect(notes(file) & L.NOTE_PICKUP).toBe(0);
  });
});
