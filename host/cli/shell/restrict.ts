// Cuts the program's own table of commands down to what a restricted login may ask.
// Apart from the list because this is how it is made to hold: what is not allowed is not refused by a second parser that
// might read words otherwise, it is not there.
// Always holds: of the program that comes out, no command and no option was not in the list.

import { type Argument, type Command, InvalidArgumentError, type Option } from "commander";
import { printable, StrayError } from "../../errors.js";
import { ALLOWED, ALLOWED_OF_PROGRAM, type AllowedCommand, REFUSED } from "./allowed.js";

const HINT =
  'over this login no files, sockets or other machines can be named; "help" lists what can be asked';

/** `socket`: whom every command asks. */
export function restrict(program: Command, socket: string): Command {
  keepOptions(program, ALLOWED_OF_PROGRAM);
  pruneChildren(program, [], socket);
  explain(program);
  return program;
}

/** Why a command is not there, in plain words. @throws StrayError SHELL_REFUSED */
export function expectAllowed(words: readonly string[]): void {
  for (const length of [1, 2]) {
    const path = words.slice(0, length).join(" ");
    if (!Object.hasOwn(REFUSED, path)) continue;
    const message = `"stray ${printable(path)}" can't be asked for over this login: ${REFUSED[path]}`;
    throw new StrayError("SHELL_REFUSED", message, 2);
  }
}

/** The words of every command that does something, without the program's name. */
export function commandPaths(command: Command, before: readonly string[] = []): string[][] {
  return command.commands.flatMap((child) => {
    const path = [...before, child.name()];
    return child.commands.length === 0 ? [path] : commandPaths(child, path);
  });
}

export function optionName(option: Option): string {
  return option.long ?? option.short ?? "";
}

function pruneChildren(command: Command, before: readonly string[], socket: string): void {
  const kept = command.commands.filter((child) => {
    const path = [...before, child.name()];
    if (child.commands.length > 0) {
      keepOptions(child, []);
      pruneChildren(child, path, socket);
      explain(child);
      return child.commands.length > 0;
    }
    const name = path.join(" ");
    const allowed = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined;
    if (allowed === undefined) return false;
    pruneLeaf(child, allowed, socket);
    return true;
  });
  replaceAll(command.commands, kept);
}

function pruneLeaf(command: Command, { options, only = {} }: AllowedCommand, socket: string): void {
  const asks = command.options.some((option) => option.attributeName() === "socket");
  keepOptions(command, options);
  // Not from a variable of the environment either.
  if (asks) command.setOptionValueWithSource("socket", socket, "config");
  for (const argument of command.registeredArguments) {
    const words = only[argument.name()];
    if (words !== undefined) limit(argument, words);
  }
  explain(command);
}

function limit(argument: Argument, words: readonly string[]): void {
  argument.argParser((value: string) => {
    if (words.includes(value)) return value;
    throw new InvalidArgumentError(`Only ${words.join(", ")} can be given over this login.`);
  });
}

function keepOptions(command: Command, names: readonly string[]): void {
  replaceAll(
    command.options,
    command.options.filter((option) => names.includes(optionName(option))),
  );
}

/** Commander looks into these very arrays. */
function replaceAll<T>(array: readonly T[], kept: readonly T[]): void {
  (array as T[]).splice(0, array.length, ...kept);
}

/** Whoever names an option that is not there hears why. */
function explain(command: Command): void {
  const { outputError } = command.configureOutput();
  command.configureOutput({
    outputError: (text, write) => {
      const isMissing = /unknown (?:option|command)/.test(text);
      const more = isMissing ? `${text.trimEnd()} (${HINT})` : text;
      if (outputError === undefined) write(more);
      else outputError(more, write);
    },
  });
}
