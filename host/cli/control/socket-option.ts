// What every command that asks the running sensor has: where to find it, and how it ends.
// Apart from their work so that a command's declaration loads the option parser and nothing else.
// Always holds: --socket, else $STRAY_SOCKET, else the usual place.

import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_SOCKET } from "../../control/protocol.js";

export interface SocketOptions {
  readonly socket: string;
}

/** Says what the command sets as the exit code of stray. */
export type SetExitCode = (code: number) => void;

export function addSocketOption(command: Command): Command {
  return command.addOption(
    new Option("--socket <path>", "control socket of strayd")
      .env("STRAY_SOCKET")
      .default(DEFAULT_SOCKET)
      .argParser(pathOf),
  );
}

function pathOf(text: string): string {
  if (text === "" || text.includes("\0")) throw new InvalidArgumentError("A path was expected.");
  return text;
}

/** A parser of seconds for an option, from `low` to `high`. */
export function secondsOf(low: number, high: number): (text: string) => number {
  return (text) => {
    const seconds = /^(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
    if (seconds >= low && seconds <= high) return seconds;
    throw new InvalidArgumentError(`Seconds from ${low} to ${high} were expected.`);
  };
}

/** A parser of whole numbers for an option, from `low` to `high`. */
export function wholeNumberOf(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= low && number <= high) return number;
    throw new InvalidArgumentError(`A whole number from ${low} to ${high} was expected.`);
  };
}

export const UNREACHABLE_HELP =
  "2  wrong usage, or strayd can't be asked (not running, no permission, no answer)";
