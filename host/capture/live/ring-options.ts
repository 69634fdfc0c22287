// What a packet ring is asked to be, and whether that can be at all.
// Apart from opening because it is checked before anything of the system is touched.
// Always holds: sizes that pass fit the memory given, in whole pages and whole blocks.

import { printable, StrayError } from "../../errors.js";
import { libc } from "../../system/libc.js";
import type { BpfInstruction } from "./bpf-program.js";
import type { Fanout } from "./fanout.js";
import { SNAP_LENGTH_MAX } from "./tpacket.js";

/** One block is the kernel's while another is read. */
const BLOCKS_MIN = 2;

export interface RingOptions {
  readonly interface: string;
  /** Rounded down to whole blocks, at least two. */
  readonly ringBytes: number;
  /** A multiple of the page size; powers of two waste least. */
  readonly blockBytes: number;
  /** A block that is not full is handed over after this long. */
  readonly retireMs: number;
  /** Bytes kept of a frame at most, from its MAC header on. */
  readonly snapLen: number;
  readonly promiscuous: boolean;
  /** Empty: all frames. */
  readonly filter: readonly BpfInstruction[];
  readonly fanout: Fanout | undefined;
  readonly mode: "auto" | "mapped" | "copy";
  /** Take no frame before start(), so that all members of a fan-out can be there first. Default: start at once. */
  readonly held?: boolean;
}

/** @throws StrayError RING_SIZE. */
export function checkSizes(
  memory: SharedArrayBuffer,
  address: number,
  blocks: number,
  options: RingOptions,
): void {
  const { pageBytes } = libc();
  const { blockBytes, ringBytes, snapLen } = options;
  const room = options.mode === "copy" ? blockBytes : blocks * blockBytes;
  let problem: string | undefined;
  if (!Number.isInteger(blockBytes) || blockBytes <= 0 || blockBytes % pageBytes !== 0)
    problem = `a block of ${blockBytes} bytes is no multiple of the page size, ${pageBytes} bytes`;
  else if (blocks < BLOCKS_MIN)
    problem = `${ringBytes} bytes are less than ${BLOCKS_MIN} blocks of ${blockBytes} bytes; make capture.ring larger`;
  else if (address <= 0 || address % pageBytes !== 0)
    problem = `address ${address} is no multiple of the page size, ${pageBytes} bytes, above 0`;
  else if (address + room > memory.byteLength)
    problem = `${room} bytes at ${address} do not fit a memory of ${memory.byteLength} bytes; make capture.ring smaller`;
  else if (!Number.isInteger(snapLen) || snapLen < 1 || snapLen > SNAP_LENGTH_MAX)
    problem = `a snap length of ${snapLen} bytes is not in 1 to ${SNAP_LENGTH_MAX}; change capture.snaplen`;
  if (problem === undefined) return;
  throw new StrayError(
    "RING_SIZE",
    `the packet ring of interface ${printable(options.interface)}: ${problem}`,
    2,
  );
}
