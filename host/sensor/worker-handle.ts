// One worker as the main thread has it: its memory, its thread, and what it has done in all its lives.
// Apart from the supervisor so that a worker's start, stop and death are in one place.
// Always holds: the memory outlives the thread; counts only grow, over restarts too; records are read in place.

import { join } from "node:path";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import {
  LIVE_COMMAND_MESSAGE,
  LIVE_COMMAND_STOP,
  LIVE_STATE_RUNNING,
  STATE_BASE,
  STATE_CONVERSATIONS_OFFSET,
  STATE_FLOWS_PEAK_OFFSET,
  STATE_FLOWS_USED_OFFSET,
  STATE_LOSS_TIME_OFFSET,
  STATE_RECORD_TAIL_OFFSET,
  STATE_SOURCES_OFFSET,
  STATE_TARGETS_OFFSET,
  STATE_TWO_WAY_OFFSET,
  STATE_UNHEARD_OFFSET,
} from "../../assembly/layout.js";
import { AlertRing } from "../alert/alert-ring.js";
import { messageOf, StrayError } from "../errors.js";
import { FlowRecord } from "../record/flow-record.js";
import type { RuleCounts } from "../rules/rule-counts.js";
import { type Limits, writeConfig } from "../wasm/config.js";
import { COUNTERS, readCounter, readCounters } from "../wasm/counters.js";
import { writeHomes } from "../wasm/homes.js";
import { createMemory, readU32, type SensorMemory } from "../wasm/memory.js";
import { compileModule, instantiate, packageRoot, type SensorExports } from "../wasm/module.js";
import { flowCapacityOf } from "../wasm/profiles.js";
import { RecordRing } from "../wasm/record-ring.js";
import { LiveWords } from "./live-words.js";
import { touchTables } from "./touch.js";
import type { Counts } from "./view.js";
import { giveAddresses, type KnownAddresses } from "./worker-known.js";
import type { WorkerData, WorkerMessage } from "./worker-messages.js";
import { type RulesInUse, WorkerRules } from "./worker-rules.js";

const ENTRY = "dist/host/sensor/worker.js";
/** A worker that has not turned for so long is taken for dead. */
export const HANG_MS = 10_000;
const OBEY_MS = 5000;
/** A thread that has not turned yet loads its program: seconds on a slow board, a minute on an emulated one. */
const BEGIN_MS = 90_000;
const NS_PER_MS = 1_000_000n;
const OBEY_LOOK_MS = 5;
const COUNTER_INDEX: ReadonlyMap<string, number> = new Map(COUNTERS.map(({ name, index }) => [name, index]));
/** JavaScript of a worker hardly allocates: a small heap keeps the process small. */
const RESOURCES = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 24, stackSizeMb: 1 };

export type WorkerState = "running" | "starting" | "dead";

export class WorkerHandle {
  readonly memory: SensorMemory = createMemory();
  readonly words: LiveWords;
  /** For looks at the live table; runs in this thread, over the worker's memory. */
  readonly viewer: SensorExports;
  readonly record: FlowRecord;
  startedMs = 0;
  restarts = 0;
  private readonly module = compileModule();
  private readonly tail: Int32Array;
  private ring: RecordRing;
  private thread: Worker | undefined;
  private port: MessagePort | undefined;
  private carried: Record<string, number> = {};
  private beats = -1;
  private beatMs = 0;
  private isStopping = false;
  private readonly rules: WorkerRules;
  readonly alerts: AlertRing;

  constructor(
    readonly number: number,
    private limits: Limits,
    private readonly onDeath: (worker: WorkerHandle, reason: string) => void,
    /** The worker waits for its records to be taken out. */
    private readonly onNudge: () => void = () => undefined,
    /** What it is to know of addresses whenever it begins. */
    private readonly known: KnownAddresses | undefined = undefined,
  ) {
    this.words = new LiveWords(this.memory);
    this.viewer = instantiate(this.module, this.memory);
    this.record = new FlowRecord(this.memory.buffer);
    this.tail = new Int32Array(this.memory.buffer, STATE_BASE + STATE_RECORD_TAIL_OFFSET, 1);
    this.ring = new RecordRing(this.memory, limits.recordLimit);
    this.rules = new WorkerRules(this.memory);
    this.alerts = new AlertRing(this.memory, (generation, index) => this.rules.find(generation, index));
  }

