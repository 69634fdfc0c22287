// bpf(2): one call with its attributes, and what the kernel's refusals mean for whoever runs stray.
// Apart from maps, programs, links and pins because all of them speak through here.
// Always holds: an answer is a descriptor or a result >= 0, or a StrayError; buffers that the attributes point to live
// until the kernel has answered.

import { StrayError } from "../errors.js";
import { errnoName, errnoText, libc } from "../system/libc.js";

/** enum bpf_cmd of linux/bpf.h. */
export const BPF_MAP_CREATE = 0;
export const BPF_MAP_LOOKUP_ELEM = 1;
export const BPF_MAP_UPDATE_ELEM = 2;
export const BPF_PROG_LOAD = 5;
export const BPF_OBJ_PIN = 6;
export const BPF_OBJ_GET = 7;
export const BPF_PROG_GET_FD_BY_ID = 13;
export const BPF_OBJ_GET_INFO_BY_FD = 15;
export const BPF_LINK_CREATE = 28;
export const BPF_LINK_UPDATE = 29;

const NAME_BYTES = 16;

/** union bpf_attr as it is filled: fields by offset, in the machine's (little-endian) order. */
export class Attributes {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** What is pointed to: not collected before this is. */
  private readonly kept: Uint8Array[] = [];

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  u32(offset: number, value: number): this {
    this.view.setUint32(offset, value, true);
    return this;
  }

  pointer(offset: number, target: Uint8Array): this {
    this.kept.push(target);
    this.view.setBigUint64(offset, libc().addressOf(target), true);
    return this;
  }

  /** A name of at most 15 letters, digits, `_` (and `.`), as bpf_obj_name_cpy takes it. */
  name(offset: number, text: string): this {
    this.bytes.set(Buffer.from(text).subarray(0, NAME_BYTES - 1), offset);
    return this;
  }
}

/** The answer, or -errno. */
export function tryBpf(command: number, attributes: Attributes): number {
  return libc().bpf(command, attributes.bytes);
}

/** @throws StrayError BPF_NOT_PERMITTED, BPF_UNAVAILABLE, BPF_REFUSED. */
export function bpf(command: number, attributes: Attributes, what: string): number {
  const done = tryBpf(command, attributes);
  if (done >= 0) return done;
  throw refusedBpf(done, what);
}

/** What `errno` (negated or not) means when the kernel was asked to `what`. */
export function refusedBpf(errno: number, what: string, more = ""): StrayError {
  const name = errnoName(errno);
  if (name === "EPERM" || name === "EACCES")
    return new StrayError(
      "BPF_NOT_PERMITTED",
      `the kernel does not let this process ${what} (${name})${more}: start it as root, or give it CAP_BPF and CAP_NET_ADMIN (systemd: AmbientCapabilities=, and bpf in SystemCallFilter=); a kernel in lockdown or a container may forbid it all the same`,
      2,
    );
  if (name === "ENOSYS")
    return new StrayError(
      "BPF_UNAVAILABLE",
      `this kernel has no bpf(2), so it can't ${what}: take a kernel built with CONFIG_BPF_SYSCALL`,
      2,
    );
  return new StrayError("BPF_REFUSED", `the kernel refuses to ${what}: ${errnoText(errno)}${more}`, 2);
}

/** Text that ends at the first zero byte. */
export function nameAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  const stop = Math.min(end < 0 ? bytes.length : end, offset + NAME_BYTES);
  return Buffer.from(bytes.subarray(offset, stop)).toString("latin1");
}
