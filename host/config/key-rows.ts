// Every key of the configuration with its meaning, what it takes and its default, in plain words.
// Apart from the reference, which is a page in Markdown, because the man page and `stray help KEY` say the same.
// Always holds: every key of the schema is here once, dotted, `[]` for the items of a list.

import { sentence, shownValue, valueText } from "./default-text.js";
import { expectedText } from "./expected.js";
import { CONFIG_SCHEMA } from "./schema.js";
import type { SchemaNode } from "./schema-types.js";

export interface KeyRow {
  /** `export.ipfix[].port` */
  readonly key: string;
  readonly meaning: string;
  readonly takes: string;
  /** Undefined: the key has to be there. */
  readonly default: string | undefined;
  readonly example: string;
  /** Its values are keys of their own. */
  readonly isSection: boolean;
}

export function keyRows(): readonly KeyRow[] {
  return rowsOf(CONFIG_SCHEMA, "");
}

export function defaultOf({ default: value, example }: KeyRow): string {
  return value ?? `none: it has to be there, e.g. ${example}`;
}

function rowsOf(section: SchemaNode, prefix: string): KeyRow[] {
  return Object.entries(section.properties ?? {}).flatMap(([name, node]) => {
    const key = `${prefix}${name}`;
    const isRequired = section.required?.includes(name) === true;
    const below = node.properties ? rowsOf(node, `${key}.`) : [];
    const items = node.items?.properties ? rowsOf(node.items, `${key}[].`) : [];
    return [row(key, node, isRequired), ...below, ...items];
  });
}

function row(key: string, node: SchemaNode, isRequired: boolean): KeyRow {
  const { description, nullText, default: value } = node;
  const special = nullText !== undefined && value !== null ? ` null: ${nullText}.` : "";
  const shown = shownValue(node);
  const isSection = node.properties !== undefined || node.items?.properties !== undefined;
  return {
    key,
    meaning: `${description}${special}`.replaceAll("`", ""),
    takes: node.properties ? "a section" : expectedText(node),
    default: isRequired ? undefined : defaultText(node),
    example: shown === undefined ? "" : valueText(shown),
    isSection,
  };
}

function defaultText(node: SchemaNode): string {
  if (node.type === "object") return "as its keys";
  if (node.default === null) return sentence(node.defaultText ?? node.nullText ?? "none");
  return node.default === undefined ? "none" : valueText(node.default);
}
