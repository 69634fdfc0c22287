// `stray flows`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: what an option means is checked in control/flows-options.ts; here is only what it is called.

import { Command, Option } from "commander";
import { PAGE_RECORDS_MAX, SORT_KEYS } from "../control/protocol.js";
import type { SortKey } from "../sensor/view.js";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
  wholeNumberOf,
} from "./control/socket-option.js";
import { addPrintOptions } from "./print-options.js";
import type { PrintOptions } from "./read-options.js";

const EXAMPLES = `
The filter is that of "stray read" (docs/filter.md). Write a - before it if its first word begins with a dash, and
quote what the shell would take: ( ) < > !

Live flows come as they stand in the table: what they have counted so far, since their last intermediate record. With
--from or --to the flow records in the store are read instead, and strayd need not run.

Examples:
  stray flows
  stray flows tcp and port 443
  stray flows --top 10 --by bytes 'net 10.0.0.0/8'
  stray flows --json -f 'midstream or rst' | jq .saddr
  stray flows --from '2 hours ago' --to '1 hour ago' 'host 192.0.2.7'

Exit status:
  0  printed
  1  the store was damaged or could not be read to its end; the records before the damage are printed
  ${UNREACHABLE_HELP}`;

export interface FlowsOptions extends SocketOptions, PrintOptions {
  readonly filter: readonly string[];
  readonly N?: string;
  readonly top?: number;
  readonly by?: SortKey;
  readonly from?: string;
  readonly to?: string;
  readonly store?: string;
}

export function flowsCommand(setExitCode: SetExitCode): Command {
  const command = new Command("flows")
    .description("print the running sensor's live flows, or flow records of its store")
    .argument("[filter...]", "print only flows that pass")
    .addOption(
      new Option("--top <n>", "only the N largest by --by").argParser(wholeNumberOf(1, PAGE_RECORDS_MAX.raw)),
    )
    .addOption(
      new Option("--by <key>", "what --top compares, largest or latest first (bytes)").choices(SORT_KEYS),
    );
  addPrintOptions(command)
    .option("--from <time>", "records in the store of flows that lasted after this time")
    .option("--to <time>", "records in the store of flows that began before this time")
    .option("--store <directory>", "where the store is, with --from or --to");
  return addSocketOption(command)
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: FlowsOptions) => {
      const { runFlows } = await import("./control/flows.js");
      setExitCode(await runFlows(words, options));
    });
}
