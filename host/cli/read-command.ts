// `stray read`: its options and its help.
// Apart from the work (read.ts), which is loaded only when the command runs, so that help and version are quick.
// Always holds: what an option means is checked in read-options.ts; here is only what it is called.

import { Command, Option } from "commander";
import { DEFAULT_PROFILE, PROFILES } from "../wasm/profiles.js";
import type { OptionShape } from "./arguments.js";
import { networks } from "./network-arguments.js";
import { addPrintOptions } from "./print-options.js";

/** As the option parser hands them over. */
export interface RawReadOptions {
  s: string[];
  Z?: string;
  n: number;
  z?: true;
  c?: string;
  N?: string;
  u?: true;
  q?: true;
  filter: string[];
  json?: true;
  csv?: true;
  title: boolean;
  header: boolean;
  timeFormat?: string;
  profile: string;
  status?: string;
  summary: string;
  rules: string[];
  var: string[];
  alerts?: string;
  alertFile?: string;
  findings?: true;
  home: string[];
}

const EXAMPLES = `
A first - is standard input; a - (or --) behind the files begins the filter, which is pcap-filter's language
spoken of flows: host, net, port, portrange, src, dst, protocol names, and, or, not, ( ), comparisons of any
numeric field, states and findings. docs/filter.md has it all, docs/record-fields.md the fields.

With --rules alerts are printed, and flow records only where the alerts go to a file; docs/rules.md and docs/alerts.md.

Examples:
  stray read capture.pcap
  stray read -Z b capture.pcap.gz - tcp and dst port 80
  tcpdump -w - | stray read - - 'midstream or rst'
  stray read -s stime,dur,saddr,daddr,spkts,dpkts one.pcap two.pcapng - 'net 10.0.0.0/8 and bytes > 1000'
  stray read --json capture.pcap | jq 'select(.dir_conf < 0.6)'
  stray read --home 192.0.2.0/24 -s +findings capture.pcap - 'host-sweep or dark-destination'
  stray read --rules starter --rules local.rules --var HOME_NET=192.0.2.0/24 capture.pcap

Exit status:
  0  everything was read
  1  a capture was damaged or not read to its end; the records before the damage are printed
  2  wrong usage, or nothing could be opened`;

const collect = (value: string, all: string[]): string[] => [...all, value];

export function readCommand(): Command {
  const command = new Command("read")
    .description(
      "read capture files (pcap, pcapng) and print a record of each flow, or files of flow records (IPFIX); gzip'd or not",
    )
    .argument(
      "<file...>",
      "captures, read together in the order of time, or flow records; - is standard input",
    );
  return addPrintOptions(command)
    .option("-q", "print no records, only the summary")
    .addOption(
      new Option("--profile <name>", "limits and memory, as for a small or a large machine")
        .choices(PROFILES.map(({ name }) => name))
        .default(DEFAULT_PROFILE),
    )
    .addOption(
      new Option("--rules <file>", "look for these rules and print alerts instead of flows (several)")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(
      new Option("--var <name=value>", "a variable of rules, such as HOME_NET=192.0.2.0/24 (several)")
        .default([], "as the files have them")
        .argParser(collect),
    )
    .addOption(
      new Option(
        "--alerts <form>",
        "how alerts are printed: full, with the packet; with the rule's numbers too; a line each; EVE",
      ).choices(["full", "full-ids", "fast", "json"]),
    )
    .option("--alert-file <path>", "write the alerts there, and print flows as without --rules")
    .option(
      "--findings",
      "also look for what shows only over several flows, or at their end: sweeps, floods, silence",
    )
    .addOption(
      new Option(
        "--home <network>",
        "a network that is yours, for --findings: addresses in it can be dark (several)",
      )
        .default([], "none")
        .argParser(networks),
    )
    .option("--status <seconds>", "also an intermediate record of each flow that lasts, at this interval")
    .addOption(
      new Option("--summary <form>", "what to say on standard error at the end")
        .choices(["text", "json", "none"])
        .default("text"),
    )
    .addHelpText("after", EXAMPLES);
}

/** The options' shapes, for finding where the filter begins. */
export function optionShapes(command: Command): OptionShape[] {
  return command.options.map((option) => ({
    short: option.short?.slice(1),
    long: option.long?.slice(2),
    takesValue: option.required,
  }));
}
