// Network namespaces and veth pairs for tests that send and capture real frames.
// Apart because several test files need a network of their own, made and removed alike.
// Always holds: names carry the pid, so runs side by side do not meet; what was made is removed when the process
// ends, even on failure; no frame runs on a pair that a test did not send (no IPv6, no ARP of the kernel's own asking).

import type { ChildProcess, SpawnOptions, SpawnSyncOptions } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { libc } from "../../host/system/libc.js";
import { hasProgram, requireProgram } from "./system.js";

const COMMAND_TIMEOUT_MS = 30_000;
const HEAD = "stray-";
const CLONE_NEWNET = 0x40000000;

const made = new Map<string, Namespace>();
let count = 0;
let usable: boolean | undefined;

export interface ExecResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program and waits; throws with its words when it fails, unless `mayFail`. */
function run(
  program: string,
  args: readonly string[],
  options: SpawnSyncOptions & { mayFail?: boolean } = {},
): ExecResult {
  const { mayFail = false, ...rest } = options;
  const done = spawnSync(program, args, { timeout: COMMAND_TIMEOUT_MS, ...rest, encoding: "utf8" });
  if (!mayFail && (done.error !== undefined || done.status !== 0)) {
    const reason = done.error?.message ?? `status ${done.status}: ${done.stderr}${done.stdout}`;
    throw new Error(`${program} ${args.join(" ")}: ${reason}`);
  }
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

export class Namespace {
  constructor(readonly name: string) {}

  /** Runs `args` inside and waits for its end. Throws when it fails, unless `mayFail`. */
  exec(args: readonly string[], options: SpawnSyncOptions & { mayFail?: boolean } = {}): ExecResult {
    return run("ip", ["netns", "exec", this.name, ...args], options);
  }

  /** Starts `args` inside; the child's pid is the program's own. */
  spawn(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn("ip", ["netns", "exec", this.name, ...args], options);
  }

  /**
   * Runs `work` with the calling thread inside: sockets opened there, and programs started there, stay inside.
   * The thread is back outside when `work` returns or throws; `work` must not be async.
   */
  enter<T>(work: () => T): T {
    const home = openSync("/proc/thread-self/ns/net", "r");
    try {
      const inside = openSync(`/run/netns/${this.name}`, "r");
      try {
        moveTo(inside);
      } finally {
        closeSync(inside);
      }
      return work();
    } finally {
      moveTo(home);
      closeSync(home);
    }
  }

  /** Removes it, and with it the ends of pairs inside. Safe to call twice. End what runs inside first. */
  remove(): void {
    if (!made.delete(this.name)) return;
    run("ip", ["netns", "delete", this.name], { mayFail: true });
  }
}

/** The calling thread, into the network namespace that `fd` refers to. */
function moveTo(fd: number): void {
  const done = libc().setns(fd, CLONE_NEWNET);
  if (done < 0) throw new Error(`setns: errno ${-done}`);
}

/** True when namespaces can be made here: as root, with iproute2. Otherwise says so loudly, and answers false. */
export function canUseNamespaces(): boolean {
  usable ??= probe();
  return usable;
}

function probe(): boolean {
  if (!requireProgram("ip", "iproute2")) return false;
  let reason = "";
  if (process.getuid?.() !== 0) reason = "they need root";
  else {
    try {
      createNamespace("probe").remove();
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  if (reason === "") return true;
  const message = `network namespaces cannot be made here: ${reason}`;
  const { STRAY_REQUIRE_SYSTEM } = process.env;
  if (STRAY_REQUIRE_SYSTEM === "1") throw new Error(`${message} (STRAY_REQUIRE_SYSTEM=1)`);
  console.error(`\n*** TESTS LEFT OUT: ${message}\n`);
  return false;
}

/** A new namespace, its loopback up, IPv6 off. */
export function createNamespace(prefix: string): Namespace {
  if (count === 0) {
    process.on("exit", removeAll);
    removeLeftovers();
  }
  const namespace = new Namespace(`${HEAD}${prefix}-${process.pid}-${count++}`);
  run("ip", ["netns", "add", namespace.name]);
  made.set(namespace.name, namespace);
  for (const scope of ["all", "default", "lo"]) {
    const key = `net.ipv6.conf.${scope}.disable_ipv6=1`;
    namespace.exec(["sysctl", "-qw", key], { mayFail: true });
  }
  namespace.exec(["ip", "link", "set", "lo", "up"]);
  return namespace;
}

export interface VethOptions {
  readonly mtu?: number;
  /** Of the first and the second end, with prefix length: ["10.0.0.1/24", "10.0.0.2/24"]. */
  readonly addresses?: readonly [string, string];
  /** Keep segmentation and checksum offloads on, as a real card has them. */
  readonly offloads?: boolean;
}

/** A pair of interfaces, one in each namespace (or both in one), up on both ends. */
export function createVethPair(
  first: Namespace,
  firstName: string,
  second: Namespace,
  secondName: string,
  options: VethOptions = {},
): void {
  const peer = ["peer", "name", secondName, "netns", second.name];
  run("ip", ["link", "add", firstName, "netns", first.name, "type", "veth", ...peer]);
  const ends = [
    [first, firstName, options.addresses?.[0]],
    [second, secondName, options.addresses?.[1]],
  ] as const;
  for (const [namespace, name, address] of ends) {
    if (options.mtu !== undefined) namespace.exec(["ip", "link", "set", name, "mtu", String(options.mtu)]);
    namespace.exec(["sysctl", "-qw", `net.ipv6.conf.${name}.disable_ipv6=1`], { mayFail: true });
    if (address !== undefined) namespace.exec(["ip", "address", "add", address, "dev", name]);
    if (options.offloads !== true) offloadsOff(namespace, name);
    namespace.exec(["ip", "link", "set", name, "up"]);
  }
}

function offloadsOff(namespace: Namespace, name: string): void {
  if (!hasProgram("ethtool")) return;
  const off = ["gro", "gso", "tso", "tx", "rx"].flatMap((feature) => [feature, "off"]);
  namespace.exec(["ethtool", "-K", name, ...off], { mayFail: true });
}

function removeAll(): void {
  for (const namespace of [...made.values()]) namespace.remove();
}

/** Namespaces of test processes that were killed before they could clean up. */
function removeLeftovers(): void {
  for (const line of run("ip", ["netns", "list"], { mayFail: true }).stdout.split("\n")) {
    const name = line.split(" ")[0] ?? "";
    const pid = name.startsWith(HEAD) ? /-(\d+)-\d+$/.exec(name)?.[1] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      run("ip", ["netns", "delete", name], { mayFail: true });
  }
}
