// Runs a command against a control server of this process, as a process of its own.
// Apart because command tests share it; asynchronous, because the server must answer meanwhile. Bundled first, as the
// program itself is: a start takes a tenth of what forty source files take.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";
import { later } from "./support.js";

const ENTRIES = {
  stray: fileURLToPath(new URL("../cli/control-entry.ts", import.meta.url)),
  strayd: fileURLToPath(new URL("fake-strayd.ts", import.meta.url)),
  program: fileURLToPath(new URL("../remote/remote-entry.ts", import.meta.url)),
  prompt: fileURLToPath(new URL("../cli/prompt-entry.ts", import.meta.url)),
  ssh: fileURLToPath(new URL("../remote/fake-ssh.ts", import.meta.url)),
};
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

let folder = "";

/** Call it once in each test file that runs commands. */
export function bundleCommands(): void {
  beforeAll(async () => {
    // Inside the checkout: what stays outside the bundle (koffi) is found from there.
    folder = mkdtempSync(fileURLToPath(new URL("../../../build/commands-", import.meta.url)));
    await build({
      entryPoints: ENTRIES,
      outdir: folder,
      bundle: true,
      splitting: true,
      banner: { js: REQUIRE },
      outExtension: { ".js": ".mjs" },
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["koffi"],
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

export type ProgramName = keyof typeof ENTRIES;

/** Node's arguments for one of the programs. */
export function programPath(name: ProgramName): string {
  return join(folder, `${name}.mjs`);
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

export interface RunningCommand {
  child: ChildProcess;
  /** What it has written so far. */
  output: { stdout: string; stderr: string };
  ended: Promise<CommandResult>;
}

export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  return startProgram("stray", args, env);
}

export function startProgram(
  name: ProgramName,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input: "ignore" | "pipe" = "ignore",
): RunningCommand {
  const child = spawn(process.execPath, [programPath(name), ...args], {
    env: { ...process.env, TZ: "UTC", ...env },
    stdio: [input, "pipe", "pipe"],
  });
  later(() => child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  const ended = new Promise<CommandResult>((resolve) => {
    child.on("close", (exitCode) => resolve({ ...output, exitCode }));
  });
  return { child, output, ended };
}

export function runCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  return startCommand(args, env).ended;
}