  get flowsMax(): number {
    return flowCapacityOf(this.limits);
  }

  get flows(): number {
    return readU32(this.memory, STATE_BASE + STATE_FLOWS_USED_OFFSET);
  }

  get flowsPeak(): number {
    return readU32(this.memory, STATE_BASE + STATE_FLOWS_PEAK_OFFSET);
  }

  /** Places of the table of the living. */
  get aliveMax(): number {
    return this.limits.aliveLimit;
  }

  /** Addresses whose sending is kept, and whose being asked: in use, and places. */
  get tables(): { readonly [K in "sources" | "sourcesMax" | "targets" | "targetsMax"]: number } {
    const { memory, limits } = this;
    return {
      sources: readU32(memory, STATE_BASE + STATE_SOURCES_OFFSET),
      sourcesMax: limits.detect ? limits.sourceLimit : 0,
      targets: readU32(memory, STATE_BASE + STATE_TARGETS_OFFSET),
      targetsMax: limits.detect ? limits.targetLimit : 0,
    };
  }

  /** A conversation of an address of ours passed, both sides of it, and it is no exception (detect/sight.ts). */
  get hasConversed(): boolean {
    const unheard = readU32(this.memory, STATE_BASE + STATE_UNHEARD_OFFSET);
    if (unheard !== 0 && unheard >= readU32(this.memory, STATE_BASE + STATE_TWO_WAY_OFFSET)) return false;
    return readU32(this.memory, STATE_BASE + STATE_CONVERSATIONS_OFFSET) !== 0;
  }

  /** Frames were lost at that time: a flow that begins about then without a handshake may have had one. */
  noteLoss(timeMs: number): void {
    const at = (STATE_BASE + STATE_LOSS_TIME_OFFSET) / 8;
    Atomics.store(this.memory.u64, at, BigInt(timeMs) * NS_PER_MS);
  }

  get recordsWaiting(): number {
    return this.ring.count;
  }

  get recordsMax(): number {
    return this.ring.capacity;
  }

  get state(): WorkerState {
    if (this.thread === undefined) return "dead";
    return this.words.state === LIVE_STATE_RUNNING ? "running" : "starting";
  }

  /** Empties what another life left; no thread may be running. */
  prepare(limits: Limits): void {
    this.limits = limits;
    this.words.clear();
    touchTables(this.memory, limits);
    this.reset();
  }

  private reset(): void {
    const { limits, memory, viewer } = this;
    const beginning = limits.detect ? this.known?.begin(this) : undefined;
    writeConfig(memory, limits);
    writeHomes(memory, beginning?.homes ?? []);
    viewer.init();
    // No thread is running yet: this one does it for it.
    if (beginning !== undefined) giveAddresses(memory, viewer, beginning.given, beginning.hasConversed);
    this.ring = new RecordRing(memory, limits.recordLimit);
    if (this.rules.putBack()) this.viewer.takeRules();
  }

  /**
   * Rules for this worker, also when it starts again. They are in force when `hasTakenRules`.
   * @throws StrayError RULES_BUSY when those before are not in force yet; then nothing is changed.
   */
  useRules(rules: RulesInUse): void {
    if (this.rules.use(rules) && this.thread === undefined) this.viewer.takeRules();
  }

  /** A dead one has: it starts again with what it was given last. */
  get hasTakenRules(): boolean {
    return this.thread === undefined || this.rules.isTaken;
  }

  /** What was counted of each rule in force, by its place. */
  get ruleCounts(): readonly RuleCounts[] {
    return this.rules.counts();
  }

