// -H and its companions: options of `stray` itself, before the subcommand.
// Apart from what they come to (choose-hosts.ts), which is loaded only when a host was named.
// Always holds: without -H and $STRAY_HOST nothing changes for any command.

import { type Command, Option } from "commander";
import { secondsOf } from "../control/socket-option.js";

export const TIMEOUT_SECONDS = 15;
const TIMEOUT_MAX_SECONDS = 3600;

const HELP = `
On other machines (docs/remote.md):
  stray -H admin@sensor status            over ssh, as ~/.ssh/config says; nothing is asked, keys must be at hand
  stray -H admin@a,admin@b,@campus flows  several at once; groups are those of ~/.config/stray/hosts.yaml
  stray -H @campus --timeout 5 status     how long a host may take to answer, 15 s unless told otherwise
Answers are marked by host, with --json by a first member "host". A host that fails is told on standard error; the exit
status is the largest of the hosts', and 2 for one that could not be asked.`;

export interface HostOptions {
  readonly host?: readonly string[];
  readonly timeout?: number;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addRemoteOptions(program: Command): Command {
  return (
    program
      .enablePositionalOptions()
      .addOption(
        new Option(
          "-H, --host <user@sensor>",
          "ask strayd there, over ssh: user@host, ssh://user@host:port, @group",
        )
          .env("STRAY_HOST")
          .argParser(collect),
      )
      .addOption(
        new Option(
          "--timeout <seconds>",
          `with -H: how long a host may take to answer (${TIMEOUT_SECONDS})`,
        ).argParser(secondsOf(0.1, TIMEOUT_MAX_SECONDS)),
      )
      // Not where the options were taken away.
      .addHelpText("after", () => (program.options.some(({ long }) => long === "--host") ? HELP : ""))
      .hook("preAction", async (_program, action) => {
        const { host = [], timeout = TIMEOUT_SECONDS } = program.opts<HostOptions>();
        const isWished = program.getOptionValueSource("host") === "cli";
        // A variable that is set to nothing is not set.
        if (host.length === 0 || (!isWished && host.join("") === "")) return;
        const { chooseHosts } = await import("./choose-hosts.js");
        await chooseHosts({ texts: host, isWished, timeoutMs: timeout * 1000 }, action);
      })
  );
}
