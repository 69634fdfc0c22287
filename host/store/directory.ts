// The store's folder made ready for writing: there, ours alone, its torn ends cut, its size known.
// Apart from the writer because it may have to wait for all of that (a disk not mounted yet), and tries again.
// Always holds: prepare() does what is still to do and no more.

import { mkdir } from "node:fs/promises";
import { StrayError, systemCode } from "../errors.js";
import type { LimitedLog } from "../export/limited-log.js";
import type { StoreCounts } from "./counts.js";
import { storeNames } from "./file-name.js";
import { lockDirectory, type StoreLock } from "./lock.js";
import { repairFile } from "./repair.js";
import type { StoreFs } from "./store-fs.js";
import { reasonOf } from "./store-problem.js";
import { StoreUsage } from "./usage.js";

/** The one being written, and the one before, whose end may not have been on the disk yet. */
const REPAIRED_FILES = 2;
const DIRECTORY_MODE = 0o750;

export class StoreDirectory {
  readonly usage: StoreUsage;
  private lock: StoreLock | undefined;
  private isReady = false;
  private isReleased = false;

  constructor(
    readonly path: string,
    private readonly fs: StoreFs,
    private readonly log: LimitedLog,
    private readonly counts: StoreCounts,
  ) {
    this.usage = new StoreUsage(fs, path);
  }

  /** Fails with StrayError STORE_LOCKED or a system error. */
  async prepare(nowMs: number): Promise<void> {
    if (this.isReady) return;
    // A write that outlasted the store's end must not take the folder again.
    if (this.isReleased) throw new StrayError("STORE_CLOSED", "the store is closed");
    await mkdir(this.path, { recursive: true, mode: DIRECTORY_MODE });
    this.lock ??= lockDirectory(this.path);
    await this.repair(nowMs);
    await this.usage.scan(undefined);
    this.isReady = true;
  }

  release(): void {
    this.lock?.release();
    this.lock = undefined;
    this.isReady = false;
    this.isReleased = true;
  }

  private async repair(nowMs: number): Promise<void> {
    const names = storeNames(await this.fs.list(this.path)).slice(-REPAIRED_FILES);
    for (const { name } of names) {
      try {
        const { cut, damagedAt } = await repairFile(this.fs, this.path, name);
        if (cut > 0) {
          this.counts.tailsCut++;
          this.counts.bytesCut += cut;
          const message = `${name} ended within a message: cut its last ${cut} bytes`;
          this.log.say(nowMs, "warn", `cut ${name}`, message, { file: name, bytes: cut });
        }
        if (damagedAt !== undefined) {
          this.counts.errors++;
          const message = `${name} is damaged from byte ${damagedAt} on; it is left as it is`;
          this.log.say(nowMs, "error", `damaged ${name}`, message, { file: name, offset: damagedAt });
        }
      } catch (error) {
        // A file that can't be repaired must not keep new records from being stored.
        if (systemCode(error) === undefined) throw error;
        this.counts.errors++;
        this.log.say(nowMs, "error", "repair", `${name} can't be looked at: ${reasonOf(error)}`, {
          file: name,
        });
      }
    }
  }
}
