// What a worker is given to know of addresses: networks, and who is alive by what others heard.
// Apart from the loop because the main thread does the same for a worker that is not running yet.
// Always holds: called only by who runs the packets, between two blocks: the tables are its own.

import { ALIVE_HOW_OFFSET } from "../../assembly/detect/detect-layout.js";
import {
  ALIVE_SIZE,
  ALIVES_BASE,
  LIVE_BASE,
  LIVE_GIVEN_OFFSET,
  STATE_ALIVES_OFFSET,
  STATE_BASE,
  STATE_CONVERSATIONS_OFFSET,
} from "../../assembly/layout.js";
import type { Home } from "../wasm/homes.js";
import { readU32, type SensorMemory, writeU32 } from "../wasm/memory.js";
import type { SensorExports } from "../wasm/module.js";
import type { WorkerHandle } from "./worker-handle.js";

/** Of an address as it is sent: 16 bytes of address, then u64 ns when it was last heard, u32 ALIVE_HOW_*. */
export const GIVEN_SIZE = 28;
const GIVEN_LAST = 16;
const GIVEN_HOW = 24;
const ADDRESS_SIZE = 16;

/** What a worker begins with. */
export interface Beginning {
  readonly homes: readonly Home[];
  /** GIVEN_SIZE bytes an address. */
  readonly given: Uint8Array;
  /** A conversation of one of ours passed, in whichever worker. */
  readonly hasConversed: boolean;
}

/** Who knows what a worker is to know. */
export interface KnownAddresses {
  /** The worker's tables are empty. */
  begin(worker: WorkerHandle): Beginning;
  /** They will be. */
  collect(worker: WorkerHandle): void;
}

export function packGiven(bytes: Uint8Array, index: number, lastNs: bigint, how: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + index * GIVEN_SIZE, GIVEN_SIZE);
  view.setBigUint64(GIVEN_LAST, lastNs, true);
  view.setUint32(GIVEN_HOW, how, true);
}

export function giveAddresses(
  memory: SensorMemory,
  exports: SensorExports,
  given: Uint8Array,
  hasConversed: boolean,
): void {
  const place = LIVE_BASE + LIVE_GIVEN_OFFSET;
  const view = new DataView(given.buffer, given.byteOffset, given.byteLength);
  for (let at = 0; at + GIVEN_SIZE <= given.length; at += GIVEN_SIZE) {
    memory.u8.set(given.subarray(at, at + ADDRESS_SIZE), place);
    exports.giveAlive(place, view.getBigUint64(at + GIVEN_LAST, true), view.getUint32(at + GIVEN_HOW, true));
  }
  const conversations = STATE_BASE + STATE_CONVERSATIONS_OFFSET;
  if (hasConversed && readU32(memory, conversations) === 0) writeU32(memory, conversations, 1);
}

/** Frees the places of these addresses, 16 bytes each. */
export function forgetAddresses(memory: SensorMemory, aliveLimit: number, addresses: Uint8Array): void {
  const gone = new Set<string>();
  for (let at = 0; at + ADDRESS_SIZE <= addresses.length; at += ADDRESS_SIZE) {
    gone.add(keyAt(addresses, at));
  }
  let freed = 0;
  for (let index = 0; index < aliveLimit; index++) {
    const at = ALIVES_BASE + index * ALIVE_SIZE;
    if (readU32(memory, at + ALIVE_HOW_OFFSET) === 0 || !gone.has(keyAt(memory.u8, at))) continue;
    writeU32(memory, at + ALIVE_HOW_OFFSET, 0);
    freed++;
  }
  const alives = STATE_BASE + STATE_ALIVES_OFFSET;
  writeU32(memory, alives, readU32(memory, alives) - freed);
}

function keyAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + ADDRESS_SIZE));
}
