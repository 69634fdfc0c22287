// What the store counts.
// Apart because its parts count together.
// Always holds: every count only grows; a record is in `records` or in `dropped`, or waits in a buffer.

export interface StoreCounts {
  /** Records handed to the kernel, whole, and their bytes. */
  records: number;
  bytes: number;
  /** Records given to the store that no file has. */
  dropped: number;
  files: number;
  /** Operations that failed. */
  errors: number;
  /** Times that writing stopped for the sake of the disk's free space. */
  pauses: number;
  /** Files removed to keep the quota or the free space. */
  filesRemoved: number;
  bytesRemoved: number;
  /** Torn ends of files cut at the start. */
  tailsCut: number;
  bytesCut: number;
}

export function noCounts(): StoreCounts {
  return {
    records: 0,
    bytes: 0,
    dropped: 0,
    files: 0,
    errors: 0,
    pauses: 0,
    filesRemoved: 0,
    bytesRemoved: 0,
    tailsCut: 0,
    bytesCut: 0,
  };
}

/** By the names that counters have everywhere. */
export function namedCounts(counts: StoreCounts): Readonly<Record<string, number>> {
  return {
    records: counts.records,
    bytes: counts.bytes,
    dropped: counts.dropped,
    files: counts.files,
    errors: counts.errors,
    pauses: counts.pauses,
    "files-removed": counts.filesRemoved,
    "bytes-removed": counts.bytesRemoved,
    "tails-cut": counts.tailsCut,
    "bytes-cut": counts.bytesCut,
  };
}
