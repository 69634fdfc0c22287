// Options that ask for what is known of the flow: direction, state, bits set by other rules, findings, causes.
// Apart because they need more than one packet.
// Always holds: contradictions are refused; names of findings and causes are known ones.

import { FINDING_NAMES } from "../../../record/findings.js";
import { CAUSE_NAMES } from "../../compile/causes.js";
import type { RuleOption } from "../../model.js";
import type { RuleDraft } from "../draft.js";
import { parts } from "../lexer.js";
import { cannot, meant, refuse, shown } from "../problems.js";
import type { OptionEntry } from "./entry.js";

type Flow = { -readonly [Key in keyof FlowOption]: FlowOption[Key] };
type FlowOption = Extract<RuleOption, { kind: "flow" }>;
type FlowbitsAction = Extract<RuleOption, { kind: "flowbits" }>["action"];

const BIT_NAME = /^[A-Za-z0-9_.:/\\+ -]{1,128}$/;
const BIT_NAMES_MAX = 32;

export const FLOW_OPTIONS: readonly OptionEntry[] = [
  {
    name: "flow",
    form: "flow:WORD, …",
    meaning:
      "`to_server` or `from_client`, `to_client` or `from_server`; `established`, `not_established` or `stateless`; " +
      "`no_stream` packets only, `only_stream` streams only",
    value: "needed",
    once: true,
    read: readFlow,
  },
  {
    name: "flowbits",
    form: "flowbits:ACTION[,NAMES][,GROUP]",
    meaning:
      "`set`, `unset`, `toggle` bits of the flow, or ask that they are (`isset`) or are not (`isnotset`); names joined " +
      "by `&` (all) or `|` (any); `noalert` for a rule that only sets bits. A group is ignored with a warning",
    value: "needed",
    read: readFlowbits,
  },
  {
    name: "noalert",
    form: "noalert",
    meaning: "As `flowbits:noalert`",
    value: "none",
    read: (draft) => {
      draft.noAlert = true;
    },
  },
  named("finding", "The flow has that finding (docs/record-fields.md), or with `!` has not", FINDING_NAMES),
  named(
    "cause",
    `The likeliest cause of the flow is that one (${CAUSE_NAMES.join(", ")}), or with \`!\` is not`,
    CAUSE_NAMES,
  ),
];

const FLOW_WORDS: Readonly<Record<string, Omit<FlowOption, "kind"> & { stateless?: true }>> = {
  to_server: { direction: "to_server" },
  from_client: { direction: "to_server" },
  to_client: { direction: "to_client" },
  from_server: { direction: "to_client" },
  established: { established: true },
  not_established: { established: false },
  stateless: { stateless: true },
  no_stream: { stream: "no" },
  only_stream: { stream: "only" },
};

const REFUSED_FLOW_WORDS: Readonly<Record<string, string>> = {
  no_frag:
    "stray looks at a datagram once its fragments are together and does not tell it apart; use fragbits",
  only_frag:
    "stray looks at a datagram once its fragments are together and does not tell it apart; use fragbits",
};

function readFlow(draft: RuleDraft, value: string): void {
  const flow: Flow = { kind: "flow" };
  let isStateless = false;
  for (const word of parts(value)) {
    const refused = REFUSED_FLOW_WORDS[word];
    if (refused !== undefined) cannot(`flow:${word}: ${refused}`);
    const known = FLOW_WORDS[word];
    if (known === undefined) {
      const words = Object.keys(FLOW_WORDS);
      refuse(`words of flow (${words.join(", ")})`, shown(word), meant(word, words));
    }
    const { stateless, ...wanted } = known;
    isStateless ||= stateless === true;
    for (const [key, is] of Object.entries(wanted)) {
      const before = flow[key as keyof Flow];
      if (before !== undefined && before !== is) cannot(`flow:${word} contradicts what stands before it`);
    }
    Object.assign(flow, wanted);
  }
  if (isStateless && flow.established !== undefined) cannot("flow:stateless contradicts established");
  draft.add(flow);
}

const FLOWBITS_ACTIONS: readonly FlowbitsAction[] = ["set", "unset", "toggle", "isset", "isnotset"];
const REFUSED_FLOWBITS: Readonly<Record<string, string>> = {
  reset: "it would clear bits of every rule; use unset with the names",
  setx: "it would clear the other bits of a group; use unset with their names and set",
};

function readFlowbits(draft: RuleDraft, value: string): void {
  const [word = "", namesText, group, ...more] = parts(value);
  if (more.length > 0) refuse("flowbits:ACTION,NAMES", shown(value), "join names with & or |");
  if (word === "noalert" && namesText === undefined) {
    draft.noAlert = true;
    return;
  }
  const refused = REFUSED_FLOWBITS[word];
  if (refused !== undefined) cannot(`flowbits:${word}: ${refused}`);
  const action = FLOWBITS_ACTIONS.find((known) => known === word);
  if (action === undefined) {
    const words = [...FLOWBITS_ACTIONS, "noalert"];
    refuse(`an action of flowbits (${words.join(", ")})`, shown(word), meant(word, words));
  }
  const any = namesText?.includes("|") ?? false;
  if (any && namesText!.includes("&")) cannot("flowbits: names are joined by & or by |, not by both");
  const isQuestion = action === "isset" || action === "isnotset";
  if (any && !isQuestion)
    cannot(`flowbits:${action}: names to ${action} are joined by &; | is for isset and isnotset`);
  const names = (namesText ?? "").split(any ? "|" : "&").map((name) => name.trim());
  if (names.length > BIT_NAMES_MAX)
    cannot(`flowbits may have ${BIT_NAMES_MAX} names; this one has ${names.length}`);
  for (const name of names) checkBitName(action, name, group);
  if (group !== undefined) draft.warnings.push(`flowbits: the group ${shown(group)} is ignored`);
  draft.add({ kind: "flowbits", action, names, any });
}

function checkBitName(action: string, name: string, group: string | undefined): void {
  if (!BIT_NAME.test(name)) refuse(`names for flowbits:${action}`, shown(name));
  if (group !== undefined && (name === "any" || name === "all")) {
    cannot(`flowbits:${action},${name} asks for the bits of a group, and stray has no groups; name the bits`);
  }
}

function named(kind: "finding" | "cause", meaning: string, names: readonly string[]): OptionEntry {
  return {
    name: kind,
    form: `${kind}:[!]NAME`,
    meaning,
    value: "needed",
    read: (draft, value) => {
      const negated = value.startsWith("!");
      const name = negated ? value.slice(1).trim() : value;
      if (!names.includes(name)) refuse(`the name of a ${kind}`, shown(name), meant(name, names));
      draft.add({ kind, name, negated });
    },
  };
}
