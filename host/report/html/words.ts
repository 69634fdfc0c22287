// Small words of the page: numbers, durations, sizes.
// Apart because its sections share them.
// Always holds: from five digits on in groups of three, a unit behind each number.

/** Four digits stand together, as in the sentences of the causes. */
const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20, useGrouping: "min2" });
const MICROSECONDS: readonly (readonly [size: number, one: string])[] = [
  [86_400e6, "day"],
  [3600e6, "hour"],
  [60e6, "minute"],
  [1e6, "second"],
  [1e3, "millisecond"],
  [1, "microsecond"],
];

export function grouped(value: number): string {
  return GROUPED.format(value);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** To three significant digits: a rate, a chance. */
export function rounded(value: number): string {
  if (value === 0) return "0";
  return GROUPED.format(Number(value.toPrecision(3)));
}

/** `15 minutes 47 seconds`: the two greatest units. */
export function duration(us: number): string {
  const at = unitOf(us);
  const smaller = MICROSECONDS[at + 1];
  if (smaller === undefined || MICROSECONDS[at]![0] <= 1e6) return simple(us);
  // Rounded first, so that 59 minutes and 59.9 seconds are an hour.
  const [step, name] = smaller;
  const whole = Math.round(us / step) * step;
  const [size, one] = MICROSECONDS[unitOf(whole)]!;
  const rest = Math.round((whole % size) / step);
  const lead = counted(Math.floor(whole / size), one);
  return rest === 0 ? lead : `${lead} ${counted(rest, name)}`;
}

/** In one unit, to three digits. */
function simple(us: number): string {
  const [size, one] = MICROSECONDS[unitOf(us)] ?? MICROSECONDS.at(-1)!;
  return us < 1 ? "no time" : counted(Number((us / size).toPrecision(3)), one);
}

function unitOf(us: number): number {
  const at = MICROSECONDS.findIndex(([size]) => us >= size);
  return at < 0 ? MICROSECONDS.length - 1 : at;
}
