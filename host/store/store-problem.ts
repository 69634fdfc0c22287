// What can go wrong with the store, in words.
// Apart because writer, lock and reader say the same things.
// Always holds: a text names what is wrong and what helps; system errors keep their code.

import { messageOf, printable, StrayError, systemCode } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EIO: "input/output error of the disk",
  ENOENT: "the directory does not exist",
  ENOTDIR: "not a directory",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  STORE_LOCKED: "another stray writes there",
};

export function reasonOf(error: unknown): string {
  const code = systemCode(error) ?? (error instanceof StrayError ? error.code : undefined);
  if (code !== undefined) return REASONS[code] ?? code;
  return printable(messageOf(error));
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** `64 MiB`, `1.5 GiB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
