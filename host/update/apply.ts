// An update up to where it is on trial: checked, unpacked beside what runs, written down as pending.
// Apart from the trial, which goes on after a power cut and without whoever asked for the update.
// Always holds: until it is written down nothing that runs has changed, and a failure leaves nothing behind; what has been
// unpacked is what was checked.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_SOCKET } from "../control/protocol.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { lockDirectory, type StoreLock } from "../store/lock.js";
import type { Pending } from "./book.js";
import type { StatusView } from "./health.js";
import { readKeys } from "./keys.js";
import { type CheckedPackage, checkPackage, ownArchitecture, runTool } from "./package.js";
import { programVersion, type UpdatePlace, versionOf } from "./place.js";
import { updateError } from "./problem.js";
import { releaseName } from "./releases.js";
import { compareVersions } from "./version.js";

/** What stays free on the state partition. */
const SPARE_BYTES = 8 * 1_048_576;
/** Where a package has the program. */
const PROGRAM_FOLDER = "usr/lib/stray";
const MIB = 1_048_576;

/** How it is tried. */
export interface TrialOptions {
  /** Control socket of strayd. */
  readonly socket?: string;
  /** How long it has to report healthy. */
  readonly trialMs?: number;
}

export interface ApplyOptions extends TrialOptions {
  /** Also what is not newer. */
  readonly force: boolean;
  readonly architecture?: string;
}

/** Signature, architecture, version, room: what can be known without a change. @throws StrayError UPDATE_* */
export function checkUpdate(place: UpdatePlace, path: string, options: ApplyOptions): CheckedPackage {
  const found = checkPackage(path, readKeys(place.keysPath));
  mayApply(place, path, found, options);
  checkSpace(place, found);
  return found;
}

/** Answers what is pending now. `status`: of the sensor that runs, if one does. @throws StrayError UPDATE_* */
export function stageUpdate(
  place: UpdatePlace,
  path: string,
  options: ApplyOptions,
  status: StatusView | undefined,
): Pending {
  const { releases, book, disk } = place;
  disk.makeFolder(releases.folder);
  const lock = takeLock(place);
  try {
    checkUpdate(place, path, options);
    // What an earlier update left, had it been cut off.
    releases.prune([releases.current, book.state().previous ?? undefined]);
    const name = unpack(place, path, options);
    const release = releases.read(name)!;
    const program = programVersion(join(releases.folder, name));
    const pending = pendingOf(place, "update", name, program, status, options);
    book.setPending(pending);
    return { ...pending, version: release.version };
  } catch (error) {
    refuse(place);
    throw fullDisk(error) ?? error;
  } finally {
    lock.release();
  }
}

/** Back to the version before; on trial like an update. @throws StrayError UPDATE_NO_PREVIOUS, UPDATE_BUSY */
export function stageRollback(
  place: UpdatePlace,
  status: StatusView | undefined,
  options: TrialOptions = {},
): Pending {
  const { releases, disk } = place;
  disk.makeFolder(releases.folder);
  const lock = takeLock(place);
  try {
    return noteRollback(place, status, options);
  } finally {
    lock.release();
  }
}

function noteRollback(place: UpdatePlace, status: StatusView | undefined, options: TrialOptions): Pending {
  const { releases, book } = place;
  const { previous } = book.state();
  const isThere = previous === null || (previous !== undefined && releases.read(previous) !== undefined);
  // A release that is gone leaves the installed version.
  const target = isThere ? previous : null;
  if (target === (releases.current ?? null)) {
    throw updateError("UPDATE_NO_PREVIOUS", "there is no version to go back to: no update was made here");
  }
  const program = target === null ? place.installed : programVersion(join(releases.folder, target));
  const pending = pendingOf(place, "rollback", target, program, status, options);
  book.setPending(pending);
  return pending;
}

function pendingOf(
  { releases }: UpdatePlace,
  kind: Pending["kind"],
  to: string | null,
  version: string,
  status: StatusView | undefined,
  { socket = DEFAULT_SOCKET, trialMs }: TrialOptions,
): Pending {
  const state = status?.inline?.state;
  const inline = state === "armed" || state === "bypass" || state === "off" ? state : null;
  const id = randomBytes(8).toString("hex");
  const noted = { id, kind, phase: "staged", to, from: releases.current ?? null, version, tries: 0 } as const;
  return { ...noted, inline, socket, ...(trialMs === undefined ? {} : { trialMs }) };
}

