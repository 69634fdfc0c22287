// What all three scripts know of a command: its words, options and values, those of its default subcommand too.
// Apart from the shells, which write it each in its own language.
// Always holds: every flag and word is of letters, digits and - alone, so that no shell sees anything in it.

import type { ArgumentModel, CommandModel, OptionModel, ValueModel } from "../program-model.js";

export interface Completed {
  /** The words behind `stray`: `incidents list`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly help: string }[];
  readonly options: readonly OptionModel[];
  readonly arguments: readonly ArgumentModel[];
}

export function completed(program: CommandModel): readonly Completed[] {
  return [of(program, program), ...program.commands.flatMap((command) => below(command, program))];
}

function below(command: CommandModel, program: CommandModel): readonly Completed[] {
  return [of(command, program), ...command.commands.flatMap((child) => below(child, program))];
}

function of(command: CommandModel, program: CommandModel): Completed {
  const { path, commands, defaultCommand } = command;
  const byDefault = commands.find(({ name }) => name === defaultCommand);
  const own = new Set(command.options.map(({ flags }) => flags));
  const options = [...command.options, ...(byDefault?.options.filter(({ flags }) => !own.has(flags)) ?? [])];
  // `stray help` is told of commands too.
  const isHelp = path === "help";
  const words = isHelp ? program.commands : commands;
  return {
    path,
    commands: words.map(({ name, summary }) => ({ name, help: summary })),
    options,
    arguments: command.arguments,
  };
}

/** `-o` and `--output`. */
export function flagsOf({ short, long }: OptionModel): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

/** The value that the last word of these flags needs; a value that may be left out is not waited for. */
export function neededValue(option: OptionModel): ValueModel | undefined {
  return option.value?.isRequired === true ? option.value : undefined;
}

/** Short enough for a list: up to the first semicolon or bracket. */
export function shortHelp(help: string): string {
  const [first = help] = help.split(/; | \(/);
  return first.length > 72 ? `${first.slice(0, 71).trimEnd()}…` : first;
}
