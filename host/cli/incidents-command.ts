// `stray incidents`: its subcommands, their options and help.
// Apart from the work, which is loaded only when one of them runs.
// Always holds: here is only what options are called.

import { isIP } from "node:net";
import { Command, InvalidArgumentError, Option } from "commander";
import { EVIDENCE_PATH } from "../config/paths.js";
import {
  INCIDENT_STATES,
  type IncidentAction,
  type IncidentState,
  MUTE_KINDS,
  SEVERITIES,
  type Severity,
} from "../incident/model.js";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
  wholeNumberOf,
} from "./control/socket-option.js";
import { addOutputOptions, type ReportOutputOptions } from "./report-command.js";

const EXAMPLES = `
An incident is what findings and alerts of one source, or against one target, have in common in time: docs/incidents.md.
Its id may be shortened as long as only one begins so. Without a subcommand: list.

Examples:
  stray incidents
  stray incidents list --severity high --since today
  stray incidents show I-7K3QF2MX
  stray incidents close I-7K3Q --text 'the provider repaired its filter'
  stray incidents mute --source 192.0.2.0/24 --for 30d --reason 'our own scanner'`;

const EXIT = `
Exit status:
  0  done
  1  strayd refuses; the message says why
  ${UNREACHABLE_HELP}`;

const LIST_HELP = `
Open and acknowledged ones unless --state or --all says otherwise; the latest seen comes first. Times are local (TZ is
honoured). With --database the file is read, and strayd need not run.

Examples:
  stray incidents list --all --source 192.0.2.7
  stray incidents list --state closed --since '2 weeks ago' --json | jq -r .title
  stray incidents list --database /var/lib/stray/incidents/incidents.db

Exit status:
  0  printed
  1  the database is damaged, or can't be read just now
  ${UNREACHABLE_HELP}`;

const SHOW_HELP = `
Examples:
  stray incidents show I-7K3QF2MX
  stray incidents show I-7K3QF2MX --json | jq '.causes[0]'

Exit status:
  0  shown
  1  no incident, or several, are called so
  ${UNREACHABLE_HELP}`;

const EXPORT_HELP = `
One JSON object a line for each incident, with its flows' facts, notes and events.

Examples:
  stray incidents export I-7K3QF2MX > incident.json
  stray incidents export --all > incidents.jsonl

Exit status:
  0  printed
  1  no incident is called so, or the database can't be read just now
  ${UNREACHABLE_HELP}`;

const MUTE_HELP = `
What is muted is counted and not added to any incident. Alerts and flow records are kept as ever. With an incident's id
in place of an option, what it is about is muted.

Examples:
  stray incidents mute --source 192.0.2.7 --for 7d --reason 'pentest by ACME'
  stray incidents mute --sid 1:1000001 --until 2026-12-31 --reason 'wrong on our proxies'
  stray incidents mute --finding dark-destination --reason 'no dark addresses here'
  stray incidents mute I-7K3QF2MX --for 1d --reason 'repair under way'
${EXIT}`;

const REPORT_HELP = `
As stray report writes it of captures, from what the sensor kept: facts of flows, alerts, evidence packets where their
files can be read here. What was not kept is said. Times are in UTC unless TZ is set. docs/report.md has all of it.

Examples:
  stray incidents report I-7K3QF2MX
  stray incidents report I-7K3Q -o incident.md
  stray incidents report I-7K3Q --database incidents.db --evidence ./evidence --format json

Exit status:
  0  written
  1  no incident, or several, are called so
  ${UNREACHABLE_HELP}`;

/** Where incidents are asked for. */
export interface IncidentPlace extends SocketOptions {
  readonly database?: string;
  readonly json?: true;
}

export interface IncidentFilter {
  readonly state?: readonly IncidentState[];
  readonly all?: true;
  readonly severity?: Severity;
  readonly since?: string;
  readonly source?: string;
  readonly n?: number;
}

export type IncidentsListOptions = IncidentPlace & IncidentFilter;

export interface IncidentsUpdateOptions extends SocketOptions {
  readonly text?: string;
  readonly json?: true;
}

export interface IncidentsMuteOptions extends SocketOptions {
  readonly source?: string;
  readonly destination?: string;
  readonly sid?: string;
  readonly finding?: string;
  readonly for?: string;
  readonly until?: string;
  readonly reason: string;
  readonly json?: true;
}

export interface IncidentsReportOptions extends IncidentPlace, ReportOutputOptions {
  readonly evidence: string;
}

export interface IncidentsPlainOptions extends SocketOptions {
  readonly json?: true;
}

