// Turns whatever a command threw into words on standard error and an exit code.
// Apart from main.ts because the prompt does the same, and goes on.
// Always holds: no stack trace is shown unless STRAY_DEBUG asks for it; exit codes are 0, 1 or 2.

import { CommanderError } from "commander";
import { ConfigError } from "../config/problem.js";
import { messageOf, printable, StrayError } from "../errors.js";

export function tellError(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof StrayError) {
    const lines = error instanceof ConfigError ? error.lines : [error.message];
    for (const line of lines) process.stderr.write(`stray: ${line}\n`);
    return error.exitCode;
  }
  const text = messageOf(error);
  process.stderr.write(`stray: internal error, please report it: ${printable(text)}\n`);
  const { STRAY_DEBUG: isDebugging } = process.env;
  if (isDebugging && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
