// The times of --from and --to, as people write them.
// Apart because every form is tried, and a text that is none of them must be told well.
// Always holds: a date without a time of day is its first instant for --from, its last for --to; times without a zone
// are local (TZ is honoured), as the tables print them.

import { printable, StrayError } from "../errors.js";

export type TimeEnd = "from" | "to";

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
};
const UNIT = "(?:s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)";
const AGO = new RegExp(
  `^(?:-\\s*(\\d+(?:\\.\\d+)?)\\s*(${UNIT})|(\\d+(?:\\.\\d+)?)\\s*(${UNIT})\\s+ago)$`,
  "i",
);
const DATE = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T. ](.+))?$/;
const TIME_OF_DAY = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
const EPOCH = /^\d{9,12}(?:\.\d{1,9})?$/;

/**
 * ms since 1970, a whole number. @throws StrayError USAGE for a text that is no time.
 */
export function timeArgument(text: string, end: TimeEnd, nowMs: number): number {
  const ms = parse(text.trim(), end, nowMs);
  if (ms !== undefined && Number.isFinite(ms)) return Math.round(ms);
  const message =
    `--${end}: expected a time like 2026-11-24T22:00, 2026/11/24.22:00:00, -30m, "2 hours ago", today, now or ` +
    `seconds since 1970, found "${printable(text)}"`;
  throw new StrayError("USAGE", message, 2);
}

function parse(text: string, end: TimeEnd, nowMs: number): number | undefined {
  const word = text.toLowerCase();
  if (word === "now") return nowMs;
  if (word === "today") return wholeDay(new Date(nowMs), 0, end);
  if (word === "yesterday") return wholeDay(new Date(nowMs), -1, end);
  if (EPOCH.test(text)) return Number(text) * SECOND_MS;
  const ago = AGO.exec(text);
  if (ago) return nowMs - Number(ago[1] ?? ago[3]) * UNIT_MS[(ago[2] ?? ago[4])![0]!.toLowerCase()]!;
  const date = DATE.exec(text);
  if (date) return dateTime(date, end);
  return TIME_OF_DAY.test(text) ? timeToday(text, nowMs) : undefined;
}

/** The first or the last millisecond of the day `days` after that of `date`. */
function wholeDay(date: Date, days: number, end: TimeEnd): number {
  const from = new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
  if (end === "from") return from.getTime();
  return new Date(from.getFullYear(), from.getMonth(), from.getDate() + 1).getTime() - 1;
}

function dateTime([, year, month, day, time]: RegExpExecArray, end: TimeEnd): number | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(y, m - 1, d);
  // A 31st of February would quietly become a day in March.
  if (date.getMonth() !== m - 1 || date.getDate() !== d) return undefined;
  return time === undefined ? wholeDay(date, 0, end) : timeOn(y, m, d, time);
}

function timeToday(text: string, nowMs: number): number | undefined {
  const now = new Date(nowMs);
  return timeOn(now.getFullYear(), now.getMonth() + 1, now.getDate(), text);
}

function timeOn(year: number, month: number, day: number, text: string): number | undefined {
  const [, hours, minutes, seconds = "0", fraction = "", zone] = TIME_OF_DAY.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60)
    return undefined;
  const parts = [year, month - 1, day, Number(hours), Number(minutes), Number(seconds)] as const;
  const ms = Number(`0.${fraction || "0"}`) * SECOND_MS;
  if (zone === undefined) return new Date(...parts).getTime() + ms;
  return Date.UTC(...parts) + ms - zoneMs(zone);
}

function zoneMs(zone: string): number {
  if (zone.toUpperCase() === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)!;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
