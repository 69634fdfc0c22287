// `stray run`: the daemon's options and help. Apart from the work (run.ts), which is loaded only when it runs.

import { Command } from "commander";
import { CONFIG_PATH } from "../config/paths.js";

export interface RawRunOptions {
  config?: string;
  interface: string[];
  filter?: string;
  store?: string;
  socket?: string;
  user?: string;
  profile?: string;
}

const EXAMPLES = `
Without a configuration file, -i alone is enough to begin with: everything else is as "stray config default" says.
SIGHUP (or "stray reload") reads the configuration again: all of it takes effect, or none. SIGTERM records every
live flow and ends.

Examples:
  sudo stray run -i eth1                      defaults, flow records under /var/lib/stray/flows
  sudo stray run -c /etc/stray/stray.yaml     as systemd starts it
  sudo stray run -i eth1 -i eth2 --filter 'not port 22' --store /tmp/flows --socket /tmp/stray.sock

Exit status:
  0  stopped when asked to
  1  ended by a failure while it ran
  2  could not start: bad configuration, unknown interface, no permission, another strayd is running`;

const collect = (value: string, all: string[]): string[] => [...all, value];

export function runCommand(setExitCode: (code: number) => void): Command {
  return new Command("run")
    .description("run the sensor (strayd): capture on interfaces, keep flows, store and export them")
    .option("-c, --config <file>", `configuration (default: ${CONFIG_PATH})`)
    .option("-i, --interface <name>", "capture on this interface; may be given again", collect, [])
    .option("--filter <text>", "capture only what passes this pcap-filter, in the kernel")
    .option("--store <directory>", "write flow records there")
    .option("--socket <path>", "answer stray's other commands there")
    .option("--user <name>", "account to become after the sockets are open (as root)")
    .option("--profile <name>", "limits and memory: small, default, large")
    .addHelpText("after", EXAMPLES)
    .action(async (raw: RawRunOptions) => {
      const { run } = await import("./run.js");
      setExitCode(await run(raw));
    });
}
