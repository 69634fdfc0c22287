// `stray shell`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: --socket is whoever sets the login up's to name, never the environment's.

import { Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_SOCKET } from "../control/protocol.js";
import type { Role } from "../control/roles.js";
import { roleOption } from "./control/role-option.js";
import { type SetExitCode, UNREACHABLE_HELP } from "./control/socket-option.js";

const EXAMPLES = `
For sshd, not for people: the command of a restricted login, as ForceCommand, as a key's command=, or (stray-shell) as the
login shell. It runs commands that ask the sensor, and nothing else: there is no shell, and no file can be named. Without a
command, on a terminal, it asks for commands. docs/ssh.md says how such a login is set up.

Examples:
  ssh ops@sensor stray status
  ssh -t ops@sensor stray top
  ForceCommand /usr/bin/stray-shell                                   (sshd_config)
  restrict,pty,command="stray shell --role viewer" ssh-ed25519 AAAA...  (authorized_keys)

Exit status:
  0  done; else that of the command that was asked for
  ${UNREACHABLE_HELP}`;

export interface ShellOptions {
  readonly role?: Role;
  /** What sshd hands to a login shell. */
  readonly c?: string;
  readonly socket: string;
}

export function shellCommand(setExitCode: SetExitCode): Command {
  return new Command("shell")
    .description("run commands for a restricted login over ssh: the sensor's own, and nothing else")
    .addOption(roleOption())
    .addOption(new Option("-c <command>", "the command, as sshd gives it to a login shell"))
    .addOption(
      new Option("--socket <path>", "control socket of strayd").default(DEFAULT_SOCKET).argParser(pathOf),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (options: ShellOptions) => {
      const { runShell } = await import("./shell/run.js");
      setExitCode(await runShell(options));
    });
}

function pathOf(text: string): string {
  if (text === "" || text.includes("\0")) throw new InvalidArgumentError("A path was expected.");
  return text;
}