export function incidentsCommand(setExitCode: SetExitCode): Command {
  const incidents = new Command("incidents").description(
    "what happened: list, show, report, close, note, merge, mute",
  );
  incidents.addCommand(listCommand(setExitCode), { isDefault: true });
  incidents.addCommand(showCommand(setExitCode));
  const turn = (name: string, action: IncidentAction, description: string, example: string) =>
    incidents.addCommand(updateCommand(setExitCode, name, action, description, example));
  turn("ack", "acknowledge", "say that somebody looks after it", "stray incidents ack I-7K3QF2MX");
  turn(
    "close",
    "close",
    "say that it is over; it is reopened when it recurs",
    "stray incidents close I-7K3Q I-9XB2",
  );
  turn("reopen", "reopen", "say that it is not over", "stray incidents reopen I-7K3QF2MX");
  turn(
    "false-positive",
    "false-positive",
    "say that nothing is wrong: the same is counted and no longer told",
    "stray incidents false-positive I-7K3QF2MX --text 'our backup, odd but known'",
  );
  incidents.addCommand(noteCommand(setExitCode));
  incidents.addCommand(mergeCommand(setExitCode));
  incidents.addCommand(muteCommand(setExitCode));
  incidents.addCommand(mutesCommand(setExitCode));
  incidents.addCommand(unmuteCommand(setExitCode));
  incidents.addCommand(exportCommand(setExitCode));
  incidents.addCommand(reportOfCommand(setExitCode));
  return incidents.addHelpText("after", EXAMPLES);
}

const work = () => import("./control/incidents.js");

function listCommand(setExitCode: SetExitCode): Command {
  const command = addFilter(new Command("list"))
    .description("list incidents, the latest seen first")
    .addOption(new Option("-n <n>", "only so many (100)").argParser(wholeNumberOf(1, 100_000)));
  return addPlace(command)
    .addHelpText("after", LIST_HELP)
    .action(async (options: IncidentsListOptions) => setExitCode(await (await work()).runList(options)));
}

function showCommand(setExitCode: SetExitCode): Command {
  return addPlace(new Command("show"))
    .description("show an incident: what was seen, why, what was done about it")
    .argument("<id>", "the incident", idOf)
    .addHelpText("after", SHOW_HELP)
    .action(async (id: string, options: IncidentPlace) =>
      setExitCode(await (await work()).runShow(id, options)),
    );
}

function updateCommand(
  setExitCode: SetExitCode,
  name: string,
  action: IncidentAction,
  description: string,
  example: string,
): Command {
  return addJson(addSocketOption(new Command(name)))
    .description(description)
    .argument("<id...>", "the incidents", ids)
    .option("--text <text>", "why; kept in the incident's life")
    .addHelpText("after", `\nExamples:\n  ${example}\n${EXIT}`)
    .action(async (list: readonly string[], options: IncidentsUpdateOptions) => {
      setExitCode(await (await work()).runUpdate(list, action, options));
    });
}

function noteCommand(setExitCode: SetExitCode): Command {
  return addJson(addSocketOption(new Command("note")))
    .description("add a note to an incident")
    .argument("<id>", "the incident", idOf)
    .argument("<text...>", "the note")
    .addHelpText(
      "after",
      `\nExamples:\n  stray incidents note I-7K3QF2MX asked the provider, ticket 4711\n${EXIT}`,
    )
    .action(async (id: string, words: readonly string[], options: IncidentsUpdateOptions) => {
      setExitCode(await (await work()).runUpdate([id], "note", { ...options, text: words.join(" ") }));
    });
}

function mergeCommand(setExitCode: SetExitCode): Command {
  return addJson(addSocketOption(new Command("merge")))
    .description("put incidents into another one, which is the same thing")
    .argument("<into>", "the incident that stays", idOf)
    .argument("<id...>", "those that go into it", ids)
    .option("--text <text>", "why; kept in the incident's life")
    .addHelpText("after", `\nExamples:\n  stray incidents merge I-7K3QF2MX I-9XB2M0TD\n${EXIT}`)
    .action(async (into: string, list: readonly string[], options: IncidentsUpdateOptions) => {
      setExitCode(await (await work()).runUpdate(list, "merge", options, into));
    });
}

