// `stray top`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: here is only what options are called.

import { Command, Option } from "commander";
import { SORT_KEYS } from "../control/protocol.js";
import type { SortKey } from "../sensor/view.js";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  secondsOf,
  UNREACHABLE_HELP,
} from "./control/socket-option.js";

/** Rates are known of the largest flows only, so this sorts those. */
export type TopSort = SortKey | "rate";
export const TOP_SORTS: readonly TopSort[] = ["rate", ...SORT_KEYS];

const EXAMPLES = `
Keys:
  q                quit
  space            pause, go on
  s, left, right   what flows are sorted by
  up, down, page   through the flows
  +, -             longer, shorter interval

"rate" sorts the 200 flows with the most bytes by what they send now; the other keys sort all flows. Colour is left
out when NO_COLOR is set. If standard output is no terminal that can draw, the screen is printed once.

Examples:
  stray top
  stray top --by packets --interval 5
  stray top --once
  stray top --json | jq '.rates'

Exit status:
  0  you have quit
  ${UNREACHABLE_HELP}`;

export interface TopOptions extends SocketOptions {
  /** Seconds. */
  readonly interval: number;
  readonly by: TopSort;
  readonly once?: true;
  readonly json?: true;
}

export function topCommand(setExitCode: SetExitCode): Command {
  return addSocketOption(new Command("top"))
    .description("watch the running sensor: rates, drops, interfaces, top flows, findings")
    .addOption(
      new Option("--interval <seconds>", "between two looks")
        .argParser(secondsOf(0.2, 3600))
        .default(2, "2 s"),
    )
    .addOption(new Option("--by <key>", "what flows are sorted by").choices(TOP_SORTS).default("rate"))
    .option("--once", "print it once, as text, after an interval (for the rates)")
    .option("--json", "one JSON object a line at each interval; with --once, one")
    .addHelpText("after", EXAMPLES)
    .action(async (options: TopOptions) => {
      const { runTop } = await import("./control/top.js");
      setExitCode(await runTop(options));
    });
}
