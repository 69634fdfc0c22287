// The script for bash: tables as case statements, and one function that walks the words.
// Apart from the others because bash completes by words alone, without descriptions.
// Always holds: it needs nothing but bash 4.4; it leaves no variable or option of the shell behind.

import type { CommandModel, ValueModel } from "../program-model.js";
import { type Completed, completed, flagsOf } from "./words.js";

export function bashScript(program: CommandModel): string {
  const commands = completed(program);
  return `# bash completion for stray, printed by \`stray completion bash\`.

# What a command has: its subcommands, its options, those that take the next word, and its arguments' kinds by place.
_stray_command() {
  commands= options= valued= arguments=
  case $1 in
${commands.map(commandCase).join("\n")}
    *) return 1 ;;
  esac
}

# The kind of an option's value.
_stray_value() {
  kind=text
  case $1 in
${commands.flatMap(valueCases).join("\n")}
  esac
}

_stray_complete() {
  local name
  case $1 in
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    directory) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    interface)
      for name in /sys/class/net/*; do
        name=\${name##*/}
        [[ $name == "$2"* ]] && COMPREPLY+=("$name")
      done ;;
    "choice "*) mapfile -t COMPREPLY < <(compgen -W "\${1#choice }" -- "$2") ;;
  esac
}

_stray() {
  local IFS=$' \\t\\n' commands options valued arguments kind
  local cur=\${COMP_WORDS[COMP_CWORD]} path= option= word index count=0 ended=
  local -a kinds more
  COMPREPLY=()
  _stray_command ''
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ -n $option ]]; then
      # bash takes the = between an option and its value for a word of its own.
      [[ $word == '=' ]] || option=
      continue
    fi
    if [[ -z $ended && $word == -- ]]; then
      ended=1
    elif [[ -z $ended && $word == -?* ]]; then
      if [[ " $valued " == *" $word "* ]]; then option=$word; fi
    elif [[ $count == 0 && " $commands " == *" $word "* && $path != help ]]; then
      path="\${path:+$path }$word"
      _stray_command "$path"
    else
      count=$((count + 1))
    fi
  done
  if [[ -n $option ]]; then
    [[ $cur == '=' ]] && cur=
    _stray_value "$path $option"
    _stray_complete "$kind" "$cur"
    return
  fi
  if [[ -z $ended && $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    return
  fi
  IFS='|' read -r -a kinds <<< "$arguments"
  ((count < \${#kinds[@]})) || count=$((\${#kinds[@]} - 1))
  if ((count >= 0)); then _stray_complete "\${kinds[count]}" "$cur"; fi
  if [[ -n $commands ]] && ((count <= 0)); then
    mapfile -t more < <(compgen -W "$commands" -- "$cur")
    COMPREPLY+=("\${more[@]}")
  fi
}

complete -F _stray stray
`;
}

function commandCase({ path, commands, options, arguments: places }: Completed): string {
  const names = commands.map(({ name }) => name).join(" ");
  const flags = options.flatMap(flagsOf).join(" ");
  const valued = options.filter(({ value }) => value?.isRequired === true).flatMap(flagsOf);
  const kinds = places.map(kindText);
  // What comes behind the last place is of its kind only where that may be several.
  if (places.length > 0 && places.at(-1)?.isVariadic !== true) kinds.push("text");
  return `    '${path}')
      commands='${names}'
      options='${flags}'
      valued='${valued.join(" ")}'
      arguments='${kinds.join("|")}' ;;`;
}

function valueCases({ path, options }: Completed): string[] {
  return options.flatMap((option) => {
    const { value } = option;
    if (value === undefined || !value.isRequired || value.kind === "text") return [];
    const names = flagsOf(option).map((flag) => `'${path} ${flag}'`);
    return [`    ${names.join(" | ")}) kind='${kindText(value)}' ;;`];
  });
}

function kindText({ kind, choices }: ValueModel): string {
  return kind === "choice" ? `choice ${choices.join(" ")}` : kind;
}
