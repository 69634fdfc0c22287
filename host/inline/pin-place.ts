// In which bpffs pins are kept: the system's, or one of our own below the runtime directory.
// Apart from the pins because mounting is about the machine, whatever is kept there.
// Always holds: the system's is never mounted, changed or unmounted here; ours is unmounted once nothing is left in it.

import { mkdirSync, readdirSync, readlinkSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { isBpffs, mountBpffs, unmountBpffs } from "../bpf/pin.js";
import { printable, StrayError, systemCode } from "../errors.js";

export interface PinPlaces {
  /** Where the system mounts its bpffs. */
  readonly system: string;
  /** A directory in which there is one of our own, or may be mounted, on `bpf`. */
  readonly runtime: string;
}

export const PIN_PLACES: PinPlaces = { system: "/sys/fs/bpf", runtime: "/run/stray" };

/**
 * What `use` makes of the first place that it can use.
 * @throws StrayError BPFFS_UNUSABLE when there is none; whatever else `use` throws.
 */
export function firstUsable<T>(places: PinPlaces, use: (place: PinPlace) => T): T {
  const reasons: string[] = [];
  for (const find of [systemPlace, ownPlace]) {
    try {
      return use(find(places));
    } catch (error) {
      if (error instanceof StrayError) {
        if (error.code !== "BPFFS_UNUSABLE" && error.code !== "BPFFS_NOT_MOUNTED") throw error;
        reasons.push(error.message);
      } else {
        if (systemCode(error) === undefined) throw error;
        reasons.push(fileProblem(error));
      }
    }
  }
  throw unusable(
    `nothing can be pinned: ${reasons.join("; ")}: start the sensor as root, or mount a bpffs that belongs to its account on ${printable(join(places.runtime, "bpf"))}`,
  );
}

export class PinPlace {
  constructor(
    readonly directory: string,
    private readonly isOurs: boolean,
  ) {}

  /** Why what is pinned there ends with the process all the same, in words; undefined: it does not. */
  get weakness(): string | undefined {
    if (!this.isOurs || !isMountPrivate()) return undefined;
    return `${printable(this.directory)} may only be mounted for this process (it has a mount namespace of its own); mount a bpffs for all (mount -t bpf bpf /sys/fs/bpf)`;
  }

  /** Unmounts it where it is ours, nothing is left in it, and we may. */
  leave(): void {
    if (!this.isOurs) return;
    try {
      // The kernel itself puts maps.debug and progs.debug into a bpffs; no pin's name has a dot.
      const pins = readdirSync(this.directory).filter((name) => !name.includes("."));
      if (pins.length === 0 && unmountBpffs(this.directory)) rmdirSync(this.directory);
    } catch {
      // It stays, and does no harm.
    }
  }
}

function systemPlace({ system }: PinPlaces): PinPlace {
  if (isBpffs(system)) return new PinPlace(system, false);
  throw unusable(`${printable(system)} is no bpffs`);
}

function ownPlace({ runtime }: PinPlaces): PinPlace {
  const own = join(runtime, "bpf");
  if (!isBpffs(own)) {
    makeDirectory(runtime, 0o755);
    makeDirectory(own, 0o700);
    mountBpffs(own);
  }
  return new PinPlace(own, true);
}

/** Answers whether it was not there before. */
export function makeDirectory(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    return false;
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

/** What the file system says of the path that it was asked for. */
function fileProblem(error: unknown): string {
  const path = error instanceof Error && "path" in error ? printable(String(error.path)) : "it";
  return `${path} can't be used (${systemCode(error)})`;
}

function unusable(message: string): StrayError {
  return new StrayError("BPFFS_UNUSABLE", message, 2);
}
