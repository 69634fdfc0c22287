// What can stand where the cursor is: commands, subcommands, options, and values that are known.
// Apart from the prompt, and made from the program's own table of commands, so that it never offers what is not there.
// Always holds: nothing is run; what a sensor must be asked for comes from the values given, and may be nothing.

import type { Argument, Command, Option } from "commander";

export interface Values {
  /** Known values of an argument or an option by its name (`id`, `--interface`); undefined where none are. */
  of(name: string): Promise<readonly string[]> | undefined;
}

/** Words that could stand in place of the last one, and that last one. */
export type Completion = readonly [candidates: string[], word: string];

/** `line` up to the cursor; `own` are words of the prompt itself. */
export async function complete(
  line: string,
  program: Command,
  values: Values,
  isAllowed: (words: readonly string[]) => boolean,
  own: readonly string[] = [],
): Promise<Completion> {
  const words = line.trimStart().split(/\s+/);
  const word = words.pop() ?? "";
  const before = words[0] === program.name() ? words.slice(1) : words;
  const place = walk(program, before);
  const candidates = await candidatesAt(place, word, values);
  const fitting = [...(before.length === 0 ? own : []), ...candidates]
    .filter((candidate) => candidate.startsWith(word))
    .filter((candidate) => !isCommandOf(place, candidate) || isAllowed([...before, candidate]));
  return [[...new Set(fitting)].sort(), word];
}

interface Place {
  readonly command: Command;
  /** The option that waits for its value. */
  readonly option: Option | undefined;
  /** Words that are neither commands nor options, so far. */
  readonly operands: number;
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let operands = 0;
  let option: Option | undefined;
  for (const word of words) {
    if (option !== undefined) {
      option = undefined;
      continue;
    }
    const child = operands === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (child !== undefined) command = child;
    else if (word.startsWith("-")) option = waitingOption(command, word);
    else operands++;
  }
  return { command, option, operands };
}

/** The option that takes the next word; not one whose value is optional or already there. */
function waitingOption(command: Command, word: string): Option | undefined {
  const option = optionsOf(command).find(({ long, short }) => long === word || short === word);
  return option?.required ? option : undefined;
}

/** Those of the subcommand that is meant without a word, too. */
function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...(defaultOf(command)?.options ?? [])].filter(({ hidden }) => !hidden);
}

function defaultOf(command: Command): Command | undefined {
  const { _defaultCommandName: name } = command as Command & { readonly _defaultCommandName?: string | null };
  return command.commands.find((child) => child.name() === name);
}

async function candidatesAt(
  { command, option, operands }: Place,
  word: string,
  values: Values,
): Promise<readonly string[]> {
  if (option !== undefined) return await valuesOf(option, option.long ?? "", values);
  const [, name = "", start] = /^(--[\w-]+)=(.*)$/.exec(word) ?? [];
  if (start !== undefined) {
    const named = optionsOf(command).find(({ long }) => long === name);
    const known = named === undefined ? [] : await valuesOf(named, name, values);
    return known.map((value) => `${name}=${value}`);
  }
  if (word.startsWith("-"))
    return [...optionsOf(command).flatMap(({ long, short }) => long ?? short ?? []), "--help"];
  const names = operands === 0 ? command.commands.map((child) => child.name()) : [];
  const argument = argumentAt(command, operands);
  return [...names, ...(argument === undefined ? [] : await valuesOf(argument, argument.name(), values))];
}

function argumentAt(command: Command, operands: number): Argument | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[operands] ?? (last?.variadic ? last : undefined);
}

async function valuesOf(
  { argChoices }: { readonly argChoices?: readonly string[] },
  name: string,
  values: Values,
): Promise<readonly string[]> {
  return argChoices ?? (await values.of(name)) ?? [];
}

function isCommandOf({ command }: Place, word: string): boolean {
  return command.commands.some((child) => child.name() === word);
}
