// `stray rules`: its subcommands, their options and help.
// Apart from the work, which is loaded only when one of them runs.
// Always holds: here is only what options are called.

import { Command, Option } from "commander";
import { STARTER_RULES } from "../config/paths.js";
import { DEFAULT_PROFILE, PROFILES } from "../wasm/profiles.js";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
  wholeNumberOf,
} from "./control/socket-option.js";

const EXAMPLES = `
Rules are written as for Snort 2.9 or Suricata; docs/rules.md says what is understood.

Examples:
  stray rules check /etc/stray/local.rules
  stray rules check --var HOME_NET=192.0.2.0/24 community.rules
  stray rules show 1000001 local.rules
  stray rules stats --top 10
  stray read --rules local.rules capture.pcap`;

const CHECK_HELP = `
A rule that can't be honoured is refused by file, line, sid and reason; the others would load.

Examples:
  stray rules check local.rules
  stray rules check --strict --profile small starter local.rules
  stray rules check --json local.rules | jq '.problems[] | select(.level == "error")'

Exit status:
  0  every rule would load; there may be warnings
  1  some rules are refused, or there are warnings and --strict
  2  a file could not be read, the rules are too large for the profile, or wrong usage`;

const LIST_HELP = `
FOUND BY is what the traffic is searched for before the rule is looked at; a rule with - is looked at for each packet of
its protocol and ports. Rules that are refused are told on standard error. With --json an object a rule, one a line.

Examples:
  stray rules list starter
  stray rules list --json local.rules | jq -r 'select(.found_by == null) | .sid'

Exit status:
  0  listed
  2  a file could not be read, the rules are too large for the profile, or wrong usage`;

const SHOW_HELP = `
Examples:
  stray rules show 9000001 starter
  stray rules show --json 1:1000001 local.rules | jq -r '.program[]'

Exit status:
  0  shown
  1  no rule of the files has that number, or it is refused; the message says why
  2  a file could not be read, the rules are too large for the profile, or wrong usage`;

const STATS_HELP = `
ALERTS were told; LIMITED were held back by the rate of a rule (alerts.rate), FILTERED by a threshold, a filter or a
suppression. Counts begin when a rule comes into force, and go on over a reload that does not change the rules.

Examples:
  stray rules stats
  stray rules stats --top 10
  stray rules stats --all --json | jq -r '.rules[] | select(.matches == 0) | .sid'

Exit status:
  0  printed
  ${UNREACHABLE_HELP}`;

/** More rules than ever fit in a profile. */
const TOP_MAX = 1_000_000;

export interface RuleFileOptions {
  readonly var: readonly string[];
  readonly profile: string;
  readonly json?: true;
}

export interface RulesCheckOptions extends RuleFileOptions {
  readonly strict?: true;
}

export interface RulesStatsOptions extends SocketOptions {
  readonly json?: true;
  readonly all?: true;
  readonly top?: number;
}

export function rulesCommand(setExitCode: SetExitCode): Command {
  const files = `files of rules; ${STARTER_RULES} stands for those that come with stray`;
  const check = withFileOptions(new Command("check"))
    .description("say which rules would load, which not and why, and what they take")
    .argument("<file...>", files)
    .option("--strict", "warnings too end with exit status 1")
    .addHelpText("after", CHECK_HELP)
    .action(async (names: string[], options: RulesCheckOptions) => {
      const { runRulesCheck } = await import("./rules.js");
      setExitCode(runRulesCheck(names, options));
    });
  const list = withFileOptions(new Command("list"))
    .description("list the rules of files, each with the content that it is found by")
    .argument("<file...>", files)
    .addHelpText("after", LIST_HELP)
    .action(async (names: string[], options: RuleFileOptions) => {
      const { runRulesList } = await import("./rules.js");
      setExitCode(runRulesList(names, options));
    });
  const show = withFileOptions(new Command("show"))
    .description("show what a rule was understood as and what is done for it")
    .argument("<sid>", "its sid, or gid:sid")
    .argument("<file...>", files)
    .addHelpText("after", SHOW_HELP)
    .action(async (sid: string, names: string[], options: RuleFileOptions) => {
      const { runRulesShow } = await import("./rules.js");
      setExitCode(runRulesShow(sid, names, options));
    });
  const stats = addSocketOption(new Command("stats"))
    .description("print what the running sensor's rules have matched since they came into force")
    .option("--all", "also rules that have not matched")
    .addOption(new Option("--top <n>", "only the N that matched most").argParser(wholeNumberOf(1, TOP_MAX)))
    .option("--json", "everything as one JSON object")
    .addHelpText("after", STATS_HELP)
    .action(async (options: RulesStatsOptions) => {
      const { runRulesStats } = await import("./control/rules-stats.js");
      setExitCode(await runRulesStats(options));
    });
  const rules = new Command("rules").description("check, list and show rules; what they have matched");
  for (const command of [check, list, show, stats]) rules.addCommand(command);
  return rules.addHelpText("after", EXAMPLES);
}

const collect = (value: string, all: string[]): string[] => [...all, value];

function withFileOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--var <name=value>", "a variable of rules, such as HOME_NET=192.0.2.0/24 (several)")
        .default([], "as the files have them")
        .argParser(collect),
    )
    .addOption(
      new Option("--profile <name>", "whose bounds the compiled rules must keep")
        .choices(PROFILES.map(({ name }) => name))
        .default(DEFAULT_PROFILE),
    )
    .option("--json", "print the result as JSON");
}
