// One rule's text to what is known of it, except for what other lines may still say (classes, filters).
// Apart from the reader of files because tests and tools look at single rules.
// Always holds: a rule comes out whole or RuleRefusal is thrown; nothing of a rule is dropped without a warning.

import type { Rule } from "../model.js";
import { RuleDraft } from "./draft.js";
import { type Header, readHeader } from "./header.js";
import { type RawOption, splitRule } from "./lexer.js";
import { refusalOf } from "./options/refused.js";
import { OPTIONS } from "./options/table.js";
import { cannot, meant, type RuleName, refuse, shown } from "./problems.js";
import { readable, unescaped } from "./text.js";
import type { Variables } from "./variables.js";

/** Without what classes and references add at the end. */
export type ReadRule = Omit<Rule, "place" | "classification" | "priority" | "references"> & {
  readonly priority: number | undefined;
  readonly references: readonly { readonly system: string; readonly id: string }[];
};

export interface RuleText {
  readonly rule: ReadRule;
  readonly warnings: readonly string[];
}

export function readRule(text: string, variables: Variables): RuleText {
  if (text.includes("\0")) cannot("the rule has a NUL byte in it; a rule file is text");
  const raw = splitRule(text);
  const header = readHeader(raw.header, variables);
  const draft = new RuleDraft(variables);
  const seen = new Set<string>();
  for (const option of raw.options) readOption(draft, option, seen);
  if (draft.sid === undefined)
    cannot("the rule has no sid; write sid:N with a number of your own from 1000000");
  const { protocol, stream, ...ends } = header;
  const options = draft.finishOptions();
  if (stream !== undefined) options.unshift({ kind: "flow", stream });
  const { sid, gid, rev, message, classtype, priority, references, metadata, limits, tag, noAlert } = draft;
  const rule: ReadRule = {
    ...ends,
    protocol,
    sid: sid!,
    gid,
    rev,
    message,
    ...(classtype === undefined ? {} : { classtype }),
    priority,
    references,
    metadata,
    options,
    limits,
    ...(tag === undefined ? {} : { tag }),
    noAlert,
  };
  checkOne(rule.options);
  return { rule, warnings: [...draft.warnings, ...neverMatching(header, rule)] };
}

function readOption(draft: RuleDraft, { name, value = "" }: RawOption, seen: Set<string>): void {
  const entry = OPTIONS.get(name);
  if (entry === undefined) {
    const refusal = refusalOf(name);
    if (refusal !== undefined) cannot(`the option ${shown(name)} is not honoured: ${refusal}`);
    refuse("an option stray knows", shown(name), meant(name, OPTIONS.keys(), "docs/rules.md lists them"));
  }
  if (entry.once && seen.has(name)) cannot(`${name} is written twice; a rule has one`);
  seen.add(name);
  if (entry.value === "none" && value !== "") refuse(`${name} without a value`, shown(`${name}:${value}`));
  if (entry.value === "needed" && value === "") refuse(entry.form, `${name} without a value`);
  entry.read(draft, value);
}

/** Snort and Suricata have one fast pattern a rule; two would mean different things to different readers. */
function checkOne(options: Rule["options"]): void {
  const fast = options.filter((option) => option.kind === "content" && option.fastPattern !== undefined);
  if (fast.length > 1) cannot("fast_pattern is written for two contents; a rule has one");
}

const TCP_KINDS: ReadonlySet<string> = new Set(["flags", "seq", "ack", "window", "urilen", "rawurilen"]);
const ICMP_KINDS: ReadonlySet<string> = new Set(["itype", "icode", "icmp_id", "icmp_seq"]);

/** Options that the header's protocol never has. */
function neverMatching({ protocol }: Header, { options }: ReadRule): string[] {
  const isTcp = protocol === "tcp" || protocol === "http";
  const wrong = options.find((option) => {
    const isOfTcp = TCP_KINDS.has(option.kind) || ("buffer" in option && option.buffer !== "payload");
    if (isOfTcp) return protocol === "udp" || protocol === "icmp";
    return ICMP_KINDS.has(option.kind) && (isTcp || protocol === "udp");
  });
  if (wrong === undefined) return [];
  const what = "buffer" in wrong && wrong.buffer !== "payload" ? wrong.buffer : wrong.kind;
  return [`the rule can never match: ${protocol} has no ${what}`];
}

const SID = /[;(\s]sid\s*:\s*(\d{1,10})\s*;/;
const MESSAGE = /[;(\s]msg\s*:\s*"((?:[^"\\]|\\.){0,200})"/;

/** What a refused rule is called, as far as its text tells. */
export function nameOf(text: string): RuleName {
  const sid = SID.exec(text)?.[1];
  const message = MESSAGE.exec(text)?.[1];
  return {
    ...(sid === undefined ? {} : { sid: Number(sid) }),
    ...(message === undefined ? {} : { message: readable(unescaped(message)) }),
  };
}
