// Points in time as a table shows them: the letter's form, epoch seconds, or a strftime pattern.
// Apart because local time and its patterns have rules of their own.
// Always holds: local time honours TZ; a record's time costs a new Date only when its second changes.

import { StrayError } from "../errors.js";
import { secondsText } from "../record/field-types.js";

export type TimeFormatter = (us: number) => string;

/** `17 Oct 01 11:31:06`, as in the letter. */
export const DEFAULT_TIME_FORMAT = "%d %b %y %H:%M:%S";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

const DIRECTIVES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  b: (date) => MONTHS[date.getMonth()]!,
  d: (date) => two(date.getDate()),
  a: (date) => DAYS[date.getDay()]!,
  H: (date) => two(date.getHours()),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  z: (date) => zone(date),
  F: (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
  T: (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
  "%": () => "%",
};

/** What stands for the microseconds until they are known; no pattern can contain it. */
const FRACTION = "\u0000";

/** A formatter by a strftime pattern; `%f` is the microseconds. Throws on a directive it doesn't know. */
export function timeFormatter(pattern: string): TimeFormatter {
  const parts = compilePattern(pattern);
  let second = Number.NaN;
  let text = "";
  return (us) => {
    const whole = Math.floor(us / 1_000_000);
    if (whole !== second) {
      second = whole;
      const date = new Date(whole * 1000);
      text = parts.map((part) => (typeof part === "string" ? part : part(date))).join("");
    }
    if (!text.includes(FRACTION)) return text;
    return text.replaceAll(FRACTION, String(us - whole * 1_000_000).padStart(6, "0"));
  };
}

/** `-u`: seconds since 1970 with six decimals. */
export const epochFormatter: TimeFormatter = secondsText;

function compilePattern(pattern: string): (string | ((date: Date) => string))[] {
  const parts: (string | ((date: Date) => string))[] = [];
  for (const piece of pattern.split(/(%.?)/s)) {
    if (!piece.startsWith("%")) {
      parts.push(piece.replaceAll(FRACTION, ""));
    } else if (piece === "%f") {
      parts.push(FRACTION);
    } else if (Object.hasOwn(DIRECTIVES, piece.slice(1))) {
      parts.push(DIRECTIVES[piece.slice(1)]!);
    } else {
      const known = [...Object.keys(DIRECTIVES), "f"].map((letter) => `%${letter}`).join(" ");
      throw new StrayError("USAGE", `--time-format: "${piece}" is not known; there are ${known}`, 2);
    }
  }
  return parts;
}

function zone(date: Date): string {
  const east = -date.getTimezoneOffset();
  const minutes = Math.abs(east);
  return `${east < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}
