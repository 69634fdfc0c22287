// What the store's files take of the disk, and the removal of the oldest when that is too much.
// Apart from writing because it looks at the whole folder, the writer at one file.
// Always holds: only files of the store are counted and removed, oldest first, never the one being written.

import { join } from "node:path";
import { systemCode } from "../errors.js";
import { storeNames } from "./file-name.js";
import type { StoreFs } from "./store-fs.js";

export interface Removed {
  readonly files: number;
  readonly bytes: number;
}

export class StoreUsage {
  /** Of all files but the one being written, as far as is known; another look corrects it. */
  private closedBytes = 0;

  constructor(
    private readonly fs: StoreFs,
    private readonly directory: string,
  ) {}

  get bytes(): number {
    return this.closedBytes;
  }

  /** A file was closed with that size. */
  closed(size: number): void {
    this.closedBytes += size;
  }

  /** Looks at all files but `current`. */
  async scan(current: string | undefined): Promise<void> {
    const names = storeNames(await this.fs.list(this.directory)).filter(({ name }) => name !== current);
    let total = 0;
    for (const { name } of names) total += await this.sizeOf(name);
    this.closedBytes = total;
  }

  /** Removes the oldest files but `current` until the others come to `most` bytes or less. */
  async shrinkTo(most: number, current: string | undefined): Promise<Removed> {
    // Somebody else may have removed some meanwhile.
    await this.scan(current);
    let files = 0;
    let bytes = 0;
    if (this.closedBytes <= most) return { files, bytes };
    for (const { name } of storeNames(await this.fs.list(this.directory))) {
      if (this.closedBytes <= most) break;
      if (name === current) continue;
      const size = await this.sizeOf(name);
      await this.fs.remove(join(this.directory, name));
      this.closedBytes -= size;
      files++;
      bytes += size;
    }
    return { files, bytes };
  }

  private async sizeOf(name: string): Promise<number> {
    try {
      return await this.fs.size(join(this.directory, name));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return 0;
      throw error;
    }
  }
}