  /** Starts the thread with empty tables and counters. */
  start(): void {
    this.reset();
    const { port1, port2 } = new MessageChannel();
    const data: WorkerData = {
      memory: this.memory.handle,
      module: this.module,
      limits: this.limits,
      port: port2,
    };
    this.isStopping = false;
    this.startedMs = Date.now();
    this.beatMs = this.startedMs;
    this.beats = -1;
    this.port = port1;
    port1.on("message", this.onNudge);
    port1.unref();
    const thread = new Worker(join(packageRoot(), ENTRY), {
      workerData: data,
      transferList: [port2],
      resourceLimits: RESOURCES,
      name: `stray-${this.number}`,
    });
    this.thread = thread;
    let reason = "it ended";
    thread.on("error", (error) => {
      reason = messageOf(error);
    });
    thread.on("exit", () => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      port1.close();
      if (!this.isStopping) this.onDeath(this, reason);
    });
  }

  /** What the ended thread counted is kept; flows that are still live are lost, and counted as such. */
  carryOver(hasLostBlock: boolean): number {
    const { flows } = this;
    const counts = readCounters(this.memory);
    for (const [name, value] of Object.entries(counts)) this.carry(name, value);
    this.carry("flows-lost", flows);
    if (hasLostBlock) this.carry("blocks-lost", 1);
    this.carry("record-waits", this.words.waits);
    this.words.clearWaits();
    this.rules.carryOver();
    this.viewer.init();
    return flows;
  }

  private carry(name: string, by: number): void {
    this.carried[name] = (this.carried[name] ?? 0) + by;
  }

  /** Of all lives. */
  counters(): Counts {
    const counts: Record<string, number> = { ...readCounters(this.memory) };
    counts["record-waits"] = this.words.waits;
    counts["flows-lost"] = 0;
    counts["blocks-lost"] = 0;
    for (const [name, value] of Object.entries(this.carried)) counts[name] = (counts[name] ?? 0) + value;
    counts["restarts"] = this.restarts;
    return counts;
  }

  /** One counter of all lives, by name: for what is asked each second. */
  counterOf(name: string): number {
    const index = COUNTER_INDEX.get(name);
    return (this.carried[name] ?? 0) + (index === undefined ? 0 : readCounter(this.memory, index));
  }

  /** Tells the worker; resolves when it has obeyed. @throws StrayError when it does not answer. */
  async send(message: WorkerMessage): Promise<void> {
    if (message.type === "limits") this.limits = message.limits;
    this.port?.postMessage(message);
    const number = this.words.give(LIVE_COMMAND_MESSAGE);
    // By a clock that nobody sets.
    const askedAtMs = performance.now();
    const patienceMs = this.state === "starting" ? BEGIN_MS : OBEY_MS;
    // Another command may follow before the worker has looked: one that is done has done those before it.
    while ((this.words.done - number) >> 0 < 0) {
      if (this.thread === undefined) return; // told anew when it is started again
      if (performance.now() - askedAtMs > patienceMs) {
        const text = `worker ${this.number} has not obeyed for ${patienceMs / 1000} s`;
        throw new StrayError("WORKER_SILENT", text);
      }
      await sleep(OBEY_LOOK_MS);
    }
  }

  /** ms since the last sign of life; call it now and then. */
  lagMs(nowMs: number): number {
    const { beats } = this.words;
    if (beats !== this.beats) {
      this.beats = beats;
      this.beatMs = nowMs;
    }
    return Math.max(0, nowMs - this.beatMs);
  }

  /** Gives at most `most` waiting records to `each`, in order, and frees their places; answers how many. */
  drain(most: number, each: (record: FlowRecord) => void): number {
    const count = Math.min(this.ring.count, most);
    for (let index = 0; index < count; index++) each(this.record.pointAt(this.ring.address(index)));
    if (count > 0) {
      this.ring.release(count);
      Atomics.notify(this.tail, 0);
    }
    return count;
  }

  /** Asks the worker to take what waits, record its flows and end; `hasStopped` tells when. */
  askToStop(): void {
    this.isStopping = true;
    if (this.thread !== undefined) this.words.give(LIVE_COMMAND_STOP);
  }

  get hasStopped(): boolean {
    return this.thread === undefined;
  }

  /** Ends the thread at once. */
  async terminate(): Promise<void> {
    await this.thread?.terminate();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
