// Rule files to rules: the parser's two entries.
// Apart because the rest of the host needs nothing else of it.
// Always holds: neither throws for what a file says; what is wrong is in `problems`, and the rest loads.

import type { RuleSet } from "../model.js";
import { type ParseOptions, RuleReader } from "./reader.js";

export type { ParseOptions } from "./reader.js";

/** Of files and what they include, in this order. A file that can't be read is a problem like others. */
export function parseRuleFiles(paths: readonly string[], options: ParseOptions = {}): RuleSet {
  const reader = new RuleReader(options);
  for (const path of paths) reader.readFile(path);
  return reader.finish();
}

/** Of text: UTF-8 when it is a string. `file` is what places say; without it the text can't include anything. */
export function parseRules(
  text: string | Uint8Array,
  options: ParseOptions & { readonly file?: string } = {},
): RuleSet {
  const { file } = options;
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : Buffer.from(text);
  const reader = new RuleReader(options);
  reader.readText(bytes.toString("latin1"), file ?? "rules", 0, file !== undefined);
  return reader.finish();
}
