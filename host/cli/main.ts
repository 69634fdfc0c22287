// The `stray` command: finds the subcommand, and turns every failure into one line and an exit code.
// Apart from bin/stray.mjs so that tests can call it; commands load their work only when they run.
// Always holds: no stack trace reaches the user for what is not our own bug; exit codes are 0, 1 or 2.

import { Command, CommanderError } from "commander";
import { ConfigError } from "../config/problem.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { version } from "../version.js";
import { alertsCommand } from "./alerts-command.js";
import { splitFilter } from "./arguments.js";
import { bypassCommand } from "./bypass-command.js";
import { configCommand } from "./config-command.js";
import { countersCommand } from "./counters-command.js";
import { darkCommand } from "./dark-command.js";
import { flowsCommand } from "./flows-command.js";
import { incidentsCommand } from "./incidents-command.js";
import { optionShapes, type RawReadOptions, readCommand } from "./read-command.js";
import { reloadCommand } from "./reload-command.js";
import { reportCommand } from "./report-command.js";
import { rulesCommand } from "./rules-command.js";
import { runCommand } from "./run-command.js";
import { statusCommand } from "./status-command.js";
import { stopCommand } from "./stop-command.js";
import { topCommand } from "./top-command.js";

/** Runs the command line `argv` (without node and script); answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // A reader that has had enough (`stray --help | head -1`) is no failure.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endQuietly);
  try {
    return await run(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof StrayError) {
      const lines = error instanceof ConfigError ? error.lines : [error.message];
      for (const line of lines) process.stderr.write(`stray: ${line}\n`);
      return error.exitCode;
    }
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`stray: internal error, please report it: ${printable(text)}\n`);
    const { STRAY_DEBUG: isDebugging } = process.env;
    if (isDebugging && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

function endQuietly(error: Error): void {
  process.exit(systemCode(error) === "EPIPE" ? 0 : 1);
}

async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  let filter: string | undefined;
  const read = readCommand().action(async (files: string[], options: RawReadOptions) => {
    const { runRead } = await import("./read.js");
    exitCode = await runRead(files, filter, options);
  });
  const program = configure(new Command("stray"))
    .description("audits flows, notices conversations that should not exist, and says why")
    .version(version(), "-V, --version");
  const commands = [
    read,
    reportCommand(setExitCode),
    runCommand(setExitCode),
    statusCommand(setExitCode),
    topCommand(setExitCode),
    flowsCommand(setExitCode),
    alertsCommand(setExitCode),
    incidentsCommand(setExitCode),
    darkCommand(setExitCode),
    rulesCommand(setExitCode),
    bypassCommand(setExitCode),
    countersCommand(setExitCode),
    reloadCommand(setExitCode),
    stopCommand(setExitCode),
    configCommand(setExitCode),
  ];
  for (const command of commands) program.addCommand(configureAll(command));
  let words = [...argv];
  if (words[0] === read.name()) {
    const split = splitFilter(words.slice(1), optionShapes(read));
    filter = split.filter;
    words = [read.name(), ...split.words];
  }
  if (words.length === 0) {
    program.outputHelp({ error: true });
    return 2;
  }
  await program.parseAsync(words, { from: "user" });
  return exitCode;
}

/** A command and its subcommands. */
function configureAll(command: Command): Command {
  for (const child of command.commands) configureAll(child);
  return configure(command);
}

function configure(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => write(`stray: ${printable(oneLine(text))}\n`),
    });
}

/** Commander's complaint without its "error:" and its line feeds. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ");
}
