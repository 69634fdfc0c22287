// A word of a running sensor's linear memory, changed from outside, so that its worker meets what can't be: a read beyond
// the end of the memory, which throws. Apart because it needs to find that memory in another process.
// Always holds: the memory is known by its own ring, mapped where its INLINE region says; nothing is written elsewhere.

import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import * as I from "../../../assembly/inline/inline-layout.js";
import * as L from "../../../assembly/layout.js";

const RING_ADDRESS_OFFSET = L.INLINE_BASE + I.INLINE_SIDES_OFFSET + I.SIDE_RX_BASE_OFFSET;
/** Beyond the end of a sensor's memory, and so far below 4 GiB that the last slot of a ring is there, too. */
const NOWHERE = 0xc0000000;
/** Within this a worker under load has read the word; its thread takes longer to end, so the next one finds it whole. */
const TAKEN_MS = 4;

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

/** The receiving ring of the first side leads nowhere for a moment: the worker throws, its next thread finds it whole. */
export async function breakWorker(pid: number): Promise<void> {
  const fd = openSync(`/proc/${pid}/mem`, "r+");
  try {
    const address = findWord(fd, pid);
    const [before, nowhere] = [Buffer.alloc(4), Buffer.alloc(4)];
    readSync(fd, before, 0, 4, address);
    nowhere.writeUInt32LE(NOWHERE);
    writeSync(fd, nowhere, 0, 4, Number(address));
    await new Promise((resolve) => setTimeout(resolve, TAKEN_MS));
    writeSync(fd, before, 0, 4, Number(address));
  } finally {
    closeSync(fd);
  }
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
