// `stray completion`: its words and its help. Apart from the scripts, which are made only when it runs.

import { Argument, Command } from "commander";
import { SHELLS, type Shell } from "../help/completion/shells.js";
import type { SetExitCode } from "./control/socket-option.js";

const EXAMPLES = `
The script completes commands, options, values that are one of a few words, and files where files are wanted.

Examples:
  stray completion bash > ~/.local/share/bash-completion/completions/stray
  stray completion zsh > ~/.zfunc/_stray          (with ~/.zfunc in $fpath, before compinit)
  stray completion fish > ~/.config/fish/completions/stray.fish

Exit status:
  0  printed
  2  wrong usage`;

export function completionCommand(setExitCode: SetExitCode): Command {
  return new Command("completion")
    .description("print the script with which a shell completes stray's words")
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .addHelpText("after", EXAMPLES)
    .action(async (shell: Shell, _options: object, command: Command) => {
      const { runCompletion } = await import("./completion.js");
      setExitCode(runCompletion(command.parent ?? command, shell));
    });
}
