// What the YAML library's error codes mean, in words for somebody who edits a configuration.
// Apart from document.ts because it is a table, and the only thing that changes with the library's list of codes.
// Always holds: the library's own wording, which speaks of its grammar, is shown for no code that is here.

import type { ErrorCode, YAMLError } from "yaml";

interface Words {
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

const KNOWN: Partial<Record<ErrorCode, readonly [expected: string, found: string, hint?: string]>> = {
  ALIAS_PROPS: ["an alias (*name) alone", "a tag or an anchor before it"],
  BAD_ALIAS: ["a name behind & or *", "something else", "put text that begins with & or * in quotes"],
  BAD_DIRECTIVE: ["no directives (%)", "one that makes no sense"],
  BAD_DQ_ESCAPE: ["a known escape behind \\", "another character", "single quotes take \\ as it is"],
  BAD_INDENT: ["the indentation of the lines above", "another one"],
  BAD_PROP_ORDER: ["tags and anchors right before their value", "them elsewhere"],
  BAD_SCALAR_START: ["a value", "a character that none begins with", "put the text in quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["each key, and each item of a list, on a line of its own", "two that are mixed"],
  BLOCK_IN_FLOW: ["no lines of keys inside [ ] or { }", "some"],
  KEY_OVER_1024_CHARS: ["a short key", "more than 1024 characters"],
  MULTILINE_IMPLICIT_KEY: ["key: value", "a key without a colon, or one over several lines"],
  MULTIPLE_ANCHORS: ["one anchor (&name) a value", "several"],
  MULTIPLE_DOCS: ["one document", "the begin of another (---)"],
  MULTIPLE_TAGS: ["one tag a value", "several"],
  NON_STRING_KEY: ["a word as the key", "a list, a section or a tagged value"],
  RESOURCE_EXHAUSTION: ["sections and lists only a few levels deep", "far more"],
  TAB_AS_INDENT: ["blanks to indent with", "a tab"],
  TAG_RESOLVE_FAILED: ["no tags (!name)", "a tag that is not of YAML's core"],
  BAD_COLLECTION_TYPE: ["no tags (!name)", "a tag that does not fit its value"],
};

/** One code serves for whatever is missing; the message tells what. */
const MISSING: readonly (readonly [message: RegExp, expected: string])[] = [
  [/closing .quote/i, "a closing quote"],
  [/map keys need/i, "a colon behind the key, and a value"],
  [/space after :/i, "a blank behind the colon"],
  [/comments must/i, "a blank before the #"],
  [/without - /i, "a - before each item of the list"],
  [/flow|between/i, "commas between values and a closing bracket"],
  [/directives/i, "no directives (%)"],
];

export function yamlProblem(error: YAMLError, text: string): Words {
  const snippet = snippetAt(text, error.pos[0]);
  if (error.code === "DUPLICATE_KEY")
    return { expected: "each key once in its section", found: `${snippet} again` };
  // An open bracket shows as bad indentation, further down.
  const isMissing = error.code === "MISSING_CHAR" || error.code === "BAD_INDENT";
  const missing = isMissing ? MISSING.find(([message]) => message.test(error.message))?.[1] : undefined;
  if (missing !== undefined) return { expected: missing, found: snippet };
  const [expected = "YAML", found = snippet, hint] = KNOWN[error.code] ?? [];
  return { expected, found, ...(hint !== undefined && { hint }) };
}

const SNIPPET_CHARACTERS = 20;

/** What stands there, for a problem that only the text itself explains. */
function snippetAt(text: string, offset: number): string {
  const rest = (text.slice(offset, offset + 2 * SNIPPET_CHARACTERS).split("\n")[0] ?? "").trimEnd();
  if (rest === "") return offset >= text.trimEnd().length ? "the end of the file" : "the end of the line";
  return JSON.stringify(rest.length > SNIPPET_CHARACTERS ? `${rest.slice(0, SNIPPET_CHARACTERS)}...` : rest);
}
