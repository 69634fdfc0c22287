// Tells two configurations apart, key by key.
// Apart from the text because a reload wants the keys alone.
// Always holds: keys are those of the file, dotted, in its order; a list counts as one key.

import { type RawConfig, toRaw } from "./raw.js";
import type { StrayConfig } from "./types.js";

export interface Difference {
  readonly path: readonly string[];
  /** As in a file. */
  readonly before: unknown;
}

/** Dotted keys that differ. */
export function configDifferences(before: StrayConfig, after: StrayConfig): string[] {
  return differences(toRaw(before), toRaw(after)).map(({ path }) => path.join("."));
}

export function differences(before: RawConfig, after: RawConfig): Difference[] {
  return between({ ...before }, { ...after }, []);
}

function between(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  at: readonly string[],
): Difference[] {
  return Object.keys(after).flatMap((key): Difference[] => {
    const path = [...at, key];
    const [old, now] = [before[key], after[key]];
    if (isSection(old) && isSection(now)) return between(old, now, path);
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ path, before: old }];
  });
}

export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
