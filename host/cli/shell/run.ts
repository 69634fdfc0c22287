// The work of `stray shell`: from what sshd hands over to one command of the program, in this same process.
// Apart from the parser and the lists, which are tested without a process's environment.
// Always holds: the environment is cleaned before anything of the request is looked at; strayd is told the role and where the
// client is before it is asked anything; there is no way from here to a shell, another program, or a file that is named.

import { introduceAs, sshOrigin } from "../../control/introduction.js";
import { StrayError } from "../../errors.js";
import { buildProgram } from "../program.js";
import type { ShellOptions } from "../shell-command.js";
import { cleanEnvironment } from "./environment.js";
import { requestOf } from "./request.js";
import { commandPaths, expectAllowed, restrict } from "./restrict.js";
import { wordsOf } from "./words.js";

const VIA = "stray shell";
/** It would take the lines that are typed: it is asked for in one command, with a file at its input. */
const NOT_AT_PROMPT: readonly string[] = ["dark import"];

export async function runShell({ role: roleMax, c, socket }: ShellOptions): Promise<number> {
  const { SSH_ORIGINAL_COMMAND: original } = process.env;
  cleanEnvironment(process.env);
  const given = { original, ...(roleMax && { role: roleMax }), ...(c !== undefined && { c }) };
  const { words, role } = requestOf(given);
  const from = sshOrigin(process.env);
  introduceAs({ via: VIA, ...(role && { role }), ...(from !== undefined && { from }) });
  if (words.length > 0) return await runWords(words, socket);
  if (process.stdin.isTTY === true && process.stdout.isTTY === true) return await runAtPrompt(socket);
  throw new StrayError("SHELL_EMPTY", `name a command: ${commandList(socket)}`, 2);
}

/** Runs one command as a restricted login may. Throws as the program does. */
export async function runWords(words: readonly string[], socket: string): Promise<number> {
  let exitCode = 0;
  const program = restrict(
    buildProgram((code) => {
      exitCode = code;
    }),
    socket,
  );
  expectAllowed(words);
  await program.parseAsync([...words], { from: "user" });
  return exitCode;
}

/** The same commands, one line after the other. */
async function runAtPrompt(socket: string): Promise<number> {
  const { runPrompt } = await import("../prompt/prompt.js");
  return await runPrompt({
    build: (setExitCode) => restrict(buildProgram(setExitCode), socket),
    split: wordsOf,
    isAllowed: (words) => {
      expectAllowed(words);
      return !NOT_AT_PROMPT.includes(words.slice(0, 2).join(" ")) && words[0] !== "rpc";
    },
    socket,
  });
}

function commandList(socket: string): string {
  const program = restrict(
    buildProgram(() => undefined),
    socket,
  );
  const names = new Set(commandPaths(program).map(([first]) => first));
  return [...names].join(", ");
}
