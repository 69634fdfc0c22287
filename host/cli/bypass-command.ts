// `stray bypass`: its subcommands and their help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: 0 says that what was asked for is so; a try that showed nothing is no success.

import { Command } from "commander";
import {
  addSocketOption,
  addYesOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
} from "./control/socket-option.js";

const EXAMPLES = `
A sensor in the wire (inline.mode inline or simulate) has a dead man's switch in the kernel: when the sensor stands still,
frames go from one interface to the other without it. Bypass turns that on by hand, for maintenance: nothing is looked
at, nothing is dropped, the link stays. It is kept over reloads, and over a stop: the kernel goes on carrying frames until
the sensor starts again.

Examples:
  stray bypass                       # how the sensor stands in the wire, and what protects the link
  stray bypass on && stray stop      # the link stays while the sensor is replaced
  stray bypass test                  # holds the sensor's beat back for a moment: do frames go by?

Exit status:
  0  it is so; with test, frames went by in the kernel
  1  with test, none did: the link is not protected, or nothing came in that time
  ${UNREACHABLE_HELP}`;

export interface BypassOptions extends SocketOptions {
  readonly json?: true;
}

export type BypassAction = "show" | "on" | "off" | "test";

const ACTIONS: readonly (readonly [action: BypassAction, description: string])[] = [
  ["show", "say how the sensor stands in the wire (without a subcommand too)"],
  ["on", "let the kernel carry every frame"],
  ["off", "take frames through the sensor again"],
  ["test", "hold the sensor's beat back, and see whether the kernel carries frames"],
];

export function bypassCommand(setExitCode: SetExitCode): Command {
  const command = new Command("bypass")
    .description("let frames go by the sensor, or try whether they would when it stands still")
    .addHelpText("after", EXAMPLES);
  for (const [action, description] of ACTIONS) {
    const child = addSocketOption(new Command(action))
      .description(description)
      .option("--json", "as one JSON object on one line")
      .addHelpText("after", EXAMPLES)
      .action(async (options: BypassOptions) => {
        const { runBypass } = await import("./control/bypass.js");
        setExitCode(await runBypass(action, options));
      });
    if (action === "on" || action === "off") addYesOption(child);
    command.addCommand(child, { isDefault: action === "show" });
  }
  return command;
}
