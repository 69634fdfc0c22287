// `stray reload`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: 0 says that the new configuration is in force.

import { Command } from "commander";
import {
  addSocketOption,
  addYesOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
} from "./control/socket-option.js";

const EXAMPLES = `
The whole new configuration is put in force, or, with a fault in it, nothing of it: the old one stays. Files of rules
are read anew too: single rules may be refused, which is told, but a file that can't be read is a fault.
Try files beforehand with "stray config check" and "stray rules check".

Examples:
  stray config check && stray reload
  stray reload --json | jq '.changed'

Exit status:
  0  the configuration in the file is in force
  1  it was refused, the one before stays in force; the message says why
  ${UNREACHABLE_HELP}`;

export interface ReloadOptions extends SocketOptions {
  readonly json?: true;
}

export function reloadCommand(setExitCode: SetExitCode): Command {
  return addYesOption(addSocketOption(new Command("reload")))
    .description("make the running sensor read its configuration anew")
    .option("--json", "what changed as one JSON object on one line")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ReloadOptions) => {
      const { runReload } = await import("./control/reload.js");
      setExitCode(await runReload(options));
    });
}
