// The work of `stray rules check`, `list` and `show`: files of rules in, what becomes of them out.
// Apart from the options because it loads parser and compiler.
// Always holds: text of rules is printed with control characters escaped; problems go to standard error, or with
// --json into the one object.

import { isRuleVariable } from "../config/names.js";
import { printable, StrayError } from "../errors.js";
import { ruleListing } from "../rules/compile/listing.js";
import { headerText } from "../rules/describe.js";
import { type LoadedRules, loadRules } from "../rules/load.js";
import type { Rule, RuleProblem } from "../rules/model.js";
import { problemText } from "../rules/problem-text.js";
import { profileLimits } from "../wasm/profiles.js";
import { type TextColumn, textTable } from "./control/text-table.js";
import { OutputClosed, OutputWriter } from "./output/writer.js";
import type { RuleFileOptions, RulesCheckOptions } from "./rules-command.js";

const STDOUT = 1;

export function runRulesCheck(files: readonly string[], options: RulesCheckOptions): number {
  const loaded = load(files, options);
  const { problems, compiled } = loaded;
  const refused = problems.filter(({ level }) => level === "error").length;
  const warnings = problems.length - refused;
  if (options.json) {
    print([
      JSON.stringify({
        files: loaded.files,
        rules: compiled.rules.length,
        refused,
        warnings,
        problems: problems.map(({ place, ...rest }) => ({ ...place, ...rest })),
        bytes: compiled.sizes,
        bytes_max: limitBytes(options),
      }),
    ]);
  } else {
    tell(problems);
    const counts = `${count(compiled.rules.length, "rule")} would load, ${refused} refused, ${count(warnings, "warning")}`;
    print([counts, ...sizeLines(loaded, options)]);
  }
  return refused > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

export function runRulesList(files: readonly string[], options: RuleFileOptions): number {
  const { compiled, problems } = load(files, options);
  const rows = compiled.rules.map((rule, index) => ({ rule, found: compiled.fastPatterns[index] }));
  tell(problems.filter(({ level }) => level === "error"));
  if (options.json) {
    print(rows.map(({ rule, found = null }) => JSON.stringify({ ...brief(rule), found_by: found })));
    return 0;
  }
  const columns: readonly TextColumn<(typeof rows)[number]>[] = [
    { header: "SID", text: ({ rule: { gid, sid, rev } }) => `${gid}:${sid}:${rev}` },
    { header: "ACTION", text: ({ rule }) => rule.action },
    { header: "PROTO", text: ({ rule }) => rule.protocol },
    { header: "PRIO", text: ({ rule }) => String(rule.priority), isRight: true },
    { header: "FOUND BY", text: ({ found }) => printable(found ?? "-") },
    { header: "MESSAGE", text: ({ rule }) => printable(rule.message) },
  ];
  print(textTable(columns, rows));
  return 0;
}

export function runRulesShow(id: string, files: readonly string[], options: RuleFileOptions): number {
  const [, gid = "1", sid = ""] = /^(?:(\d+):)?(\d+)$/.exec(id) ?? [];
  if (sid === "") throw new StrayError("USAGE", `expected a sid or gid:sid, found "${printable(id)}"`, 2);
  const { compiled, problems } = load(files, options);
  const index = compiled.rules.findIndex((rule) => rule.sid === Number(sid) && rule.gid === Number(gid));
  const rule = compiled.rules[index];
  if (rule === undefined) {
    const refused = problems.find((problem) => problem.sid === Number(sid) && problem.level === "error");
    const reason = refused === undefined ? "no rule of these files has it" : `refused: ${refused.reason}`;
    throw new StrayError("RULE_UNKNOWN", printable(`${gid}:${sid}: ${reason}`), 1);
  }
  const header = headerText(rule);
  const [, ...program] = ruleListing(compiled, index);
  if (options.json) print([JSON.stringify({ ...brief(rule), header, program })]);
  else
    print([
      printable(`${rule.place.file}:${rule.place.line}: ${rule.gid}:${rule.sid}:${rule.rev} ${rule.message}`),
      header,
      ...program,
    ]);
  return 0;
}

function tell(problems: readonly RuleProblem[]): void {
  for (const problem of problems) process.stderr.write(`stray: ${printable(problemText(problem))}\n`);
}

function load(files: readonly string[], { var: variables, profile }: RuleFileOptions): LoadedRules {
  const wrong = variables.find((text) => !isRuleVariable(text));
  if (wrong !== undefined) {
    throw new StrayError("USAGE", `--var: expected NAME=VALUE, found "${printable(wrong)}"`, 2);
  }
  return loadRules({ files, variables, limitBytes: profileLimits(profile).rulesLimit });
}

function brief({ gid, sid, rev, action, protocol, message, priority, classtype, place }: Rule) {
  return { gid, sid, rev, action, protocol, message, priority, classtype: classtype ?? null, ...place };
}

function sizeLines({ compiled }: LoadedRules, options: RuleFileOptions): string[] {
  const rows = Object.entries(compiled.sizes);
  const columns: readonly TextColumn<[string, number]>[] = [
    { header: "part", text: ([name]) => name },
    { header: "bytes", text: ([, bytes]) => String(bytes), isRight: true },
  ];
  const lines = textTable(columns, rows).slice(1);
  return [
    `compiled, of ${limitBytes(options)} bytes that profile ${options.profile} gives:`,
    ...lines.map((line) => `  ${line}`),
  ];
}

const limitBytes = ({ profile }: RuleFileOptions): number => profileLimits(profile).rulesLimit;

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;

function print(lines: readonly string[]): void {
  const out = new OutputWriter(STDOUT);
  try {
    for (const line of lines) out.line(`${line}\n`);
    out.flush();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
