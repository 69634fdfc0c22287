// Where an update finds and puts everything: keys, releases, the installed version.
// Apart so that a test has all of it in a folder of its own. Always holds: one place, one disk, one book.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../wasm/module.js";
import { UpdateBook } from "./book.js";
import { UpdateDisk } from "./disk.js";
import { KEYS_PATH } from "./keys.js";
import { RELEASES_PATH, Releases } from "./releases.js";

export interface UpdatePlace {
  readonly keysPath: string;
  readonly releases: Releases;
  readonly book: UpdateBook;
  readonly disk: UpdateDisk;
  /** What the installed version says its version is. */
  readonly installed: string;
}

export interface PlaceOptions {
  readonly keysPath?: string;
  readonly folder?: string;
  readonly disk?: UpdateDisk;
  readonly installed?: string;
}

export function updatePlace(options: PlaceOptions = {}): UpdatePlace {
  const { keysPath = KEYS_PATH, folder = RELEASES_PATH, disk = new UpdateDisk() } = options;
  const installed = options.installed ?? programVersion(packageRoot());
  return {
    keysPath,
    disk,
    installed,
    releases: new Releases(folder, disk),
    book: new UpdateBook(folder, disk),
  };
}

/** What a program that lies in `folder` says its version is. */
export function programVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}

/** Of the release with this name, or the installed one. */
export function versionOf({ releases, installed }: UpdatePlace, name: string | null | undefined): string {
  if (name === null || name === undefined) return installed;
  return releases.read(name)?.version ?? name;
}
