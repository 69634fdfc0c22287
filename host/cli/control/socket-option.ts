// What every command that asks the running sensor has: where to find it, and how it ends.
// Apart from their work so that a command's declaration loads the option parser and nothing else.
// Always holds: --socket, else $STRAY_SOCKET, else the usual place.

import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_SOCKET } from "../../control/protocol.js";
import type { Remote } from "../remote/remote.js";

export interface SocketOptions {
  readonly socket: string;
  /** Sensors of other machines, in place of the one at the socket. */
  readonly remote?: Remote;
  /** Breaks the command off, where something else goes on. */
  readonly signal?: AbortSignal;
}

/** Says what the command sets as the exit code of stray. */
export type SetExitCode = (code: number) => void;

const asking = new WeakSet<Command>();

/** The command asks a running sensor, and so may ask one of another machine. */
export function isAsking(command: Command): boolean {
  return asking.has(command);
}

export function addSocketOption(command: Command): Command {
  asking.add(command);
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

const YES = "--yes";

/** For what several sensors are not told to do by a slip of the hand. */
export function addYesOption(command: Command): Command {
  return command.option(YES, "with several sensors (-H): do it without asking");
}

export function wantsYes(command: Command): boolean {
  return command.options.some(({ long }) => long === YES);
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
