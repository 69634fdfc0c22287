// `stray config`: its subcommands, their options and help.
// Apart from the work (config.ts), which is loaded only when one of them runs, so that help and version are quick.
// Always holds: the exit code goes to the function given; errors are thrown.

import { Command } from "commander";
import { CONFIG_PATH } from "../config/paths.js";

export interface RawCheckOptions {
  json?: true;
  strict?: true;
}

export interface RawShowOptions {
  json?: true;
  changed?: true;
  defaults?: true;
}

const FILE = `the configuration, - for standard input (default: ${CONFIG_PATH})`;

const EXAMPLES = `
docs/configuration.md describes every key.

Examples:
  stray config default > /etc/stray/stray.yaml
  stray config check && stray reload
  stray config show --changed`;

const CHECK_HELP = `
Each problem is a line on standard error: file, line, column, key, what was expected, what was found.

Examples:
  stray config check
  stray config check --strict new.yaml
  stray config check --json new.yaml | jq '.problems[].key'

Exit status:
  0  the configuration is valid; there may be warnings
  1  it is valid and has warnings (--strict only)
  2  it is not valid, or could not be read, or wrong usage`;

const SHOW_HELP = `
What is not as by default is marked with what it would be. The output is a valid configuration itself.

Examples:
  stray config show
  stray config show --changed new.yaml
  stray config show --json | jq .config.capture.ringBytes

Exit status:
  0  it was printed
  2  the configuration is not valid, or could not be read, or wrong usage`;

/** `setExitCode` is called once a subcommand has done its work. */
export function configCommand(setExitCode: (code: number) => void): Command {
  const check = new Command("check")
    .description("say what is wrong in a configuration, all of it at once")
    .argument("[file]", FILE)
    .option("--strict", "warnings too end with exit status 1")
    .option("--json", "print the result as one JSON object")
    .addHelpText("after", CHECK_HELP)
    .action(async (file: string | undefined, options: RawCheckOptions) => {
      const { runCheck } = await import("./config.js");
      setExitCode(await runCheck(file ?? CONFIG_PATH, options));
    });
  const show = new Command("show")
    .description("print the configuration as it takes effect, with every default filled in")
    .argument("[file]", FILE)
    .option("--changed", "only the interfaces and what is not as by default")
    .option("--defaults", "the defaults alone; no file is read")
    .option("--json", "print it as one JSON object: durations in ms, sizes in bytes")
    .addHelpText("after", SHOW_HELP)
    .action(async (file: string | undefined, options: RawShowOptions) => {
      const { runShow } = await import("./config.js");
      setExitCode(await runShow(file, options));
    });
  const defaults = new Command("default")
    .description("print a configuration to begin with: every key, its meaning and its default")
    .addHelpText("after", "\nExample:\n  stray config default > /etc/stray/stray.yaml")
    .action(async () => {
      const { runDefault } = await import("./config.js");
      setExitCode(runDefault());
    });
  return new Command("config")
    .description("check, show or begin the configuration of `stray run`")
    .addCommand(check)
    .addCommand(show)
    .addCommand(defaults)
    .addHelpText("after", EXAMPLES);
}
