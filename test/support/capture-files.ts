// The captures that a tool was given: files as they are, of folders what has a capture's name, at any depth.
// Apart because the tools that go through captures (parity, findings) take them alike.
// Always holds: the order is that of the names, whatever the file system's; contents are not looked at.

import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";

export interface CaptureFile {
  readonly path: string;
  /** The path below the folder that was given, or the file's own name. */
  readonly name: string;
}

const CAPTURE_NAME = /\.(pcap|pcapng|cap|trace|dmp|ntar)(\.gz)?$/i;

/** @throws what stat() throws for a path that is not there. */
export async function capturesOf(given: readonly string[]): Promise<CaptureFile[]> {
  const found: CaptureFile[] = [];
  for (const path of given) {
    if (!(await stat(path)).isDirectory()) {
      found.push({ path, name: basename(path) });
      continue;
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile() && CAPTURE_NAME.test(entry.name))
        found.push({ path: file, name: relative(path, file) });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
