// The reading side of a ring: the next block that the kernel handed over, and handing it back.
// Apart from opening because it runs in a worker thread, once a block, with nothing but a RingHandle.
// Always holds: a block is read only after its status word was seen as ours with acquire order, and given back with
// release order; blocks are taken in ring order; nothing is allocated after construction.

import { endianness } from "node:os";
import { StrayError } from "../../errors.js";
import type { Libc } from "../../system/libc.js";
import { libc } from "../../system/libc.js";
import type { RingHandle } from "./ring-handle.js";
import { BLOCK_BYTES_OFFSET, BLOCK_HEADER_BYTES, BLOCK_STATUS_OFFSET, TP_STATUS_USER } from "./tpacket.js";

export type { RingHandle } from "./ring-handle.js";
export { RingPoll } from "./ring-poll.js";

/** How the two modes look at block `index`. */
interface Blocks {
  isReady(index: number): boolean;
  /** Address in linear memory of a ready block. */
  take(index: number): number;
  give(index: number): void;
}

export class RingReader {
  private readonly blocks: number;
  private readonly source: Blocks;
  private index: number;
  private taken = false;

  /**
   * Begins with block `first`: where an earlier reader of the same ring stopped.
   * @throws StrayError BYTE_ORDER on a big-endian machine: WebAssembly is little-endian, the kernel's ring is not.
   */
  constructor(
    memory: SharedArrayBuffer,
    readonly handle: RingHandle,
    first = 0,
  ) {
    if (endianness() !== "LE")
      throw new StrayError(
        "BYTE_ORDER",
        "live capture needs a little-endian machine; this one is big-endian",
        2,
      );
    this.index = first;
    this.blocks = handle.blocks;
    this.source =
      handle.mode === "mapped" ? new MappedBlocks(memory, handle) : new CopiedBlocks(memory, handle, libc());
  }

  /**
   * Address in linear memory of the next block if the kernel has handed it over, else 0. The same block again until
   * release(); in copy mode it is copied in by the first call.
   */
  next(): number {
    if (!this.source.isReady(this.index)) return 0;
    const address = this.source.take(this.index);
    this.taken = true;
    return address;
  }

  /** Gives the block of the last next() back to the kernel; its bytes must not be touched any more. */
  release(): void {
    if (!this.taken) return;
    this.taken = false;
    this.source.give(this.index);
    this.index = (this.index + 1) % this.blocks;
  }

  /** Blocks that wait to be read, the one taken included; at most `blocks`. */
  waiting(): number {
    let count = 0;
    while (count < this.blocks && this.source.isReady((this.index + count) % this.blocks)) count++;
    return count;
  }
}

/** The ring lies in linear memory: Atomics on its own status words. */
class MappedBlocks implements Blocks {
  private readonly words: Int32Array;

  constructor(
    memory: SharedArrayBuffer,
    private readonly handle: RingHandle,
  ) {
    this.words = new Int32Array(memory);
  }

  isReady(index: number): boolean {
    return (Atomics.load(this.words, this.statusWord(index)) & TP_STATUS_USER) !== 0;
  }

  take(index: number): number {
    return this.handle.address + index * this.handle.blockBytes;
  }

  give(index: number): void {
    Atomics.store(this.words, this.statusWord(index), 0);
  }

  private statusWord(index: number): number {
    return (this.handle.address + index * this.handle.blockBytes + BLOCK_STATUS_OFFSET) >>> 2;
  }
}

/**
 * The ring lies elsewhere in the process: status words by address, blocks by memcpy. JavaScript has no acquire and
 * release for such memory; an atomic read-modify-write of a word of our own stands in as the fence between the status
 * word and the bytes (a full barrier on x86-64, and on Arm with LSE atomics).
 */
class CopiedBlocks implements Blocks {
  private readonly window: bigint;
  private readonly fenceWord = new Int32Array(new SharedArrayBuffer(4));
  /** Block whose bytes lie in the window, -1 for none. */
  private copied = -1;

  constructor(
    memory: SharedArrayBuffer,
    private readonly handle: RingHandle,
    private readonly system: Libc,
  ) {
    this.window = system.addressOf(new Uint8Array(memory)) + BigInt(handle.address);
  }

  isReady(index: number): boolean {
    const status = this.system.readU32(this.blockAddress(index) + BigInt(BLOCK_STATUS_OFFSET));
    this.fence();
    return (status & TP_STATUS_USER) !== 0;
  }

  take(index: number): number {
    if (this.copied !== index) {
      const block = this.blockAddress(index);
      const used = this.system.readU32(block + BigInt(BLOCK_BYTES_OFFSET));
      const bytes = Math.min(Math.max(used, BLOCK_HEADER_BYTES), this.handle.blockBytes);
      this.system.memcpy(this.window, block, bytes);
      this.copied = index;
    }
    return this.handle.address;
  }

  give(index: number): void {
    this.copied = -1;
    this.fence();
    this.system.writeU32(this.blockAddress(index) + BigInt(BLOCK_STATUS_OFFSET), 0);
    this.fence();
  }

  private fence(): void {
    Atomics.add(this.fenceWord, 0, 1);
  }

  private blockAddress(index: number): bigint {
    return this.handle.foreignAddress + BigInt(index * this.handle.blockBytes);
  }
}
