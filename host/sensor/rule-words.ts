// Rules as a running sensor keeps them: the image, what is told of each rule, and what was wrong.
// Apart from loading because what a rule asks of packets is in the image, and its text would be most of the memory.
// Always holds: plain data, fit to be sent from one thread to another.

import type { ExitCode } from "../errors.js";
import type { LoadedRules, RuleSources } from "../rules/load.js";
import type { Rule, RuleProblem } from "../rules/model.js";

/** What alerts and lists tell of a rule. */
export type RuleInWords = Pick<
  Rule,
  | "place"
  | "action"
  | "gid"
  | "sid"
  | "rev"
  | "message"
  | "classtype"
  | "classification"
  | "priority"
  | "references"
  | "metadata"
>;

export interface KeptRules {
  readonly image: Uint8Array;
  /** By their place in the image. */
  readonly rules: readonly RuleInWords[];
  readonly problems: readonly RuleProblem[];
  readonly files: readonly string[];
  readonly flowbits: ReadonlyMap<string, number>;
}

export type LoaderData = RuleSources;

/** What the loading thread answers: the rules, or why there are none. */
export type LoaderAnswer =
  | { readonly rules: KeptRules }
  | { readonly refusal: { readonly code: string; readonly message: string; readonly exitCode: ExitCode } };

export function keptRules({ compiled, problems, files }: LoadedRules): KeptRules {
  const { image, rules, flowbits } = compiled;
  return { image, rules: rules.map(inWords), problems, files, flowbits };
}

function inWords(rule: Rule): RuleInWords {
  const { place, action, gid, sid, rev, message, priority, references, metadata } = rule;
  const { classtype, classification } = rule;
  return {
    ...{ place, action, gid, sid, rev, message, priority, references, metadata },
    ...(classtype === undefined ? {} : { classtype }),
    ...(classification === undefined ? {} : { classification }),
  };
}
