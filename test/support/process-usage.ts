// What the kernel tells of a running process under /proc: memory, processor time, accounts and capabilities.
// Apart because system tests and the live benchmark read the same lines. Linux only (proc(5)).
// Always holds: numbers are of the whole process, threads included; a process that is gone is an error.

import { readdirSync, readFileSync } from "node:fs";

const BYTES_PER_KIB = 1024;
/** USER_HZ: what utime and stime of /proc/PID/stat are counted in on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Places of utime and stime behind the name of the command, which may hold blanks itself. */
const UTIME_FIELD = 11;
const STIME_FIELD = 12;

function statusLine(path: string, key: string): string {
  const line = new RegExp(`^${key}:\\s*(.*)$`, "m").exec(readFileSync(path, "utf8"));
  if (!line) throw new Error(`${path} has no line ${key}`);
  return line[1]!;
}

function kibibytes(pid: number, key: string): number {
  return Number.parseInt(statusLine(`/proc/${pid}/status`, key), 10) * BYTES_PER_KIB;
}

export function residentBytes(pid: number): number {
  return kibibytes(pid, "VmRSS");
}

/** The most that was resident at once since the process began. */
export function peakResidentBytes(pid: number): number {
  return kibibytes(pid, "VmHWM");
}

/** Of a process that may end at any moment: undefined once it has. What waits to be reaped has no memory any more. */
export function peakWhileAlive(pid: number): number | undefined {
  try {
    return peakResidentBytes(pid);
  } catch {
    return undefined;
  }
}

/** User and system time so far, in ms (to 10 ms). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[UTIME_FIELD]) + Number(fields[STIME_FIELD]);
  return (ticks * 1000) / TICKS_PER_SECOND;
}

export interface ThreadIdentity {
  /** Real, effective, saved and file system user. */
  users: number[];
  groups: number[];
  effectiveCapabilities: bigint;
  permittedCapabilities: bigint;
}

/** Every thread's accounts and capabilities: the kernel keeps them by thread, not by process. */
export function threadIdentities(pid: number): ThreadIdentity[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const path = `/proc/${pid}/task/${thread}/status`;
    const numbers = (key: string): number[] => statusLine(path, key).split(/\s+/).map(Number);
    const mask = (key: string): bigint => BigInt(`0x${statusLine(path, key)}`);
    return {
      users: numbers("Uid"),
      groups: numbers("Gid"),
      effectiveCapabilities: mask("CapEff"),
      permittedCapabilities: mask("CapPrm"),
    };
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Processor time of all threads so far, in ms, from the scheduler's own count: finer than a tick. */
export function exactCpuMs(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  }
  return ns / 1e6;
}
