// From a profile's text to a board, or an error with every problem of the file.
// Apart from its parts because this is the order: text, YAML, schema, the part of stray.yaml, fit of the keys.
// Always holds: whatever the bytes, nothing but a StrayError is thrown; a problem below `stray` has the words of
// `stray config check`, and the place in the profile.

import { basename, dirname } from "node:path";
import { stringify } from "yaml";
import { readYaml, type YamlText } from "../config/document.js";
import { type LoadedConfig, parseConfig } from "../config/load.js";
import { ConfigError, type ConfigProblem } from "../config/problem.js";
import type { HostFacts } from "../config/raw.js";
import { type KeyPath, keyText } from "../config/schema-types.js";
import { readConfigFile, textOf } from "../config/source.js";
import { parseSize } from "../config/units.js";
import { type Finding, validatorOf } from "../config/validate.js";
import { boardFindings } from "./cross-check.js";
import { BOARD_SCHEMA } from "./schema.js";
import type { Architecture, Board, NicRole, Source, StorageKind } from "./types.js";

export interface LoadedBoard {
  readonly board: Board;
  /** Of the part of stray.yaml, each one line with its key. */
  readonly warnings: readonly string[];
  /** The problem with its place in the file. */
  problem(finding: Finding): ConfigProblem;
}

/** As it stands in the file. */
interface RawBoard {
  readonly title: string;
  readonly architecture: Architecture;
  readonly memory: string;
  readonly cores: number;
  readonly storage: { readonly kind: StorageKind; readonly size: string; readonly system: string };
  readonly nics: readonly { name: string; driver: string; speed: number; role: NicRole }[];
  readonly system: { readonly kernel: string; readonly services: string; readonly cache: string };
  readonly stray: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
  readonly sources: readonly Source[];
  readonly unverified: readonly string[];
}

const STRAY = "stray";
const validate = validatorOf(BOARD_SCHEMA);

/** @throws StrayError CONFIG_UNREADABLE; ConfigError with all that is wrong. */
export async function loadBoard(path: string): Promise<LoadedBoard> {
  return parseBoard(await readConfigFile(path), path);
}

/** @throws ConfigError with all that is wrong. `path` is what messages call the text. */
export function parseBoard(content: string | Uint8Array, path: string): LoadedBoard {
  const text = readYaml(textOf(content, path));
  if (text.problems.length > 0) {
    throw new ConfigError(
      text.problems.map((found) => ({ source: path, key: "", hint: undefined, ...found })),
    );
  }
  const problem = (finding: Finding): ConfigProblem => problemAt(path, text, finding);
  const findings = validate(text.data);
  if (findings.length > 0) throw new ConfigError(findings.map(problem));
  const raw = text.data as RawBoard;
  const { config, warnings } = boardConfig(raw, path, text);
  const board = boardOf(raw, path, config);
  const misfits = boardFindings(board);
  if (misfits.length > 0) throw new ConfigError(misfits.map(problem));
  return { board, warnings, problem };
}

/** The machine that the configuration would run on. */
export function hostOf(name: string, memoryBytes: number): HostFacts {
  return { hostname: name, isTerminal: false, memoryBytes };
}

/** The part of stray.yaml, read as a configuration; its problems are moved to where they stand in the profile. */
function boardConfig(raw: RawBoard, path: string, text: YamlText): LoadedConfig {
  // Whether it fits is the budget's business, which counts the rest of the system too.
  const host = hostOf(nameOf(path), Number.MAX_SAFE_INTEGER);
  try {
    return parseConfig(stringify(raw.stray), path, { host });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const moved = error.problems.map((found) => {
      const keys: KeyPath = [STRAY, ...pathOf(found.key)];
      return { ...found, place: text.placeOf(keys), key: keyText(keys) };
    });
    throw new ConfigError(moved);
  }
}

/** `export.ipfix[1].port` as steps: the way back from keyText(); no key of ours has a dot or a bracket. */
function pathOf(key: string): KeyPath {
  return [...key.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([word, place]) =>
    place === undefined ? word : Number(place),
  );
}

function boardOf(raw: RawBoard, path: string, config: LoadedConfig["config"]): Board {
  const { title, architecture, cores, notes, sources, unverified } = raw;
  return {
    name: nameOf(path),
    path,
    title,
    architecture,
    memoryBytes: bytes(raw.memory),
    cores,
    storage: {
      kind: raw.storage.kind,
      bytes: bytes(raw.storage.size),
      systemBytes: bytes(raw.storage.system),
    },
    nics: raw.nics.map(({ name, driver, speed, role }) => ({ name, driver, megabits: speed, role })),
    system: {
      kernelBytes: bytes(raw.system.kernel),
      servicesBytes: bytes(raw.system.services),
      cacheBytes: bytes(raw.system.cache),
    },
    config,
    notes,
    sources,
    unverified,
  };
}

/** `boards/NAME/board.yaml` is NAME; another file is called as it is. */
function nameOf(path: string): string {
  const file = basename(path);
  return file === "board.yaml" ? basename(dirname(path)) || "board" : file.replace(/\.ya?ml$/, "");
}

function problemAt(source: string, text: YamlText, finding: Finding): ConfigProblem {
  const { path, isKey, expected, found, hint } = finding;
  const place = isKey ? text.placeOfKey(path) : text.placeOf(path);
  return { source, place, key: keyText(path), expected, found, hint };
}

/** The schema has seen to it that it is one. */
function bytes(text: string | number): number {
  return parseSize(String(text)) ?? Number.NaN;
}
