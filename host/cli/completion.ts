// The work of `stray completion`. Apart from its declaration, so that the scripts are made only when they are asked for.

import type { Command } from "commander";
import { CHOICES } from "../help/choices.js";
import { completionScript } from "../help/completion/script.js";
import type { Shell } from "../help/completion/shells.js";
import { modelOf } from "../help/program-model.js";

export function runCompletion(program: Command, shell: Shell): number {
  process.stdout.write(completionScript(modelOf(program, CHOICES), shell));
  return 0;
}
