// Where the switch's links are pinned, so that they outlive the sensor, and what earlier sensors left there.
// Apart from the switch because this is about files: whose they are, who holds them now, what is to be removed.
// Always holds: a folder is only changed by who has locked it, and a running sensor keeps its own locked; what is not
// ours is refused, never removed. After root is given up everything goes through descriptors opened before, since the
// account may not enter the folders above.
//
//   /sys/fs/bpf/stray/           or a bpffs of our own in the runtime directory: bpf/stray/
//     net-NAMESPACE-A-B/         inode of the network namespace, then both interfaces' indexes as they were at start
//       xdp-INDEX, ingress-INDEX joins a program to that interface
//       program-SIDE, map        what the link runs, so that a later sensor can tell that it is ours

import {
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { Attributes, tryBpf } from "../bpf/call.js";
import { BPF_LINK_TYPE_TCX, BPF_LINK_TYPE_XDP, linkInfo } from "../bpf/link.js";
import { kindOf, programInfo } from "../bpf/objects.js";
import { isBpffs, mountBpffs, pin, tryPinned, unmountBpffs } from "../bpf/pin.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { errnoText, libc } from "../system/libc.js";
import type { Account } from "../system/privileges.js";
import type { Hook } from "./dead-man-program.js";
import { isOurProgram } from "./dead-man-program.js";

const FOLDER = "stray";
const PAIR = /^net-(\d+)-(\d+)-(\d+)$/;
const NAMES = /^((xdp|ingress)-\d+|program-[01](-new)?|map(-new)?)$/;
const LINK = /^(xdp|ingress)-\d+$/;
const BPF_PROG_GET_FD_BY_ID = 13;
const LOCK_EXCLUSIVE_AT_ONCE = 2 + 4;

export interface PinPlaces {
  /** Where the system mounts its bpffs. */
  readonly system: string;
  /** A directory in which one of our own may be mounted, on `bpf`. */
  readonly runtime: string;
}

export const PIN_PLACES: PinPlaces = { system: "/sys/fs/bpf", runtime: "/run/stray" };

/** A link found pinned, in a folder that is locked by us now. */
export interface FoundLink {
  readonly fd: number;
  readonly hook: Hook;
  /** 0: it is gone. */
  readonly interfaceIndex: number;
  readonly folder: LockedFolder;
  readonly name: string;
}

/** Inode of the network namespace of the calling thread. */
export function networkNamespace(): number {
  return statSync("/proc/thread-self/ns/net").ino;
}

/** A folder of pins that nobody else changes, as long as it is open. */
class LockedFolder {
  private constructor(
    /** As an operator would name it. */
    readonly path: string,
    private readonly fd: number,
  ) {}

  /** Undefined: another process has it. */
  static open(parent: string, name: string, shown: string): LockedFolder | undefined {
    const fd = openSync(join(parent, name), constants.O_RDONLY | constants.O_DIRECTORY);
    if (libc().flock(fd, LOCK_EXCLUSIVE_AT_ONCE) >= 0) return new LockedFolder(join(shown, name), fd);
    closeSync(fd);
    return undefined;
  }

  /** A path below it that needs no right to enter the folders above. */
  at(name: string): string {
    return `/proc/self/fd/${this.fd}/${name}`;
  }

  names(): string[] {
    return readdirSync(`/proc/self/fd/${this.fd}/`);
  }

  remove(name: string): void {
    unlinkSync(this.at(name));
  }

  close(): void {
    closeSync(this.fd);
  }
}

export type { LockedFolder };

export class Pins {
  private readonly found: FoundLink[] = [];
  private readonly emptied: LockedFolder[] = [];
  /** Names of links that were pinned for the first time. */
  private readonly fresh = new Set<string>();

  private constructor(
    private readonly root: string,
    private readonly rootFd: number,
    private readonly folder: LockedFolder,
    private readonly name: string,
    private readonly owner: Account | undefined,
    private readonly mountedOn: string | undefined,
  ) {}

  /**
   * The folder for this pair, locked, and what earlier sensors left on the pair's interfaces.
   * @throws StrayError DEADMAN_IN_USE, PIN_FOREIGN; BPFFS_UNUSABLE when there is no place for pins at all.
   */
  static open(places: PinPlaces, indexes: readonly [number, number], owner: Account | undefined): Pins {
    const { directory, mountedOn } = findBpffs(places);
    const root = join(directory, FOLDER);
    const name = `net-${networkNamespace()}-${indexes[0]}-${indexes[1]}`;
    let rootFd = -1;
    let folder: LockedFolder | undefined;
    try {
      make(root, owner);
      make(join(root, name), owner);
      rootFd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
      folder = LockedFolder.open(root, name, root);
    } catch (error) {
      if (rootFd >= 0) closeSync(rootFd);
      throw unusable(root, systemCode(error) ?? String(error));
    }
    if (folder === undefined) {
      closeSync(rootFd);
      throw inUse(join(root, name));
    }
    const pins = new Pins(root, rootFd, folder, name, owner, mountedOn);
    try {
      pins.look(indexes);
    } catch (error) {
      ignoreFailure(() => rmdirSync(join(root, name)));
      pins.close();
      throw error;
    }
    return pins;
  }

  /** As an operator would name it. */
  get path(): string {
    return this.folder.path;
  }

  /** Why the pins end with the process all the same, in words; undefined: they don't. */
  get weakness(): string | undefined {
    if (this.mountedOn === undefined || !isMountPrivate()) return undefined;
    return `${printable(this.mountedOn)} is only mounted for this process (it has a mount namespace of its own); mount a bpffs for all (mount -t bpf bpf /sys/fs/bpf)`;
  }

  /** The link that an earlier sensor left there; the caller closes its descriptor. */
  take(hook: Hook, interfaceIndex: number): FoundLink | undefined {
    const at = this.found.findIndex((link) => link.hook === hook && link.interfaceIndex === interfaceIndex);
    return at < 0 ? undefined : this.found.splice(at, 1)[0];
  }

  /** Is there a link of an earlier sensor's that nobody took? */
  has(hook: Hook, interfaceIndex: number): boolean {
    return this.found.some((link) => link.hook === hook && link.interfaceIndex === interfaceIndex);
  }

  /** Pins beside what is there under that name; settle() puts it in its place. */
  prepare(name: string, fd: number): void {
    const fresh = this.folder.at(`${name}-new`);
    ignoreMissing(() => unlinkSync(fresh));
    pin(fd, fresh);
    this.give(fresh);
  }

  settle(name: string): void {
    renameSync(this.folder.at(`${name}-new`), this.folder.at(name));
  }

  /** Pins a link that is new, or moves the pin of one that was found. */
  putLink(hook: Hook, interfaceIndex: number, fd: number, found: FoundLink | undefined): void {
    const name = `${hook}-${interfaceIndex}`;
    const path = this.folder.at(name);
    if (found !== undefined) renameSync(found.folder.at(found.name), path);
    else {
      // What is pinned under that name is of an interface that is gone, and whose index another one got.
      for (const old of this.found.filter((link) => link.folder === this.folder && link.name === name)) {
        this.found.splice(this.found.indexOf(old), 1);
        libc().close(old.fd);
      }
      ignoreMissing(() => unlinkSync(path));
      pin(fd, path);
      this.fresh.add(name);
    }
    this.give(path);
  }

  removeLink(hook: Hook, interfaceIndex: number): void {
    ignoreMissing(() => this.folder.remove(`${hook}-${interfaceIndex}`));
  }

  /** Takes links back that were pinned since open(); those that were found stay pinned. */
  takeBack(): void {
    for (const name of this.fresh) ignoreMissing(() => this.folder.remove(name));
    this.fresh.clear();
  }

  /** The same, and lets go. */
  abandon(): void {
    ignoreFailure(() => {
      this.takeBack();
      if (!this.folder.names().some((name) => LINK.test(name))) this.removeAll();
    });
    this.close();
  }

  /** Removes what earlier sensors left beside what was taken: links of other interfaces of theirs, and of none. */
  removeLeftovers(): void {
    for (const { fd, folder, name } of this.found.splice(0)) {
      ignoreMissing(() => folder.remove(name));
      libc().close(fd);
    }
    for (const folder of this.emptied.splice(0)) this.clear(folder);
  }

  /** Removes all of ours. Answers what stayed, in words, or undefined. */
  removeAll(): string | undefined {
    try {
      for (const name of this.folder.names()) this.folder.remove(name);
      rmdirSync(`/proc/self/fd/${this.rootFd}/${this.name}`);
      ignoreFailure(() => rmdirSync(this.root));
      return undefined;
    } catch (error) {
      return `${this.path} can't be removed (${systemCode(error) ?? String(error)})`;
    }
  }

  /** Lets go of the folder; pins stay. A bpffs of our own with nothing in it is unmounted where we may. */
  close(): void {
    for (const { fd } of this.found.splice(0)) libc().close(fd);
    for (const folder of this.emptied.splice(0)) folder.close();
    this.folder.close();
    closeSync(this.rootFd);
    const { mountedOn } = this;
    if (mountedOn === undefined) return;
    ignoreFailure(() => {
      // The kernel itself puts maps.debug and progs.debug into a bpffs; no pin's name has a dot.
      const pins = readdirSync(mountedOn).filter((name) => !name.includes("."));
      if (pins.length === 0 && unmountBpffs(mountedOn)) rmdirSync(mountedOn);
    });
  }

  /** Folders of this network namespace that have to do with the interfaces, and those whose interfaces are all gone. */
  private look(indexes: readonly number[]): void {
    const namespace = String(networkNamespace());
    for (const name of readdirSync(this.root)) {
      const parts = PAIR.exec(name);
      if (parts === null) continue;
      const isHere = parts[1] === namespace;
      if (name === this.name) this.collect(this.folder);
      else this.lookInto(name, isHere ? indexes : []);
    }
  }

  private lookInto(name: string, indexes: readonly number[]): void {
    const folder = LockedFolder.open(this.root, name, this.root);
    if (folder === undefined) {
      // Its links can't be asked whose they are without its lock: the names do.
      const named = name.split("-").slice(2).map(Number);
      if (named.some((index) => indexes.includes(index))) throw inUse(join(this.root, name));
      return;
    }
    const concerns = isConcerned(folder, indexes);
    if (!concerns) {
      folder.close();
      return;
    }
    this.emptied.push(folder);
    this.collect(folder);
  }

  /** @throws StrayError PIN_FOREIGN. */
  private collect(folder: LockedFolder): void {
    for (const name of folder.names()) {
      if (!NAMES.test(name)) throw foreign(folder, name, "its name is none of ours");
      if (!LINK.test(name)) continue;
      const fd = openOurLink(folder, name);
      const { interfaceIndex } = linkInfo(fd);
      this.found.push({ fd, hook: hookOf(name), interfaceIndex, folder, name });
    }
  }

  private clear(folder: LockedFolder): void {
    ignoreFailure(() => {
      for (const name of folder.names()) folder.remove(name);
      rmdirSync(folder.path);
    });
    folder.close();
  }

  private give(path: string): void {
    if (this.owner !== undefined) chownSync(path, this.owner.uid, this.owner.gid);
  }
}

/** Has the folder a link on one of the interfaces, or none that still has an interface? */
function isConcerned(folder: LockedFolder, indexes: readonly number[]): boolean {
  let alive = 0;
  for (const name of folder.names()) {
    if (!NAMES.test(name)) return false;
    if (!LINK.test(name)) continue;
    const fd = tryPinned(folder.at(name));
    if (fd < 0) return false;
    try {
      if (kindOf(fd) !== "link") return false;
      const { interfaceIndex } = linkInfo(fd);
      if (indexes.includes(interfaceIndex)) return true;
      if (interfaceIndex !== 0) alive++;
    } finally {
      libc().close(fd);
    }
  }
  return alive === 0;
}

/** @throws StrayError PIN_FOREIGN unless it is a link that runs a program of ours. */
function openOurLink(folder: LockedFolder, name: string): number {
  const fd = tryPinned(folder.at(name));
  if (fd < 0) throw foreign(folder, name, `it can't be opened: ${errnoText(fd)}`);
  let problem = "it is no BPF link";
  if (kindOf(fd) === "link") {
    const { type, programId } = linkInfo(fd);
    const wanted = hookOf(name) === "xdp" ? BPF_LINK_TYPE_XDP : BPF_LINK_TYPE_TCX;
    if (type === wanted && isProgramOurs(folder, programId)) return fd;
    problem = "its program is none of ours";
  }
  libc().close(fd);
  throw foreign(folder, name, problem);
}

function hookOf(name: string): Hook {
  return name.startsWith("xdp-") ? "xdp" : "ingress";
}

function isProgramOurs(folder: LockedFolder, programId: number): boolean {
  // By number only root may; others find the program pinned beside the link.
  const byId = tryBpf(BPF_PROG_GET_FD_BY_ID, new Attributes(12).u32(0, programId));
  if (byId >= 0) return hasOurName(byId, programId);
  return folder.names().some((name) => {
    const fd = name.startsWith("program-") ? tryPinned(folder.at(name)) : -1;
    return fd >= 0 && hasOurName(fd, programId);
  });
}

/** Closes `fd`. */
function hasOurName(fd: number, programId: number): boolean {
  try {
    if (kindOf(fd) !== "program") return false;
    const { id, name } = programInfo(fd);
    return id === programId && isOurProgram(name);
  } finally {
    libc().close(fd);
  }
}

function findBpffs({ system, runtime }: PinPlaces): { directory: string; mountedOn?: string } {
  if (isBpffs(system)) return { directory: system };
  const own = join(runtime, "bpf");
  try {
    if (!isBpffs(own)) {
      for (const directory of [runtime, own]) makeDirectory(directory, directory === own ? 0o700 : 0o755);
      mountBpffs(own);
    }
    return { directory: own, mountedOn: own };
  } catch (error) {
    const reason = error instanceof StrayError ? error.message : (systemCode(error) ?? String(error));
    throw new StrayError(
      "BPFFS_UNUSABLE",
      `there is no bpffs on ${printable(system)}, and ${reason}: mount one (mount -t bpf bpf ${printable(system)}), or start the sensor as root`,
      2,
      { cause: error },
    );
  }
}

/** Has this process a view of mounts that is not the first process's? Not told: no. */
function isMountPrivate(): boolean {
  try {
    return readlinkSync("/proc/self/ns/mnt") !== readlinkSync("/proc/1/ns/mnt");
  } catch {
    return false;
  }
}

function make(path: string, owner: Account | undefined): void {
  makeDirectory(path, 0o700);
  if (owner !== undefined && process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

function makeDirectory(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

function unusable(path: string, reason: string): StrayError {
  return new StrayError(
    "BPFFS_UNUSABLE",
    `nothing can be pinned in ${printable(path)} (${reason}): start the sensor as root, or give that folder to its account`,
    2,
  );
}

function inUse(path: string): StrayError {
  return new StrayError(
    "DEADMAN_IN_USE",
    `another sensor stands between these interfaces (it holds ${printable(path)}): stop it first, or take other interfaces in inline.interfaces`,
    2,
  );
}

function foreign(folder: LockedFolder, name: string, reason: string): StrayError {
  const path = join(folder.path, name);
  return new StrayError(
    "PIN_FOREIGN",
    `${printable(path)} was not left by stray: ${reason}; find out who put it there, then remove it (rm ${printable(path)})`,
    2,
  );
}

function ignoreMissing(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** For what is only tidiness. */
function ignoreFailure(work: () => void): void {
  try {
    work();
  } catch {
    // It stays, and does no harm.
  }
}
