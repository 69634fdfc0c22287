// Processor time of the calling thread: what a busy machine does meanwhile is not in it.
// Apart from the product's system calls (host/system/libc.ts), which need no such clock. Linux on 64 bits.

import { createRequire } from "node:module";

const CLOCK_THREAD_CPUTIME_ID = 3;

const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
const clockGettime = koffi.load("libc.so.6").func("int clock_gettime(int, void *)");
const timespec = new BigInt64Array(2);

/** ms since some time before. */
export function threadMs(): number {
  if (clockGettime(CLOCK_THREAD_CPUTIME_ID, timespec) !== 0) throw new Error("clock_gettime failed");
  return Number(timespec[0]) * 1000 + Number(timespec[1]) / 1e6;
}
