// Runs the stray command over one capture and reads its JSON, as another program would.
// Apart from the comparison so that only documented output is compared, never stray's insides.
// Always holds: a flow has the keys that docs/record-fields.md promises; a missing one is undefined.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** One line of `stray read --json -nn -Z b`. */
export interface StrayFlow {
  stime: number;
  ltime: number;
  /** A number, as text (-nn). */
  proto: string;
  saddr: string;
  sport?: number;
  dir: string;
  daddr: string;
  dport?: number;
  icmp_id?: number;
  spkts: number;
  dpkts: number;
  sbytes: number;
  dbytes: number;
  sappbytes: number;
  dappbytes: number;
  state: string;
  dir_reason: string;
  ethertype: number;
  notes: string[];
  reason: string;
}

/** The line of `--summary json`. */
export interface StraySummary {
  packets: number;
  undecodable: number;
  undecodable_by_reason: Record<string, number>;
}

export type StrayOutcome =
  | { kind: "flows"; flows: StrayFlow[]; summary: StraySummary; note: string }
  | { kind: "failed"; detail: string };

const BIN = fileURLToPath(new URL("../../bin/stray.mjs", import.meta.url));
const OPTIONS = ["--json", "-nn", "-Z", "b", "--summary", "json"];
const DAMAGED = 1;

/** Exit code 1 is a damaged capture: the flows before the damage are there, and argus reads those too. */
export async function runStray(capture: string): Promise<StrayOutcome> {
  const { stdout, stderr, code } = await runNode([BIN, "read", ...OPTIONS, capture]);
  const said = stderr.trim().split("\n");
  const summary = said.find((line) => line.startsWith("{"));
  const other = said.filter((line) => line !== summary).join(" ");
  if ((code !== 0 && code !== DAMAGED) || summary === undefined) {
    return { kind: "failed", detail: `exit ${code} ${other}`.trim() };
  }
  return {
    kind: "flows",
    flows: parseStray(stdout),
    summary: JSON.parse(summary) as StraySummary,
    note: code === 0 ? "" : other,
  };
}

export function parseStray(text: string): StrayFlow[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as StrayFlow);
}

function runNode(args: readonly string[]): Promise<{ stdout: string; stderr: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code });
    });
  });
}
