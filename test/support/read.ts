// Short ways for example tests: a few frames in, the records and counters out, ends as text.
// Apart from core.ts, which knows nothing of what a test wants to see. Always holds: frames come a millisecond apart
// unless they tell their own time, and every one is accounted for.

import * as L from "../../assembly/layout.js";
import { Core, type CoreLimits, type PushOptions } from "./core.js";
import type { FlowRecord } from "./record.js";

export const MS = 1_000_000n;
export const SECOND = 1_000_000_000n;
export const START = 1000n * SECOND;

export type Input = Uint8Array | ({ frame: Uint8Array } & PushOptions);

export interface Reading {
  core: Core;
  records: FlowRecord[];
}

let shared: Core | undefined;

/** Reads the frames in a fresh state; the core is shared by the tests of a file, one after another. */
export function read(inputs: readonly Input[], limits: Partial<CoreLimits> = {}, link = 1): Reading {
  shared ??= new Core();
  const core = shared;
  core.reset(limits);
  const early: FlowRecord[] = [];
  inputs.forEach((input, index) => {
    const { frame, ...options } = input instanceof Uint8Array ? { frame: input } : input;
    core.push(frame, { timeNs: START + BigInt(index) * MS, link, ...options });
    if (index % 64 === 63) early.push(...core.records());
  });
  const records = [...early, ...core.finish()];
  const accounted = core.counter(L.COUNTER_FLOW_PACKETS) + core.counter(L.COUNTER_UNDECODED);
  if (core.counter(L.COUNTER_PACKETS) !== inputs.length || accounted !== inputs.length) {
    throw new Error(`${inputs.length} frames in, ${accounted} accounted for`);
  }
  return { core, records };
}

/** Reads frames that make exactly one record. */
export function readOne(inputs: readonly Input[], limits: Partial<CoreLimits> = {}, link = 1): FlowRecord {
  const { records } = read(inputs, limits, link);
  if (records.length !== 1) throw new Error(`expected one record, found ${records.length}`);
  return records[0] as FlowRecord;
}

/** The COUNTER_UNDECODED_* that counted something, by name without the prefix. */
export function undecodedReasons(core: Core): string[] {
  const prefix = "COUNTER_UNDECODED_";
  return Object.entries(L)
    .filter(([name]) => name.startsWith(prefix) && !/_(FIRST|LAST)$/.test(name))
    .filter(([, index]) => core.counter(index) > 0)
    .map(([name]) => name.slice(prefix.length));
}

/** Names of the bits set, without the prefix: bitNames("NOTE_", record.notes). */
export function bitNames(prefix: string, bits: number): string[] {
  return Object.entries(L)
    .filter(([name, bit]) => name.startsWith(prefix) && (bits & bit) !== 0)
    .map(([name]) => name.slice(prefix.length));
}

function addressText(record: FlowRecord, hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  if (record.kind === L.KIND_MAC)
    return [...bytes.subarray(10)].map((b) => b.toString(16).padStart(2, "0")).join(":");
  if (record.kind !== L.KIND_IPV6) return [...bytes.subarray(12)].join(".");
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return words
    .join(":")
    .replace(/\b0(:0)+\b/, "")
    .replace(/^:$/, "::")
    .replace(/([0-9a-f]):$/, "$1::")
    .replace(/:{3,}/, "::");
}

/** "10.0.0.1:4000 > 10.0.0.2:80": the initiator first, ports where the protocol has them. */
export function talkOf(record: FlowRecord): string {
  const hasPorts = [6, 17, 33, 132, 136].includes(record.proto) && record.kind >= L.KIND_IPV4;
  const a = addressText(record, record.addressA) + (hasPorts ? `:${record.portA}` : "");
  const b = addressText(record, record.addressB) + (hasPorts ? `:${record.portB}` : "");
  return record.flags & L.FLOW_FLAG_INITIATOR_B ? `${b} > ${a}` : `${a} > ${b}`;
}
