// A program of ours on a pseudo-terminal: what a person types, and what the terminal received.
// Apart because the screen of `stray top` and the prompt are tried alike.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type ProgramName, programPath } from "../control/run-command.js";
import { later } from "../control/support.js";

const PTY = fileURLToPath(new URL("control-pty.py", import.meta.url));

export interface Step {
  /** A pattern in what came since the step before. */
  wait: string;
  send?: string;
  signal?: string;
  resize?: [number, number];
}

export interface Seen {
  output: string;
  exitCode: number | null;
  signal: string | null;
  isDone: boolean;
  isLineMode: boolean;
}

/** On a terminal of 24 x 80. `onStep` hears how many steps have been reached. */
export async function programOnTerminal(
  program: ProgramName,
  args: readonly string[],
  steps: Step[],
  env: NodeJS.ProcessEnv = {},
  onStep: (reached: number) => void = () => undefined,
): Promise<Seen> {
  const child = spawn("python3", [PTY], {
    env: { ...process.env, TERM: "xterm-256color", TZ: "UTC", NO_COLOR: "", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  later(() => child.kill("SIGKILL"));
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    told += text;
    onStep(told.split("\n").length - 1);
  });
  const command = [process.execPath, programPath(program), ...args];
  child.stdin.end(JSON.stringify({ command, rows: 24, columns: 80, steps }));
  let text = "";
  for await (const piece of child.stdout.setEncoding("utf8")) text += piece;
  expect(told, "nothing but steps").toMatch(/^(?:\d+\n)*$/);
  const seen = JSON.parse(text) as Seen;
  expect(seen.isDone, `every step was reached in: ${JSON.stringify(seen.output.slice(-1500))}`).toBe(true);
  return seen;
}

/** Without escape sequences. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this takes away
  return text.replace(/\u001b\[[?0-9;]*[A-Za-z]/g, "");
}
