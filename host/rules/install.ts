// Puts compiled rules into a sensor's memory, beside those in force, and says so to the module.
// Apart from compiling because a sensor may be another thread's: nothing is called, only memory written.
// Always holds: the half in force is never written; the module takes the new half between two packets.

import { COUNTER_RULES_SWAPPED, INSPECT_BASE, RULES_BASE, RULES_HALF_SIZE } from "../../assembly/layout.js";
import {
  INSPECT_GENERATION_OFFSET,
  INSPECT_IMAGE_OFFSET,
  INSPECT_PENDING_OFFSET,
  PENDING_NONE,
  PENDING_UNLOAD,
} from "../../assembly/match/rules-layout.js";
import { StrayError } from "../errors.js";
import { readCounter } from "../wasm/counters.js";
import { readU32, type SensorMemory } from "../wasm/memory.js";

const PENDING_WORD = (INSPECT_BASE + INSPECT_PENDING_OFFSET) / 4;

/** The number that alerts of the rules in force carry. */
export function generationOf(memory: SensorMemory): number {
  return readU32(memory, INSPECT_BASE + INSPECT_GENERATION_OFFSET);
}

/** The module has taken what was installed last. */
export function isTaken(memory: SensorMemory): boolean {
  return Atomics.load(memory.u32, PENDING_WORD) === PENDING_NONE;
}

/** Times rules came into force since the sensor's tables were made. */
export function swapsOf(memory: SensorMemory): number {
  return readCounter(memory, COUNTER_RULES_SWAPPED);
}

/**
 * Writes the image (compileRules) into the half that is not in force; undefined takes the rules away. The generation
 * it will have is answered.
 * @throws StrayError RULES_BUSY while the module has not yet taken what was installed before.
 */
export function installRules(memory: SensorMemory, image: Uint8Array | undefined): number {
  if (!isTaken(memory)) {
    throw new StrayError("RULES_BUSY", "the rules installed before are not in force yet: try again", 1);
  }
  const generation = generationOf(memory) + 1;
  if (image === undefined) {
    Atomics.store(memory.u32, PENDING_WORD, PENDING_UNLOAD);
    return generation;
  }
  if (image.length > RULES_HALF_SIZE) {
    const message = `the compiled rules take ${image.length} bytes, ${RULES_HALF_SIZE} at most fit`;
    throw new StrayError("RULES_TOO_LARGE", message, 2);
  }
  const inForce = readU32(memory, INSPECT_BASE + INSPECT_IMAGE_OFFSET);
  const half = inForce === RULES_BASE ? RULES_BASE + RULES_HALF_SIZE : RULES_BASE;
  memory.u8.set(image, half);
  Atomics.store(memory.u32, PENDING_WORD, half);
  return generation;
}
