// A worker's loop: blocks of the kernel's rings through the classifier, and what the main thread asks in between.
// Apart from the thread's entry so that a test can drive it turn by turn.
// Always holds: no wait is longer than POLL_MS; a ring that told of an error is not polled again until the main
// thread has seen to it; every turn beats.

import {
  LIVE_COMMAND_STOP,
  LIVE_STATE_RUNNING,
  LIVE_STATE_STOPPED,
  LIVE_STATE_STOPPING,
  STATE_BASE,
  STATE_RECORD_TAIL_OFFSET,
} from "../../assembly/layout.js";
import { RingPoll, RingReader } from "../capture/live/ring-reader.js";
import { BLOCK_PACKETS_OFFSET } from "../capture/live/tpacket.js";
import type { WireHandle } from "../capture/live/wire-handle.js";
import type { Limits } from "../wasm/config.js";
import { writeConfig } from "../wasm/config.js";
import { writeHomes } from "../wasm/homes.js";
import { writeInline } from "../wasm/inline.js";
import { readU32, type SensorMemory } from "../wasm/memory.js";
import type { SensorExports } from "../wasm/module.js";
import { RecordRing } from "../wasm/record-ring.js";
import { Forwarder } from "./forwarder.js";
import { LiveWords } from "./live-words.js";
import { forgetAddresses, giveAddresses } from "./worker-known.js";
import type { WorkerInput, WorkerMessage } from "./worker-messages.js";

const POLL_MS = 100;
/** Blocks of one ring a turn, so that no ring waits long for another. */
const BLOCKS_A_TURN = 16;
/** How far the clock stays behind the wall when nothing arrives: packets wait that long in a block at most. */
const TICK_LAG_MS = 1000;
const TICK_MS = 100;
/** More than one: a packet may push a flow out, pay for the end of others, and tell of what is strange at once. */
const RECORDS_A_FRAME = 1.5;
const RECORDS_RESERVE = 64;
const RECORD_WAIT_MS = 2;
const RECORD_WAITS_MAX = 25;
const FLUSH_WAITS_MAX = 5000;
const TAIL_WORD = (STATE_BASE + STATE_RECORD_TAIL_OFFSET) / 4;

interface Input {
  readonly number: number;
  readonly reader: RingReader;
  readonly blockBytes: number;
  readonly linkType: number;
  failed: boolean;
}

export class WorkerLoop {
  private inputs: Input[] = [];
  private poll: RingPoll | undefined;
  private polled: Input[] = [];
  private forwarder: Forwarder | undefined;
  private readonly words: LiveWords;
  private readonly ring: RecordRing;
  private tickedMs = 0;

  constructor(
    private readonly memory: SensorMemory,
    private readonly exports: SensorExports,
    private limits: Limits,
    private readonly receive: () => WorkerMessage | undefined,
    /** Tells the main thread that records wait and so does the worker. */
    private readonly nudge: () => void,
  ) {
    this.words = new LiveWords(memory);
    this.ring = new RecordRing(memory, limits.recordLimit);
  }

  /** Until it is told to stop. */
  run(): void {
    this.words.state = LIVE_STATE_RUNNING;
    while (this.turn()) {}
    this.words.state = LIVE_STATE_STOPPING;
    this.finish();
    this.words.state = LIVE_STATE_STOPPED;
  }

  /** One turn; false when the main thread asked to stop. */
  turn(): boolean {
    this.words.beat();
    const number = this.words.number;
    if (number !== this.words.done) {
      if (this.words.command === LIVE_COMMAND_STOP) return false;
      for (let message = this.receive(); message !== undefined; message = this.receive()) this.obey(message);
      this.words.done = number;
    }
    // Each batch does so too, but there may be no packets.
    this.exports.takeRules();
    let taken = 0;
    if (this.forwarder !== undefined) taken += this.forwarder.turn();
    for (const input of this.inputs) if (!input.failed) taken += this.takeBlocks(input, BLOCKS_A_TURN);
    if (taken === 0) this.rest();
    return true;
  }

  private obey(message: WorkerMessage): void {
    const { memory, exports } = this;
    switch (message.type) {
      case "limits":
        this.limits = message.limits;
        writeConfig(memory, message.limits);
        exports.configure();
        break;
      case "homes":
        writeHomes(memory, message.homes);
        break;
      case "alive":
        giveAddresses(memory, exports, message.given, message.hasConversed);
        break;
      case "forget":
        forgetAddresses(memory, this.limits.aliveLimit, message.addresses);
        break;
      case "inputs":
        this.inputs = message.inputs.map((input) => this.open(input));
        this.watch();
        break;
      case "inline":
        writeInline(memory, message.policy);
        this.forwarder?.waitAtMost(message.waitMs);
        break;
      case "pair":
        this.forwarder = message.handles && this.join(message.handles, message.waitMs);
    }
  }

