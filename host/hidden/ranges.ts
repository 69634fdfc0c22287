// The ranges that systems take their ports of their own from, since a counter goes round in one of them.
// Apart because they are facts about systems (RFC 6056, 3.2; RFC 6335, 6; their manuals).
// Always holds: smallest first; the last one holds every port.

export interface Range {
  readonly low: number;
  readonly size: number;
}

const PORT_RANGES: readonly Range[] = [
  { low: 1025, size: 3976 }, // Windows up to XP, BSD of old: 1025 to 5000
  { low: 49152, size: 16384 }, // IANA's dynamic ports: Windows since Vista, macOS, FreeBSD
  { low: 32768, size: 28232 }, // Linux: 32768 to 60999
  { low: 1024, size: 64512 }, // everything that needs no privilege: NAT, Windows servers
  { low: 0, size: 65536 },
];

/** IP identifications have one range only. */
export const IP_ID_RANGES: readonly Range[] = [{ low: 0, size: 65536 }];

/** So many of the ports must lie in a range for it to be the one. */
const INSIDE_SHARE = 0.9;

export function isInside({ low, size }: Range, value: number): boolean {
  return value >= low && value < low + size;
}

/** The ranges that hold nearly all of the ports, smallest first. */
export function rangesOf(values: readonly number[], ranges: readonly Range[] = PORT_RANGES): Range[] {
  return ranges.filter(
    (range) => values.filter((value) => isInside(range, value)).length >= values.length * INSIDE_SHARE,
  );
}
