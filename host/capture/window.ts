// The window of one open input in linear memory, as the host fills it: two halves in turn.
// Apart from the sources so that the one place that moves bytes under the module's eyes is small.
// Always holds: the half in use is never written; one read is under way into the other; refill() is called only
// when the module asked for bytes, so the batch is empty and no frame address is held.
//
//   half   WINDOW_CARRY_SIZE: the rest of the record that was cut | WINDOW_DATA_SIZE: fresh bytes

import {
  INPUT_CURSOR_OFFSET,
  INPUT_END_OFFSET,
  INPUT_EOF_OFFSET,
  INPUT_SIZE,
  INPUTS_BASE,
  WINDOW_CARRY_SIZE,
  WINDOW_DATA_SIZE,
  WINDOW_HALF_SIZE,
  WINDOW_SIZE,
  WINDOWS_BASE,
} from "../../assembly/layout.js";
import { readU32, type SensorMemory, writeU32 } from "../wasm/memory.js";
import { CaptureProblem } from "./problem.js";
import type { ByteSource } from "./source.js";

export class InputWindow {
  /** Why reading stopped before the end, if it did: the module sees that as the end. */
  problem: CaptureProblem | undefined;
  private half = 0;
  private ended = false;
  private next: Promise<number>;
  private readonly state: number;

  /** Reads ahead at once; `chunkSize` bytes at most a time. */
  constructor(
    private readonly memory: SensorMemory,
    private readonly number: number,
    private readonly source: ByteSource,
    private readonly chunkSize: number = WINDOW_DATA_SIZE,
  ) {
    this.state = INPUTS_BASE + number * INPUT_SIZE;
    this.next = this.readAhead();
  }

  /** Gives the module the bytes read ahead, behind what it left, and reads on into the half that it leaves. */
  async refill(): Promise<void> {
    const size = await this.next;
    const { memory, state } = this;
    const cursor = readU32(memory, state + INPUT_CURSOR_OFFSET);
    const end = readU32(memory, state + INPUT_END_OFFSET);
    const data = this.dataAddress();
    memory.u8.copyWithin(data - (end - cursor), cursor, end);
    writeU32(memory, state + INPUT_CURSOR_OFFSET, data - (end - cursor));
    writeU32(memory, state + INPUT_END_OFFSET, data + size);
    if (size === 0) this.ended = true;
    if (this.ended) writeU32(memory, state + INPUT_EOF_OFFSET, 1);
    this.half ^= 1;
    if (!this.ended) this.next = this.readAhead();
  }

  private dataAddress(): number {
    return WINDOWS_BASE + this.number * WINDOW_SIZE + this.half * WINDOW_HALF_SIZE + WINDOW_CARRY_SIZE;
  }

  private async readAhead(): Promise<number> {
    const data = this.dataAddress();
    try {
      return await this.source.read(
        this.memory.u8.subarray(data, data + Math.min(this.chunkSize, WINDOW_DATA_SIZE)),
      );
    } catch (error) {
      if (!(error instanceof CaptureProblem)) throw error;
      this.problem = error;
      return 0;
    }
  }

  /** Waits for the read under way, so that it can't write behind the next user of this window. */
  async close(): Promise<void> {
    await this.source.close();
    await this.next.catch(() => 0);
  }
}
