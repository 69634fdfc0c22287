// Runs the stray command as a user does: bin/stray.mjs in a process of its own, the time zone fixed.
// Apart because golden and command tests share it.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const STRAY_BIN = fileURLToPath(new URL("../../bin/stray.mjs", import.meta.url));

export interface StrayResult {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

export function runStray(args: readonly string[], input?: Uint8Array): StrayResult {
  const result = spawnSync(process.execPath, [STRAY_BIN, ...args], {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC" },
    maxBuffer: 1 << 28,
    ...(input && { input }),
  });
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.status };
}
