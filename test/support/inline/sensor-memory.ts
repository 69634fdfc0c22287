// A word of a running sensor's linear memory, changed from outside, so that its worker meets what can't be: a read beyond
// the end of the memory, which throws. Apart because it needs to find that memory in another process.
// Always holds: the memory is known by its own ring, mapped where its INLINE region says; nothing is written elsewhere.

import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import * as I from "../../../assembly/inline/inline-layout.js";
import * as L from "../../../assembly/layout.js";

const SIDE_OFFSET = L.INLINE_BASE + I.INLINE_SIDES_OFFSET;
const RING_ADDRESS_OFFSET = SIDE_OFFSET + I.SIDE_RX_BASE_OFFSET;
/** Beyond the end of a sensor's memory, and so far below 4 GiB that the last slot of a ring is there, too. */
const NOWHERE = 0xc0000000;

interface Mapping {
  readonly start: bigint;
  readonly isSocket: boolean;
}

function mappingsOf(pid: number): Mapping[] {
  return readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({
      start: BigInt(`0x${line.slice(0, line.indexOf("-"))}`),
      isSocket: line.includes("socket:"),
    }));
}

/** What of the first side leads nowhere: its receiving ring, or the place in it that is read next. */
export type Broken = "ring" | "place";

/** As if the worker had overwritten a word of its own: it throws. */
export function breakWorker(pid: number, broken: Broken): void {
  const fd = openSync(`/proc/${pid}/mem`, "r+");
  try {
    const ring = Number(findWord(fd, pid));
    const side = ring - I.SIDE_RX_BASE_OFFSET;
    if (broken === "ring") writeWord(fd, ring, NOWHERE);
    else {
      const [base, slotSize] = [readWord(fd, ring), readWord(fd, side + I.SIDE_SLOT_SIZE_OFFSET)];
      const place = Math.ceil((NOWHERE - base) / slotSize) + readWord(fd, side + I.SIDE_RX_SLOTS_OFFSET);
      writeWord(fd, side + I.SIDE_RX_NEXT_OFFSET, place);
    }
  } finally {
    closeSync(fd);
  }
}

function readWord(fd: number, address: number): number {
  const word = Buffer.alloc(4);
  readSync(fd, word, 0, 4, address);
  return word.readUInt32LE();
}

function writeWord(fd: number, address: number, value: number): void {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(value);
  writeSync(fd, word, 0, 4, address);
}

/** Address of the word that says where in linear memory the ring is mapped. */
function findWord(fd: number, pid: number): bigint {
  const mappings = mappingsOf(pid);
  const rings = new Set(mappings.filter(({ isSocket }) => isSocket).map(({ start }) => start));
  const word = Buffer.alloc(4);
  for (const { start } of mappings) {
    const address = start + BigInt(RING_ADDRESS_OFFSET);
    try {
      if (readSync(fd, word, 0, 4, address) < 4) continue;
    } catch {
      continue; // not mapped there
    }
    const ring = word.readUInt32LE();
    if (ring !== 0 && rings.has(start + BigInt(ring))) return address;
  }
  throw new Error(`no linear memory with a ring mapped into it was found in process ${pid}`);
}
