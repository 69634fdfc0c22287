// `stray counters`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: here is only what options are called.

import { Command, Option } from "commander";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  secondsOf,
  UNREACHABLE_HELP,
  wholeNumberOf,
} from "./control/socket-option.js";

const EXAMPLES = `
Names: packets (of the whole sensor), sink.NAME.records, control.requests, worker.0.packets, interface.eth0/0.drops
(interface/worker). Every counter only grows while strayd runs. docs/control.md has the JSON form.

Examples:
  stray counters
  stray counters --watch=5
  stray counters --interface --all | grep drops
  stray counters --watch --json | jq '.rates.packets'

Exit status:
  0  printed
  ${UNREACHABLE_HELP}`;

export interface CountersOptions extends SocketOptions {
  /** Seconds, or true for the usual interval. */
  readonly watch?: number | true;
  readonly all?: true;
  readonly json?: true;
  /** One of them, or true for each. */
  readonly worker?: number | true;
  readonly interface?: string | true;
}

export function countersCommand(setExitCode: SetExitCode): Command {
  return addSocketOption(new Command("counters"))
    .description("print the running sensor's counters")
    .addOption(
      new Option("--watch [seconds]", "again and again, with rates (every 2 s)").argParser(
        secondsOf(0.1, 86_400),
      ),
    )
    .option("--all", "also those that are 0")
    .addOption(
      new Option("--worker [number]", "also of each worker, or of one").argParser(wholeNumberOf(0, 4095)),
    )
    .option("--interface [name]", "also of each interface, or of one")
    .option("--json", "everything as JSON, one object a line")
    .addHelpText("after", EXAMPLES)
    .action(async (options: CountersOptions) => {
      const { runCounters } = await import("./control/counters.js");
      setExitCode(await runCounters(options));
    });
}
