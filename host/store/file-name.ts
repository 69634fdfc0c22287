// Names of the store's files: when each was begun, and a number where several were in one second.
// Apart because writer, reader, quota and repair must agree on what is a file of the store and which comes first.
// Always holds: names sort by time of beginning; anything else in the folder is none of ours.

const PATTERN = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-(\d{1,6})\.ipfix$/;

export interface StoreName {
  readonly name: string;
  /** When it was begun, ms since 1970. */
  readonly startMs: number;
  readonly number: number;
}

/** `20261124T220000Z-0.ipfix`. */
export function storeName(startMs: number, number: number): string {
  const time = new Date(startMs).toISOString().replace(/[-:]/g, "").slice(0, 15);
  return `${time}Z-${number}.ipfix`;
}

export function parseStoreName(name: string): StoreName | undefined {
  const parts = PATTERN.exec(name)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0, number = 0] = parts;
  return { name, startMs: Date.UTC(year, month - 1, day, hours, minutes, seconds), number };
}

/** The store's files among `names`, oldest first. */
export function storeNames(names: readonly string[]): StoreName[] {
  return names
    .flatMap((name) => parseStoreName(name) ?? [])
    .sort((a, b) => a.startMs - b.startMs || a.number - b.number);
}
