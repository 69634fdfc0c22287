// Writes a configuration as YAML, whole or only what is not as by default.
// Apart from the loader because it is the way back: from what is in force to what an operator reads.
// Always holds: the text reads back as the same configuration (withDefaults: on any machine).

import { Document, isCollection, isMap, isNode, isPair, isScalar, visit } from "yaml";
import { DEFAULT_PROFILE } from "../wasm/profiles.js";
import { valueText } from "./default-text.js";
import { type Difference, differences, isSection } from "./differences.js";
import { defaultConfig, hostFacts } from "./load.js";
import { type HostFacts, type RawConfig, toRaw } from "./raw.js";
import type { StrayConfig } from "./types.js";

export interface TextOptions {
  /** Every key; otherwise only the interfaces and what is not as by default. */
  readonly withDefaults?: boolean;
  /** `# default: ...` at what is not as by default. */
  readonly withMarks?: boolean;
  /** For tests; otherwise this machine. */
  readonly host?: HostFacts;
}

const INTERFACES = ["capture", "interfaces"] as const;

export function configText(config: StrayConfig, options: TextOptions = {}): string {
  const all = toRaw(config);
  const changes = fromDefaults(config, options.host);
  const paths = [INTERFACES, ...changes.map(({ path }) => path)];
  const document = new Document(options.withDefaults ? all : onlyAt({ ...all }, paths));
  visit(document, {
    Seq(_key, list) {
      list.flow = list.items.every((item) => isScalar(item));
    },
  });
  if (options.withMarks) for (const change of changes) mark(document, change);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Dotted keys that are not as by default; the interfaces have no default. */
export function changedKeys(config: StrayConfig, host?: HostFacts): string[] {
  return fromDefaults(config, host).map(({ path }) => path.join("."));
}

/** What differs from a file that has only this configuration's interfaces. */
function fromDefaults(config: StrayConfig, host: HostFacts = hostFacts()): Difference[] {
  const { profile } = config.sensor;
  const defaults = toRaw(defaultConfig(config.capture.interfaces, host, { profile }));
  // The profile itself is a choice; what follows from it, such as the ring, is not.
  const sensor = { ...defaults.sensor, profile: DEFAULT_PROFILE };
  return differences({ ...defaults, sensor } satisfies RawConfig, toRaw(config));
}

function onlyAt(section: Record<string, unknown>, paths: readonly (readonly string[])[]): object {
  const entries = Object.entries(section).flatMap(([key, value]) => {
    const below = paths.filter(([first]) => first === key).map((path) => path.slice(1));
    if (below.length === 0) return [];
    const isWhole = !isSection(value) || below.some((path) => path.length === 0);
    return [[key, isWhole ? value : onlyAt(value, below)]];
  });
  return Object.fromEntries(entries);
}

/** Behind a value that is on one line, otherwise above its key. */
function mark(document: Document, { path, before }: Difference): void {
  const isNone = before === null || (Array.isArray(before) && before.length === 0);
  const text = ` default: ${isNone ? "none" : valueText(before)}`;
  const node = document.getIn(path, true);
  if (isNode(node) && !(isCollection(node) && !node.flow)) {
    node.comment = text;
    return;
  }
  const section = document.getIn(path.slice(0, -1), true);
  const pair = isMap(section) && section.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
  if (isPair(pair) && isNode(pair.key)) pair.key.commentBefore = text;
}
