// The `stray` command: finds the subcommand, and turns every failure into one line and an exit code.
// Apart from bin/stray.mjs so that tests can call it; commands load their work only when they run.
// Always holds: no stack trace reaches the user for what is not our own bug; exit codes are 0, 1 or 2.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { printable, StrayError } from "../errors.js";
import { packageRoot } from "../wasm/module.js";
import { splitFilter } from "./arguments.js";
import { optionShapes, type RawReadOptions, readCommand } from "./read-command.js";

/** Runs the command line `argv` (without node and script); answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await run(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof StrayError) {
      process.stderr.write(`stray: ${error.message}\n`);
      return error.exitCode;
    }
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`stray: internal error, please report it: ${printable(text)}\n`);
    const { STRAY_DEBUG: isDebugging } = process.env;
    if (isDebugging && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  let filter: string | undefined;
  const read = readCommand().action(async (files: string[], options: RawReadOptions) => {
    const { runRead } = await import("./read.js");
    exitCode = await runRead(files, filter, options);
  });
  const program = configure(new Command("stray"))
    .description("audits flows, notices conversations that should not exist, and says why")
    .version(version(), "-V, --version")
    .addCommand(configure(read));
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

function version(): string {
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
