// Loads build/stray.wasm and gives its exports a type.
// Apart because it is the one place that knows where the module lies and what it is called with.
// Always holds: the bytes are compiled once a process; each sensor has a memory of its own; the module imports
// nothing but that memory.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { StrayError } from "../errors.js";
import { type Limits, writeConfig } from "./config.js";
import { createMemory, type SensorMemory } from "./memory.js";

/** What assembly/index.ts exports. Times are u64 nanoseconds; answers are RUN_* of assembly/layout.ts. */
export interface SensorExports {
  init(): void;
  openInput(input: number): void;
  closeInput(input: number): void;
  run(budget: number): number;
  /** Records live flows in table order: 1 = the ring is full, drain it and call again; 0 = done. */
  flush(): number;
  /** Processes what waits, so that flushSlot() finds every flow; 1 as flush(). */
  prepareFlush(): number;
  /** Records one live flow; the ring must have a place. */
  flushSlot(slot: number): void;
  pushFrame(frame: number, captured: number, wire: number, timeNs: bigint, link: number): void;
  drain(): void;
  tick(timeNs: bigint): void;
  /** Takes timeouts written anew into CONFIG. */
  configure(): void;
  /** Takes every frame of a TPACKET_V3 block at that address; answers how many there were. */
  readBlock(address: number, size: number, link: number, input: number): number;
  /**
   * Takes up to `budget` frames that came in at `side` (0 or 1) to the other one, by their verdicts. Answers how many
   * were taken, and FORWARD_FULL (inline-layout.ts) when it stopped for want of room in the other side's sending ring;
   * with `mayDrop` 1 frames without room are lost, and counted.
   */
  forward(side: number, budget: number, mayDrop: number): number;
  /** Gives back frames that came in at `side` before that time, unread; answers how many. */
  discard(side: number, beforeNs: bigint): number;
  /** Takes rules that were installed, if any (it does so by itself before each batch). */
  takeRules(): void;
  /** First slot from `slot` on with a live flow, or the table's number of slots. */
  nextLive(slot: number): number;
  /** Copies that flow to SNAPSHOT as a record; 0 when it changed at each look. */
  snapshot(slot: number): number;
  /** Keeps the 16 bytes at that address as an address in use; for who runs the packets. `how` ALIVE_HOW_*, GIVEN too. */
  giveAlive(at: number, timeNs: bigint, how: number): void;
  /** What is known of the 16 bytes at that address: DARKNESS_*. Writes nothing. */
  darkness(at: number): number;
}

export interface Sensor {
  readonly memory: SensorMemory;
  readonly exports: SensorExports;
  readonly limits: Limits;
}

const MODULE_PATH = "build/stray.wasm";
let compiled: WebAssembly.Module | undefined;

/** The folder of package.json, both from host/ (tests) and from dist/host/ (installed). */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new StrayError("INSTALL_BROKEN", "no package.json above the program", 2);
    folder = parent;
  }
  return folder;
}

/** The classifier, compiled once a process; a worker is given it. */
export function compileModule(): WebAssembly.Module {
  if (compiled) return compiled;
  const path = join(packageRoot(), MODULE_PATH);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (cause) {
    const message = `the classifier ${path} can't be read: build it with "npm run build"`;
    throw new StrayError("MODULE_MISSING", message, 2, { cause });
  }
  compiled = new WebAssembly.Module(bytes);
  return compiled;
}

/** A classifier of its own with these limits, initialised: tables empty, counters 0. */
export function createSensor(limits: Limits): Sensor {
  return createSensorOf(compileModule(), limits);
}

/** The same from a module that the caller compiled (tests use special builds). */
export function createSensorOf(module: WebAssembly.Module, limits: Limits): Sensor {
  const memory = createMemory();
  const exports = instantiate(module, memory);
  writeConfig(memory, limits);
  exports.init();
  return { memory, exports, limits };
}

/** Begins anew in the same memory: tables empty, counters 0, no rules. What was read of it before is no more. */
export function restartSensor({ memory, exports }: Sensor, limits: Limits): Sensor {
  writeConfig(memory, limits);
  exports.init();
  return { memory, exports, limits };
}

/** An instance over a memory that is there already; nothing is initialised. */
export function instantiate(module: WebAssembly.Module, memory: SensorMemory): SensorExports {
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.handle } });
  return instance.exports as unknown as SensorExports;
}
