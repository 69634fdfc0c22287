// The default /etc/stray/stray.yaml: every key with its meaning, commented out where a default serves.
// Apart from the schema, from which all of it is made, so that it can't say anything else.
// Always holds: the text is valid as it is, and also with every `#` before a key taken away.

import { stringify } from "yaml";
import { expectedText } from "./expected.js";
import { CONFIG_SCHEMA } from "./schema.js";
import type { SchemaNode } from "./schema-types.js";

const WIDTH = 100;

const HEAD = [
  "Configuration of stray, the network sensor. Every key is here; one that is commented out (a # right before" +
    " it) has the value shown, or the default named. Nothing but the interfaces has to be set.",
  "Durations: 500ms 60s 5m 1h 7d. Sizes: 64KiB 8MiB 1GiB, and kB MB GB in thousands.",
  "After a change: `stray config check`, then `stray reload`.",
];

export function defaultConfigText(): string {
  const lines = [...HEAD.flatMap((text) => comment(text, WIDTH)), ""];
  return [...lines, ...sectionLines(CONFIG_SCHEMA, WIDTH, false), ""].join("\n");
}

/** The keys of a section, indented by nothing. `isActive`: none is commented out, and no empty line parts them. */
function sectionLines(section: SchemaNode, width: number, isActive: boolean): string[] {
  const keys = Object.entries(section.properties ?? {}).map(([key, node]) => {
    const isRequired = section.required?.includes(key) === true;
    return [
      ...comment(meaning(key, node, isRequired), width),
      ...setting(key, node, width, isActive || isRequired),
    ];
  });
  return keys.flatMap((lines, index) => (index === 0 || isActive ? lines : ["", ...lines]));
}

function setting(key: string, node: SchemaNode, width: number, isActive: boolean): string[] {
  if (node.type === "object") return [`${key}:`, ...indented(sectionLines(node, width - 2, isActive))];
  const lines = settingLines(key, node, width);
  return isActive ? lines : lines.map((line) => `#${line}`);
}

function settingLines(key: string, node: SchemaNode, width: number): string[] {
  if (node.items?.properties) return [`${key}:`, ...listItem(sectionLines(node.items, width - 5, true))];
  if (node.properties) return [`${key}:`, ...indented(sectionLines(node, width - 3, true))];
  return [`${key}: ${valueText(shownValue(node))}`];
}

/** As one item of a list: the `-` stands before its first key, comments before that stand above. */
function listItem(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => !line.startsWith("#"));
  return lines.map((line, index) => `${index < first ? "  " : index === first ? "  - " : "    "}${line}`);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** What stands behind the key: the default, or an example where the default can't be written down. */
export function shownValue(node: SchemaNode): unknown {
  return isShown(node) ? node.default : node.examples?.[0];
}

function isShown(node: SchemaNode): boolean {
  return node.default !== undefined && node.default !== null;
}

function meaning(key: string, node: SchemaNode, isRequired: boolean): string {
  if (node.type === "object") return node.description;
  const parts = [node.description];
  if (!node.properties && !node.items?.properties && node.type !== "boolean") {
    parts.push(`${sentence(expectedText(node))}.`);
  }
  if (node.nullText !== undefined && isShown(node)) parts.push(`null: ${node.nullText}.`);
  const isList = node.items !== undefined && !isRequired;
  if (!isShown(node) && !isRequired) parts.push(`Default: ${node.defaultText ?? node.nullText}.`);
  else if (isList && node.items?.properties) parts.push("Default: none.");
  else if (isRequired) parts.push(`There is no default for ${key}.`);
  return parts.join(" ");
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** YAML of a value on one line. */
export function valueText(value: unknown): string {
  const style = { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 } as const;
  return stringify(value, style).trimEnd();
}

/** Text as comment lines of at most `width` characters. */
function comment(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
