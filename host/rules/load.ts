// From files to rules in force: read, understood, compiled, within the profile's bounds.
// Apart from parser and compiler because a command, a file's reader and strayd take the same way.
// Always holds: a rule that can't be honoured is left out and told; a file that can't be read, or rules too large in
// all, leave nothing half done: an error is thrown.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { STARTER_RULES } from "../config/paths.js";
import { StrayError } from "../errors.js";
import { packageRoot } from "../wasm/module.js";
import { type CompiledRules, compileRules } from "./compile/compile.js";
import type { Rule, RuleProblem, RuleSet } from "./model.js";
import { parseRuleFiles } from "./parse/index.js";

export interface RuleSources {
  /** Paths, or STARTER_RULES for those that come with stray. */
  readonly files: readonly string[];
  /** NAME=VALUE */
  readonly variables?: readonly string[];
  /** Networks that are ours, CIDR. */
  readonly home?: readonly string[];
  /** Bytes that the compiled rules may take. */
  readonly limitBytes: number;
  /** Numbers of flow bits that are in use already: they stay. */
  readonly flowbits?: ReadonlyMap<string, number>;
}

export interface LoadedRules {
  readonly compiled: CompiledRules;
  /** As understood; `compiled.rules` are those in force. */
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
  readonly files: readonly string[];
}

/** @throws StrayError RULES_UNREADABLE, RULES_TOO_LARGE. */
export function loadRules(sources: RuleSources): LoadedRules {
  const { limitBytes, flowbits, home = [], variables = [] } = sources;
  const files = sources.files.map(ruleFilePath);
  const set = parseRuleFiles(files, { variables: variablesOf(variables, home) });
  refuseUnread(files, set);
  const compiled = compileRules(set.rules, { limitBytes, ...(flowbits === undefined ? {} : { flowbits }) });
  return { compiled, rules: set.rules, problems: [...set.problems, ...compiled.problems], files: set.files };
}

/** A file that was named and can't be read is no set of rules; what files include may be missing, and is told. */
function refuseUnread(files: readonly string[], set: RuleSet): void {
  const read = new Set(set.files);
  const named = new Set(files.filter((file) => !read.has(file)));
  // Of a file that was not read nothing can be refused but the file.
  const unread = set.problems.filter(({ level, place }) => level === "error" && named.has(place.file));
  const [first] = unread;
  if (first === undefined) return;
  const others = unread.length - 1;
  const more = others === 0 ? "" : ` (and ${others} more file${others === 1 ? "" : "s"})`;
  const message = `${first.reason}${more}: name files of rules that can be read, or the word ${STARTER_RULES}`;
  throw new StrayError("RULES_UNREADABLE", message, 2);
}

/** Where the rules that come with stray are; other names are paths. */
export function ruleFilePath(name: string): string {
  if (name !== STARTER_RULES || existsSync(name)) return name;
  return join(packageRoot(), "rules", "stray.rules");
}

function variablesOf(variables: readonly string[], home: readonly string[]): Record<string, string> {
  const named = variables.map((text) => {
    const at = text.indexOf("=");
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  const own = home.length === 0 ? [] : [["HOME_NET", `[${home.join(",")}]`] as const];
  return Object.fromEntries([...own, ...named]);
}
