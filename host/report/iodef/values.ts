// Values as IODEF has them: times, texts, software; and lists that are left out where they would be empty.
// Apart because all classes need them.
// Always holds: times are UTC by RFC 3339, of packets to the microsecond; texts are one line.

import { printable } from "../../errors.js";
import type { Software } from "./classes.js";

/** Years that RFC 3339 can write. */
const MS_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function atMs(ms: number): string {
  return new Date(Math.min(Math.max(0, ms), MS_MAX)).toISOString();
}

export function atUs(us: number): string {
  const whole = Math.floor(us / 1e6);
  const text = atMs(whole * 1000);
  return `${text.slice(0, -4)}${String(us - whole * 1e6).padStart(6, "0")}Z`;
}

/** Text of unknown origin, on one line. */
export function plain(text: string): string {
  return printable(text);
}

export function softwareOf(version: string): Software {
  return { SoftwareReference: { value: plain(`stray ${version}`), "spec-name": "custom", dtype: "string" } };
}

/** `{ [key]: list }`, or nothing: IODEF knows no empty lists. */
export function filled<K extends string, T>(
  key: K,
  list: readonly T[],
): { readonly [P in K]?: readonly T[] } {
  return (list.length === 0 ? {} : { [key]: list }) as { readonly [P in K]?: readonly T[] };
}
