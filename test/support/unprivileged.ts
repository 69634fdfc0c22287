// Work done without root's rights, in a test process that has them: what a user without permission meets.
// Apart so that such tests run for root too, as in CI, instead of being left out.
// Always holds: the process is itself again when the work is over, whatever came of it.

/** nobody, on every Debian. */
const NOBODY = 65534;

export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
