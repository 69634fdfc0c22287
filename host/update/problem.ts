// What can be wrong with an update: codes and sentences in one table.
// Apart so that docs/update.md can be held against it.
// Always holds: a refusal has changed nothing.

import { type ExitCode, printable, StrayError } from "../errors.js";

/** Code, and what it means; docs/update.md has them all. */
export const UPDATE_CODES = {
  UPDATE_UNREADABLE: "the package or its signature can't be read",
  UPDATE_UNSIGNED: "there is no signature beside the package, or it is none of ours",
  UPDATE_UNTRUSTED: "signed with a key that is not among the update keys",
  UPDATE_DAMAGED: "size, checksum or signature do not fit: cut off, damaged or changed",
  UPDATE_PACKAGE: "no package of stray, or one without its program",
  UPDATE_ARCHITECTURE: "made for another architecture",
  UPDATE_NOT_NEWER: "not newer than what is in force",
  UPDATE_SPACE: "not enough room to unpack it",
  UPDATE_BUSY: "another update is under way",
  UPDATE_PRIVILEGE: "only root may change what runs",
  UPDATE_NO_PREVIOUS: "nothing to go back to",
  UPDATE_SYSTEM: "systemd can't be asked, or refuses",
  UPDATE_ROLLED_BACK: "the new version did not report healthy in time: the last one is in force again",
} as const;

export type UpdateCode = keyof typeof UPDATE_CODES;

/** `message`: what was expected, found, and what to do; text from outside in it is escaped here. */
export function updateError(code: UpdateCode, message: string, exitCode: ExitCode = 1): StrayError {
  return new StrayError(code, printable(message), exitCode);
}
