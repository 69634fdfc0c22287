// The script for zsh: one function a command, over zsh's own _arguments.
// Apart from the others because zsh shows what each word does.
// Always holds: text from the declarations stands in single quotes, what _arguments gives a meaning escaped.

import type { ArgumentModel, CommandModel, OptionModel, ValueModel } from "../program-model.js";
import { type Completed, completed, flagsOf, shortHelp } from "./words.js";

export function zshScript(program: CommandModel): string {
  return `#compdef stray
# zsh completion for stray, printed by \`stray completion zsh\`.

${completed(program).map(commandFunction).join("\n\n")}

if [[ $funcstack[1] == _stray ]]; then
  _stray "$@"
else
  compdef _stray stray
fi
`;
}

function commandFunction(command: Completed): string {
  const name = functionName(command.path);
  const options = command.options.map(optionSpec);
  if (command.commands.length === 0 || command.path === "help") {
    const places = command.path === "help" ? helpPlace(command) : command.arguments.map(argumentSpec);
    return `${name}() {
  _arguments -s -S ${[...options, ...places].map((spec) => `\\\n    ${spec}`).join(" ")}
}`;
  }
  const cases = command.commands.map(
    ({ name: word }) => `    ${word}) ${functionName(`${command.path} ${word}`.trim())} ;;`,
  );
  return `${name}() {
  local curcontext="$curcontext" state
  local -a line commands
  typeset -A opt_args
  commands=(
${command.commands.map(({ name: word, help }) => `    ${quoted(`${word}:${escaped(shortHelp(help), ":")}`)}`).join("\n")}
  )
  _arguments -C -s -S ${options.map((spec) => `\\\n    ${spec}`).join(" ")} \\
    '1: :->command' \\
    '*:: :->words'
  case $state in
    command) _describe -t commands 'command' commands ;;
    words)
      case $line[1] in
${cases.map((text) => `  ${text}`).join("\n")}
      esac ;;
  esac
}`;
}

function functionName(path: string): string {
  return path === "" ? "_stray" : `_stray_${path.replace(/[^a-z0-9]+/g, "_")}`;
}

function optionSpec(option: OptionModel): string {
  const flags = flagsOf(option);
  const help = `[${escaped(shortHelp(option.help), "[]:")}]`;
  const value = option.value === undefined ? "" : valueSpec(option.value, option.value.isRequired);
  // A short option takes its value in the same word or the next one, a long one behind = too.
  const mark = (flag: string) =>
    option.value === undefined ? "" : flag.startsWith("--") ? "=" : option.value.isRequired ? "+" : "-";
  if (option.isRepeatable)
    return flags.map((flag) => quoted(`*${flag}${mark(flag)}${help}${value}`)).join(" ");
  const exclusion = `(${flags.join(" ")})`;
  return flags.map((flag) => quoted(`${exclusion}${flag}${mark(flag)}${help}${value}`)).join(" ");
}

function valueSpec(value: ValueModel, isRequired: boolean): string {
  return `${isRequired ? ":" : "::"}${escaped(value.name, ":")}:${action(value)}`;
}

function argumentSpec(argument: ArgumentModel, index: number): string {
  const { name, isRequired, isVariadic } = argument;
  const place = isVariadic ? "*" : `${index + 1}`;
  return quoted(`${place}:${isRequired || isVariadic ? "" : ":"}${escaped(name, ":")}:${action(argument)}`);
}

/** Commands, topics and names, as many words as there are. */
function helpPlace({ commands, arguments: places }: Completed): string[] {
  const words = [...commands.map(({ name }) => name), ...places.flatMap(({ choices }) => choices)];
  return [quoted(`*:name:(${[...new Set(words)].join(" ")})`)];
}

function action({ kind, choices }: ValueModel): string {
  switch (kind) {
    case "choice":
      return `(${choices.join(" ")})`;
    case "file":
      return "_files";
    case "directory":
      return "_files -/";
    case "interface":
      return "_net_interfaces";
    default:
      return " ";
  }
}

function escaped(text: string, characters: string): string {
  return [...text]
    .map((character) => (characters.includes(character) ? `\\${character}` : character))
    .join("");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
