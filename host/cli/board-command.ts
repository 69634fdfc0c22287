// `stray board`: its subcommands, their options and help.
// Apart from the work (board.ts), which is loaded only when one of them runs, so that help and version are quick.
// Always holds: the exit code goes to the function given; errors are thrown.

import { Command } from "commander";
import type { SetExitCode } from "./control/socket-option.js";

export interface JsonOption {
  json?: true;
}

const BOARD = "a name of `stray board list`, or a profile's file";

const EXAMPLES = `
docs/boards.md says what a profile holds, and how the budget is counted.

Examples:
  stray board list
  stray board show pc-engines-apu2
  stray board config pc-engines-apu2 > /etc/stray/stray.yaml`;

const SHOW_HELP = `
Sizes are those when every place of every table has been used, and every quota.

Examples:
  stray board show raspberry-pi-4
  stray board show ./board.yaml
  stray board show --json nanopi-r4s | jq '.memory.parts[] | select(.group == "tables")'

Exit status:
  0  it was printed
  1  it was printed, and does not fit the board
  2  the profile is not valid, or could not be read, or wrong usage`;

const CHECK_HELP = `
Each problem is a line on standard error: file, line, column, key, what was expected, what was found.

Examples:
  stray board check
  stray board check ./board.yaml

Exit status:
  0  every profile is valid and fits its board
  1  one asks for more memory or storage than its board has
  2  one is not valid, or could not be read, or wrong usage`;

const CONFIG_HELP = `
Only what is not as by default is there; \`stray config show\` fills in the rest.

Examples:
  stray board config pc-engines-apu2 > /etc/stray/stray.yaml
  stray board config --json qemu-x64 | jq .capture.interfaces

Exit status:
  0  it was printed
  1  the profile does not fit its board: nothing was printed
  2  the profile is not valid, or could not be read, or wrong usage`;

/** `setExitCode` is called once a subcommand has done its work. */
export function boardCommand(setExitCode: SetExitCode): Command {
  const list = new Command("list")
    .description("the boards that stray has a profile of")
    .option("--json", "print them as one JSON array")
    .addHelpText("after", "\nExample:\n  stray board list --json | jq -r '.[].name'")
    .action(async (options: JsonOption) => {
      const { runList } = await import("./board.js");
      setExitCode(await runList(options));
    });
  const show = new Command("show")
    .description("what a board has, and what stray takes of its memory and storage, part by part")
    .argument("<board>", BOARD)
    .option("--json", "print it as one JSON object: sizes in bytes")
    .addHelpText("after", SHOW_HELP)
    .action(async (board: string, options: JsonOption) => {
      const { runShow } = await import("./board.js");
      setExitCode(await runShow(board, options));
    });
  const check = new Command("check")
    .description("say whether a profile is valid and fits its board")
    .argument("[board]", `${BOARD} (default: all that come with stray)`)
    .option("--json", "print the result as one JSON array")
    .addHelpText("after", CHECK_HELP)
    .action(async (board: string | undefined, options: JsonOption) => {
      const { runCheck } = await import("./board.js");
      setExitCode(await runCheck(board, options));
    });
  const config = new Command("config")
    .description("print a stray.yaml for a board")
    .argument("<board>", BOARD)
    .option("--json", "print it whole, as one JSON object: durations in ms, sizes in bytes")
    .addHelpText("after", CONFIG_HELP)
    .action(async (board: string, options: JsonOption) => {
      const { runConfig } = await import("./board.js");
      setExitCode(await runConfig(board, options));
    });
  return new Command("board")
    .description("profiles of small boards: what they have, what fits, a configuration to begin with")
    .addCommand(list)
    .addCommand(show)
    .addCommand(check)
    .addCommand(config)
    .addHelpText("after", EXAMPLES);
}
