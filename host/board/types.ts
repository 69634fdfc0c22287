// A board as a profile describes it: what it has, what the rest of its system takes, and what stray does there.
// Apart from the schema because the file speaks in human units.
// Always holds: what has this type has been validated, the part of stray.yaml by the configuration's own schema.

import type { StrayConfig } from "../config/types.js";

export const ARCHITECTURES = ["amd64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Flash of the first three wears with every write. */
export const STORAGE_KINDS = ["sd", "emmc", "ssd", "disk", "virtual"] as const;
export type StorageKind = (typeof STORAGE_KINDS)[number];

/** wire-a and wire-b are the two sides of a sensor in the wire; capture listens; management has the addresses. */
export const NIC_ROLES = ["wire-a", "wire-b", "capture", "management"] as const;
export type NicRole = (typeof NIC_ROLES)[number];

export interface Nic {
  /** As Debian's predictable names give it. */
  readonly name: string;
  /** Of the Linux kernel. */
  readonly driver: string;
  readonly megabits: number;
  readonly role: NicRole;
}

export interface Source {
  readonly title: string;
  readonly where: string;
  /** What of the profile comes from it. */
  readonly tells: string;
}

export interface Board {
  /** The folder's name. */
  readonly name: string;
  /** As the file was named. */
  readonly path: string;
  readonly title: string;
  readonly architecture: Architecture;
  readonly memoryBytes: number;
  readonly cores: number;
  readonly storage: {
    readonly kind: StorageKind;
    readonly bytes: number;
    /** Taken by the system and the package. */
    readonly systemBytes: number;
  };
  readonly nics: readonly Nic[];
  /** What the rest is given. */
  readonly system: {
    readonly kernelBytes: number;
    readonly servicesBytes: number;
    readonly cacheBytes: number;
  };
  readonly config: StrayConfig;
  readonly notes: readonly string[];
  readonly sources: readonly Source[];
  /** What no source was found for. */
  readonly unverified: readonly string[];
}
