// Reads one rule file whole, within its bound.
// Apart because it alone touches the file system.
// Always holds: what is no ordinary file, is too large or can't be read is refused, without waiting for it.

import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { printable, systemCode } from "../../errors.js";
import { cannot } from "./problems.js";

export const FILE_MAX = 64 * 1024 * 1024;
const READABLE_MAX = "64 MiB";

export interface RuleFile {
  /** The same for the same file, however it was named. */
  readonly identity: string;
  /** Latin-1, a character a byte. */
  readonly text: string;
}

export function readRuleFile(path: string): RuleFile {
  if (path.includes("\0")) cannot("a path can't have a NUL byte in it");
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK a named pipe would be waited for.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    if (!status.isFile()) cannot(`${printable(path)} is not a file; name the rule files themselves`);
    if (status.size > FILE_MAX) cannot(tooLarge(path, status.size));
    const bytes = readFileSync(descriptor);
    if (bytes.length > FILE_MAX) cannot(tooLarge(path, bytes.length));
    return { identity: realpathSync(path), text: bytes.toString("latin1") };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const hint = code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "permission denied" : code;
    return cannot(`can't read ${printable(path)}: ${hint}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function tooLarge(path: string, size: number): string {
  return `${printable(path)} has ${size} bytes; a rule file may have ${READABLE_MAX}. Split it`;
}
