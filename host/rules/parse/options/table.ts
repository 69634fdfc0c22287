// The one table of options: what the parser dispatches by and what docs/rules.md shows.
// Apart so that no option can be understood without being documented.
// Always holds: a name is in one family only.

import { ABOUT_OPTIONS } from "./about.js";
import { BUFFER_OPTIONS } from "./buffers.js";
import { BYTES_OPTIONS } from "./bytes.js";
import { CONTENT_OPTIONS } from "./content.js";
import type { OptionEntry } from "./entry.js";
import { FLOW_OPTIONS } from "./flow.js";
import { LIMIT_OPTIONS } from "./limits.js";
import { PACKET_OPTIONS } from "./packet.js";
import { REGEX_OPTIONS } from "./regex.js";

export const OPTION_FAMILIES: readonly (readonly [title: string, options: readonly OptionEntry[]])[] = [
  ["What a rule is called", ABOUT_OPTIONS],
  ["Contents", CONTENT_OPTIONS],
  ["Buffers", BUFFER_OPTIONS],
  ["Regular expressions", REGEX_OPTIONS],
  ["Bytes and sizes of buffers", BYTES_OPTIONS],
  ["Packets", PACKET_OPTIONS],
  ["Flows", FLOW_OPTIONS],
  ["After a match", LIMIT_OPTIONS],
];

export const OPTIONS: ReadonlyMap<string, OptionEntry> = new Map(
  OPTION_FAMILIES.flatMap(([, options]) =>
    options.map((entry): [string, OptionEntry] => [entry.name, entry]),
  ),
);
