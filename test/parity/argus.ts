// Runs argus, racluster and ra over one capture, as one would by hand, and reads what ra prints.
// Apart from the comparison because argus is the peer here: its crashes and refusals are outcomes, not errors.
// Always holds: nothing is left behind in the temporary directory; options are those that make argus tell all.

import { type SpawnOptions, spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One line of ra: its columns as it prints them, numbers as numbers. */
export interface ArgusFlow {
  stime: number;
  ltime: number;
  flgs: string;
  proto: string;
  /** IP protocol, or ethertype of what is not IP, as a number (ra -nn). */
  number: number;
  saddr: string;
  sport: string;
  dir: string;
  daddr: string;
  dport: string;
  spkts: number;
  dpkts: number;
  sbytes: number;
  dbytes: number;
  sappbytes: number;
  dappbytes: number;
  state: string;
}

export type ArgusOutcome =
  | { kind: "flows"; flows: ArgusFlow[] }
  /** argus ended without a word and without a record. */
  | { kind: "empty" }
  | { kind: "crashed" | "unsupported" | "failed"; detail: string };

// A huge -S gives one record a flow; -A counts application bytes; -X leaves the system's settings out.
const ARGUS_OPTIONS = ["-X", "-A", "-S", "604800"];
const TEXT_COLUMNS = ["flgs", "proto", "saddr", "sport", "dir", "daddr", "dport", "state"] as const;
const COLUMNS = [
  "stime",
  "ltime",
  "flgs",
  "proto",
  "saddr",
  "sport",
  "dir",
  "daddr",
  "dport",
  "spkts",
  "dpkts",
  "sbytes",
  "dbytes",
  "sappbytes",
  "dappbytes",
  "state",
] as const;
/** One character, as ra wants it, that no column holds. */
const SEPARATOR = "\u0001";
const TIMEOUT_MS = 120_000;

export async function runArgus(capture: string): Promise<ArgusOutcome> {
  const folder = await mkdtemp(join(tmpdir(), "stray-parity-"));
  try {
    const raw = join(folder, "raw.argus");
    const merged = join(folder, "merged.argus");
    const audit = await run("argus", [...ARGUS_OPTIONS, "-r", capture, "-w", raw]);
    const failure = judge(audit);
    if (failure) return failure;
    if (!(await isFilled(raw))) return { kind: "empty" };
    await run("racluster", ["-X", "-r", raw, "-w", merged]);
    if (!(await isFilled(merged))) return { kind: "empty" };
    const print = ["-X", "-L", "-1", "-u", "-p", "6", "-c", SEPARATOR, "-Zb"];
    const named = await run("ra", [...print, "-n", "-s", COLUMNS.join(","), "-r", merged]);
    const numbered = await run("ra", [...print, "-nn", "-s", COLUMNS.join(","), "-r", merged]);
    const flows = parseRa(named.stdout);
    const numbers = parseRa(numbered.stdout);
    flows.forEach((flow, index) => {
      flow.number = Number(numbers[index]?.proto ?? Number.NaN);
    });
    return flows.length === 0 ? { kind: "empty" } : { kind: "flows", flows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lines of ra with SEPARATOR between the columns; management records are passed over. */
export function parseRa(text: string): ArgusFlow[] {
  const flows: ArgusFlow[] = [];
  for (const line of text.split("\n")) {
    const cells = line.split(SEPARATOR);
    if (cells.length < COLUMNS.length) continue;
    const flow = flowOf(cells);
    if (flow.proto !== "man") flows.push(flow);
  }
  return flows;
}

function flowOf(cells: readonly string[]): ArgusFlow {
  const flow: Record<string, string | number> = {};
  for (const [index, column] of COLUMNS.entries()) {
    const cell = cells[index] ?? "";
    const isText = (TEXT_COLUMNS as readonly string[]).includes(column);
    // The places of flgs matter, so its blanks stay.
    flow[column] = column === "flgs" ? cell : isText ? cell.trim() : Number(cell);
  }
  return flow as unknown as ArgusFlow;
}

function judge({ stderr, code, signal }: RunResult): ArgusOutcome | undefined {
  const detail = stderr.trim().split("\n").at(-1) ?? "";
  if (signal !== null || /buffer overflow|stack smashing|segmentation/i.test(stderr)) {
    return { kind: "crashed", detail: signal === null ? detail : `${signal} ${detail}`.trim() };
  }
  if (/unsupported device type/i.test(stderr)) return { kind: "unsupported", detail };
  return code === 0 ? undefined : { kind: "failed", detail: `exit ${code} ${detail}`.trim() };
}

async function isFilled(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size > 0;
}

interface RunResult {
  stdout: string;
  stderr: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Runs a program to its end. @throws Error when it cannot be started or takes too long. */
export function run(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code, signal });
    });
  });
}
