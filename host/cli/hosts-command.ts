// `stray hosts`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: nobody is asked; it only says who would be.

import { Command } from "commander";
import type { SetExitCode } from "./control/socket-option.js";

const EXAMPLES = `
Groups of hosts stand in ~/.config/stray/hosts.yaml ($XDG_CONFIG_HOME/stray/hosts.yaml):

  groups:
    campus: [admin@gate, admin@dorm]
    all: ["@campus", "ssh://viewer@lab.example.net:2222"]

Examples:
  stray hosts                        # every group, and whom it stands for
  stray hosts @all                   # a host a line
  stray hosts @campus,admin@lab
  stray hosts --json | jq -r 'select(.group == "all") | .hosts[]'

Exit status:
  0  printed
  2  the file is not valid or could not be read, there is no such group, or wrong usage`;

export interface HostsOptions {
  readonly json?: true;
}

export function hostsCommand(setExitCode: SetExitCode): Command {
  return new Command("hosts")
    .description("say which sensors the names behind -H stand for")
    .argument("[host...]", "hosts and @groups, as behind -H")
    .option("--json", "one JSON object a line")
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: HostsOptions) => {
      const { runHosts } = await import("./remote/hosts.js");
      setExitCode(await runHosts(words, options));
    });
}
