// The shells that stray can be completed in. Apart from their scripts, so that the command's declaration loads no more.

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];
/** Under packaging/completions/, as each shell looks for it. */
export const SCRIPT_FILES: Readonly<Record<Shell, string>> = {
  bash: "stray",
  zsh: "_stray",
  fish: "stray.fish",
};
