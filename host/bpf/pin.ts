// Names for BPF objects in a file system of their own kind (bpffs), so that they outlive their process.
// Apart from the objects because pins are files: they have owners, and any program may have put others there.
// Always holds: a name holds no dot (the kernel keeps those for itself); a file that is no BPF object is never taken for one.

import { statfsSync } from "node:fs";
import { printable, StrayError } from "../errors.js";
import { errnoText, libc } from "../system/libc.js";
import { Attributes, BPF_OBJ_GET, BPF_OBJ_PIN, bpf, tryBpf } from "./call.js";

/** BPF_FS_MAGIC of linux/magic.h. */
const BPF_FS_MAGIC = 0xcafe4a11;
const ATTRIBUTE_BYTES = 16;

export function pin(fd: number, path: string): void {
  bpf(BPF_OBJ_PIN, pathAttributes(path).u32(8, fd), `pin a BPF object as ${printable(path)}`);
}

/** A descriptor of what is pinned there, or -errno. */
export function tryPinned(path: string): number {
  return tryBpf(BPF_OBJ_GET, pathAttributes(path));
}

export function isBpffs(path: string): boolean {
  try {
    return statfsSync(path).type === BPF_FS_MAGIC;
  } catch {
    return false;
  }
}

/** Mounts a bpffs on a directory, only for its owner to enter. @throws StrayError BPFFS_NOT_MOUNTED. */
export function mountBpffs(directory: string): void {
  const done = libc().mount("bpf", directory, "bpf", 0, "mode=0700");
  if (done >= 0) return;
  throw new StrayError(
    "BPFFS_NOT_MOUNTED",
    `no bpffs can be mounted on ${printable(directory)}: ${errnoText(done)}`,
    2,
  );
}

/** True when it is not mounted there any more. */
export function unmountBpffs(directory: string): boolean {
  return libc().umount2(directory, 0) >= 0;
}

function pathAttributes(path: string): Attributes {
  return new Attributes(ATTRIBUTE_BYTES).pointer(0, Buffer.from(`${path}\0`));
}
