// The WASM core as tests drive it: a fresh memory, limits written into it, frames pushed one by one, records and
// counters taken out as bytes. Apart from host/wasm so that the tests of the core rest on the layout alone.
// Always holds: frames lie in the window region, each whole, untouched until the batch that has them is processed.

import { readFileSync } from "node:fs";
import * as L from "../../assembly/layout.js";
import { type FlowRecord, readRecord } from "./record.js";

const SECOND_NS = 1_000_000_000n;

export interface CoreExports {
  init(): void;
  openInput(input: number): void;
  closeInput(input: number): void;
  run(budget: number): number;
  flush(): number;
  flushSlot(slot: number): void;
  pushFrame(frame: number, captured: number, wire: number, timeNs: bigint, link: number): void;
  drain(): void;
  tick(timeNs: bigint): void;
  configure(): void;
  readBlock(address: number, size: number, link: number, input: number): number;
  nextLive(slot: number): number;
  snapshot(slot: number): number;
  darkness(at: number): number;
  giveAlive(at: number, timeNs: bigint, how: number): void;
  forward(side: number, budget: number, mayDrop: number): number;
  discard(side: number, beforeNs: bigint): number;
  takeRules(): void;
}

/** Limits and timeouts; durations in nanoseconds. */
export interface CoreLimits {
  seed: bigint;
  flowSets: number;
  fragmentSets: number;
  recordLimit: number;
  flags: number;
  statusNs: bigint;
  tcpOpeningNs: bigint;
  tcpEstablishedNs: bigint;
  tcpClosedNs: bigint;
  udpNs: bigint;
  icmpNs: bigint;
  otherNs: bigint;
  fragmentNs: bigint;
  ghostNs: bigint;
  protectNs: bigint;
  sweepNs: bigint;
  pickupNs: bigint;
  inspectFlags: number;
  sessionLimit: number;
  streamWindowSize: number;
  streamWindowLimit: number;
  streamDepth: number;
  datagramLimit: number;
  thresholdLimit: number;
  alertRate: number;
  alertBurst: number;
  packetBudget: number;
  regexSteps: number;
  rulesLimit: number;
  sourceLimit: number;
  targetLimit: number;
  recentLimit: number;
  aliveLimit: number;
  learnNs: bigint;
  detectFlags: number;
  homeCount: number;
  aliveNs: bigint;
}

export const LIMITS: CoreLimits = {
  seed: 0x5eedn,
  flowSets: 1024,
  fragmentSets: 64,
  recordLimit: 4096,
  flags: L.CONFIG_FLAG_CHECKSUM,
  statusNs: 0n,
  tcpOpeningNs: 30n * SECOND_NS,
  tcpEstablishedNs: 3600n * SECOND_NS,
  tcpClosedNs: 10n * SECOND_NS,
  udpNs: 60n * SECOND_NS,
  icmpNs: 30n * SECOND_NS,
  otherNs: 60n * SECOND_NS,
  fragmentNs: 30n * SECOND_NS,
  ghostNs: 60n * SECOND_NS,
  protectNs: 60n * SECOND_NS,
  sweepNs: 4n * SECOND_NS,
  pickupNs: 0n,
  inspectFlags: 0,
  sessionLimit: 256,
  streamWindowSize: 8192,
  streamWindowLimit: 64,
  streamDepth: 1_048_576,
  datagramLimit: 16,
  thresholdLimit: 256,
  alertRate: 0,
  alertBurst: 100,
  packetBudget: 400_000,
  regexSteps: 50_000,
  rulesLimit: L.RULES_HALF_SIZE,
  sourceLimit: 256,
  targetLimit: 256,
  recentLimit: 256,
  aliveLimit: 256,
  learnNs: 0n,
  detectFlags: 0,
  homeCount: 0,
  aliveNs: 0n,
};

