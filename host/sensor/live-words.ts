// The words that a worker and the main thread leave for each other in the LIVE region of their memory.
// Apart because both sides read them, each from its own thread.
// Always holds: every access is atomic; each word has one writer.

import {
  INPUT_CAPACITY,
  LIVE_BASE,
  LIVE_BEATS_OFFSET,
  LIVE_BUSY_OFFSET,
  LIVE_COMMAND_OFFSET,
  LIVE_DONE_OFFSET,
  LIVE_INPUT_BLOCKS_OFFSET,
  LIVE_INPUT_FRAMES_OFFSET,
  LIVE_INPUT_REVENTS_OFFSET,
  LIVE_INPUT_SIZE,
  LIVE_INPUT_WAITING_OFFSET,
  LIVE_INPUTS_OFFSET,
  LIVE_NUMBER_OFFSET,
  LIVE_REGION_SIZE,
  LIVE_STATE_OFFSET,
  LIVE_STATE_STARTING,
  LIVE_WAITS_OFFSET,
} from "../../assembly/layout.js";
import type { SensorMemory } from "../wasm/memory.js";

export class LiveWords {
  private readonly u32: Uint32Array;
  private readonly u64: BigUint64Array;

  constructor(memory: SensorMemory) {
    this.u32 = memory.u32;
    this.u64 = memory.u64;
  }

  /** Before a worker starts; no other thread may be looking. */
  clear(): void {
    this.u32.fill(0, LIVE_BASE / 4, (LIVE_BASE + LIVE_REGION_SIZE) / 4);
    this.state = LIVE_STATE_STARTING;
  }

  get command(): number {
    return this.load(LIVE_COMMAND_OFFSET);
  }

  /** Number of the latest command given (main thread). */
  get number(): number {
    return this.load(LIVE_NUMBER_OFFSET);
  }

  /** Number of the latest command carried out (worker). */
  get done(): number {
    return this.load(LIVE_DONE_OFFSET);
  }

  set done(value: number) {
    this.store(LIVE_DONE_OFFSET, value);
  }

  /** Gives a command; answers its number. */
  give(command: number): number {
    const number = (this.number + 1) >>> 0;
    this.store(LIVE_COMMAND_OFFSET, command);
    this.store(LIVE_NUMBER_OFFSET, number);
    return number;
  }

  get state(): number {
    return this.load(LIVE_STATE_OFFSET);
  }

  set state(value: number) {
    this.store(LIVE_STATE_OFFSET, value);
  }

  get beats(): number {
    return this.load(LIVE_BEATS_OFFSET);
  }

  beat(): void {
    Atomics.add(this.u32, (LIVE_BASE + LIVE_BEATS_OFFSET) / 4, 1);
  }

  get waits(): number {
    return this.load(LIVE_WAITS_OFFSET);
  }

  clearWaits(): void {
    this.store(LIVE_WAITS_OFFSET, 0);
  }

  countWait(): void {
    Atomics.add(this.u32, (LIVE_BASE + LIVE_WAITS_OFFSET) / 4, 1);
  }

  /** The input whose block the worker is in, or undefined. */
  get busyInput(): number | undefined {
    const busy = this.load(LIVE_BUSY_OFFSET);
    return busy === 0 ? undefined : busy - 1;
  }

  set busyInput(input: number | undefined) {
    this.store(LIVE_BUSY_OFFSET, input === undefined ? 0 : input + 1);
  }

  revents(input: number): number {
    return this.load(inputAt(input) + LIVE_INPUT_REVENTS_OFFSET);
  }

  setRevents(input: number, value: number): void {
    this.store(inputAt(input) + LIVE_INPUT_REVENTS_OFFSET, value);
  }

  waiting(input: number): number {
    return this.load(inputAt(input) + LIVE_INPUT_WAITING_OFFSET);
  }

  setWaiting(input: number, blocks: number): void {
    this.store(inputAt(input) + LIVE_INPUT_WAITING_OFFSET, blocks);
  }

  /** Blocks taken since the ring was opened: its place in the ring is this modulo the ring's blocks. */
  blocks(input: number): bigint {
    return Atomics.load(this.u64, (LIVE_BASE + inputAt(input) + LIVE_INPUT_BLOCKS_OFFSET) / 8);
  }

  setBlocks(input: number, blocks: bigint): void {
    Atomics.store(this.u64, (LIVE_BASE + inputAt(input) + LIVE_INPUT_BLOCKS_OFFSET) / 8, blocks);
  }

  countBlock(input: number, frames: number): void {
    const at = LIVE_BASE + inputAt(input);
    Atomics.add(this.u64, (at + LIVE_INPUT_BLOCKS_OFFSET) / 8, 1n);
    Atomics.add(this.u64, (at + LIVE_INPUT_FRAMES_OFFSET) / 8, BigInt(frames));
  }

  countFrames(input: number, frames: number): void {
    Atomics.add(this.u64, (LIVE_BASE + inputAt(input) + LIVE_INPUT_FRAMES_OFFSET) / 8, BigInt(frames));
  }

  frames(input: number): bigint {
    return Atomics.load(this.u64, (LIVE_BASE + inputAt(input) + LIVE_INPUT_FRAMES_OFFSET) / 8);
  }

  private load(offset: number): number {
    return Atomics.load(this.u32, (LIVE_BASE + offset) / 4);
  }

  private store(offset: number, value: number): void {
    Atomics.store(this.u32, (LIVE_BASE + offset) / 4, value);
  }
}

function inputAt(input: number): number {
  if (input < 0 || input >= INPUT_CAPACITY) throw new RangeError(`input ${input}`);
  return LIVE_INPUTS_OFFSET + input * LIVE_INPUT_SIZE;
}
