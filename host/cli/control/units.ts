// Numbers as an operator reads them: grouped digits, binary bytes, decimal rates, durations, local times.
// Apart because every page of text uses them.
// Always holds: no locale data is loaded (it costs the start); a value that is not known is "-".

export const UNKNOWN = "-";

/** 1,234,567 */
export function countText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const DECIMAL = ["", "k", "M", "G", "T", "P"];

/** 8 MiB, 1.5 GiB */
export function bytesText(bytes: number): string {
  const [value, prefix] = scaled(bytes, 1024, BINARY);
  return `${value} ${prefix}`;
}

/** 940 Mbit/s, 1.2 kbit/s */
export function bitRateText(bitsPerSecond: number | undefined): string {
  if (bitsPerSecond === undefined) return UNKNOWN;
  const [value, prefix] = scaled(bitsPerSecond, 1000, DECIMAL);
  return `${value} ${prefix}bit/s`;
}

/** 12,345/s; with decimals below ten, so that a slow drip shows. */
export function rateText(perSecond: number | undefined): string {
  if (perSecond === undefined) return UNKNOWN;
  const isSmall = perSecond > 0 && perSecond < 9.95;
  return `${isSmall ? String(Number(perSecond.toFixed(perSecond < 0.095 ? 3 : 1))) : countText(perSecond)}/s`;
}

/** 1234 as 1.2k, for narrow columns. */
export function shortText(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  const [text, prefix] = scaled(value, 1000, DECIMAL);
  return text + prefix;
}

function scaled(value: number, step: number, prefixes: readonly string[]): [text: string, prefix: string] {
  let [rest, place] = [value, 0];
  // 999.5 would round to a fourth digit.
  while (rest >= step - 0.5 && place < prefixes.length - 1) {
    rest /= step;
    place++;
  }
  const digits = place === 0 && Number.isInteger(value) ? 0 : rest < 99.95 ? 1 : 0;
  return [String(Number(rest.toFixed(digits))), prefixes[place]!];
}

export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 1 ? "<1" : Math.round(percent)} %`;
}

const SECOND = 1000;
const STEPS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400 * SECOND, "d"],
  [3600 * SECOND, "h"],
  [60 * SECOND, "min"],
  [SECOND, "s"],
];

/** The two largest units: 2 d 3 h, 12 min 5 s, 0 s. */
export function durationText(ms: number): string {
  const first = STEPS.findIndex(([size]) => ms >= size);
  if (first < 0) return "0 s";
  const [size, unit] = STEPS[first]!;
  const text = `${Math.floor(ms / size)} ${unit}`;
  const next = STEPS[first + 1];
  if (next === undefined) return text;
  const rest = Math.floor((ms % size) / next[0]);
  return rest === 0 ? text : `${text} ${rest} ${next[1]}`;
}

/** 2026-11-24 18:02:11, local. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${clockText(ms)}`;
}

/** 18:02:11, local. */
export function clockText(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((value) => String(value).padStart(2, "0"))
    .join(":");
}
