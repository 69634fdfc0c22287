// `stray stop`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: with --wait, 0 says that the process is gone.

import { Command, Option } from "commander";
import {
  addSocketOption,
  addYesOption,
  type SetExitCode,
  type SocketOptions,
  secondsOf,
  UNREACHABLE_HELP,
} from "./control/socket-option.js";

const EXAMPLES = `
strayd records the flows that are live, writes its files to their end, and goes. Under systemd, which would start it
again after a failure only, "systemctl stop strayd" does the same.

Examples:
  stray stop
  stray stop --wait 30 && stray read /var/lib/stray/flows/*.ipfix

Exit status:
  0  strayd stops; with --wait, it has ended
  1  it was still there when the time was over
  ${UNREACHABLE_HELP}`;

export interface StopOptions extends SocketOptions {
  readonly json?: true;
  /** Seconds. */
  readonly wait?: number;
}

export function stopCommand(setExitCode: SetExitCode): Command {
  return addYesOption(addSocketOption(new Command("stop")))
    .description("stop the running sensor after its flows are recorded")
    .addOption(
      new Option("--wait <seconds>", "wait so long until it has ended").argParser(secondsOf(0, 3600)),
    )
    .option("--json", "as one JSON object on one line")
    .addHelpText("after", EXAMPLES)
    .action(async (options: StopOptions) => {
      const { runStop } = await import("./control/stop.js");
      setExitCode(await runStop(options));
    });
}
