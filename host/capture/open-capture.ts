// One capture file while it is open as an input of the module: its source, its window, its number.
// Apart from the reader so that opening, peeking and ending a file are the same few steps everywhere.
// Always holds: the module's input is open exactly as long as this is.

import {
  INPUT_HEAD_READY_OFFSET,
  INPUT_HEAD_TIME_OFFSET,
  INPUT_SIZE,
  INPUTS_BASE,
  RUN_INPUT_DAMAGED,
  RUN_NEED_INPUT,
  STATE_ACTIVE_INPUT_OFFSET,
  STATE_BASE,
} from "../../assembly/layout.js";
import { readU32, readU64 } from "../wasm/memory.js";
import type { Sensor } from "../wasm/module.js";
import type { OpenInput } from "./inputs.js";
import { type CaptureProblem, inputProblem, isEarlyEnd } from "./problem.js";
import type { ByteSource } from "./source.js";
import { InputWindow } from "./window.js";

/** The input that run()'s last answer speaks of. */
export function activeInput(sensor: Sensor): number {
  return readU32(sensor.memory, STATE_BASE + STATE_ACTIVE_INPUT_OFFSET);
}

export class OpenCapture {
  private constructor(
    private readonly sensor: Sensor,
    readonly file: string,
    readonly number: number,
    readonly source: ByteSource,
    private readonly window: InputWindow,
  ) {}

  /** Opens `file` by `open` as input `number`. Fails with a CaptureProblem. */
  static async open(
    sensor: Sensor,
    file: string,
    number: number,
    open: OpenInput,
    chunkSize?: number,
  ): Promise<OpenCapture> {
    const source = await open(file);
    sensor.exports.openInput(number);
    return new OpenCapture(
      sensor,
      file,
      number,
      source,
      new InputWindow(sensor.memory, number, source, chunkSize),
    );
  }

  refill(): Promise<void> {
    return this.window.refill();
  }

  /** The time of the packet at the head (ns), once run() has found it. */
  get headTime(): bigint | undefined {
    const state = INPUTS_BASE + this.number * INPUT_SIZE;
    if (readU32(this.sensor.memory, state + INPUT_HEAD_READY_OFFSET) === 0) return undefined;
    return readU64(this.sensor.memory, state + INPUT_HEAD_TIME_OFFSET);
  }

  /** Reads on until the first packet is at the head: RUN_MORE, or why there is none. */
  async findHead(): Promise<number> {
    for (;;) {
      const answer = this.sensor.exports.run(0);
      if (answer !== RUN_NEED_INPUT || activeInput(this.sensor) !== this.number) return answer;
      await this.refill();
    }
  }

  /** What is wrong with the file after the module's answer that it ended or is damaged. */
  problemOf(answer: number): CaptureProblem | undefined {
    const found =
      answer === RUN_INPUT_DAMAGED
        ? inputProblem(this.sensor.memory, this.number, this.file, this.source.compressed)
        : undefined;
    // A source that failed looks to the module like a file that was cut: then the cause is what counts.
    return found === undefined || isEarlyEnd(found) ? (this.window.problem ?? found) : found;
  }

  async close(): Promise<void> {
    this.sensor.exports.closeInput(this.number);
    await this.window.close();
  }
}