/** One at a time, and none while another one is on trial. */
function takeLock({ releases, book }: UpdatePlace): StoreLock {
  const busy = () =>
    updateError("UPDATE_BUSY", "an update is under way: stray update status tells how far it is");
  let lock: StoreLock;
  try {
    lock = lockDirectory(releases.folder);
  } catch (error) {
    throw error instanceof StrayError ? busy() : (fullDisk(error) ?? error);
  }
  if (book.pending() === undefined) return lock;
  lock.release();
  throw busy();
}

function mayApply(place: UpdatePlace, path: string, found: CheckedPackage, options: ApplyOptions): void {
  const own = options.architecture ?? ownArchitecture();
  if (found.architecture !== own && found.architecture !== "all") {
    throw updateError(
      "UPDATE_ARCHITECTURE",
      `${path} is made for ${found.architecture}, this machine is ${own}`,
    );
  }
  const { current } = place.releases;
  if (current === releaseName(found)) {
    throw updateError("UPDATE_NOT_NEWER", `${path} is what is in force already (${found.version})`);
  }
  const inForce = versionOf(place, current);
  if (options.force || compareVersions(found.version, inForce) > 0) return;
  throw updateError(
    "UPDATE_NOT_NEWER",
    `${path} is version ${found.version}, in force is ${inForce}: --force takes an older one all the same`,
  );
}

/** For the copy of the package, what comes out of it, and something to spare. */
function checkSpace({ releases, disk }: UpdatePlace, found: CheckedPackage): void {
  if (!existsSync(releases.folder)) return;
  const needed = found.sizeBytes + found.installedBytes + SPARE_BYTES;
  const free = disk.free(releases.folder);
  if (free >= needed) return;
  const [needText, freeText] = [needed, free].map((bytes) => `${Math.ceil(bytes / MIB)} MiB`);
  throw updateError(
    "UPDATE_SPACE",
    `${releases.folder} needs ${needText} free, and has ${freeText}: free space there, or lower store.quota`,
  );
}

/** Answers the release's name. */
function unpack(place: UpdatePlace, path: string, options: ApplyOptions): string {
  const { releases, disk, keysPath } = place;
  disk.makeFolder(releases.incoming);
  const copy = join(releases.incoming, "package.deb");
  const root = join(releases.incoming, "root");
  const found = disk.work("copy the package", () => checkPackage(path, readKeys(keysPath), copy));
  mayApply(place, path, found, options);
  const name = releaseName(found);
  if (releases.read(name) === undefined) {
    const isUnpacked = disk.work("unpack the package", () => runTool("dpkg-deb", ["--extract", copy, root]));
    const program = join(root, PROGRAM_FOLDER);
    if (isUnpacked === undefined || !existsSync(join(program, "dist/host/cli/main.js"))) {
      // The checksum was right: either there was no room, or whoever signed it signed no program.
      if (disk.free(releases.folder) < SPARE_BYTES) throw noRoom(place);
      throw updateError("UPDATE_PACKAGE", `${path} can't be unpacked, or has no ${PROGRAM_FOLDER} in it`);
    }
    const { version, architecture, sha512, key } = found;
    releases.take({ version, architecture, sha512, key }, program);
  }
  disk.remove(releases.incoming);
  return name;
}

/** Leaves the folder as it was, and counts. On a disk that takes no more, that may fail too: the first error is told. */
function refuse({ releases, book }: UpdatePlace): void {
  try {
    releases.prune([releases.current, book.state().previous ?? undefined]);
    book.count("refused");
  } catch {
    // Told by the next update, which removes what is left.
  }
}

function noRoom({ releases }: UpdatePlace): Error {
  return updateError("UPDATE_SPACE", `${releases.folder} is full: free space there, or lower store.quota`);
}

function fullDisk(error: unknown): Error | undefined {
  const code = systemCode(error);
  if (code !== "ENOSPC" && code !== "EDQUOT" && code !== "EROFS" && code !== "EIO") return undefined;
  const text = error instanceof Error ? error.message : code;
  return updateError(
    "UPDATE_SPACE",
    `the update can't be written (${printable(text)}): free space, or look at the disk`,
  );
}
