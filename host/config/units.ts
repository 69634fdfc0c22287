// Durations and sizes as people write them: `500ms 60s 5m 1h 7d`, `64KiB 8MiB 1GiB` and `kB MB GB` in thousands.
// Apart from the schema because the loader reads them, the printer writes them and messages show them.
// Always holds: format(value) reads back as the same value; nothing but a whole number of ms or bytes is accepted.

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

type Units = readonly (readonly [name: string, factor: number])[];

/** Largest first. */
const DURATION_UNITS: Units = [
  ["d", DAY_MS],
  ["h", HOUR_MS],
  ["m", MINUTE_MS],
  ["s", SECOND_MS],
  ["ms", 1],
];

/** Largest first; B is for what no other divides. */
const SIZE_UNITS: Units = [
  ["TiB", TIB],
  ["TB", 1e12],
  ["GiB", GIB],
  ["GB", 1e9],
  ["MiB", MIB],
  ["MB", 1e6],
  ["KiB", KIB],
  ["kB", 1e3],
  ["B", 1],
];

// One number and one unit: a sum such as 1h30m would need rules of its own, 90m does not.
const QUANTITY = /^(\d{1,16})(?:\.(\d{1,9}))?([A-Za-z]+)$/;

/** Milliseconds, or undefined for what is not a duration. `0` needs no unit. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, DURATION_UNITS);
}

/** Bytes, or undefined for what is not a size. `0` needs no unit. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, SIZE_UNITS);
}

/** In the largest unit that divides it: 3600000 is `1h`, 5400000 `90m`. */
export function formatDuration(ms: number): string {
  return formatQuantity(ms, DURATION_UNITS, "s");
}

export function formatSize(bytes: number): string {
  return formatQuantity(bytes, SIZE_UNITS, "B");
}

/** The spelling that was perhaps meant: `8mib` is 8MiB, `10sec` 10s, a bare 8388608 8MiB. */
export function guessSize(text: string): string | undefined {
  if (/^\d{4,15}$/.test(text)) return formatSize(Number(text));
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt])(?:i?b?|ib?ytes?|bytes?)$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  return `${digits}${unit.toUpperCase()}iB`;
}

/** As guessSize; a bare number counts as seconds. */
export function guessDuration(text: string): string | undefined {
  if (/^\d{1,9}$/.test(text)) return formatDuration(Number(text) * SECOND_MS);
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const words = { ms: /^ms|^milli/i, s: /^s(ec|$)/i, m: /^m(in|$)/i, h: /^h(ou|r|$)/i, d: /^d(ay|$)/i };
  const found = Object.entries(words).find(([, word]) => word.test(unit));
  return found && `${digits}${found[0]}`;
}

function parseQuantity(text: string, units: Units): number | undefined {
  if (text === "0") return 0;
  const [, whole, fraction = "", unit] = QUANTITY.exec(text) ?? [];
  const factor = units.find(([name]) => name === unit)?.[1];
  if (whole === undefined || factor === undefined) return undefined;
  // In whole numbers: 0.1 has no exact double.
  const scaled = BigInt(whole + fraction) * BigInt(factor);
  const divisor = 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n) return undefined;
  const value = scaled / divisor;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function formatQuantity(value: number, units: Units, zeroUnit: string): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a whole quantity`);
  if (value === 0) return `0${zeroUnit}`;
  const [name, factor] = units.find(([, size]) => value % size === 0) as readonly [string, number];
  return `${value / factor}${name}`;
}
