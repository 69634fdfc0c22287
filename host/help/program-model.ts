// The command line as plain data, read from the option parser's own declarations.
// Apart from them because man pages, completions, JSON help and the test of the documents read the same.
// Always holds: what is hidden is left out; nothing is said here that the declarations do not say.

import type { EventEmitter } from "node:events";
import type { Argument, Command, Option } from "commander";

/** What a value is, for completion. */
export type ValueKind = "text" | "file" | "directory" | "interface" | "choice";

export interface ValueModel {
  /** Between the brackets: `file`, `name=value`. */
  readonly name: string;
  readonly kind: ValueKind;
  /** With kind `choice`. */
  readonly choices: readonly string[];
}

export interface OptionModel {
  /** As declared: `-o, --output <file>`. */
  readonly flags: string;
  readonly short?: string;
  readonly long?: string;
  readonly help: string;
  readonly default?: string;
  readonly env?: string;
  readonly isRepeatable: boolean;
  /** Undefined: a switch. */
  readonly value?: ValueModel & { readonly isRequired: boolean };
}

export interface ArgumentModel extends ValueModel {
  readonly help: string;
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
}

export interface CommandModel {
  /** Without `stray`: `incidents list`; empty for the program. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionModel[];
  readonly arguments: readonly ArgumentModel[];
  readonly commands: readonly CommandModel[];
  /** The subcommand that runs without its name. */
  readonly defaultCommand?: string;
  /** Paragraphs behind the options; lines as they are. */
  readonly notes: readonly string[];
  readonly examples: readonly string[];
  readonly exitStatus: readonly (readonly [code: string, meaning: string])[];
}

const FILE_NAMES = new Set(["file", "path"]);
const DIRECTORY_NAMES = new Set(["directory", "folder"]);
/** Choices that the parser does not check itself. */
export type ChoiceLists = Readonly<Record<string, readonly string[]>>;

/** `choices`: of values by `COMMAND FLAG` (`incidents mute --finding`) or `COMMAND ARGUMENT`. */
export function modelOf(program: Command, choices: ChoiceLists = {}): CommandModel {
  return commandModel(program, "", choices);
}

/** Every command below, itself first. */
export function allCommands(model: CommandModel): readonly CommandModel[] {
  return [model, ...model.commands.flatMap(allCommands)];
}

/** `stray incidents list` */
export function fullName({ path }: Pick<CommandModel, "path">): string {
  return path === "" ? "stray" : `stray ${path}`;
}

/** `<file...>`, `[name]` */
export function argumentText({ name, isRequired, isVariadic }: ArgumentModel): string {
  const inner = isVariadic ? `${name}...` : name;
  return isRequired ? `<${inner}>` : `[${inner}]`;
}

function commandModel(command: Command, path: string, choices: ChoiceLists): CommandModel {
  const help = command.createHelp();
  const { notes, examples, exitStatus } = sections(command);
  const children = help.visibleCommands(command).filter((child) => child.name() !== "help" || path === "");
  const { _defaultCommandName: defaultCommand } = command as unknown as { _defaultCommandName?: string };
  return {
    path,
    name: command.name(),
    summary: command.description(),
    options: help.visibleOptions(command).map((option) => optionModel(option, path, choices)),
    arguments: command.registeredArguments.map((argument) => argumentModel(argument, path, choices)),
    commands: children.map((child) => commandModel(child, `${path} ${child.name()}`.trim(), choices)),
    ...(defaultCommand === undefined || defaultCommand === null ? {} : { defaultCommand }),
    notes,
    examples,
    exitStatus,
  };
}

function optionModel(option: Option, path: string, choices: ChoiceLists): OptionModel {
  const { flags, short, long, description, defaultValue, defaultValueDescription, envVar } = option;
  const [, name] = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags) ?? [];
  const flag = long ?? short ?? "";
  const given = option.argChoices ?? choices[`${path} ${flag}`.trim()];
  const shown = defaultValueDescription ?? textOfDefault(defaultValue);
  return {
    flags,
    ...(short === undefined ? {} : { short }),
    ...(long === undefined ? {} : { long }),
    help: description,
    ...(shown === undefined ? {} : { default: shown }),
    ...(envVar === undefined ? {} : { env: envVar }),
    isRepeatable: option.variadic || Array.isArray(defaultValue) || /\(several\b|again/.test(description),
    ...(name === undefined
      ? {}
      : { value: { ...valueModel(name, flag, given), isRequired: option.required } }),
  };
}

function argumentModel(argument: Argument, path: string, choices: ChoiceLists): ArgumentModel {
  const name = argument.name();
  return {
    ...valueModel(name, "", argument.argChoices ?? choices[`${path} ${name}`]),
    help: argument.description,
    isRequired: argument.required,
    isVariadic: argument.variadic,
  };
}

function valueModel(name: string, flag: string, choices: readonly string[] | undefined): ValueModel {
  if (choices !== undefined) return { name, kind: "choice", choices };
  const kind = flag === "--interface" ? "interface" : kindOf(name);
  return { name, kind, choices: [] };
}

function kindOf(name: string): ValueKind {
  if (FILE_NAMES.has(name)) return "file";
  return DIRECTORY_NAMES.has(name) ? "directory" : "text";
}

function textOfDefault(value: unknown): string | undefined {
  if (value === undefined || value === true || value === false) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(", ");
  return value === 0 || value === "" ? undefined : String(value);
}

/** What is printed behind the help that the parser makes. */
export function textAfterHelp(command: Command): string {
  const written: string[] = [];
  // The parser keeps it as listeners of an event, which its types do not tell.
  const context = { error: false, command, write: (text: string) => void written.push(text) };
  (command as unknown as EventEmitter).emit("afterHelp", context);
  return written.join("\n");
}

/** What was added behind the help, in its three parts. */
function sections(command: Command): Pick<CommandModel, "notes" | "examples" | "exitStatus"> {
  const parts = textAfterHelp(command)
    .split(/\n\s*\n/)
    .map((part) => part.replace(/^\n+|\s+$/g, ""))
    .filter((part) => part !== "");
  const body = (title: string): string[] =>
    parts
      .filter((part) => part.startsWith(`${title}:\n`))
      .flatMap((part) =>
        part
          .split("\n")
          .slice(1)
          .map((line) => line.replace(/^ {2}/, "")),
      );
  return {
    notes: parts.filter((part) => !/^(?:Examples|Exit status):\n/.test(part)),
    examples: body("Examples"),
    exitStatus: body("Exit status").map((line) => {
      const [, code = "", meaning = line] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
      return [code, meaning] as const;
    }),
  };
}
