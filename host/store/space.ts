// Whether the disk has room for more: the store's quota, and what the disk must keep free.
// Apart from the writer because it is about all files, and may remove the oldest.
// Always holds: nothing is written that would take the disk's last `minFreeBytes`; the file being written stays.

import type { LimitedLog } from "../export/limited-log.js";
import type { StoreCounts } from "./counts.js";
import type { StoreFs } from "./store-fs.js";
import { sizeText } from "./store-problem.js";
import type { Removed, StoreUsage } from "./usage.js";

export interface SpaceLimits {
  readonly quotaBytes: number;
  readonly minFreeBytes: number;
}

/** The file being written, if there is one. */
export interface CurrentFile {
  readonly name: string;
  readonly size: number;
}

export class StoreSpace {
  /** Why writing stopped, while it is. */
  stopped: string | undefined;

  constructor(
    private readonly fs: StoreFs,
    private readonly directory: string,
    private readonly usage: StoreUsage,
    private readonly limits: SpaceLimits,
    private readonly log: LimitedLog,
    private readonly counts: StoreCounts,
  ) {}

  /** Makes room for `bytes` more; false when there is none. Fails with a system error. */
  async make(bytes: number, current: CurrentFile | undefined, nowMs: number): Promise<boolean> {
    await this.keepQuota(bytes, current, nowMs);
    const lacking = await this.lackingFree(bytes);
    if (lacking > 0 && this.usage.bytes > 0) {
      const most = Math.max(0, this.usage.bytes - lacking);
      this.tell(await this.usage.shrinkTo(most, current?.name), "the disk's free space", nowMs);
    }
    const still = lacking > 0 ? await this.lackingFree(bytes) : 0;
    this.setStopped(still, nowMs);
    return still === 0;
  }

  private async keepQuota(bytes: number, current: CurrentFile | undefined, nowMs: number): Promise<void> {
    const most = Math.max(0, this.limits.quotaBytes - (current?.size ?? 0) - bytes);
    if (this.usage.bytes <= most) return;
    const quota = `the quota of ${sizeText(this.limits.quotaBytes)}`;
    this.tell(await this.usage.shrinkTo(most, current?.name), quota, nowMs);
  }

  /** Bytes that the disk has too few of, 0 when there is room. */
  private async lackingFree(bytes: number): Promise<number> {
    const { minFreeBytes } = this.limits;
    if (minFreeBytes === 0) return 0;
    return Math.max(0, minFreeBytes + bytes - (await this.fs.free(this.directory)));
  }

  private tell({ files, bytes }: Removed, why: string, nowMs: number): void {
    if (files === 0) return;
    this.counts.filesRemoved += files;
    this.counts.bytesRemoved += bytes;
    const what = files === 1 ? "the oldest file" : `the ${files} oldest files`;
    this.log.say(nowMs, "info", "removed", `removed ${what} (${sizeText(bytes)}) to keep ${why}`, {
      files,
      bytes,
    });
  }

  private setStopped(lacking: number, nowMs: number): void {
    if (lacking > 0 && this.stopped === undefined) {
      this.counts.pauses++;
      this.stopped = `the disk must keep ${sizeText(this.limits.minFreeBytes)} free`;
      this.log.say(
        nowMs,
        "error",
        "space",
        `writing stopped: ${this.stopped}; free space, or lower store.min-free`,
      );
    } else if (lacking === 0 && this.stopped !== undefined) {
      this.stopped = undefined;
      this.log.say(nowMs, "info", "space again", "writing goes on: the disk has space again");
    }
  }
}
