// `stray dark` as a program of its own, so that its tests need no build of the whole.
// Errors end as in host/cli/main.ts: one line and an exit code.

import { Command, CommanderError } from "commander";
import { darkCommand } from "../../../host/cli/dark-command.js";
import { StrayError } from "../../../host/errors.js";

const setExitCode = (code: number): void => {
  process.exitCode = code;
};
const dark = darkCommand(setExitCode).exitOverride();
for (const inner of dark.commands) inner.exitOverride();
const program = new Command("stray").exitOverride().addCommand(dark);
try {
  await program.parseAsync(process.argv.slice(2), { from: "user" });
} catch (error) {
  if (error instanceof CommanderError) setExitCode(error.exitCode === 0 ? 0 : 2);
  else if (error instanceof StrayError) {
    process.stderr.write(`stray: ${error.message}\n`);
    setExitCode(error.exitCode);
  } else throw error;
}
