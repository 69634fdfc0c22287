// The profiles that come with stray: where they lie, what they are called, and finding one by its name.
// Apart from the loader because a profile may be any file.
// Always holds: a name is a folder's below boards/, never a path.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "../config/suggest.js";
import { printable, StrayError } from "../errors.js";
import { packageRoot } from "../wasm/module.js";

export const BOARD_FILE = "board.yaml";

export function boardsFolder(): string {
  return join(packageRoot(), "boards");
}

/** Sorted. @throws StrayError INSTALL_BROKEN where the folder is missing. */
export function boardNames(): string[] {
  try {
    return readdirSync(boardsFolder(), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    throw new StrayError("INSTALL_BROKEN", "the board profiles that come with stray are not there", 2, {
      cause,
    });
  }
}

/** Of a name its file; what has a slash or ends in .yaml is a file already. @throws StrayError BOARD_UNKNOWN. */
export function boardPath(nameOrFile: string): string {
  if (nameOrFile.includes("/") || /\.ya?ml$/.test(nameOrFile)) return nameOrFile;
  const names = boardNames();
  if (names.includes(nameOrFile)) return join(boardsFolder(), nameOrFile, BOARD_FILE);
  const near = nearest(nameOrFile, names);
  const help = near === undefined ? `choose one of ${names.join(", ")}` : `did you mean ${near}?`;
  const message = `no board is called "${nameOrFile}": ${help} (a file is named with a / or .yaml)`;
  throw new StrayError("BOARD_UNKNOWN", printable(message), 2);
}
