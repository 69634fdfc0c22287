// The JSON Schema of boards/NAME/board.yaml: every key with its meaning and range.
// Apart from the loader because the messages and docs/boards.md come from it.
// Always holds: a key that is not here is an error; what lies below `stray` has the configuration's own schema.

import { section } from "../config/schema-nodes.js";
import type { SchemaNode } from "../config/schema-types.js";
import { GIB, KIB, MIB, TIB } from "../config/units.js";
import { ARCHITECTURES, NIC_ROLES, STORAGE_KINDS } from "./types.js";

const CORES_MAX = 256;
const NICS_MAX = 64;
const LINES_MAX = 32;
const MEGABITS_MAX = 400_000;

const text = (description: string, maxLength: number): SchemaNode => ({
  type: "string",
  description,
  maxLength,
});

const oneOf = (description: string, words: readonly string[]): SchemaNode => ({
  type: "string",
  description,
  enum: words,
});

const size = (description: string, min: number, max: number): SchemaNode => ({
  description,
  size: { min, max },
});

const lines = (description: string): SchemaNode => ({
  type: "array",
  description,
  default: [],
  maxItems: LINES_MAX,
  items: text("A sentence.", 400),
});

const nic = section(
  "A network interface.",
  {
    name: {
      type: "string",
      format: "interface",
      description: "As Debian's predictable names (systemd.net-naming-scheme(7)) give it.",
    },
    driver: text("The Linux driver.", 40),
    speed: {
      type: "integer",
      description: "Fastest speed, in Mbit/s.",
      minimum: 10,
      maximum: MEGABITS_MAX,
    },
    role: oneOf(
      "wire-a and wire-b are the two sides of a sensor in the wire, capture listens, management has the addresses.",
      NIC_ROLES,
    ),
  },
  ["name", "driver", "speed", "role"],
);

const source = section(
  "Where facts of this profile come from.",
  {
    title: text("What it is called.", 200),
    where: text("Where to find it.", 300),
    tells: text("What of the profile comes from it.", 300),
  },
  ["title", "where", "tells"],
);

export const BOARD_SCHEMA: SchemaNode = section(
  "A board.",
  {
    title: text("What people call it, with its memory where there are several.", 100),
    architecture: oneOf("Debian's name of the architecture.", ARCHITECTURES),
    memory: size("RAM.", 64 * MIB, TIB),
    cores: { type: "integer", description: "Processor cores.", minimum: 1, maximum: CORES_MAX },
    storage: section(
      "Where the system lies, and what stray keeps.",
      {
        kind: oneOf("sd, emmc and ssd wear with every write.", STORAGE_KINDS),
        size: size("All of it.", 256 * MIB, 64 * TIB),
        system: size("Taken by the system and the package.", 64 * MIB, TIB),
      },
      ["kind", "size", "system"],
    ),
    nics: {
      type: "array",
      description: "Network interfaces, each once.",
      minItems: 1,
      maxItems: NICS_MAX,
      items: nic,
    },
    system: section(
      "Memory that is not stray's.",
      {
        kernel: size(
          "Kernel, its modules and buffers, and what firmware keeps for itself.",
          8 * MIB,
          64 * GIB,
        ),
        services: size("systemd, sshd, snmpd and whatever else runs.", 0, 64 * GIB),
        cache: size("Left for the cache of files.", 0, 64 * GIB),
      },
      ["kernel", "services", "cache"],
    ),
    stray: {
      type: "object",
      description: "What the board sets in stray.yaml; docs/configuration.md has the keys.",
    },
    notes: lines("What to know of the board."),
    sources: {
      type: "array",
      description: "Public data that the profile comes from.",
      minItems: 1,
      maxItems: LINES_MAX,
      items: source,
    },
    unverified: lines("What no source was found for, or what is estimated."),
  },
  ["title", "architecture", "memory", "cores", "storage", "nics", "system", "stray", "sources"],
);

/** Of the file; those that come with stray are a tenth of it. */
export const BOARD_BYTES_MAX = 64 * KIB;
