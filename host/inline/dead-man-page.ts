// The page that the worker, the main thread and the kernel's program share: a BPF array's only value, mapped onto linear memory.
// Apart from the switch because it changes the pages under a WebAssembly memory, and readers need no more than this.
// Always holds: the region is never left without pages: where the kernel's are refused or taken away, a page of our own
// is put there in the same breath; while there is no map, the page is memory like any other.

import {
  DEADMAN_BEAT_OFFSET,
  DEADMAN_BYPASSED_BYTES_OFFSET,
  DEADMAN_BYPASSED_OFFSET,
  DEADMAN_LIMIT_OFFSET,
  DEADMAN_MODE_OFFSET,
  DEADMAN_PEER_OFFSET,
  DEADMAN_SIDE_SIZE,
  DEADMAN_SIDES_OFFSET,
  DEADMAN_VALUE_SIZE,
} from "../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE } from "../../assembly/layout.js";
import { updateElement } from "../bpf/objects.js";
import { StrayError } from "../errors.js";
import { errnoText, libc } from "../system/libc.js";
import type { Side } from "./dead-man-program.js";

const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;

export interface Bypassed {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** Words of the page in linear memory, whoever's pages lie there. */
export class DeadManPage {
  private readonly words: Int32Array;
  private readonly longs: BigUint64Array;

  constructor(
    private readonly memory: SharedArrayBuffer,
    private readonly address: number = DEADMAN_BASE,
  ) {
    this.words = new Int32Array(memory, address, DEADMAN_VALUE_SIZE / 4);
    this.longs = new BigUint64Array(memory, address, DEADMAN_VALUE_SIZE / 8);
  }

  /** Lays the map's page there. What it holds from then on is the map's value: `first`, given to the map here. */
  map(mapFd: number, first: Uint8Array): void {
    updateElement(mapFd, 0, first);
    const wanted = this.place();
    const problem =
      this.mapOnto(mapFd, wanted) ?? (this.shows(first) ? undefined : "it does not show the map's value");
    if (problem === undefined) return;
    this.restore();
    throw new StrayError(
      "DEADMAN_NOT_MAPPED",
      `the page of the dead man's switch can't be mapped onto the sensor's memory: ${problem}; set inline.fail to closed to go without it`,
      2,
    );
  }

  /** Puts a page of our own there, which keeps what the map's held last. */
  unmap(): void {
    const last = this.bytes();
    this.restore();
    new Uint8Array(this.memory, this.address, last.length).set(last);
  }

  get beat(): bigint {
    return Atomics.load(this.longs, DEADMAN_BEAT_OFFSET / 8);
  }

  get limitNs(): bigint {
    return Atomics.load(this.longs, DEADMAN_LIMIT_OFFSET / 8);
  }

  set limitNs(ns: bigint) {
    Atomics.store(this.longs, DEADMAN_LIMIT_OFFSET / 8, ns);
  }

  get mode(): number {
    return Atomics.load(this.words, DEADMAN_MODE_OFFSET / 4);
  }

  set mode(mode: number) {
    Atomics.store(this.words, DEADMAN_MODE_OFFSET / 4, mode);
  }

  setPeer(side: Side, interfaceIndex: number): void {
    Atomics.store(this.words, (sideOffset(side) + DEADMAN_PEER_OFFSET) / 4, interfaceIndex);
  }

  bypassed(side: Side): Bypassed {
    const at = sideOffset(side);
    return {
      packets: Atomics.load(this.longs, (at + DEADMAN_BYPASSED_OFFSET) / 8),
      bytes: Atomics.load(this.longs, (at + DEADMAN_BYPASSED_BYTES_OFFSET) / 8),
    };
  }

  addBypassed(side: Side, { packets, bytes }: Bypassed): void {
    const at = sideOffset(side);
    Atomics.add(this.longs, (at + DEADMAN_BYPASSED_OFFSET) / 8, packets);
    Atomics.add(this.longs, (at + DEADMAN_BYPASSED_BYTES_OFFSET) / 8, bytes);
  }

  /** Older than the limit: nobody beats. */
  isStale(nowNs: bigint): boolean {
    return nowNs - this.beat > this.limitNs;
  }

  /** For a page without a map. */
  write(value: Uint8Array): void {
    new Uint8Array(this.memory, this.address, value.length).set(value);
  }

  private bytes(): Uint8Array {
    return new Uint8Array(this.memory, this.address, DEADMAN_VALUE_SIZE).slice();
  }

  private place(): bigint {
    return libc().addressOf(new Uint8Array(this.memory)) + BigInt(this.address);
  }

  /** Undefined when it worked; otherwise why not. */
  private mapOnto(mapFd: number, wanted: bigint): string | undefined {
    const { pageBytes } = libc();
    if (wanted % BigInt(pageBytes) !== 0n) return "the engine's memory does not begin on a page";
    const address = libc().mmap(wanted, pageBytes, PROT_READ_WRITE, MAP_SHARED + MAP_FIXED, mapFd, 0);
    return address === wanted ? undefined : `mmap: ${errnoText(Number(address))}`;
  }

  private shows(first: Uint8Array): boolean {
    return Buffer.from(this.bytes()).equals(first);
  }

  private restore(): void {
    const wanted = this.place();
    const flags = MAP_PRIVATE + MAP_ANONYMOUS + MAP_FIXED;
    const address = libc().mmap(wanted, libc().pageBytes, PROT_READ_WRITE, flags, -1, 0);
    // What lies there is then the map's still, or nothing: nobody may go on using this memory.
    if (address !== wanted)
      throw new StrayError(
        "MEMORY_NOT_RESTORED",
        `the sensor's memory can't be restored: ${errnoText(Number(address))}`,
      );
  }
}

export interface FirstValue {
  readonly limitNs: bigint;
  readonly mode: number;
  /** By side: where its frames leave. */
  readonly peers: readonly [number, number];
}

/** The page before anybody beat. */
export function firstValue({ limitNs, mode, peers }: FirstValue): Uint8Array {
  const view = new DataView(new ArrayBuffer(DEADMAN_VALUE_SIZE));
  view.setBigUint64(DEADMAN_LIMIT_OFFSET, limitNs, true);
  view.setUint32(DEADMAN_MODE_OFFSET, mode, true);
  for (const side of [0, 1] as const)
    view.setUint32(sideOffset(side) + DEADMAN_PEER_OFFSET, peers[side], true);
  return new Uint8Array(view.buffer);
}

function sideOffset(side: Side): number {
  return DEADMAN_SIDES_OFFSET + side * DEADMAN_SIDE_SIZE;
}
