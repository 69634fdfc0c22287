// The table of commands: every subcommand of `stray`, put together.
// Apart from main.ts, which runs it, because help, man pages, completions and the restricted shell are made from the same.
// Always holds: a program is built anew for each run, since commander keeps what it parsed; building loads no command's
// work.

import { Command } from "commander";
import { printable } from "../errors.js";
import { version } from "../version.js";
import { alertsCommand } from "./alerts-command.js";
import { boardCommand } from "./board-command.js";
import { bypassCommand } from "./bypass-command.js";
import { completionCommand } from "./completion-command.js";
import { configCommand } from "./config-command.js";
import type { SetExitCode } from "./control/socket-option.js";
import { countersCommand } from "./counters-command.js";
import { darkCommand } from "./dark-command.js";
import { flowsCommand } from "./flows-command.js";
import { helpCommand } from "./help-command.js";
import { hostsCommand } from "./hosts-command.js";
import { incidentsCommand } from "./incidents-command.js";
import { readCommand } from "./read-command.js";
import { reloadCommand } from "./reload-command.js";
import { addRemoteOptions } from "./remote/remote-options.js";
import { reportCommand } from "./report-command.js";
import { rpcCommand } from "./rpc-command.js";
import { rulesCommand } from "./rules-command.js";
import { runCommand } from "./run-command.js";
import { shellCommand } from "./shell-command.js";
import { statusCommand } from "./status-command.js";
import { stopCommand } from "./stop-command.js";
import { topCommand } from "./top-command.js";
import { updateCommand } from "./update-command.js";

/** `read`: with its action, since its filter is split off before commander sees the words; else only declared. */
export function buildProgram(setExitCode: SetExitCode, read: Command = readCommand()): Command {
  const program = configure(new Command("stray"))
    .description("audits flows, notices conversations that should not exist, and says why")
    .version(version(), "-V, --version")
    .helpCommand(false);
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
    rpcCommand(setExitCode),
    shellCommand(setExitCode),
    completionCommand(setExitCode),
    helpCommand(setExitCode),
    hostsCommand(setExitCode),
    boardCommand(setExitCode),
    updateCommand(setExitCode),
  ];
  addRemoteOptions(program);
  for (const command of commands) program.addCommand(configureAll(command));
  return program;
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
