// Asks real shells what they complete: bash by its function, fish by `complete -C`, zsh at a terminal of its own.
// Apart because each shell is asked in its own way, and the test wants words.
// Always holds: no start-up file of the user is read; a shell that does not answer is ended.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PATIENCE } from "./patience.js";

const LIMIT_MS = 60_000 * PATIENCE;

export interface Asked {
  /** In which the words are completed. */
  readonly folder: string;
  readonly script: string;
  /** Command lines up to the cursor. */
  readonly lines: readonly string[];
}

const BASH = `
source "$1"; shift
for line in "$@"; do
  read -r -a COMP_WORDS <<< "$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=\${#line}
  _stray
  printf '%s\\n' "== $line" "\${COMPREPLY[@]}"
done
`;

const FISH = `
source $argv[1]
for line in $argv[2..-1]
    echo "== $line"
    complete -C $line | string replace -r '\\t.*' ''
end
`;

/** What runs at the terminal: every word that is offered goes to a file. */
const ZSH_INSIDE = `
PS1= RPS1=
autoload -Uz compinit && compinit -u -D
source $SCRIPT
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)* ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -O hits "$@"
  (( $#hits )) && print -rl -- $hits >> $ANSWERS
  builtin compadd "$@"
}
offer() { _main_complete; print -r -- '== end' >> $ANSWERS }
zle -C offer list-choices offer
bindkey '^I' offer
bindkey '^U' kill-whole-line
print -r -- '== end' >> $ANSWERS
`;

const ZSH = `
zmodload zsh/zpty zsh/zselect
ends() { local -a said; said=("\${(@f)$(<$ANSWERS)}"); said=(\${(M)said:#== end}); count=$#said }
wait_for() {
  local turn
  for turn in {1..1000}; do
    ends; (( count >= $1 )) && return
    zselect -t 2; zpty -r -t shell waste
  done
  print -r -- "no answer to question $1: $waste"; exit 1
}
integer count asked=1
zpty -b shell "zsh -f -i"
zpty -w shell "source $INSIDE"
wait_for 1
for line in "$@"; do
  print -r -- "== $line" >> $ANSWERS
  zpty -w -n shell "$line"$'\\t'
  wait_for $((++asked))
  zpty -w -n shell $'\\C-u'
done
zpty -d shell
`;

export function askBash({ folder, script, lines }: Asked): Map<string, string[]> {
  return answers(run("bash", ["--norc", "--noprofile", "-c", BASH, "bash", script, ...lines], folder), lines);
}

export function askFish({ folder, script, lines }: Asked): Map<string, string[]> {
  return answers(run("fish", ["--no-config", "-c", FISH, "--", script, ...lines], folder), lines);
}

export function askZsh({ folder, script, lines }: Asked): Map<string, string[]> {
  const own = mkdtempSync(join(tmpdir(), "stray-zsh-"));
  try {
    const [inside, said] = [join(own, "inside.zsh"), join(own, "answers")];
    writeFileSync(inside, ZSH_INSIDE);
    writeFileSync(said, "");
    const env = { INSIDE: inside, ANSWERS: said, SCRIPT: script, HOME: own, ZDOTDIR: own, TERM: "dumb" };
    run("zsh", ["-f", "-c", ZSH, "zsh", ...lines], folder, env);
    return answers(run("cat", [said], folder), lines);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const options = { cwd, env: { ...process.env, ...env }, encoding: "utf8", timeout: LIMIT_MS } as const;
  const { stdout, stderr, status } = spawnSync(program, args, options);
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

function answers(text: string, lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>(lines.map((line) => [line, []]));
  let current: string[] | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("== ")) current = found.get(line.slice(3));
    else if (line !== "") current?.push(line.trim());
  }
  return new Map([...found].map(([line, words]) => [line, [...new Set(words)].sort()]));
}