/** Where each u64 and u32 of the configuration goes. */
const U64_FIELDS: readonly [keyof CoreLimits, number][] = [
  ["seed", L.CONFIG_SEED_OFFSET],
  ["statusNs", L.CONFIG_STATUS_NS_OFFSET],
  ["tcpOpeningNs", L.CONFIG_TCP_OPENING_NS_OFFSET],
  ["tcpEstablishedNs", L.CONFIG_TCP_ESTABLISHED_NS_OFFSET],
  ["tcpClosedNs", L.CONFIG_TCP_CLOSED_NS_OFFSET],
  ["udpNs", L.CONFIG_UDP_NS_OFFSET],
  ["icmpNs", L.CONFIG_ICMP_NS_OFFSET],
  ["otherNs", L.CONFIG_OTHER_NS_OFFSET],
  ["fragmentNs", L.CONFIG_FRAGMENT_NS_OFFSET],
  ["ghostNs", L.CONFIG_GHOST_NS_OFFSET],
  ["protectNs", L.CONFIG_PROTECT_NS_OFFSET],
  ["sweepNs", L.CONFIG_SWEEP_NS_OFFSET],
  ["pickupNs", L.CONFIG_PICKUP_NS_OFFSET],
  ["learnNs", L.CONFIG_LEARN_NS_OFFSET],
  ["aliveNs", L.CONFIG_ALIVE_NS_OFFSET],
];
const U32_FIELDS: readonly [keyof CoreLimits, number][] = [
  ["flowSets", L.CONFIG_FLOW_SETS_OFFSET],
  ["fragmentSets", L.CONFIG_FRAGMENT_SETS_OFFSET],
  ["recordLimit", L.CONFIG_RECORD_LIMIT_OFFSET],
  ["flags", L.CONFIG_FLAGS_OFFSET],
  ["inspectFlags", L.CONFIG_INSPECT_FLAGS_OFFSET],
  ["sessionLimit", L.CONFIG_SESSION_LIMIT_OFFSET],
  ["streamWindowSize", L.CONFIG_STREAM_WINDOW_SIZE_OFFSET],
  ["streamWindowLimit", L.CONFIG_STREAM_WINDOW_LIMIT_OFFSET],
  ["streamDepth", L.CONFIG_STREAM_DEPTH_OFFSET],
  ["datagramLimit", L.CONFIG_DATAGRAM_LIMIT_OFFSET],
  ["thresholdLimit", L.CONFIG_THRESHOLD_LIMIT_OFFSET],
  ["alertRate", L.CONFIG_ALERT_RATE_OFFSET],
  ["alertBurst", L.CONFIG_ALERT_BURST_OFFSET],
  ["packetBudget", L.CONFIG_PACKET_BUDGET_OFFSET],
  ["regexSteps", L.CONFIG_REGEX_STEPS_OFFSET],
  ["rulesLimit", L.CONFIG_RULES_LIMIT_OFFSET],
  ["sourceLimit", L.CONFIG_SOURCE_LIMIT_OFFSET],
  ["targetLimit", L.CONFIG_TARGET_LIMIT_OFFSET],
  ["recentLimit", L.CONFIG_RECENT_LIMIT_OFFSET],
  ["aliveLimit", L.CONFIG_ALIVE_LIMIT_OFFSET],
  ["detectFlags", L.CONFIG_DETECT_FLAGS_OFFSET],
  ["homeCount", L.CONFIG_HOME_COUNT_OFFSET],
];

export function writeLimits(view: DataView, limits: CoreLimits): void {
  for (const [name, offset] of U64_FIELDS)
    view.setBigUint64(L.CONFIG_BASE + offset, limits[name] as bigint, true);
  for (const [name, offset] of U32_FIELDS)
    view.setUint32(L.CONFIG_BASE + offset, limits[name] as number, true);
}

let compiled: WebAssembly.Module | undefined;

export const MODULE_PATH = new URL("../../build/stray.wasm", import.meta.url);

