// The shared linear memory that the classifier and the host both see, with a view for each width.
// Apart from the module so that tests and tools can look at a memory without an instance.
// Always holds: initial = maximum, so the buffer never moves and the views stay valid for the process's life.

import { MEMORY_PAGES } from "../../assembly/layout.js";

export interface SensorMemory {
  /** What is passed to the module as env.memory. */
  readonly handle: WebAssembly.Memory;
  readonly buffer: SharedArrayBuffer;
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  /** Little-endian by the caller's word, as WebAssembly is. */
  readonly view: DataView;
}

export function createMemory(): SensorMemory {
  return viewMemory(new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true }));
}

/** The views of a memory that is there already (a worker is given its handle). */
export function viewMemory(handle: WebAssembly.Memory): SensorMemory {
  const buffer = handle.buffer as unknown as SharedArrayBuffer;
  return {
    handle,
    buffer,
    u8: new Uint8Array(buffer),
    u32: new Uint32Array(buffer),
    u64: new BigUint64Array(buffer),
    view: new DataView(buffer),
  };
}

/** The u32 at a byte address that is a multiple of 4. */
export function readU32(memory: SensorMemory, address: number): number {
  return memory.u32[address >>> 2] ?? 0;
}

export function writeU32(memory: SensorMemory, address: number, value: number): void {
  memory.u32[address >>> 2] = value;
}

/** The u64 at a byte address that is a multiple of 8, exact. */
export function readU64(memory: SensorMemory, address: number): bigint {
  return memory.u64[address >>> 3] ?? 0n;
}

export function writeU64(memory: SensorMemory, address: number, value: bigint): void {
  memory.u64[address >>> 3] = value;
}

/** The u64 at a byte address that is a multiple of 4, as a number: for counts below 2^53. */
export function readCount(memory: SensorMemory, address: number): number {
  const at = address >>> 2;
  return (memory.u32[at + 1] ?? 0) * 0x100000000 + (memory.u32[at] ?? 0);
}
