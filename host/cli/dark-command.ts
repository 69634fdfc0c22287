// `stray dark`: its subcommands, their options and help.
// Apart from the work, which is loaded only when one of them runs.
// Always holds: here is only what options are called.

import { Command, InvalidArgumentError, Option } from "commander";
import { addressOf, networkOf } from "../dark/address.js";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
} from "./control/socket-option.js";

const EXAMPLES = `
An address of a home network is dark until it shows itself; lists say otherwise: docs/dark.md. Home networks are those of
sensor.home, or guessed from the capture interfaces. Without a subcommand: list.

Examples:
  stray dark
  stray dark list --alive 192.0.2.0/26
  stray dark explain 192.0.2.9
  stray dark export > addresses.txt
  stray dark import addresses.txt`;

const PRINTED = `
Exit status:
  0  printed
  1  strayd refuses (detection is off), or the file is damaged
  ${UNREACHABLE_HELP}`;

const LIST_HELP = `
IPv4 networks are told of in ranges. Of an IPv6 network, which has more addresses than can be told, only those that are
in use or listed, unless it is asked for by name. With --state the file is read, as of when it was written, and strayd
need not run. With --json an object a line: networks first, then ranges.

Examples:
  stray dark list
  stray dark list --all 192.0.2.0/24
  stray dark list --alive --json | jq -r 'select(.kind == "range") | .first'
  stray dark list --state /var/lib/stray/detection/dark.state
${PRINTED}`;

const EXPLAIN_HELP = `
Examples:
  stray dark explain 192.0.2.9
  stray dark explain --json 2001:db8::1 | jq -r .state
${PRINTED}`;

const EXPORT_HELP = `
Lists and who was heard, a line each, as \`stray dark import\` takes them.

Examples:
  stray dark export > addresses.txt
  stray dark export --state dark.state | ssh sensor2 stray dark import -
${PRINTED}`;

const IMPORT_HELP = `
A line each: an address or a network, the word used or unused, and a comment if you like; or as export writes it, an
address with alive and when it was heard. Lines that begin with # and empty ones are passed over. All lines are checked
before any of them counts; they are kept over restarts, and what is imported later counts.

Examples:
  stray dark import addresses.txt
  stray dark import --replace addresses.txt
  echo '192.0.2.128/25 unused set aside for the lab' | stray dark import -

Exit status:
  0  in force
  1  a line is wrong, or strayd refuses; nothing has changed
  ${UNREACHABLE_HELP}`;

const FORGET_HELP = `
What was imported of them goes, and what was heard: who speaks again is heard again. Lists of the configuration stay.

Examples:
  stray dark forget 192.0.2.9
  stray dark forget 192.0.2.128/25 2001:db8::1

Exit status:
  0  done
  1  strayd refuses; the message says why
  ${UNREACHABLE_HELP}`;

export interface DarkPlace extends SocketOptions {
  readonly state?: string;
  readonly json?: true;
}

export interface DarkListOptions extends DarkPlace {
  readonly dark?: true;
  readonly alive?: true;
  readonly all?: true;
}

export interface DarkImportOptions extends SocketOptions {
  readonly replace?: true;
  readonly json?: true;
}

export interface DarkPlainOptions extends SocketOptions {
  readonly json?: true;
}

const work = () => import("./control/dark.js");

export function darkCommand(setExitCode: SetExitCode): Command {
  const dark = new Command("dark").description(
    "who lives in the home networks, and which addresses nobody uses",
  );
  dark.addCommand(listCommand(setExitCode), { isDefault: true });
  dark.addCommand(explainCommand(setExitCode));
  dark.addCommand(exportCommand(setExitCode));
  dark.addCommand(importCommand(setExitCode));
  dark.addCommand(forgetCommand(setExitCode));
  return dark.addHelpText("after", EXAMPLES);
}

function listCommand(setExitCode: SetExitCode): Command {
  return addPlace(new Command("list"))
    .description("list addresses by what is known of them")
    .argument("[network]", "only in this network", network)
    .addOption(
      new Option("--dark", "those that nobody uses (as without any of these)").conflicts(["alive", "all"]),
    )
    .addOption(new Option("--alive", "those in use").conflicts(["dark", "all"]))
    .addOption(new Option("--all", "all of them").conflicts(["dark", "alive"]))
    .addHelpText("after", LIST_HELP)
    .action(async (where: string | undefined, options: DarkListOptions) =>
      setExitCode(await (await work()).runList(where, options)),
    );
}

function explainCommand(setExitCode: SetExitCode): Command {
  return addPlace(new Command("explain"))
    .description("say what is known of an address, and why")
    .argument("<address>", "the address", address)
    .addHelpText("after", EXPLAIN_HELP)
    .action(async (which: string, options: DarkPlace) =>
      setExitCode(await (await work()).runExplain(which, options)),
    );
}

function exportCommand(setExitCode: SetExitCode): Command {
  return addPlace(new Command("export"))
    .description("print lists, and who was heard")
    .addHelpText("after", EXPORT_HELP)
    .action(async (options: DarkPlace) => setExitCode(await (await work()).runExport(options)));
}

function importCommand(setExitCode: SetExitCode): Command {
  return addJson(addSocketOption(new Command("import")))
    .description("tell strayd which addresses are used and which are not")
    .argument("<file>", "a file of lines, - for standard input")
    .option("--replace", "in place of what was imported before")
    .addHelpText("after", IMPORT_HELP)
    .action(async (file: string, options: DarkImportOptions) =>
      setExitCode(await (await work()).runImport(file, options)),
    );
}

function forgetCommand(setExitCode: SetExitCode): Command {
  return addJson(addSocketOption(new Command("forget")))
    .description("take away what was imported and heard of addresses")
    .argument("<network...>", "addresses or networks", networks)
    .addHelpText("after", FORGET_HELP)
    .action(async (which: readonly string[], options: DarkPlainOptions) =>
      setExitCode(await (await work()).runForget(which, options)),
    );
}

function addPlace(command: Command): Command {
  return addJson(
    addSocketOption(command).addOption(
      new Option("--state <path>", "read this dark.state in place of asking strayd"),
    ),
  );
}

function addJson(command: Command): Command {
  return command.option("--json", "print JSON");
}

function network(text: string): string {
  if (networkOf(text) !== undefined) return text;
  throw new InvalidArgumentError("An address or a network such as 192.0.2.0/24 was expected.");
}

function networks(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, network(text)];
}

function address(text: string): string {
  if (addressOf(text) !== undefined) return text;
  throw new InvalidArgumentError("An IPv4 or IPv6 address was expected.");
}
