// The prompt as a program of its own: `prompt-entry SOCKET`. What may be run is all but stop; words are cut at blanks.

import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { buildProgram } from "../../../host/cli/program.js";
import { runPrompt } from "../../../host/cli/prompt/prompt.js";
import { StrayError } from "../../../host/errors.js";

const [, , socket = ""] = process.argv;

function build(setExitCode: (code: number) => void): Command {
  const program = buildProgram(setExitCode);
  program.addCommand(
    new Command("crash").action(() => {
      throw new TypeError("a bug of ours");
    }),
  );
  program.addCommand(
    new Command("hang").action(async ({ signal }: { signal: AbortSignal }) => {
      process.stdout.write("hanging\n");
      await sleep(60_000, undefined, { signal });
    }),
  );
  for (const command of program.commands.flatMap((each) => [each, ...each.commands]))
    if (command.options.some(({ long }) => long === "--socket"))
      command.setOptionValueWithSource("socket", socket, "config");
  return program;
}

process.exitCode = await runPrompt({
  build,
  split: (line) => {
    if (line.includes("'")) throw new StrayError("SHELL_SYNTAX", "a ' is not closed", 2);
    return line.split(/\s+/).filter((word) => word !== "");
  },
  isAllowed: ([first]) => first !== "stop" && first !== "read",
  socket,
});
