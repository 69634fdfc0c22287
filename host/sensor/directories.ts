// The directories that strayd writes into, made while it is still root and given to the account it becomes.
// Apart from the daemon because it must happen before root is given up, and only then.

import { chownSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { StrayConfig } from "../config/types.js";
import { StrayError, systemCode } from "../errors.js";
import type { Account } from "../system/privileges.js";

/** Makes the directories of the socket, the store, alerts, evidence, incidents, detection, text files and the audit log where they are missing. @throws StrayError with what to do. */
export function prepareDirectories(config: StrayConfig, owner: Account | undefined): void {
  make(dirname(config.control.socket), 0o755, owner);
  if (config.store.enabled) make(config.store.directory, 0o750, owner);
  const { incidents } = config;
  if (incidents.enabled) make(incidents.directory, 0o750, owner);
  const { detection } = config;
  if (detection.enabled) make(detection.directory, 0o750, owner);
  const { snmp } = config;
  if (snmp.listen.length > 0 || snmp.notify.length > 0) make(snmp.directory, 0o750, owner);
  const { log, evidence, full, fast } = config.alerts;
  for (const files of [log, evidence]) if (files.enabled) make(files.directory, 0o750, owner);
  for (const file of [full, fast, config.export.eve?.file, config.control.audit]) {
    if (file !== undefined) make(dirname(file), 0o750, owner);
  }
}

/** Those above it that are missing become the account's too: a folder that it can't enter is of no use. */
function make(path: string, mode: number, owner: Account | undefined): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    const first = mkdirSync(path, { recursive: true, mode });
    if (owner === undefined || first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made)) {
      chownSync(made, owner.uid, owner.gid);
    }
  } catch (error) {
    const code = systemCode(error) ?? "unknown error";
    throw new StrayError(
      "DIRECTORY",
      `the directory ${path} can't be made (${code}): make it, or name another in the configuration`,
      2,
    );
  }
}
