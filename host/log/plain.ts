// Data of a log line made plain: small, of JSON's kinds, and without anything that could disturb who reads it.
// Apart from the logger because data comes from anywhere: errors, addresses, text from the wire.
// Always holds: the result is bounded in depth, keys and length; nothing throws, whatever is handed in.

import { StrayError, systemCode } from "../errors.js";

const DEPTH_MAX = 4;
const ENTRIES_MAX = 32;
const TEXT_CHARACTERS_MAX = 1024;
/** Of all values of a line; what comes behind is left out. */
const VALUES_MAX = 128;
const CHARACTERS_MAX = 8192;
/** Keys that the line itself has. */
const RESERVED = new Set(["level", "time", "msg", "component"]);

/** The entries of `data`, fit for a line; a reserved name gets a `_`. */
export function plainData(data: object): Record<string, unknown> {
  const entries = new Plain().entries(data, 0);
  return Object.fromEntries(entries.map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value]));
}

export function plainText(text: string, charactersMax = TEXT_CHARACTERS_MAX): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}...` : text;
}

/** What is left of a line's room. */
class Plain {
  private values = VALUES_MAX;
  private characters = CHARACTERS_MAX;

  entries(value: object, depth: number): [string, unknown][] {
    const keys = Object.keys(value);
    const entries: [string, unknown][] = [];
    for (const key of keys.slice(0, ENTRIES_MAX)) {
      if (this.values-- <= 0) break;
      entries.push([this.text(key), this.value(read(value, key), depth)]);
    }
    const rest = keys.length - entries.length;
    return rest > 0 ? [...entries, ["...", `${rest} more`]] : entries;
  }

  private list(list: readonly unknown[], depth: number): unknown[] {
    const values: unknown[] = [];
    for (const value of list.slice(0, ENTRIES_MAX)) {
      if (this.values-- <= 0) break;
      values.push(this.value(value, depth));
    }
    const rest = list.length - values.length;
    return rest > 0 ? [...values, `${rest} more`] : values;
  }

  private text(text: string): string {
    const fitting = plainText(text, Math.max(0, Math.min(TEXT_CHARACTERS_MAX, this.characters)));
    this.characters -= fitting.length;
    return fitting;
  }

  private value(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
        return value;
      case "bigint":
        return plainNumber(value);
      case "object":
        return value === null ? null : this.object(value, depth);
      default:
        return undefined;
    }
  }

  private object(value: object, depth: number): unknown {
    if (value instanceof Error) return plainError(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no date" : value.toISOString();
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    if (depth >= DEPTH_MAX) return Array.isArray(value) ? "[...]" : "{...}";
    if (Array.isArray(value)) return this.list(value, depth + 1);
    return Object.fromEntries(this.entries(value, depth + 1));
  }
}

/** A getter may throw. */
function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function plainNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** Never with its stack: that is for who debugs, and is on standard error then anyway. */
function plainError(error: Error): object {
  const code = error instanceof StrayError ? error.code : systemCode(error);
  return { message: plainText(error.message), ...(code !== undefined && { code }) };
}
