// The window of one open input in linear memory, as the host fills it: a ring of parts.
// Apart from the sources so that the one place that moves bytes under the module's eyes is small.
// Always holds: the part in use is never written; reads are under way only into parts behind it, and are handed over
// in their order; refill() is called only when the module asked for bytes, so no frame address is held.
//
//   part   WINDOW_CARRY_SIZE: the rest of the record that was cut | WINDOW_DATA_SIZE: fresh bytes

import {
  INPUT_CURSOR_OFFSET,
  INPUT_END_OFFSET,
  INPUT_EOF_OFFSET,
  INPUT_SIZE,
  INPUTS_BASE,
  WINDOW_CARRY_SIZE,
  WINDOW_DATA_SIZE,
  WINDOW_PART_SIZE,
  WINDOW_PARTS,
  WINDOW_SIZE,
  WINDOWS_BASE,
} from "../../assembly/layout.js";
import { readU32, type SensorMemory, writeU32 } from "../wasm/memory.js";
import { CaptureProblem } from "./problem.js";
import type { ByteSource } from "./source.js";

export class InputWindow {
  /** Why reading stopped before the end, if it did: the module sees that as the end. */
  problem: CaptureProblem | undefined;
  /** The part that is handed over next. */
  private part = 0;
  private ended = false;
  private readonly reads: Promise<number>[] = [];
  private readonly state: number;

  /** Reads ahead at once; `chunkSize` bytes at most a time. */
  constructor(
    private readonly memory: SensorMemory,
    private readonly number: number,
    private readonly source: ByteSource,
    private readonly chunkSize: number = WINDOW_DATA_SIZE,
  ) {
    this.state = INPUTS_BASE + number * INPUT_SIZE;
    this.readAhead();
  }

  /** Gives the module the bytes read ahead, behind what it left, and reads on into the parts that are free. */
  async refill(): Promise<void> {
    const size = (await this.reads.shift()) ?? 0;
    const { memory, state } = this;
    const cursor = readU32(memory, state + INPUT_CURSOR_OFFSET);
    const end = readU32(memory, state + INPUT_END_OFFSET);
    const data = this.dataAddress(this.part);
    memory.u8.copyWithin(data - (end - cursor), cursor, end);
    writeU32(memory, state + INPUT_CURSOR_OFFSET, data - (end - cursor));
    writeU32(memory, state + INPUT_END_OFFSET, data + size);
    if (size === 0) this.ended = true;
    if (this.ended) writeU32(memory, state + INPUT_EOF_OFFSET, 1);
    this.part = (this.part + 1) % WINDOW_PARTS;
    if (!this.ended) this.readAhead();
  }

  private dataAddress(part: number): number {
    return WINDOWS_BASE + this.number * WINDOW_SIZE + part * WINDOW_PART_SIZE + WINDOW_CARRY_SIZE;
  }

  private readAhead(): void {
    const most = Math.min(this.source.readsAtOnce, WINDOW_PARTS - 1);
    while (this.reads.length < most) {
      this.reads.push(this.readInto(this.dataAddress((this.part + this.reads.length) % WINDOW_PARTS)));
    }
  }

  private async readInto(data: number): Promise<number> {
    try {
      const size = Math.min(this.chunkSize, WINDOW_DATA_SIZE);
      return await this.source.read(this.memory.u8.subarray(data, data + size));
    } catch (error) {
      if (!(error instanceof CaptureProblem)) throw error;
      this.problem ??= error;
      return 0;
    }
  }

  /** Waits for the reads under way, so that they can't write behind the next user of this window. */
  async close(): Promise<void> {
    await this.source.close();
    await Promise.allSettled(this.reads);
  }
}
