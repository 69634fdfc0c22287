// The directories that strayd writes into, made while it is still root and given to the account it becomes.
// Apart from the daemon because it must happen before root is given up, and only then.

import { chownSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { StrayConfig } from "../config/types.js";
import { StrayError, systemCode } from "../errors.js";
import type { Account } from "../system/privileges.js";

/** Makes the socket's and the store's directory where they are missing. @throws StrayError with what to do. */
export function prepareDirectories(config: StrayConfig, owner: Account | undefined): void {
  make(dirname(config.control.socket), 0o755, owner);
  if (config.store.enabled) make(config.store.directory, 0o750, owner);
}

function make(path: string, mode: number, owner: Account | undefined): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    mkdirSync(path, { recursive: true, mode });
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  } catch (error) {
    const code = systemCode(error) ?? "unknown error";
    throw new StrayError(
      "DIRECTORY",
      `the directory ${path} can't be made (${code}): make it, or name another in the configuration`,
      2,
    );
  }
}
