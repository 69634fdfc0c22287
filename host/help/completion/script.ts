// The script of a shell. Apart from the three that make them. Always holds: the same program gives the same script.

import type { CommandModel } from "../program-model.js";
import { bashScript } from "./bash.js";
import { fishScript } from "./fish.js";
import type { Shell } from "./shells.js";
import { zshScript } from "./zsh.js";

const SCRIPTS: Readonly<Record<Shell, (program: CommandModel) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionScript(program: CommandModel, shell: Shell): string {
  return SCRIPTS[shell](program);
}
