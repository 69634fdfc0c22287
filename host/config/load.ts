// From a file to a configuration that the sensor can use, or an error with every problem of the file.
// Apart from the parts because this is the order: text, YAML, command line, schema, fit of the keys, warnings.
// Always holds: what comes out is valid; whatever the bytes, nothing but a StrayError is thrown.

import { hostname, totalmem } from "node:os";
import { crossCheck } from "./cross-check.js";
import { readYaml, type YamlText } from "./document.js";
import { type ConfigOverrides, isOverridden, override } from "./overrides.js";
import { ConfigError, type ConfigProblem, type Place } from "./problem.js";
import { type HostFacts, type RawConfig, toConfig, toRaw } from "./raw.js";
import { CONFIG_SCHEMA } from "./schema.js";
import { type KeyPath, keyText, type SchemaNode } from "./schema-types.js";
import { exposureWarnings } from "./secrets.js";
import { readConfigFile, textOf } from "./source.js";
import type { StrayConfig } from "./types.js";
import { type Finding, validate } from "./validate.js";
import { warningsOf } from "./warnings.js";

export interface LoadedConfig {
  readonly config: StrayConfig;
  /** Each one line, with its key. */
  readonly warnings: readonly string[];
  /** Where it came from, as it was named. */
  readonly path: string;
  /** Where a key's value stands in it, or the section that it would be in. */
  placeOf(path: KeyPath): Place;
}

export interface LoadOptions {
  readonly overrides?: ConfigOverrides;
  /** For tests; otherwise those of this machine and process. */
  readonly host?: HostFacts;
}

type Data = Record<string, Record<string, unknown>>;

export function hostFacts(): HostFacts {
  return { hostname: hostname(), isTerminal: process.stderr.isTTY === true, memoryBytes: totalmem() };
}

/** @throws StrayError CONFIG_UNREADABLE; ConfigError (CONFIG_INVALID) with all that is wrong. */
export async function loadConfig(path: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const loaded = parseConfig(await readConfigFile(path), path, options);
  return { ...loaded, warnings: [...loaded.warnings, ...(await exposureWarnings(path, loaded.config))] };
}

/** @throws ConfigError with all that is wrong. `path` is what messages call the text. */
export function parseConfig(
  content: string | Uint8Array,
  path: string,
  options: LoadOptions = {},
): LoadedConfig {
  const { overrides = {}, host = hostFacts() } = options;
  const text = readYaml(textOf(content, path));
  if (text.problems.length > 0) throw new ConfigError(text.problems.map((found) => asProblem(path, found)));
  const data = isSection(text.data) ? text.data : text.data === null ? {} : undefined;
  if (data === undefined) {
    const [start] = validate(text.data);
    throw new ConfigError([problemAt(path, text, overrides, start!)]);
  }
  fillSections(data, CONFIG_SCHEMA);
  override(data as Data, overrides);
  const { config, findings } = check(data as Data, host);
  if (findings.length > 0) {
    throw new ConfigError(findings.map((finding) => problemAt(path, text, overrides, finding)));
  }
  return { config, warnings: warningsOf(config, host), path, placeOf: text.placeOf };
}

/** `config` with some keys of it replaced. @throws ConfigError when the result is not valid. */
export function applyOverrides(config: StrayConfig, overrides: ConfigOverrides): StrayConfig {
  const data = toRaw(config) as unknown as Data;
  override(data, overrides);
  const { config: changed, findings } = check(data, hostFacts());
  if (findings.length === 0) return changed;
  throw new ConfigError(findings.map((finding) => commandLineProblem(finding)));
}

/** Defaults for everything but the interfaces and the overrides. @throws ConfigError when those are not valid. */
export function defaultConfig(
  interfaces: readonly string[],
  host: HostFacts = hostFacts(),
  overrides: ConfigOverrides = {},
): StrayConfig {
  return parseConfig("", "defaults", { overrides: { ...overrides, interfaces }, host }).config;
}

/** Fills defaults in; `config` is of use only when there are no findings. */
function check(data: Data, host: HostFacts): { config: StrayConfig; findings: Finding[] } {
  const findings = validate(data);
  const wrong = findings.map(({ path }) => path);
  const repaired = findings.length === 0 || repair(data, wrong);
  const config = repaired ? toConfig(data as unknown as RawConfig, host) : undefined;
  if (config) findings.push(...crossCheck(config, wrong));
  return { config: config as StrayConfig, findings };
}

/** Puts defaults in place of wrong values, so that the rest can be looked at too. */
function repair(data: Data, wrong: readonly KeyPath[]): boolean {
  for (const path of wrong) {
    const list = path.findIndex((step) => typeof step === "number");
    remove(data, list < 0 ? path : path.slice(0, list));
  }
  fillSections(data, CONFIG_SCHEMA);
  (data as { capture: { interfaces?: unknown } }).capture.interfaces ??= ["eth0"];
  return validate(data).length === 0;
}

function remove(data: Data, path: KeyPath): void {
  let section: unknown = data;
  for (const step of path.slice(0, -1)) section = isSection(section) ? section[step] : undefined;
  const key = path.at(-1);
  if (isSection(section) && key !== undefined) delete section[key];
}

/** A section or a list of which every line is commented out is null in YAML: it is as if it were not there. */
function fillSections(data: Record<string, unknown>, node: SchemaNode): void {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const isFixed = child.type === "object";
    if (isFixed) data[key] ??= {};
    else if (data[key] === null && child.type === "array" && child.default !== undefined) delete data[key];
    const value = data[key];
    if (isFixed && isSection(value)) fillSections(value, child);
  }
}

function isSection(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asProblem(source: string, found: YamlText["problems"][number]): ConfigProblem {
  return { source, key: "", hint: undefined, ...found };
}

function problemAt(
  source: string,
  text: YamlText,
  overrides: ConfigOverrides,
  finding: Finding,
): ConfigProblem {
  if (isOverridden(finding.path, overrides)) return commandLineProblem(finding);
  const { path, isKey, expected, found, hint } = finding;
  const place = isKey ? text.placeOfKey(path) : text.placeOf(path);
  return { source, place, key: keyText(path), expected, found, hint };
}

function commandLineProblem({ path, expected, found, hint }: Finding): ConfigProblem {
  return { source: "command line", place: undefined, key: keyText(path), expected, found, hint };
}
