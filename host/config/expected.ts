// What a key takes, in words, from its schema; and what was found in its place.
// Apart from the validator because the default file and the reference say the same words.
// Always holds: one phrase without a full stop, fit to stand behind "expected" and "found".

import { STARTER_RULES } from "./paths.js";
import type { FormatName, Range, SchemaNode } from "./schema-types.js";
import { formatDuration, formatSize, guessDuration, guessSize, parseDuration, parseSize } from "./units.js";

const FORMATS: Readonly<Record<FormatName, string>> = {
  account: "an account's name: letters, digits, - and _, 32 at most, no capitals",
  endpoint: "an IP address, with a port or without: 192.0.2.5:161, [2001:db8::5]:161",
  host: "an address or a host name",
  interface: "an interface's name: 1 to 15 characters, no blank, / or :",
  network: "a network such as 192.0.2.0/24, or an address",
  path: "an absolute path",
  "rule-file": `an absolute path, or the word ${STARTER_RULES}`,
  "rule-variable": "a name, = and a value: HTTP_PORTS=8080",
  "sensor-name": "a name of 1 to 64 characters, no blanks",
  "snmp-name": "1 to 32 printable characters, no blanks",
  "snmp-password": "8 to 128 printable characters (RFC 3414, section 11.2)",
  "snmp-text": "up to 255 printable characters",
  "socket-path": "an absolute path of at most 107 bytes",
};

const FOUND_CHARACTERS = 60;

export function expectedText(node: SchemaNode): string {
  if (node.enum) return `one of ${node.enum.join(", ")}`;
  if (node.duration) return `a duration ${rangeText(node.duration, formatDuration)}`;
  if (node.size) return `a size ${rangeText(node.size, formatSize)}`;
  if (node.format) return FORMATS[node.format];
  const [type] = [node.type].flat();
  switch (type) {
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number from ${node.minimum} to ${node.maximum}`;
    case "array":
      return listText(node);
    case "object":
      return node.properties ? `a section with ${keysText(node)}` : "a section";
    default:
      return node.maxLength === undefined ? "text" : `text of at most ${node.maxLength} characters`;
  }
}

/** The keys of a section, for a message. */
export function keysText(node: SchemaNode): string {
  return Object.keys(node.properties ?? {}).join(", ");
}

function rangeText({ min, max, zero }: Range, format: (value: number) => string): string {
  return `from ${format(min)} to ${format(max)}${zero === undefined ? "" : ` or 0 (${zero})`}`;
}

function listText({ items, minItems = 0, maxItems, examples }: SchemaNode): string {
  if (items?.enum) return `a list of one or more of ${items.enum.join(", ")}`;
  const what = items?.properties ? "sections" : items?.format === "interface" ? "interfaces" : "values";
  const [example] = examples ?? [];
  const such = Array.isArray(example) ? `, such as [${example.join(", ")}]` : "";
  return `a list of ${minItems === 0 ? "at most" : `${minItems} to`} ${maxItems} ${what}${such}`;
}

/** A value as somebody would write it, cut short. */
export function foundText(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") return "a section";
  if (typeof value === "number" && !Number.isFinite(value)) return Number.isNaN(value) ? ".nan" : ".inf";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > FOUND_CHARACTERS ? `${value.slice(0, FOUND_CHARACTERS)}...` : value);
}

/** What was perhaps meant by a value that the schema refuses. */
export function valueHint(node: SchemaNode, value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value);
  const guess = node.duration ? guessDuration(text) : node.size ? guessSize(text) : undefined;
  if (guess !== undefined) return fits(node, guess) ? `did you mean ${guess}?` : undefined;
  const isTextWanted = [node.type].flat().includes("string") && !node.enum;
  return isTextWanted && typeof value === "number" ? "put it in quotes" : undefined;
}

function fits({ duration, size }: SchemaNode, guess: string): boolean {
  const amount = duration ? parseDuration(guess) : parseSize(guess);
  const range = duration ?? size;
  return amount !== undefined && range !== undefined && amount >= range.min && amount <= range.max;
}
