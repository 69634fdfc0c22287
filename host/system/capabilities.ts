// Linux capabilities of the calling thread (capabilities(7)), read and set without a library.
// Apart from dropping privileges because the filter compiler lends one to its child, and workers give theirs up.
// Always holds: sets are of the calling thread only, as the kernel has it; threads made later inherit them.

import { StrayError } from "../errors.js";
import { errnoText, libc } from "./libc.js";

/** linux/capability.h. */
export const CAPABILITY_NUMBERS = {
  CAP_SETPCAP: 8,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_BPF: 39,
} as const;
export type Capability = keyof typeof CAPABILITY_NUMBERS;

/** _LINUX_CAPABILITY_VERSION_3: 64 bits in two words of each set. */
const VERSION = 0x20080522;

const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
const CAPABILITIES_MAX = 64;

export interface CapabilitySets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

/** The set of the named capabilities. */
export function capabilitySet(names: readonly Capability[]): bigint {
  return names.reduce((set, name) => set | (1n << BigInt(CAPABILITY_NUMBERS[name])), 0n);
}

/** @throws StrayError CAPABILITIES_UNREADABLE. */
export function readCapabilities(): CapabilitySets {
  const data = new Uint32Array(6);
  const done = libc().capget(header(), new Uint8Array(data.buffer));
  if (done < 0)
    throw new StrayError(
      "CAPABILITIES_UNREADABLE",
      `this process's capabilities can't be read: ${errnoText(done)}`,
    );
  const set = (index: number): bigint => BigInt(data[index] ?? 0) | (BigInt(data[index + 3] ?? 0) << 32n);
  return { effective: set(0), permitted: set(1), inheritable: set(2) };
}

/** @throws StrayError CAPABILITIES_REFUSED when a set would grow beyond what is permitted. */
export function writeCapabilities(sets: CapabilitySets): void {
  const words = [sets.effective, sets.permitted, sets.inheritable];
  const data = Uint32Array.from([
    ...words.map((set) => Number(set & 0xffffffffn)),
    ...words.map((set) => Number(set >> 32n)),
  ]);
  const done = libc().capset(header(), new Uint8Array(data.buffer));
  if (done < 0)
    throw new StrayError(
      "CAPABILITIES_REFUSED",
      `this process's capabilities can't be set: ${errnoText(done)}`,
      2,
    );
}

/** Takes every capability but `keep` out of the bounding set; without CAP_SETPCAP nothing changes. */
export function dropBoundingSet(keep: bigint): void {
  for (let number = 0; number < CAPABILITIES_MAX; number++) {
    if (((keep >> BigInt(number)) & 1n) === 1n || libc().prctl(PR_CAPBSET_READ, number, 0, 0, 0) !== 1)
      continue;
    libc().prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
  }
}

export function clearAmbientSet(): void {
  libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/**
 * Runs `work` so that programs it starts (from this thread) have the capability too, if this thread has it; the
 * capability is not lent any more when `work` returns or throws.
 */
export function withAmbientCapability<T>(name: Capability, work: () => T): T {
  const before = readCapabilities();
  const lent = capabilitySet([name]);
  // Root's programs have it anyway.
  if (process.getuid?.() === 0 || (before.permitted & lent) === 0n) return work();
  writeCapabilities({ ...before, inheritable: before.inheritable | lent });
  try {
    libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAPABILITY_NUMBERS[name], 0, 0);
    return work();
  } finally {
    clearAmbientSet();
    writeCapabilities(before);
  }
}

/** Gives up all capabilities of the calling thread: a worker reads rings that others opened, and needs none. */
export function dropThreadCapabilities(): void {
  clearAmbientSet();
  writeCapabilities({ effective: 0n, permitted: 0n, inheritable: 0n });
}

/** struct __user_cap_header_struct: version, and 0 for the calling thread. */
function header(): Uint8Array {
  return new Uint8Array(new Uint32Array([VERSION, 0]).buffer);
}
