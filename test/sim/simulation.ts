// Runs traffic through the module and holds its records against the reference model, packet by packet.
// Twice over the same traffic: the first run only learns which set each key belongs to.
// Always holds: records are given to the model in the order in which they were made, with the packet that caused them.

import { setImmediate } from "node:timers/promises";
import * as L from "../../assembly/layout.js";
import { Core, type CoreLimits, LIMITS } from "../support/core.js";
import { Random } from "../support/random.js";
import type { FlowRecord } from "../support/record.js";
import { type Described, keyOfRecord } from "./described.js";
import { Model } from "./model.js";
import { Traffic } from "./traffic.js";

/** Packets between two looks at the event loop: the test runner wants to be heard in a long run. */
const BREATH = 20_000;

export interface SimulationOptions {
  seed: number;
  packets: number;
  concurrent: number;
  lasting?: number;
  limits: Partial<CoreLimits>;
}

export interface SimulationResult {
  records: number;
  /** Records by RECORD_REASON_*. */
  reasons: Map<number, number>;
  quoted: number;
  keys: number;
}

/** @throws Error at the first disagreement. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const limits: CoreLimits = { ...LIMITS, fragmentSets: 1024, ...options.limits };
  const core = new Core(limits);
  const sets = await learnSets(core, limits, options);
  core.reset(limits);
  const model = new Model(limits, sets);
  const traffic = new Traffic(options.seed, options.concurrent, options.lasting);
  const random = new Random(options.seed, 5);
  const waiting: Described[] = [];
  const overdue = new Map<string, number>();
  let records = 0;
  const settle = (): void => {
    const batch = core.records();
    records += batch.length;
    handOver(core, model, waiting, batch);
    checkOverdue(model, limits, overdue);
  };
  for (let left = options.packets; left > 0 || traffic.busy; ) {
    for (let size = random.between(1, 100); size > 0 && (left > 0 || traffic.busy); size--, left--) {
      const packet = traffic.next();
      waiting.push(packet);
      core.push(packet.bytes, { timeNs: packet.timeNs });
    }
    if (random.chance(0.5)) core.exports.drain();
    settle();
    if (random.chance(0.005)) await setImmediate();
  }
  core.exports.drain();
  settle();
  compareTotals(core, model);
  const flushed = core.finish();
  model.flushed(flushed);
  compareEnd(core, model, records + flushed.length);
  return { records: records + flushed.length, reasons: model.reasons, quoted: model.quoted, keys: sets.size };
}

async function learnSets(
  core: Core,
  limits: CoreLimits,
  options: SimulationOptions,
): Promise<Map<string, number>> {
  const sets = new Map<string, number>();
  const learn = (records: FlowRecord[]): void => {
    for (const record of records) {
      const key = keyOfRecord(record);
      const known = sets.get(key);
      if (known !== undefined && known !== record.set)
        throw new Error(`${key} was in set ${known}, then in ${record.set}`);
      if (record.set >= limits.flowSets)
        throw new Error(`${key} is in set ${record.set} of ${limits.flowSets}`);
      sets.set(key, record.set);
    }
  };
  const traffic = new Traffic(options.seed, options.concurrent, options.lasting);
  for (let i = 1; i <= options.packets || traffic.busy; i++) {
    const { bytes, timeNs } = traffic.next();
    core.push(bytes, { timeNs });
    if (i % 64 === 0) learn(core.records());
    if (i % BREATH === 0) await setImmediate();
  }
  learn(core.finish());
  return sets;
}

/** Gives the model every packet that the module is done with, each with its records. */
function handOver(core: Core, model: Model, waiting: Described[], records: FlowRecord[]): void {
  const done = Number(core.state64(L.STATE_PACKET_INDEX_OFFSET)) - model.frames;
  let next = 0;
  for (const packet of waiting.splice(0, done)) {
    const from = next;
    while (records[next]?.packetIndex === model.frames + 1) next++;
    model.beginPacket(packet);
    model.packet(packet, records.slice(from, next));
  }
  if (next !== records.length)
    throw new Error(`record ${records[next]?.sequence} belongs to no packet processed`);
  const used = core.state32(L.STATE_FLOWS_USED_OFFSET);
  if (used !== model.live.size)
    throw new Error(`${used} flows live in the module, ${model.live.size} in the model`);
  if (core.held !== model.held)
    throw new Error(`${core.held} fragments held in the module, ${model.held} in the model`);
}

/** The sweep visits each set in turn: what is overdue must be gone after as many packets as a turn takes. */
function checkOverdue(model: Model, limits: CoreLimits, since: Map<string, number>): void {
  const now = new Set<string>();
  for (const flow of model.overdue()) {
    now.add(flow.key);
    const first = since.get(flow.key) ?? model.frames;
    since.set(flow.key, first);
    const patience = limits.flowSets * L.SET_WAYS + 1000;
    if (model.frames - first > patience)
      throw new Error(`${flow.key} should have ended ${model.frames - first} packets ago`);
  }
  for (const key of since.keys()) if (!now.has(key)) since.delete(key);
}

function compareTotals(core: Core, model: Model): void {
  const expect = (name: string, found: number, expected: number): void => {
    if (found !== expected) throw new Error(`${name}: ${found} counted, the model has ${expected}`);
  };
  expect("packets", core.counter(L.COUNTER_PACKETS), model.frames);
  expect("undecoded", core.counter(L.COUNTER_UNDECODED), model.undecoded);
  expect("in flows", core.counter(L.COUNTER_FLOW_PACKETS), model.frames - model.undecoded - model.held);
  expect("errors tied", core.counter(L.COUNTER_ICMP_QUOTED), model.quoted);
  expect("errors not tied", core.counter(L.COUNTER_ICMP_UNMATCHED), model.unmatched);
  expect(
    "bad checksums",
    core.counter(L.COUNTER_BAD_L4_CHECKSUM) + core.counter(L.COUNTER_BAD_IP_CHECKSUM),
    0,
  );
}

const REASON_COUNTERS: readonly [number, number][] = [
  [L.RECORD_REASON_IDLE, L.COUNTER_FLOWS_IDLE],
  [L.RECORD_REASON_EVICTED, L.COUNTER_FLOWS_EVICTED],
  [L.RECORD_REASON_REFUSED, L.COUNTER_FLOWS_REFUSED],
  [L.RECORD_REASON_STATUS, L.COUNTER_RECORDS_STATUS],
  [L.RECORD_REASON_FLUSH, L.COUNTER_FLOWS_FLUSHED],
  [L.RECORD_REASON_REUSED, L.COUNTER_FLOWS_REUSED],
];

function compareEnd(core: Core, model: Model, records: number): void {
  for (const [reason, counter] of REASON_COUNTERS) {
    const expected = model.reasons.get(reason) ?? 0;
    if (core.counter(counter) !== expected) {
      throw new Error(`reason ${reason}: ${core.counter(counter)} counted, ${expected} records`);
    }
  }
  const totals: [string, number, number][] = [
    ["records", core.counter(L.COUNTER_RECORDS), records],
    ["records lost", core.counter(L.COUNTER_RECORDS_LOST), 0],
    ["flows created", core.counter(L.COUNTER_FLOWS_CREATED), model.created],
    ["packets in records", core.counter(L.COUNTER_FLOW_PACKETS), model.packetsInRecords],
    ["flows left", core.state32(L.STATE_FLOWS_USED_OFFSET), 0],
  ];
  for (const [name, found, expected] of totals) {
    if (found !== expected) throw new Error(`${name}: found ${found}, expected ${expected}`);
  }
}
