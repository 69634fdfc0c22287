// Feeds bytes to the walk as files are fed: through windows, in pieces of a chosen size, several at once.
// Apart from the tests so that each of them says what is in the bytes and what must come out, no more.
// Always holds: every answer of run() is obeyed as the protocol in assembly/layout.ts says.

import * as L from "../../assembly/layout.js";
import type { ByteSource } from "../../host/capture/source.js";
import { InputWindow } from "../../host/capture/window.js";
import { readU32, readU64, type SensorMemory } from "../../host/wasm/memory.js";
import type { Sensor } from "../../host/wasm/module.js";
import { type LoggedPacket, takeLog } from "./capture-module.js";

export class MemorySource implements ByteSource {
  readonly compressed = false;
  readonly rewindable = true;
  readonly readsAtOnce = 1;
  consumed = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length;
  }

  async read(target: Uint8Array): Promise<number> {
    const piece = this.bytes.subarray(this.consumed, this.consumed + target.length);
    target.set(piece);
    this.consumed += piece.length;
    return piece.length;
  }

  async close(): Promise<void> {}
}

/** How one input came to its end: `code` is INPUT_ERROR_*, 0 = cleanly. */
export interface InputEnd {
  code: number;
  value: number;
  offset: number;
}

export interface Fed {
  packets: LoggedPacket[];
  ends: InputEnd[];
}

export interface FeedOptions {
  chunkSize?: number;
  budget?: number;
  /** Called with each answer of run(). */
  onAnswer?: (answer: number) => void;
}

export function inputEnd(memory: SensorMemory, number: number): InputEnd {
  const at = L.INPUTS_BASE + number * L.INPUT_SIZE;
  return {
    code: readU32(memory, at + L.INPUT_ERROR_CODE_OFFSET),
    value: readU32(memory, at + L.INPUT_ERROR_VALUE_OFFSET),
    offset: Number(readU64(memory, at + L.INPUT_ERROR_OFFSET_OFFSET)),
  };
}

/** Reads all these files at once, the first as input 0, until each has ended. */
export async function feed(
  sensor: Sensor,
  files: readonly Uint8Array[],
  options: FeedOptions = {},
): Promise<Fed> {
  const { exports, memory } = sensor;
  exports.init();
  const windows = files.map((bytes, number) => {
    exports.openInput(number);
    return new InputWindow(memory, number, new MemorySource(bytes), options.chunkSize);
  });
  const ends: InputEnd[] = files.map(() => ({ code: -1, value: 0, offset: 0 }));
  for (;;) {
    const answer = exports.run(options.budget ?? 1000);
    options.onAnswer?.(answer);
    const active = readU32(memory, L.STATE_BASE + L.STATE_ACTIVE_INPUT_OFFSET);
    if (answer === L.RUN_IDLE) break;
    if (answer === L.RUN_NEED_INPUT) await windows[active]?.refill();
    if (answer === L.RUN_INPUT_DAMAGED || answer === L.RUN_INPUT_ENDED) {
      ends[active] =
        answer === L.RUN_INPUT_ENDED ? { code: 0, value: 0, offset: 0 } : inputEnd(memory, active);
      exports.closeInput(active);
    }
  }
  return { packets: takeLog(sensor), ends };
}
