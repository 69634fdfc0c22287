// What options of the command line put in place of the file's keys.
// Apart from the loader because both a fresh load and a configuration that is there already take them.
// Always holds: what is overridden passes the same checks as what a file says.

import type { RawConfig } from "./raw.js";
import { type KeyPath, keyText } from "./schema-types.js";
import type { CaptureMode, LogLevel } from "./types.js";

/** Absent: as the file has it. Quantities are written as in the file. */
export interface ConfigOverrides {
  readonly name?: string;
  readonly profile?: string;
  /** null: stay who we are. */
  readonly user?: string | null;
  readonly interfaces?: readonly string[];
  readonly mode?: CaptureMode;
  readonly workers?: number;
  readonly ring?: string;
  readonly filter?: string;
  /** The store's folder; false: no store. */
  readonly store?: string | false;
  readonly socket?: string;
  readonly logLevel?: LogLevel;
  readonly logForm?: RawConfig["log"]["form"];
}

type Setting = readonly [path: readonly [section: string, key: string], value: unknown];

function settings(overrides: ConfigOverrides): Setting[] {
  const { store } = overrides;
  const all: Setting[] = [
    [["sensor", "name"], overrides.name],
    [["sensor", "profile"], overrides.profile],
    [["sensor", "user"], overrides.user],
    [["capture", "interfaces"], overrides.interfaces && [...overrides.interfaces]],
    [["capture", "mode"], overrides.mode],
    [["capture", "workers"], overrides.workers],
    [["capture", "ring"], overrides.ring],
    [["capture", "filter"], overrides.filter],
    [["store", "enabled"], store === undefined ? undefined : store !== false],
    [["store", "directory"], store === false ? undefined : store],
    [["control", "socket"], overrides.socket],
    [["log", "level"], overrides.logLevel],
    [["log", "form"], overrides.logForm],
  ];
  return all.filter(([, value]) => value !== undefined);
}

/** Sets the overrides in data that has all its sections. */
export function override(data: Record<string, Record<string, unknown>>, overrides: ConfigOverrides): void {
  for (const [[section, key], value] of settings(overrides)) {
    const target = data[section];
    // A section that is no section is complained of by the schema.
    if (typeof target === "object" && target !== null && !Array.isArray(target)) target[key] = value;
  }
}

/** Whether the value at `path` is an override's, not the file's. */
export function isOverridden(path: KeyPath, overrides: ConfigOverrides): boolean {
  return settings(overrides).some(([key]) => keyText(path.slice(0, 2)) === keyText(key));
}
