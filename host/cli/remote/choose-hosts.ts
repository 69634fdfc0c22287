// Whether and which hosts a command asks: what goes together with -H, and what does not.
// Apart from the options so that it is loaded only when a host was named.
// Always holds: nothing is begun before every host is checked; what $STRAY_HOST names counts only for commands that ask
// a running sensor, and for none whose own options say otherwise.

import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { StrayError } from "../../errors.js";
import type { Destination } from "../../remote/destination.js";
import { expandHosts } from "../../remote/expand.js";
import { loadHostGroups } from "../../remote/hosts-file.js";
import { isAsking, wantsYes } from "../control/socket-option.js";
import type { Remote } from "./remote.js";

/** Beside USAGE. */
export const CHOICE_CODES = ["CONFIRMATION_NEEDED", "NOT_CONFIRMED"] as const;

export interface Wish {
  readonly texts: readonly string[];
  /** By -H, not by the environment. */
  readonly isWished: boolean;
  readonly timeoutMs: number;
}

/** Options that name files or folders of this machine, where the sensor would be asked else. */
export const LOCAL_OPTIONS: Readonly<Record<string, string>> = {
  socket: "--socket is a way to a strayd of this machine",
  database: "--database is a file of this machine",
  state: "--state is a file of this machine",
  store: "--store is a folder of this machine",
  from: "--from and --to read the files of the store, which are read where they are",
  to: "--from and --to read the files of the store, which are read where they are",
};

/** They ask a sensor, and are never asked for another machine. */
const LOCAL_COMMANDS: readonly string[] = ["stray rpc"];

/** Of these the screen, or the file, is for one. */
export const SINGLE: Readonly<Record<string, string>> = {
  "stray top": "it shows one sensor; of several, see status or counters --watch",
  "stray incidents report": "an incident is one sensor's",
};

/** Gives the command its hosts. @throws StrayError when it may not have them. */
export async function chooseHosts(wish: Wish, command: Command): Promise<void> {
  const refusal = refusalOf(command, wish);
  if (refusal !== undefined) {
    // What stands in the environment is no wish for this command.
    if (!wish.isWished) return;
    throw usage(refusal);
  }
  const hosts = await expandHosts(wish.texts, loadHostGroups);
  if (hosts.length > 1) {
    const reason = SINGLE[nameOf(command)];
    if (reason !== undefined) throw usage(`${nameOf(command)} takes one host: ${reason}`);
    if (wantsYes(command) && command.getOptionValue("yes") !== true) await confirm(command, hosts);
  }
  command.setOptionValue("remote", remoteOf(command, hosts, wish.timeoutMs));
}

function refusalOf(command: Command, { texts }: Wish): string | undefined {
  const name = nameOf(command);
  if (!isAsking(command) || LOCAL_COMMANDS.includes(name))
    return `"${name}" works with what is on this machine: leave -H away, or log in there with ssh`;
  const local = Object.keys(LOCAL_OPTIONS).find((option) => command.getOptionValueSource(option) === "cli");
  if (local === undefined) return undefined;
  const [first] = texts;
  const there = local === "socket" ? "" : `, or run it there: ssh ${first} ${name} ...`;
  return `${LOCAL_OPTIONS[local]}: leave it or -H away${there}`;
}

function remoteOf(command: Command, hosts: readonly Destination[], timeoutMs: number): Remote {
  const options = command.opts<Readonly<Record<string, unknown>>>();
  const isJson =
    options["json"] === true || options["format"] === "json" || nameOf(command) === "stray incidents export";
  return {
    hosts,
    timeoutMs,
    form: isJson ? "json" : options["csv"] === true ? "csv" : "text",
    hasHeader: options["title"] !== false && options["header"] !== false,
    isStream: options["follow"] === true || options["watch"] !== undefined,
  };
}

/** `stray incidents list` */
function nameOf(command: Command): string {
  const names = [command.name()];
  for (let parent = command.parent; parent; parent = parent.parent) names.unshift(parent.name());
  return names.join(" ");
}

const NAMES_MAX = 10;

async function confirm(command: Command, hosts: readonly Destination[]): Promise<void> {
  const shown = hosts.slice(0, NAMES_MAX).map(({ name }) => name);
  const names = shown.join(", ") + (hosts.length > NAMES_MAX ? ", ..." : "");
  const what = `"${nameOf(command)}" on ${hosts.length} sensors (${names})`;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new StrayError("CONFIRMATION_NEEDED", `${what}: say --yes behind the command if that is meant`, 2);
  if (!(await isConfirmed(`${what}? [y/N] `))) throw new StrayError("NOT_CONFIRMED", "nothing was done", 2);
}

async function isConfirmed(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    const answer = await Promise.race([lines.question(question), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

function usage(message: string): StrayError {
  return new StrayError("USAGE", message, 2);
}
