// Work done without root's rights, in a test process that has them: what a user without permission meets.
// Apart so that such tests run for root too, as in CI, instead of being left out.
// Always holds: the process is itself again when the work is over, whatever came of it.

import koffi from "koffi";

/** nobody, on every Debian. */
const NOBODY = 65534;

let call: ((uid: number) => number) | undefined;

/** Of all threads, by the C library: a Node.js that might use io_uring refuses (Debian's does). @throws Error */
function seteuid(uid: number): void {
  call ??= koffi.load("libc.so.6").func("int seteuid(uint)") as unknown as (uid: number) => number;
  if (call(uid) !== 0) throw new Error(`seteuid(${uid}) failed`);
}

export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) seteuid(NOBODY);
  try {
    return await work();
  } finally {
    if (isRoot) seteuid(0);
  }
}