// Frames go round in the lower part of the windows; the upper end is left for tests that want the last byte.
const FRAMES_BASE = L.WINDOWS_BASE + 4096;
const FRAMES_END = L.WINDOWS_BASE + L.WINDOW_SIZE * 4;

export interface PushOptions {
  timeNs?: bigint;
  link?: number;
  /** Length on the wire; the frame's own length when it is not given. */
  wire?: number;
}

export class Core {
  readonly memory: WebAssembly.Memory;
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly exports: CoreExports;
  private next = FRAMES_BASE;
  private limits: CoreLimits = LIMITS;

  constructor(limits: Partial<CoreLimits> = {}) {
    compiled ??= new WebAssembly.Module(readFileSync(MODULE_PATH));
    this.memory = new WebAssembly.Memory({ initial: L.MEMORY_PAGES, maximum: L.MEMORY_PAGES, shared: true });
    this.view = new DataView(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.memory } });
    this.exports = instance.exports as unknown as CoreExports;
    this.reset(limits);
  }

  /** Begins anew with these limits. */
  reset(limits: Partial<CoreLimits> = {}): void {
    this.limits = { ...LIMITS, ...limits };
    writeLimits(this.view, this.limits);
    this.exports.init();
  }

  /** Puts a frame into memory and hands it in; 16 bytes around it are poisoned. */
  push(frame: Uint8Array, { timeNs = SECOND_NS, link = 1, wire = frame.length }: PushOptions = {}): void {
    if (this.next + frame.length + 32 > FRAMES_END) {
      this.exports.drain();
      this.next = FRAMES_BASE;
    }
    this.bytes.fill(0xa5, this.next, this.next + frame.length + 32);
    this.bytes.set(frame, this.next + 16);
    this.exports.pushFrame(this.next + 16, frame.length, wire, timeNs, link);
    this.next += frame.length + 32;
  }

  get pending(): number {
    return (this.state32(L.STATE_RECORD_HEAD_OFFSET) - this.state32(L.STATE_RECORD_TAIL_OFFSET)) >>> 0;
  }

  state32(offset: number): number {
    return this.view.getUint32(L.STATE_BASE + offset, true);
  }

  state64(offset: number): bigint {
    return this.view.getBigUint64(L.STATE_BASE + offset, true);
  }

  counter(index: number): number {
    return Number(this.view.getBigUint64(L.COUNTERS_BASE + index * 8, true));
  }

  counterBytes(): Uint8Array {
    return this.bytes.slice(L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
  }

  /** Takes the waiting records out, oldest first, giving each as a view of its bytes in the ring. */
  take(each: (record: Uint8Array) => void): number {
    const head = this.state32(L.STATE_RECORD_HEAD_OFFSET);
    let tail = this.state32(L.STATE_RECORD_TAIL_OFFSET);
    let taken = 0;
    for (; tail !== head; tail = (tail + 1) >>> 0, taken++) {
      const at = L.RECORDS_BASE + (tail % this.limits.recordLimit) * L.RECORD_SIZE;
      each(this.bytes.subarray(at, at + L.RECORD_SIZE));
    }
    this.view.setUint32(L.STATE_BASE + L.STATE_RECORD_TAIL_OFFSET, head, true);
    return taken;
  }

  records(): FlowRecord[] {
    const out: FlowRecord[] = [];
    this.take((bytes) => out.push(readRecord(bytes)));
    return out;
  }

  /** Processes what waits, records every live flow and answers all records that were waiting. */
  finish(): FlowRecord[] {
    this.exports.drain();
    const out = this.records();
    for (let more = 1; more !== 0; ) {
      more = this.exports.flush();
      out.push(...this.records());
    }
    return out;
  }

  /** Held fragments that are in no record yet. */
  get held(): number {
    return this.state32(L.STATE_FRAGMENT_PENDING_OFFSET);
  }
}
