// `stray help`: its words and its help. Apart from the work (help.ts), which is loaded only when it runs.

import { Command } from "commander";
import type { SetExitCode } from "./control/socket-option.js";

export interface HelpOptions {
  readonly json?: true;
}

const EXAMPLES = `
NAME is a command with its subcommand, or a topic: findings, causes, errors, counters, metrics, keys (of the
configuration); or one of what these list. Everything of that name is told.

Examples:
  stray help incidents mute
  stray help findings
  stray help one-way
  stray help CONTROL_UNREACHABLE
  stray help kernel-drops
  stray help capture.ring
  stray help --json errors | jq -r '.[].name'

Exit status:
  0  printed
  2  there is nothing of that name`;

export function helpCommand(setExitCode: SetExitCode): Command {
  return new Command("help")
    .description(
      "tell of a command, a finding, a cause, an error code, a counter, a key; `help topics` lists them",
    )
    .argument("[name...]", "a command, a topic, or one of what the topics list")
    .option("--json", "as JSON: an array of what was found")
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: HelpOptions, command: Command) => {
      const { runHelp } = await import("./help.js");
      setExitCode(runHelp(command.parent ?? command, words, options));
    });
}
