// The `stray` command: finds the subcommand, and turns every failure into one line and an exit code.
// Apart from bin/stray.mjs so that tests can call it; commands load their work only when they run.
// Always holds: no stack trace reaches the user for what is not our own bug; exit codes are 0, 1 or 2.

import { systemCode } from "../errors.js";
import { splitFilter } from "./arguments.js";
import { buildProgram } from "./program.js";
import { optionShapes, type RawReadOptions, readCommand } from "./read-command.js";
import { tellError } from "./tell-error.js";

/** Runs the command line `argv` (without node and script); answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // A reader that has had enough (`stray --help | head -1`) is no failure.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endQuietly);
  try {
    return await run(argv);
  } catch (error) {
    return tellError(error);
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
  const program = buildProgram(setExitCode, read);
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
