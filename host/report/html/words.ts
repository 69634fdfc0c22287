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
  const first = MICROSECONDS.findIndex(([size]) => us >= size);
  if (first < 0) return "no time";
  const [size, one] = MICROSECONDS[first]!;
  const second = MICROSECONDS[first + 1];
  if (second === undefined || size <= 1e6) return counted(Number((us / size).toPrecision(3)), one);
  // Rounded in the smaller unit first, so that 59.7 seconds become a minute.
  const whole = Math.round(us / second[0]) * second[0];
  const rest = Math.round((whole % size) / second[0]);
  const lead = counted(Math.floor(whole / size), one);
  return rest === 0 ? lead : `${lead} ${counted(rest, second[1])}`;
}
