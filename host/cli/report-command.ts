// `stray report`: its options and its help.
// Apart from the work (report.ts), which is loaded only when the command runs.
// Always holds: here is only what an option is called, and that its value has the right form.

import { isIP } from "node:net";
import { Command, InvalidArgumentError, Option } from "commander";
import ipaddr from "ipaddr.js";
import { FORM_NAMES, FORMS, type FormName } from "../report/formats.js";
import { DEFAULT_PROFILE, PROFILES } from "../wasm/profiles.js";
import { type SetExitCode, wholeNumberOf } from "./control/socket-option.js";
import { networks } from "./network-arguments.js";

const EXAMPLES = `
What is strange in captures, told as a person would tell it: the log of the flows, some features to note, the alerts
with their packets, what might explain it with what speaks for and against it, how many connections were not seen, and
what to check next. docs/report.md has all of it. Times are in UTC unless TZ is set.

The rules that come along are looked for unless --rules names others or "none". --home says which networks are yours:
only of those can it be said that an address is not in use.

Examples:
  stray report capture.pcap
  stray report --home 192.0.2.0/24 day1.pcap.gz day2.pcapng
  stray report --rules local.rules --source 203.0.113.9 -o case.md capture.pcap
  stray report --home 192.0.2.0/24 -o case.html capture.pcap
  stray report --format iodef --iodef-name csirt.example.org capture.pcap > case.iodef
  tcpdump -w - -c 100000 | stray report --rules none --format json - | jq '.cases[].title'

Exit status:
  0  everything was read, whether or not anything strange was found
  1  a capture was damaged or not read to its end; the report is of what was read
  2  wrong usage, nothing could be opened, or the report can't be written`;

export const MOST_DEFAULT = 10;
const MOST_MAX = 100;
/** RFC 1035's labels, two at least. */
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const MAIL = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([^@]+)$/;

/** What says how a report is written: of captures and of incidents. */
export interface ReportOutputOptions {
  readonly format?: FormName;
  readonly output?: string;
  readonly iodefName?: string;
  readonly iodefContact?: string;
}

export interface ReportOptions extends ReportOutputOptions {
  readonly rules: readonly string[];
  readonly var: readonly string[];
  readonly home: readonly string[];
  readonly unused: readonly string[];
  readonly source?: string;
  readonly most: number;
  readonly profile: string;
}

export function reportCommand(setExitCode: SetExitCode): Command {
  const command = new Command("report")
    .description("write what is strange in capture files, and why, for people: the letter")
    .argument("<file...>", "captures (pcap, pcapng, gzip'd or not), read together; - is standard input")
    .addOption(
      new Option("--rules <file>", 'rules to look for (several); "starter" come along, "none" are none')
        .default([], "starter")
        .argParser(collect),
    )
    .addOption(
      new Option("--var <name=value>", "a variable of rules, such as EXTERNAL_NET=any (several)")
        .default([], "as the files have them")
        .argParser(collect),
    )
    .addOption(
      new Option("--home <network>", "a network that is yours (several)")
        .default([], "none")
        .argParser(networks),
    )
    .addOption(
      new Option("--unused <network>", "addresses of yours that nobody uses (several)")
        .default([], "none")
        .argParser(networks),
    )
    .addOption(
      new Option("--source <address>", "only what is strange about this address").argParser(addressOf),
    )
    .addOption(
      new Option("--most <number>", "cases told at most, the gravest first")
        .default(MOST_DEFAULT)
        .argParser(wholeNumberOf(1, MOST_MAX)),
    )
    .addOption(
      new Option("--profile <name>", "limits and memory, as for a small or a large machine")
        .choices(PROFILES.map(({ name }) => name))
        .default(DEFAULT_PROFILE),
    );
  return addOutputOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (files: string[], options: ReportOptions) => {
      const { runReport } = await import("./report.js");
      setExitCode(await runReport(files, options));
    });
}

export function addOutputOptions(command: Command): Command {
  const suffixes = FORM_NAMES.flatMap((name) => FORMS[name].suffixes);
  return command
    .addOption(
      new Option("--format <form>", "how it is written; by the suffix of -o unless given, else text").choices(
        FORM_NAMES,
      ),
    )
    .option("-o, --output <file>", `write it to a file: ${suffixes.join(" ")} say which form`)
    .addOption(
      new Option("--iodef-name <domain>", "who sends it, beside the ids of IODEF").argParser(domainOf),
    )
    .addOption(new Option("--iodef-contact <address>", "mail address of who sends it").argParser(mailOf));
}

function domainOf(value: string): string {
  if (!DOMAIN.test(value))
    throw new InvalidArgumentError("A domain name such as csirt.example.org was expected.");
  return value.toLowerCase();
}

function mailOf(value: string): string {
  const [, domain = ""] = MAIL.exec(value) ?? [];
  if (!DOMAIN.test(domain))
    throw new InvalidArgumentError("A mail address such as irt@example.org was expected.");
  return value;
}

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

function addressOf(value: string): string {
  const family = isIP(value.includes("%") ? "" : value);
  if (family === 0) throw new InvalidArgumentError("An IPv4 or IPv6 address was expected.");
  // As records have it (RFC 5952).
  return family === 6 ? ipaddr.IPv6.parse(value).toRFC5952String() : value;
}
