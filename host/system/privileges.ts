// Leaving root behind: another account, only the capabilities that capture needs, no way back.
// Apart from capabilities because the order of the steps is what makes it safe.
// Always holds: when dropPrivileges() returns, every thread runs as the account, the calling thread has the kept
// capabilities and no others, threads that were root's before have none, and all of that was read back from the kernel.

import { readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { printable, StrayError } from "../errors.js";
import type { Capability } from "./capabilities.js";
import {
  capabilitySet,
  clearAmbientSet,
  dropBoundingSet,
  readCapabilities,
  writeCapabilities,
} from "./capabilities.js";
import { errnoText, libc } from "./libc.js";

const PR_SET_KEEPCAPS = 8;
const PR_SET_NO_NEW_PRIVS = 38;

export interface PrivilegeOptions {
  /** The account to become; undefined: stay who we are. */
  readonly user: string | undefined;
  readonly keep: readonly Capability[];
}

export interface Privileges {
  /** Name of the account in force. */
  readonly user: string;
  /** For `stray status`: "user stray, CAP_NET_RAW CAP_NET_ADMIN". */
  readonly text: string;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account of that name; undefined without a name.
 * @throws StrayError ACCOUNT_UNKNOWN.
 */
export function findAccount(user: string | undefined): Account | undefined {
  if (user === undefined) return undefined;
  const account = libc().account(user);
  if (account !== undefined) return account;
  throw new StrayError(
    "ACCOUNT_UNKNOWN",
    `there is no account ${printable(user)} to run as: create it with "adduser --system --group --no-create-home ${printable(user)}", or change sensor.user`,
    2,
  );
}

/**
 * As root: becomes `user`, with its groups, and keeps the capabilities `keep`; without `user` nothing changes. Not as
 * root: gives up every capability but those of `keep` that it has; `user` is then only allowed to be who we are.
 * Call it on the main thread before worker threads start: capabilities are a thread's own, and new threads inherit
 * them. Threads of libuv and V8 that exist by then change their account with us (glibc sees to that) and so lose all
 * capabilities (PR_SET_KEEPCAPS is the calling thread's own); when not started as root, they keep what systemd gave.
 * No program is ever started from them.
 * @throws StrayError ACCOUNT_UNKNOWN, ACCOUNT_MISMATCH, PRIVILEGES_KEPT (a step failed: the process must not go on).
 */
export function dropPrivileges(options: PrivilegeOptions): Privileges {
  const keep = capabilitySet(options.keep);
  const account = findAccount(options.user);
  const wasRoot = process.getuid?.() === 0;
  if (wasRoot) {
    if (account === undefined || account.uid === 0)
      return { user: "root", text: "user root, all capabilities" };
    becomeUser(options.user ?? "", account, keep);
  } else if (account !== undefined && account.uid !== process.getuid?.()) {
    const user = printable(options.user ?? "");
    throw new StrayError(
      "ACCOUNT_MISMATCH",
      `the sensor can only become ${user} when started as root, and runs as ${accountName()}: start it as root or ${user}, or take sensor.user out`,
      2,
    );
  }
  const held = readCapabilities().permitted & keep;
  dropBoundingSet(keep);
  clearAmbientSet();
  writeCapabilities({ effective: held, permitted: held, inheritable: 0n });
  control("forbid new privileges", PR_SET_NO_NEW_PRIVS, 1);
  verify(held, account?.uid, wasRoot);
  const names = options.keep.filter((capability) => (held & capabilitySet([capability])) !== 0n);
  const user = accountName();
  return { user, text: `user ${user}, ${names.length === 0 ? "no capabilities" : names.join(" ")}` };
}

function becomeUser(user: string, account: Account, keep: bigint): void {
  // Root alone may shrink this set, so before leaving; a container's root may not: then no_new_privs has to do.
  dropBoundingSet(keep);
  control("keep capabilities", PR_SET_KEEPCAPS, 1);
  // glibc carries all three to every thread (nptl(7)).
  step(`take the groups of ${printable(user)}`, libc().initgroups(user, account.gid));
  step(`take the group of ${printable(user)}`, libc().setgid(account.gid));
  step(`become ${printable(user)}`, libc().setuid(account.uid));
  control("stop keeping capabilities", PR_SET_KEEPCAPS, 0);
}

/** Reads everything back: what did not work must not go unnoticed. */
function verify(held: bigint, uid: number | undefined, wasRoot: boolean): void {
  const { effective, permitted, inheritable } = readCapabilities();
  if (effective !== held || permitted !== held || inheritable !== 0n) throw kept("give up capabilities");
  if (uid === undefined || !wasRoot) return;
  for (const [thread, status] of threadStatuses()) {
    const uids = statusField(status, "Uid").split(/\s+/);
    if (uids.some((text) => Number(text) !== uid)) throw kept(`change the account of thread ${thread}`);
    const left = BigInt(`0x${statusField(status, "CapPrm")}`);
    if ((left & ~held) !== 0n) throw kept(`take capabilities from thread ${thread}`);
  }
  if (libc().setuid(0) >= 0) throw kept("stop being root");
}

/** /proc/self/task/TID/status of every thread; one that ended meanwhile is left out. */
function threadStatuses(): [string, string][] {
  return readdirSync("/proc/self/task").flatMap((thread): [string, string][] => {
    try {
      return [[thread, readFileSync(`/proc/self/task/${thread}/status`, "utf8")]];
    } catch {
      return [];
    }
  });
}

function statusField(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
}

function control(what: string, option: number, value: number): void {
  step(what, libc().prctl(option, value, 0, 0, 0));
}

function step(what: string, result: number): void {
  if (result < 0) throw kept(`${what} (${errnoText(result)})`);
}

function kept(what: string): StrayError {
  return new StrayError(
    "PRIVILEGES_KEPT",
    `the sensor could not ${what}, so it will not run: start it as root, or by systemd with User= and AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN`,
    2,
  );
}

/** The name of the account in force, or its number where it has no name. */
function accountName(): string {
  try {
    return printable(userInfo().username);
  } catch {
    return String(process.getuid?.() ?? "");
  }
}
