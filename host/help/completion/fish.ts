// The script for fish: one line a word, each with the command at which it stands.
// Apart from the others because fish asks a condition for each line. Always holds: the command is found by the same walk
// as in bash: options that take the next word are known by command.

import type { CommandModel, OptionModel, ValueModel } from "../program-model.js";
import { type Completed, completed, flagsOf, shortHelp } from "./words.js";

export function fishScript(program: CommandModel): string {
  const commands = completed(program);
  return `# fish completion for stray, printed by \`stray completion fish\`.

# The command that the words so far are of: "incidents list", and how many arguments it has.
function __stray_at
    set -l words (commandline -opc) $argv
    set -e words[1]
    set -l path
    set -l count 0
    set -l skip 0
    set -l ended 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        if test $ended = 0 -a "$word" = --
            set ended 1
        else if test $ended = 0; and string match -qr '^-.' -- $word
            switch "$path $word"
${commands.flatMap(valuedCase).join("\n")}
            end
        else if test $count = 0; and __stray_is_command "$path" $word
            set path (string trim -- "$path $word")
        else
            set count (math $count + 1)
        end
    end
    echo $path
    echo $count
end

function __stray_is_command
    switch "$argv[1]"
${commands
  .filter(({ commands: below, path }) => below.length > 0 && path !== "help")
  .map(
    ({ path, commands: below }) => `        case '${path}'
            contains -- $argv[2] ${below.map(({ name }) => name).join(" ")}`,
  )
  .join("\n")}
        case '*'
            return 1
    end
end

# __stray_in COMMAND: its options; __stray_in COMMAND FROM TO: its arguments of these places.
function __stray_in
    set -l at (__stray_at)
    test "$at[1]" = "$argv[1]"; or return 1
    test (count $argv) = 1; and return 0
    test $at[2] -ge $argv[2] -a $at[2] -le $argv[3]
end

function __stray_interfaces
    command ls /sys/class/net 2>/dev/null
end

complete -c stray -f
${commands.map(commandLines).join("\n")}
`;
}

function valuedCase({ path, options }: Completed): string[] {
  const valued = options.filter(({ value }) => value?.isRequired === true).flatMap(flagsOf);
  if (valued.length === 0) return [];
  const words = valued.map((flag) => `'${path} ${flag}'`).join(" ");
  return [`                case ${words}\n                    set skip 1`];
}

function commandLines({ path, commands, options, arguments: places }: Completed): string {
  const words = commands.map(
    ({ name, help }) =>
      `complete -c stray -n "__stray_in '${path}' 0 ${path === "help" ? 9 : 0}" -a ${name} -d ${quoted(shortHelp(help))}`,
  );
  const flags = options.map((option) => optionLine(path, option));
  const values = places.flatMap((place, index) => {
    const what = valueFlags(place);
    const last = place.isVariadic ? 999 : index;
    return what === "" ? [] : [`complete -c stray -n "__stray_in '${path}' ${index} ${last}"${what}`];
  });
  return [...words, ...flags, ...values].join("\n");
}

function optionLine(path: string, option: OptionModel): string {
  const names = flagsOf(option).map((flag) =>
    flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  const value =
    option.value === undefined ? "" : `${option.value.isRequired ? " -r" : ""}${valueFlags(option.value)}`;
  return `complete -c stray -n "__stray_in '${path}'"${names.join("")}${value} -d ${quoted(shortHelp(option.help))}`;
}

function valueFlags({ kind, choices }: ValueModel): string {
  switch (kind) {
    case "choice":
      return ` -f -a '${choices.join(" ")}'`;
    case "file":
      return " -F";
    case "directory":
      return " -f -a '(__fish_complete_directories)'";
    case "interface":
      return " -f -a '(__stray_interfaces)'";
    default:
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
