// content, uricontent and the options that change the content before them.
// Apart because modifiers follow their content and must find it.
// Always holds: a modifier without a content before it is refused; `|41 42|` and escapes come out as bytes.

import { contentBytes } from "../content-bytes.js";
import type { ContentDraft, RuleDraft } from "../draft.js";
import { parts, quoted } from "../lexer.js";
import { wholeNumber } from "../numbers.js";
import { cannot, meant, refuse, shown } from "../problems.js";
import { CONTENT_MODIFIER_BUFFERS } from "./buffer-names.js";
import type { OptionEntry } from "./entry.js";

/** Further than any stream window reaches. */
const REACH_MAX = 1_048_576;

export const CONTENT_OPTIONS: readonly OptionEntry[] = [
  {
    name: "content",
    form: 'content:[!]"BYTES"[, MODIFIER …]',
    meaning: "These bytes, `|41 42|` for bytes in hexadecimal; with `!` that they are not there",
    value: "needed",
    read: (draft, value) => readContent(draft, "content", value),
  },
  {
    name: "uricontent",
    form: 'uricontent:[!]"BYTES"',
    meaning: "A content with `http_uri`",
    value: "needed",
    read: (draft, value) => {
      setBuffer(readContent(draft, "uricontent", value), "uricontent", "http_uri");
    },
  },
  modifier("nocase", "Letters' case does not matter", (content) => {
    content.nocase = true;
  }),
  modifier("rawbytes", "Accepted; the payload is never changed before it is looked at", () => {}),
  modifier("startswith", "At the buffer's first byte", (content) => {
    content.startsWith = true;
  }),
  modifier("endswith", "Up to the buffer's last byte", (content) => {
    content.endsWith = true;
  }),
  modifier("prefilter", "As `fast_pattern`", (content) => {
    content.fastPattern = "whole";
  }),
  {
    name: "fast_pattern",
    form: "fast_pattern, fast_pattern:only or fast_pattern:OFFSET,LENGTH",
    meaning:
      "This content (or that part of it) decides whether the rule is looked at; `only` changes nothing else",
    value: "optional",
    read: readFastPattern,
  },
  position("offset", 0, "Not before this byte of the buffer"),
  position("depth", 1, "Within so many bytes from the offset (the buffer's first byte without one)"),
  position("distance", -REACH_MAX, "Not before so many bytes behind the last match"),
  position("within", 1, "Within so many bytes from the distance (the end of the last match without one)"),
];

const MODIFIERS: ReadonlyMap<string, OptionEntry> = new Map(
  CONTENT_OPTIONS.slice(2).map((entry) => [entry.name, entry]),
);

function readContent(draft: RuleDraft, name: string, value: string): ContentDraft {
  const { negated, inner, rest } = quoted(name, value);
  const content: ContentDraft = {
    kind: "content",
    buffer: draft.sticky ?? "payload",
    bufferBy: draft.sticky === undefined ? "nobody" : "sticky",
    bytes: contentBytes(name, inner),
    negated,
    nocase: false,
    startsWith: false,
    endsWith: false,
  };
  draft.addContent(content);
  if (rest !== "") readCommaModifiers(draft, name, rest);
  return content;
}

/** `content:"x", nocase, depth 3`. */
function readCommaModifiers(draft: RuleDraft, name: string, rest: string): void {
  if (!rest.startsWith(",")) refuse(`; or , behind the string of ${name}`, shown(rest));
  for (const part of parts(rest.slice(1))) {
    const space = part.indexOf(" ");
    const word = space === -1 ? part : part.slice(0, space);
    const value = space === -1 ? "" : part.slice(space + 1).trim();
    const buffer = CONTENT_MODIFIER_BUFFERS.get(word);
    const entry = MODIFIERS.get(word);
    if (buffer !== undefined && value === "") setBuffer(draft.lastContent!, word, buffer);
    else if (entry === undefined) refuse("a modifier of content", shown(part), meant(word, MODIFIERS.keys()));
    else if ((entry.value === "needed") === (value === "") && entry.value !== "optional") {
      refuse(`${word}${entry.value === "needed" ? " N" : ""}`, shown(part));
    } else entry.read(draft, value);
  }
}

/** The content that a modifier is of. */
export function contentBefore(draft: RuleDraft, name: string): ContentDraft {
  if (draft.lastContent === undefined) cannot(`${name} has no content before it in the same buffer to be of`);
  return draft.lastContent!;
}

/** By a modifier such as `http_uri`. */
export function setBuffer(content: ContentDraft, name: string, buffer: ContentDraft["buffer"]): void {
  const isBound =
    content.bufferBy === "modifier" || (content.bufferBy === "sticky" && isOfHead(content.buffer));
  if (isBound && content.buffer !== buffer) {
    cannot(`${name}: the content looks into ${content.buffer} already; write another content for ${name}`);
  }
  content.buffer = buffer;
  content.bufferBy = "modifier";
}

/** `file_data` and `pkt_data` may stand before Snort's modifiers, which then count for their content alone. */
function isOfHead(buffer: ContentDraft["buffer"]): boolean {
  return buffer !== "file_data" && buffer !== "payload";
}

function modifier(name: string, meaning: string, change: (content: ContentDraft) => void): OptionEntry {
  return { name, form: name, meaning, value: "none", read: (draft) => change(contentBefore(draft, name)) };
}

function position(
  name: "offset" | "depth" | "distance" | "within",
  least: number,
  meaning: string,
): OptionEntry {
  return {
    name,
    form: `${name}:N or ${name}:NAME`,
    meaning,
    value: "needed",
    read: (draft, value) => {
      const content = contentBefore(draft, name);
      if (content[name] !== undefined) cannot(`${name} is written twice for one content`);
      content[name] = draft.operand(name, value, least, REACH_MAX);
    },
  };
}

function readFastPattern(draft: RuleDraft, value: string): void {
  const content = contentBefore(draft, "fast_pattern");
  if (value === "" || value === "only") {
    content.fastPattern = "whole";
    return;
  }
  const [offset = "", length = "", ...more] = parts(value);
  if (length === "" || more.length > 0)
    refuse("fast_pattern, fast_pattern:only or fast_pattern:OFFSET,LENGTH", shown(value));
  content.fastPattern = {
    offset: wholeNumber("fast_pattern's offset", offset, 0, 65_535),
    length: wholeNumber("fast_pattern's length", length, 1, 65_535),
  };
}
