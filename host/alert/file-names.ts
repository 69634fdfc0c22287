// Names of files that follow each other: `evidence-20261124T220000Z.pcapng`, with a number where several were begun in
// one second.
// Apart because writing, quota and reading must agree on what is one of them and which comes first.
// Always holds: names sort by time of beginning; anything else in the folder is none of ours.

export interface RotatedName {
  readonly name: string;
  /** When it was begun, ms since 1970, whole seconds. */
  readonly startMs: number;
  readonly number: number;
}

export function rotatedName(prefix: string, extension: string, startMs: number, number: number): string {
  const time = new Date(startMs).toISOString().replace(/[-:]/g, "").slice(0, 15);
  return `${prefix}-${time}Z${number === 0 ? "" : `-${number}`}.${extension}`;
}

/** Those among `names`, oldest first. */
export function rotatedNames(prefix: string, extension: string, names: readonly string[]): RotatedName[] {
  const pattern = new RegExp(
    `^${prefix}-(\\d{4})(\\d{2})(\\d{2})T(\\d{2})(\\d{2})(\\d{2})Z(?:-(\\d{1,6}))?\\.${extension}$`,
  );
  return names
    .flatMap((name) => {
      const parts = pattern.exec(name)?.slice(1);
      if (parts === undefined) return [];
      const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = parts.map(Number);
      const startMs = Date.UTC(year, month - 1, day, hours, minutes, seconds);
      return [{ name, startMs, number: Number(parts[6] ?? 0) }];
    })
    .sort((a, b) => a.startMs - b.startMs || a.number - b.number);
}
