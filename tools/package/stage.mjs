// Writes a package's files into a folder: bytes, modes, links and times.
// Apart because both the tree and its control files are laid down alike.
// Always holds: every file and folder has the mode that was asked for, whatever the umask, and one and the same time.

import { chmodSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const FOLDER_MODE = 0o755;

/**
 * A file: `path` below the folder, and `content` with its `mode`, or the target of a symbolic `link`; or an empty folder.
 * @typedef {{ path: string, content?: Uint8Array | string, mode?: number, link?: string, isFolder?: true }} StagedFile
 */

/** @param {string} folder @param {readonly StagedFile[]} files @param {number} time in seconds */
export function stage(folder, files, time) {
  mkdirSync(folder, { recursive: true });
  for (const { path, content, mode = 0o644, link, isFolder } of files) {
    const full = join(folder, path);
    if (isFolder) {
      mkdirSync(full, { recursive: true });
      continue;
    }
    mkdirSync(dirname(full), { recursive: true });
    if (link !== undefined) {
      symlinkSync(link, full);
      continue;
    }
    writeFileSync(full, content, { flag: "wx" });
    chmodSync(full, mode);
  }
  settle(folder, time);
}

/** Inside out, since writing into a folder changes its time. */
function settle(folder, time) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = join(folder, entry.name);
    if (entry.isDirectory()) settle(full, time);
    else lutimesSync(full, time, time);
  }
  chmodSync(folder, FOLDER_MODE);
  lutimesSync(folder, time, time);
}
