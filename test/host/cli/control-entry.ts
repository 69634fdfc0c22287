// The commands that ask the running sensor, as a program of their own: `node --import tools/ts.mjs control-entry.ts`.
// Apart from host/cli/main.ts so that these tests need no build. Errors end as there: one line and an exit code.

import { Command, CommanderError } from "commander";
import { bypassCommand } from "../../../host/cli/bypass-command.js";
import { countersCommand } from "../../../host/cli/counters-command.js";
import { flowsCommand } from "../../../host/cli/flows-command.js";
import { reloadCommand } from "../../../host/cli/reload-command.js";
import { rulesCommand } from "../../../host/cli/rules-command.js";
import { statusCommand } from "../../../host/cli/status-command.js";
import { stopCommand } from "../../../host/cli/stop-command.js";
import { topCommand } from "../../../host/cli/top-command.js";
import { StrayError } from "../../../host/errors.js";

const setExitCode = (code: number): void => {
  process.exitCode = code;
};
const program = new Command("stray").exitOverride();
for (const make of [
  statusCommand,
  countersCommand,
  flowsCommand,
  topCommand,
  reloadCommand,
  stopCommand,
  rulesCommand,
  bypassCommand,
]) {
  const command = make(setExitCode).exitOverride();
  for (const inner of command.commands) inner.exitOverride();
  program.addCommand(command);
}
try {
  await program.parseAsync(process.argv.slice(2), { from: "user" });
} catch (error) {
  if (error instanceof CommanderError) setExitCode(error.exitCode === 0 ? 0 : 2);
  else if (error instanceof StrayError) {
    process.stderr.write(`stray: ${error.message}\n`);
    setExitCode(error.exitCode);
  } else throw error;
}
