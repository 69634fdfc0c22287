// The engine as a daemon wants it: this process replaced by one with the right options, before anything is open.
// Apart because some of V8's and the allocator's knobs can be turned only at a process's start, and a user should not
// have to know them. Always holds: same process id, same words, same environment but for the knobs; done once at most;
// where it can't be done the daemon runs all the same, somewhat larger.

import { libc } from "./libc.js";

/**
 * A young space of 1 MiB: what a daemon makes is short-lived. Code for size: JavaScript is not the packet path.
 * WebAssembly compiled whole and optimised before it runs: the first packet's path is as quick as the millionth's, and
 * the compiler does not run beside the first burst. One thread for V8's own work.
 */
const OPTIONS = [
  "--max-semi-space-size=1",
  "--optimize-for-size",
  "--no-liftoff",
  "--no-wasm-lazy-compilation",
  "--v8-pool-size=1",
] as const;
/** glibc: one arena, not one for every thread that ever allocated. */
const ARENAS = "MALLOC_ARENA_MAX";
const DONE = "STRAY_ENGINE";
/** fcntl.h */
const F_SETFD = 2;

/** Replaces this process when its options are not those; returns when they are, or can't be had. */
export function takeEngineOptions(): void {
  const { [DONE]: isDone, ...environment } = process.env;
  if (isDone !== undefined) {
    delete process.env[DONE];
    return;
  }
  const words = [process.execPath, ...process.execArgv, ...OPTIONS, ...process.argv.slice(1)];
  const changed = { [ARENAS]: "1", ...environment, [DONE]: "1" };
  const pairs = Object.entries(changed).map(([name, value]) => `${name}=${value}`);
  try {
    // Node.js has its standard streams closed on exec, so that children do not inherit them.
    for (const fd of [0, 1, 2]) libc().fcntl(fd, F_SETFD, 0);
    libc().execve(process.execPath, [...words, null], [...pairs, null]);
  } catch {
    // No C library to ask: what follows says so, where it matters.
  }
}