  private join(handles: readonly [WireHandle, WireHandle], waitMs: number): Forwarder {
    for (const side of handles.keys()) this.words.setRevents(side, 0);
    return new Forwarder(
      this.memory,
      this.exports,
      handles,
      waitMs,
      {
        trouble: (side, revents) => this.words.setRevents(side, revents),
        frames: (side, count) => this.words.countFrames(side, count),
      },
      (frames) => this.waitForRoom(frames, 1),
    );
  }

  private open({ input, handle }: WorkerInput): Input {
    const first = Number(this.words.blocks(input) % BigInt(handle.blocks));
    this.words.setRevents(input, 0);
    const reader = new RingReader(this.memory.buffer, handle, first);
    return { number: input, reader, blockBytes: handle.blockBytes, linkType: handle.linkType, failed: false };
  }

  /** The rings that are polled: those without an error. */
  private watch(): void {
    this.polled = this.inputs.filter((input) => !input.failed);
    this.poll = new RingPoll(this.polled.map((input) => input.reader.handle));
  }

  private takeBlocks(input: Input, most: number): number {
    let taken = 0;
    for (; taken < most; taken++) {
      const address = input.reader.next();
      if (address === 0) break;
      this.waitForRoom(readU32(this.memory, address + BLOCK_PACKETS_OFFSET));
      this.words.busyInput = input.number;
      const frames = this.exports.readBlock(address, input.blockBytes, input.linkType, input.number);
      input.reader.release();
      this.words.countBlock(input.number, frames);
      this.words.busyInput = undefined;
    }
    if (taken > 0) this.words.setWaiting(input.number, input.reader.waiting());
    return taken;
  }

  /**
   * A record ring without room for what a block of `frames` may end: the kernel's ring can wait a little, lost records
   * can't come back. The bound is for a main thread that is stuck.
   */
  private waitForRoom(frames: number, waitsMax = RECORD_WAITS_MAX): void {
    const { capacity } = this.ring;
    const need = Math.min(capacity, Math.ceil(frames * RECORDS_A_FRAME) + RECORDS_RESERVE);
    for (let waits = 0; capacity - this.ring.count < need && waits < waitsMax; waits++) {
      if (waits === 0) this.nudge();
      this.words.countWait();
      Atomics.wait(this.tail, TAIL_WORD, this.tail[TAIL_WORD] ?? 0, RECORD_WAIT_MS);
    }
  }

  /** Nothing waits: moves the clock on, then sleeps until a ring has a block, POLL_MS at most. */
  private rest(): void {
    const now = Date.now();
    if (now - this.tickedMs >= TICK_MS) {
      this.tickedMs = now;
      this.exports.tick(BigInt(now - TICK_LAG_MS) * 1_000_000n);
    }
    for (const input of this.inputs) this.words.setWaiting(input.number, 0);
    if (this.forwarder !== undefined) {
      this.forwarder.rest();
      return;
    }
    if (this.poll === undefined || this.polled.length === 0) {
      Atomics.wait(this.tail, TAIL_WORD, this.tail[TAIL_WORD] ?? 0, POLL_MS);
      return;
    }
    if (!this.poll.wait(POLL_MS)) return;
    let hasFailed = false;
    this.polled.forEach((input, index) => {
      const revents = this.poll?.revents(index) ?? 0;
      if ((revents & POLL_TROUBLE) === 0) return;
      input.failed = true;
      hasFailed = true;
      this.words.setRevents(input.number, revents);
    });
    if (hasFailed) this.watch();
  }

  /** Takes what the rings still hold, then records every live flow. */
  private finish(): void {
    this.forwarder?.finish();
    for (const input of this.inputs) {
      if (!input.failed) this.takeBlocks(input, input.reader.waiting());
      this.words.beat();
    }
    for (let waits = 0; this.exports.flush() !== 0 && waits < FLUSH_WAITS_MAX; waits++) {
      this.nudge();
      this.words.beat();
      Atomics.wait(this.tail, TAIL_WORD, this.tail[TAIL_WORD] ?? 0, RECORD_WAIT_MS);
    }
  }

  /** Atomics.wait() wants signed words. */
  private get tail(): Int32Array {
    this.signed ??= new Int32Array(this.memory.buffer);
    return this.signed;
  }
  private signed: Int32Array | undefined;
}

/** POLLERR, POLLHUP, POLLNVAL (poll.h). */
const POLL_TROUBLE = 0x8 | 0x10 | 0x20;