function muteCommand(setExitCode: SetExitCode): Command {
  const command = addJson(addSocketOption(new Command("mute")))
    .description("keep a source, destination, rule or finding out of incidents")
    .argument("[id]", "an incident: what it is about is muted", idOf);
  for (const kind of MUTE_KINDS)
    command.addOption(new Option(`--${kind} <${MUTE_WORDS[kind]}>`, MUTE_TEXTS[kind]));
  return command
    .addOption(new Option("--for <duration>", "how long: 1h, 7d; for ever without it").conflicts("until"))
    .addOption(new Option("--until <time>", "until when"))
    .requiredOption("--reason <text>", "why")
    .addHelpText("after", MUTE_HELP)
    .action(async (id: string | undefined, options: IncidentsMuteOptions) => {
      setExitCode(await (await work()).runMute(id, options));
    });
}

const MUTE_WORDS = { source: "address", destination: "address", sid: "[gid:]sid", finding: "name" } as const;
const MUTE_TEXTS = {
  source: "this address or network as the source",
  destination: "this address or network as the destination",
  sid: "alerts of this rule",
  finding: "this finding",
} as const;

function mutesCommand(setExitCode: SetExitCode): Command {
  return addJson(addSocketOption(new Command("mutes")))
    .description("list what is muted, and what that kept away")
    .addHelpText("after", `\nExamples:\n  stray incidents mutes\n${EXIT}`)
    .action(async (options: IncidentsPlainOptions) => setExitCode(await (await work()).runMutes(options)));
}

function unmuteCommand(setExitCode: SetExitCode): Command {
  return addJson(addSocketOption(new Command("unmute")))
    .description("take a mute away")
    .argument("<number>", "its number in the list of mutes", wholeNumberOf(1, Number.MAX_SAFE_INTEGER))
    .addHelpText("after", `\nExamples:\n  stray incidents unmute 3\n${EXIT}`)
    .action(async (number: number, options: IncidentsPlainOptions) => {
      setExitCode(await (await work()).runUnmute(number, options));
    });
}

function exportCommand(setExitCode: SetExitCode): Command {
  return addPlace(addFilter(new Command("export")), false)
    .description("print whole incidents as JSON")
    .argument("[id...]", "only these", ids)
    .addHelpText("after", EXPORT_HELP)
    .action(async (list: readonly string[], options: IncidentsListOptions) => {
      setExitCode(await (await work()).runExport(list, options));
    });
}

function reportOfCommand(setExitCode: SetExitCode): Command {
  return addOutputOptions(addPlace(new Command("report"), false))
    .description("write what an incident is about, and why, for people: the letter")
    .argument("<id>", "the incident", idOf)
    .option("--evidence <folder>", "where the sensor's evidence files are", EVIDENCE_PATH)
    .addHelpText("after", REPORT_HELP)
    .action(async (id: string, options: IncidentsReportOptions) => {
      setExitCode(await (await work()).runIncidentReport(id, options));
    });
}

function addFilter(command: Command): Command {
  return command
    .addOption(
      new Option("--state <state>", `only in this state (several): ${INCIDENT_STATES.join(", ")}`).argParser(
        states,
      ),
    )
    .addOption(new Option("--all", "in any state").conflicts("state"))
    .addOption(new Option("--severity <severity>", "at least so grave").choices(SEVERITIES))
    .option("--since <time>", "only seen at this time or later")
    .addOption(new Option("--source <address>", "only about this source or target").argParser(address));
}

function addPlace(command: Command, hasJson = true): Command {
  addSocketOption(command).addOption(
    new Option("--database <path>", "read this incidents.db in place of asking strayd"),
  );
  return hasJson ? addJson(command) : command;
}

function addJson(command: Command): Command {
  return command.option("--json", "print JSON");
}

function states(text: string, before: readonly IncidentState[] = []): readonly IncidentState[] {
  const words = text.split(",").map((word) => word.trim());
  if (!words.every((word): word is IncidentState => INCIDENT_STATES.includes(word as IncidentState))) {
    throw new InvalidArgumentError(`One of ${INCIDENT_STATES.join(", ")} was expected.`);
  }
  return [...new Set([...before, ...words])];
}

function address(text: string): string {
  if (isIP(text) === 0 || text.includes("%"))
    throw new InvalidArgumentError("An IPv4 or IPv6 address was expected.");
  return text;
}

/** `I-7K3QF2MX`, or its beginning; the I- may be left out. */
function idOf(text: string): string {
  const [, letters] = /^(?:I-)?([0-9A-Z]{1,16})$/.exec(text.toUpperCase()) ?? [];
  if (letters === undefined) throw new InvalidArgumentError("An incident such as I-7K3QF2MX was expected.");
  return `I-${letters}`;
}

function ids(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, idOf(text)];
}

export const LIST_DEFAULT = 100;
