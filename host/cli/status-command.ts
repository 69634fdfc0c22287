// `stray status`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: 0 says that all is well, so that a script needs no parsing.

import { Command } from "commander";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
} from "./control/socket-option.js";

const EXAMPLES = `
Examples:
  stray status
  stray status --json | jq '.interfaces[] | {name, link, drops}'
  stray status > /dev/null || echo "the sensor needs a look"

Exit status:
  0  strayd runs and knows of no problem
  1  strayd runs and lists problems
  ${UNREACHABLE_HELP}`;

export interface StatusOptions extends SocketOptions {
  readonly json?: true;
}

export function statusCommand(setExitCode: SetExitCode): Command {
  return addSocketOption(new Command("status"))
    .description("show how the running sensor is: interfaces, workers, flows, outputs, problems")
    .option("--json", "as one JSON object on one line")
    .addHelpText("after", EXAMPLES)
    .action(async (options: StatusOptions) => {
      const { runStatus } = await import("./control/status.js");
      setExitCode(await runStatus(options));
    });
}
