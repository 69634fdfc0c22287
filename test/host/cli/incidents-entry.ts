// `stray incidents` as a program of its own, so that its tests need no build of the whole.
// Errors end as in host/cli/main.ts: one line and an exit code.

import { Command, CommanderError } from "commander";
import { incidentsCommand } from "../../../host/cli/incidents-command.js";
import { StrayError } from "../../../host/errors.js";

const setExitCode = (code: number): void => {
  process.exitCode = code;
};
const incidents = incidentsCommand(setExitCode).exitOverride();
for (const inner of incidents.commands) inner.exitOverride();
const program = new Command("stray").exitOverride().addCommand(incidents);
try {
  await program.parseAsync(process.argv.slice(2), { from: "user" });
} catch (error) {
  if (error instanceof CommanderError) setExitCode(error.exitCode === 0 ? 0 : 2);
  else if (error instanceof StrayError) {
    process.stderr.write(`stray: ${error.message}\n`);
    setExitCode(error.exitCode);
  } else throw error;
}
