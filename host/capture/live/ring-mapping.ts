// Where a ring's pages lie: mapped over a window of linear memory, or elsewhere in the process to be copied from.
// Apart because this is the one place that changes the pages under a WebAssembly memory.
// Always holds: the window is never left without pages: where the kernel's are refused or taken away, zero pages of
// our own are put there in the same breath, so no access to linear memory can fault.

import { StrayError } from "../../errors.js";
import { errnoText, libc } from "../../system/libc.js";
import { BLOCK_FIRST_OFFSET, BLOCK_HEADER_BYTES, BLOCK_VERSION_OFFSET, TPACKET_V3 } from "./tpacket.js";

const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;

export interface Window {
  readonly memory: SharedArrayBuffer;
  /** Byte address in `memory`, a multiple of the page size. */
  readonly address: number;
  readonly bytes: number;
}

export interface RingMapping {
  readonly mode: "mapped" | "copy";
  /** Where the ring lies in the process; 0n when mapped. */
  readonly foreignAddress: bigint;
  /** Why copy mode was chosen, in words; undefined when mapped. */
  readonly reason: string | undefined;
}

/**
 * Maps the ring of socket `fd`, `window.bytes` long.
 * @throws StrayError RING_NOT_MAPPED when the kernel refuses, in mode auto for both ways.
 */
export function mapRing(fd: number, window: Window, mode: "auto" | "mapped" | "copy"): RingMapping {
  let reason = "capture.mode is copy";
  if (mode !== "copy") {
    const problem = mapOnto(fd, window, showsBlock);
    if (problem === undefined) return { mode: "mapped", foreignAddress: 0n, reason: undefined };
    if (mode === "mapped")
      throw new StrayError(
        "RING_NOT_MAPPED",
        `the packet ring can't be mapped onto the sensor's memory: ${problem}; set capture.mode to auto or copy`,
        2,
      );
    reason = problem;
  }
  const address = libc().mmap(0n, window.bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (address < 0n)
    throw new StrayError(
      "RING_NOT_MAPPED",
      `the packet ring can't be mapped: ${errnoText(Number(address))}`,
      2,
    );
  return { mode: "copy", foreignAddress: address, reason };
}

/** Takes the ring's pages away again. The window reads as zeros afterwards, or (copy) as the block last copied. */
export function unmapRing(mapping: RingMapping, window: Window): void {
  if (mapping.mode === "mapped") restore(window);
  else libc().munmap(mapping.foreignAddress, window.bytes);
}

/**
 * Maps what `fd` has onto the window. Undefined when it worked; otherwise why not, with pages of our own in the window.
 * `shows` tells whether the window now shows what was mapped.
 */
export function mapOnto(fd: number, window: Window, shows: (window: Window) => boolean): string | undefined {
  const wanted = addressIn(window);
  if (wanted % BigInt(libc().pageBytes) !== 0n) return "the engine's memory does not begin on a page";
  const address = libc().mmap(wanted, window.bytes, PROT_READ_WRITE, MAP_SHARED + MAP_FIXED, fd, 0);
  if (address !== wanted) {
    // Older kernels have taken the pages away by the time they refuse.
    restore(window);
    return `mmap: ${errnoText(Number(address))}`;
  }
  if (shows(window)) return undefined;
  restore(window);
  return "the engine's memory does not lie where its address says";
}

/** The kernel has opened the first block by now: its header must be seen through linear memory. */
function showsBlock({ memory, address }: Window): boolean {
  const view = new DataView(memory, address, BLOCK_HEADER_BYTES);
  return (
    view.getUint32(BLOCK_VERSION_OFFSET, true) === TPACKET_V3 &&
    view.getUint32(BLOCK_FIRST_OFFSET, true) === BLOCK_HEADER_BYTES
  );
}

/** Zero pages of our own in the window again. */
export function restore(window: Window): void {
  const flags = MAP_PRIVATE + MAP_ANONYMOUS + MAP_FIXED + MAP_NORESERVE;
  const wanted = addressIn(window);
  const address = libc().mmap(wanted, window.bytes, PROT_READ_WRITE, flags, -1, 0);
  // The pages there are then the ring's still, or none: nothing may go on using this memory.
  if (address !== wanted)
    throw new StrayError(
      "MEMORY_NOT_RESTORED",
      `the sensor's memory can't be restored: ${errnoText(Number(address))}`,
    );
}

/** Where the window lies in the process. */
export function addressIn({ memory, address }: Window): bigint {
  return libc().addressOf(new Uint8Array(memory)) + BigInt(address);
}
