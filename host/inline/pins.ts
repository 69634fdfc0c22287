// Where the switch's links are pinned, so that they outlive the sensor, and what earlier sensors left there.
// Apart from the switch because this is about files: whose they are, who holds them now, what is to be removed.
// Always holds: a running sensor keeps its folder locked; what is not ours is refused, never removed. After root is
// given up everything goes through descriptors opened before, since the account may not enter the folders above.
//
//   /sys/fs/bpf/stray/           or a bpffs of our own in the runtime directory: bpf/stray/
//     net-NAMESPACE-A-B/         inode of the network namespace, then both interfaces' indexes as they were at start
//       xdp-INDEX, ingress-INDEX joins a program to that interface
//       program-SIDE, map        what the link runs, so that a later sensor can tell that it is ours
//       promisc-INDEX/           an empty directory: we made that interface promiscuous, nobody else did
//
// The mark lies here because it has to last as long as what it is about: over our death, but over neither a reboot nor
// `umount`. A file in the runtime directory would not do: systemd empties that when the process ends. It counts only
// while a link of the same folder stands: then the namespace is still the one that the folder is named after, and in one
// namespace no two interfaces get the same index.

import {
  chownSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { pin } from "../bpf/pin.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { libc } from "../system/libc.js";
import type { Account } from "../system/privileges.js";
import type { Hook } from "./dead-man-program.js";
import type { FoundLink } from "./pin-folder.js";
import { PinFolder } from "./pin-folder.js";
import type { PinPlace, PinPlaces } from "./pin-place.js";
import { firstUsable, makeDirectory } from "./pin-place.js";
import type { PromiscuityMemory } from "./promiscuity.js";

const FOLDER = "stray";
const PAIR = /^net-(\d+)-(\d+)-(\d+)$/;

export class Pins implements PromiscuityMemory {
  private readonly found: FoundLink[] = [];
  /** Other folders whose links were found. */
  private readonly others: PinFolder[] = [];
  /** Paths of folders of interfaces that are there, but are not ours. */
  private readonly leftAlone: string[] = [];
  /** Indexes of interfaces that an earlier sensor made promiscuous. */
  private readonly promiscuous = new Set<number>();
  /** Names of links that were pinned for the first time. */
  private readonly fresh = new Set<string>();

  private constructor(
    private readonly place: PinPlace,
    private readonly root: string,
    private readonly rootFd: number,
    private readonly folder: PinFolder,
    private readonly name: string,
    private readonly owner: Account | undefined,
  ) {}

  /**
   * The folder for this pair, locked, and what earlier sensors left on the pair's interfaces.
   * @throws StrayError DEADMAN_IN_USE, PIN_FOREIGN; BPFFS_UNUSABLE when there is no place for pins at all.
   */
  static open(places: PinPlaces, indexes: readonly [number, number], owner: Account | undefined): Pins {
    return firstUsable(places, (place) => Pins.openIn(place, indexes, owner));
  }

  private static openIn(
    place: PinPlace,
    indexes: readonly [number, number],
    owner: Account | undefined,
  ): Pins {
    const root = join(place.directory, FOLDER);
    const name = `net-${networkNamespace()}-${indexes[0]}-${indexes[1]}`;
    make(root, owner);
    make(join(root, name), owner);
    const folder = PinFolder.open(root, name);
    if (folder === undefined) throw inUse(join(root, name));
    const rootFd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
    const pins = new Pins(place, root, rootFd, folder, name, owner);
    try {
      pins.look(indexes);
      return pins;
    } catch (error) {
      ignoreFailure(() => rmdirSync(join(root, name)));
      pins.close();
      throw error;
    }
  }

  /** As an operator would name it. */
  get path(): string {
    return this.folder.path;
  }

  /** Are they there for whoever comes after this process? */
  get outlast(): boolean {
    return this.place.weakness === undefined;
  }

  /** What an operator should know of them, in words. */
  get notes(): readonly string[] {
    const { weakness } = this.place;
    const left = this.leftAlone.map(
      (path) => `a sensor that ended left ${printable(path)}, and the kernel still carries frames there`,
    );
    return weakness === undefined ? left : [`the switch ends with the process: ${weakness}`, ...left];
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

  madePromiscuous(interfaceIndex: number): boolean {
    return this.promiscuous.has(interfaceIndex);
  }

  leftPromiscuous(kept: readonly number[]): readonly number[] {
    return [...this.promiscuous].filter((index) => !kept.includes(index));
  }

  markPromiscuous(interfaceIndex: number): void {
    this.folder.mark(interfaceIndex);
  }

  unmarkPromiscuous(interfaceIndex: number): void {
    // Mostly there is none. One that stays is of no interface that is promiscuous by us.
    ignoreFailure(() => this.folder.unmark(interfaceIndex));
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
      if (!this.folder.hasLinks) this.removeAll();
    });
    this.close();
  }

  /** Removes what earlier sensors left beside what was taken: links and marks of interfaces but `kept`, and of none. */
  removeLeftovers(kept: readonly number[]): void {
    for (const { fd, folder, name } of this.found.splice(0)) {
      ignoreMissing(() => folder.remove(name));
      libc().close(fd);
    }
    for (const index of this.folder.marked()) if (!kept.includes(index)) this.unmarkPromiscuous(index);
    for (const folder of this.others.splice(0)) {
      ignoreFailure(() => {
        for (const name of folder.names()) folder.remove(name);
        rmdirSync(folder.path);
      });
      folder.close();
    }
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

  /** Lets go of the folder; pins stay. */
  close(): void {
    for (const { fd } of this.found.splice(0)) libc().close(fd);
    for (const folder of this.others.splice(0)) folder.close();
    this.folder.close();
    closeSync(this.rootFd);
    this.place.leave();
  }

  /** Into folders of this network namespace that have to do with the interfaces, and those whose interfaces are all gone. */
  private look(indexes: readonly number[]): void {
    const namespace = String(networkNamespace());
    for (const name of readdirSync(this.root)) {
      const parts = PAIR.exec(name);
      if (parts === null) continue;
      if (name === this.name) this.find(this.folder.links());
      else this.lookInto(name, parts[1] === namespace ? indexes : []);
    }
  }

  private lookInto(name: string, indexes: readonly number[]): void {
    const folder = PinFolder.open(this.root, name);
    if (folder === undefined) {
      // Links in a locked folder are another sensor's: the name says whose interfaces they are.
      const named = name.split("-").slice(2).map(Number);
      if (named.some((index) => indexes.includes(index))) throw inUse(join(this.root, name));
      return;
    }
    const links = linksOf(folder);
    const isOurs = (link: FoundLink): boolean => indexes.includes(link.interfaceIndex);
    if (links?.some(isOurs) === true || links?.every((link) => link.interfaceIndex === 0) === true) {
      this.others.push(folder);
      this.find(links);
      return;
    }
    for (const { fd } of links ?? []) libc().close(fd);
    if (links !== undefined && indexes.length > 0) this.leftAlone.push(folder.path);
    folder.close();
  }

  private find(links: readonly FoundLink[]): void {
    this.found.push(...links);
    const standing = links.find(({ interfaceIndex }) => interfaceIndex !== 0);
    for (const index of standing?.folder.marked() ?? []) this.promiscuous.add(index);
  }

  private give(path: string): void {
    if (this.owner !== undefined) chownSync(path, this.owner.uid, this.owner.gid);
  }
}

/** Undefined: not all of it is ours, so none of it is touched. */
function linksOf(folder: PinFolder): FoundLink[] | undefined {
  try {
    return folder.links();
  } catch (error) {
    if (error instanceof StrayError) return undefined;
    throw error;
  }
}

/** Inode of the network namespace of the calling thread. */
function networkNamespace(): number {
  return statSync("/proc/thread-self/ns/net").ino;
}

/** Given to the account, which has to change what is in it when root is gone. */
function make(path: string, owner: Account | undefined): void {
  makeDirectory(path, 0o700);
  if (owner !== undefined && statSync(path).uid !== owner.uid) chownSync(path, owner.uid, owner.gid);
}

function inUse(path: string): StrayError {
  return new StrayError(
    "DEADMAN_IN_USE",
    `another sensor stands between these interfaces (it holds ${printable(path)}): stop it first, or take other interfaces in capture.interfaces`,
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
